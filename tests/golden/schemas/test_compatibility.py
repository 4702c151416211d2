"""Today's vocabulary holds everything that was published, its AsyncAPI document is one, and old bytes read as the newest version.

`baseline/` is `schemas/published` as it was released last (now: the first version of the record); a release replaces it.
`asyncapi-3.0.0.schema.json` is the AsyncAPI initiative's own (Apache-2.0, npm package @asyncapi/specs 6.11.1).
"""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from schemas import codec
from schemas.compatibility import ASYNCAPI, breaks, main, vocabulary_in
from schemas.publish import FOLDER
from schemas.registry import EventType, all_types, by_wire, newest
from schemas.upcast import upcast

HERE = Path(__file__).parent
BASELINE = HERE / "baseline"
SUPERSEDED = [kind for kind in all_types() if kind.version < newest(kind.name)]


def test_everything_that_was_published_still_holds() -> None:
    assert breaks(vocabulary_in(BASELINE), vocabulary_in(FOLDER)) == []


def test_the_command_counts_what_it_compared(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--baseline", str(BASELINE)]) == 0
    assert "43 files held against" in capsys.readouterr().out


def test_the_asyncapi_document_is_one() -> None:
    schema = json.loads((HERE / "asyncapi-3.0.0.schema.json").read_text())
    document = vocabulary_in(FOLDER)[ASYNCAPI]
    validator = jsonschema.Draft7Validator(schema)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert list(validator.iter_errors({**document, "channel": {}})), "the schema refuses what AsyncAPI does not know"


def test_every_reference_of_the_asyncapi_document_leads_somewhere() -> None:
    document = json.loads((FOLDER / ASYNCAPI).read_text())
    messages, published = document["components"]["messages"], {path.name for path in FOLDER.iterdir()}
    assert {one["$ref"] for one in document["channels"]["events"]["messages"].values()} == {
        f"#/components/messages/{name}" for name in messages
    }
    assert {one[part]["$ref"].removeprefix("./") for one in messages.values() for part in ("payload", "x-data")} == published - {ASYNCAPI}


def test_there_are_superseded_versions_to_read() -> None:
    assert len(SUPERSEDED) >= 6


@pytest.mark.parametrize("kind", SUPERSEDED, ids=lambda kind: f"{kind.name}.v{kind.version}")
def test_old_bytes_read_as_the_newest_version(kind: EventType) -> None:
    envelope = codec.decode((HERE / "bytes" / f"{kind.name}.v{kind.version}.json").read_bytes())
    read = codec.event_of(envelope)
    last = by_wire(kind.name, newest(kind.name))
    assert type(read) is last.cls
    now = json.loads(codec.canonical(codec.event_data(read)))
    assert {key: now[key] for key in envelope.data} == envelope.data, "what was said is kept"
    defaults = {one.encode_name: one.default for one in msgspec.structs.fields(last.cls) if one.name not in envelope.data}
    assert {key: now[key] for key in defaults} == json.loads(msgspec.json.encode(defaults)), "what was not said is what its default says"
    assert upcast(read) is read
    assert set(last.sealed) >= set(kind.sealed)
