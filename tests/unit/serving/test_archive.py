"""The zip that is written piece by piece."""

from __future__ import annotations

import hashlib
import io
import json
import tracemalloc
import zipfile
from collections.abc import Iterator

from serving.core.archive import MANIFEST, Entry, LeftOut, zipped

NOW = (2026, 11, 21, 12, 0, 0)
MEBI = 1024 * 1024


def test_a_zip_opens_and_its_manifest_tells_every_file_and_what_was_left_out() -> None:
    left_out = LeftOut()

    def entries() -> Iterator[Entry]:
        yield Entry("한글/a.json", (b"{", b"}"))
        left_out.reasons["films/b.mp4"] = ("consent.revoked",)
        yield Entry("c.webm", (b"x" * 1000,), packed=False)
        yield Entry("empty.jsonl", ())

    made = zipfile.ZipFile(io.BytesIO(b"".join(zipped(entries(), left_out, {"account": "a"}, NOW))))
    assert made.testzip() is None
    told = json.loads(made.read(MANIFEST))
    assert made.namelist() == ["한글/a.json", "c.webm", "empty.jsonl", MANIFEST]
    assert [one["name"] for one in told["files"]] == made.namelist()[:-1]
    assert all(hashlib.sha256(made.read(one["name"])).hexdigest() == one["sha256"] for one in told["files"])
    assert (told["account"], told["left_out"]) == ("a", {"films/b.mp4": ["consent.revoked"]})
    assert made.getinfo("c.webm").compress_type == zipfile.ZIP_STORED


def test_what_breaks_off_is_no_zip() -> None:
    whole = b"".join(zipped([Entry("a", (b"x" * 100,))], LeftOut(), {}, NOW))
    assert zipfile.is_zipfile(io.BytesIO(whole))
    assert not zipfile.is_zipfile(io.BytesIO(whole[:-30]))


def test_memory_is_that_of_the_piece_in_hand() -> None:
    entries = (Entry(f"{number}", (b"\x00" * MEBI,), packed=False) for number in range(64))
    tracemalloc.start()
    size = sum(len(piece) for piece in zipped(entries, LeftOut(), {}, NOW))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 64 * MEBI
    assert peak < 8 * MEBI, peak
