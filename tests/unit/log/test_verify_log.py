"""A stranger with the log's key sees that a published log is whole, and sees any byte of it altered."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.account import AccountFollowed
from schemas.codec import encode, event_data
from schemas.envelope import Envelope
from schemas.ids import stream_id
from streams.adapters.tiles import KEY_PATH, TileFolder, TileWriter
from streams.core.errors import NoteError, ProofError, TileError, TreeError
from streams.core.note import VerifierKey, origin_of, public_of
from streams.core.tile import Tile
from streams.core.tree import Frontier, leaf_hash, verify_consistency, verify_inclusion
from streams.verify_log import main, verify_log

SEED = bytes(range(32))
KEY = VerifierKey(origin_of("main"), public_of(SEED))
STREAMS = [stream_id("account", bytes([n]) * 16) for n in range(3)]


def entry(number: int, revision: int | None = None) -> bytes:
    envelope = Envelope(
        tenant="main",
        stream=STREAMS[number % 3],
        revision=number // 3 + 1 if revision is None else revision,
        position=2 * number + 1,
        event_id=f"e{number}",
        type="account.followed",
        version=1,
        actor=STREAMS[number % 3],
        acting_as=None,
        app=None,
        correlation="c",
        causation=None,
        time_us=1_000_000 + number,
        data=event_data(AccountFollowed(account=STREAMS[0])),
        sealed={},
    )
    return encode(envelope)


ENTRIES = [entry(number) for number in range(700)]


def write(folder: Path, *steps: int) -> TileWriter:
    writer = TileWriter(folder, KEY.name, SEED)
    at = 0
    for step in steps:
        writer.grow(ENTRIES[at : at + step])
        at += step
    return writer


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    write(folder, 100, 1, 200, 399)
    return folder


def test_a_published_log_verifies_with_its_key_alone(published: Path) -> None:
    verified = verify_log(published, KEY)
    assert (verified.size, verified.streams) == (700, 3)
    assert verified.root == Frontier().extend(leaf_hash(one) for one in ENTRIES).root().hex()


def test_an_empty_log_verifies(tmp_path: Path) -> None:
    write(tmp_path)
    assert verify_log(tmp_path, KEY).size == 0


def test_growing_in_steps_or_at_once_gives_the_same_full_tiles(published: Path, tmp_path: Path) -> None:
    write(tmp_path, 700)
    for path in (one.relative_to(tmp_path) for one in tmp_path.rglob("*") if one.is_file()):
        assert (tmp_path / path).read_bytes() == (published / path).read_bytes()


def test_partial_tiles_go_once_the_full_one_is_there(published: Path) -> None:
    assert not (published / "tile/0/000.p").exists()
    assert not (published / "tile/entries/001.p").exists()
    assert (published / "tile/0/002.p/188").exists()


def test_a_writer_stopped_before_the_checkpoint_goes_on_from_it(published: Path, tmp_path: Path) -> None:
    shutil.copytree(published, tmp_path / "log")
    note = (tmp_path / "log/checkpoint").read_bytes()
    write_on = TileWriter(tmp_path / "log", KEY.name, SEED)
    write_on.grow([entry(700)])
    (tmp_path / "log/checkpoint").write_bytes(note)
    again = TileWriter(tmp_path / "log", KEY.name, SEED)
    assert again.grow([entry(700), entry(701)]).size == 702
    assert verify_log(tmp_path / "log", KEY).size == 702


def test_a_writer_with_another_key_does_not_continue_the_log(published: Path, tmp_path: Path) -> None:
    shutil.copytree(published, tmp_path / "log")
    with pytest.raises(NoteError):
        TileWriter(tmp_path / "log", KEY.name, bytes(32)).grow([entry(700)])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_one_altered_byte_anywhere_is_seen(published: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    files = sorted(one.relative_to(published) for one in published.rglob("*") if one.is_file() and one.name != KEY_PATH)
    current = [one for one in files if one.parent.name in ("0", "entries") or one.parent.suffix != ".p" or one.name in ("188", "2")]
    path = data.draw(st.sampled_from(current))
    copy = tmp_path_factory.mktemp("copy") / "log"
    shutil.copytree(published, copy)
    altered = bytearray((copy / path).read_bytes())
    altered[data.draw(st.integers(0, len(altered) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (copy / path).write_bytes(altered)
    with pytest.raises(TreeError):
        verify_log(copy, KEY)


def test_a_missing_tile_is_seen(published: Path, tmp_path: Path) -> None:
    shutil.copytree(published, tmp_path / "log")
    (tmp_path / "log/tile/0/001").unlink()
    with pytest.raises(TileError):
        verify_log(tmp_path / "log", KEY)


def test_a_log_that_leaves_an_event_of_a_stream_out_is_seen_though_signed(tmp_path: Path) -> None:
    TileWriter(tmp_path, KEY.name, SEED).grow([ENTRIES[0], entry(3, revision=3)])
    with pytest.raises(TileError, match="from revision 1 to 3"):
        verify_log(tmp_path, KEY)


def test_a_rewritten_log_does_not_extend_the_checkpoint_somebody_kept(tmp_path: Path) -> None:
    write(tmp_path / "then", 100)
    kept = TileFolder(tmp_path / "then").checkpoint_note()
    TileWriter(tmp_path / "now", KEY.name, SEED).grow([entry(0, revision=1).replace(b'"e0"', b'"f0"'), *ENTRIES[1:120]])
    assert verify_log(tmp_path / "now", KEY).size == 120
    with pytest.raises(ProofError):
        verify_log(tmp_path / "now", KEY, kept)


def test_a_grown_log_extends_the_checkpoint_somebody_kept(published: Path, tmp_path: Path) -> None:
    write(tmp_path, 300)
    assert verify_log(published, KEY, TileFolder(tmp_path).checkpoint_note()).extends == 300


@pytest.mark.parametrize("index", [0, 255, 256, 511, 699])
def test_inclusion_is_proved_from_files(published: Path, index: int) -> None:
    log = TileFolder(published)
    verify_inclusion(leaf_hash(ENTRIES[index]), index, 700, log.inclusion(index, 700), log.root(700))


def test_consistency_is_proved_from_files_for_any_older_size(published: Path) -> None:
    log = TileFolder(published)
    for old in (1, 255, 256, 257, 512, 699):
        old_root = Frontier().extend(leaf_hash(one) for one in ENTRIES[:old]).root()
        verify_consistency(old, 700, old_root, log.root(700), log.consistency(old, 700))


def test_an_older_readers_partial_tile_is_found_in_the_full_one(published: Path) -> None:
    assert TileFolder(published).tile(Tile(0, 0, 100)) == tuple(leaf_hash(one) for one in ENTRIES[:100])
    assert TileFolder(published).entries(0, 100) == tuple(ENTRIES[:100])


def test_a_reader_with_an_older_checkpoint_verifies_while_the_log_grows(published: Path, tmp_path: Path) -> None:
    write(tmp_path / "then", 300)
    shutil.copytree(published, tmp_path / "now")
    shutil.copy(tmp_path / "then/checkpoint", tmp_path / "now/checkpoint")
    assert verify_log(tmp_path / "now", KEY).size == 300


def test_the_command_tells_by_its_exit_code(published: Path, tmp_path: Path) -> None:
    good = CliRunner().invoke(main, [str(published), "--key", str(published / KEY_PATH), "--json"])
    assert (good.exit_code, json.loads(good.output)["size"]) == (0, 700)
    shutil.copytree(published, tmp_path / "log")
    altered = bytearray((tmp_path / "log/tile/entries/000").read_bytes())
    altered[5000] ^= 1
    (tmp_path / "log/tile/entries/000").write_bytes(altered)
    bad = CliRunner().invoke(main, [str(tmp_path / "log"), "--key", str(KEY), "--json"])
    assert (bad.exit_code, json.loads(bad.output)["verified"]) == (1, False)
