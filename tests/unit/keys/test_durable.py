"""Small files are whole or not there."""

import pytest

from identity.keys import durable


def test_a_new_file_takes_no_others_place(tmp_path):
    durable.write_new(tmp_path / "key", b"one")
    with pytest.raises(FileExistsError):
        durable.write_new(tmp_path / "key", b"two")
    assert (tmp_path / "key").read_bytes() == b"one"
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_what_a_broken_off_writing_left_is_replaced(tmp_path):
    (tmp_path / f"key{durable.PART}").write_bytes(b"half of something longer")
    durable.replace(tmp_path / "key", b"one")
    durable.replace(tmp_path / "key", b"two", 0o644)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("key", b"two")]
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o644


def test_a_file_that_cannot_be_written_leaves_the_old_one(tmp_path):
    durable.replace(tmp_path / "key", b"one")
    (tmp_path / f"key{durable.PART}").mkdir()
    with pytest.raises(OSError, match="directory"):
        durable.replace(tmp_path / "key", b"two")
    assert (tmp_path / "key").read_bytes() == b"one"
