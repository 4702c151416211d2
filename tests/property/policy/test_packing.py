"""Packing: whatever the words, ids and numbers, what is packed is what comes back, and a leading key stays leading."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from policy.core import packing
from policy.core.packing import MAX_NUMBER, SHAPES, WORDS, is_id, pack_fact, pack_id, pack_segment, unpack_fact, unpack_id, unpack_segments
from schemas.ids import STREAM_KINDS, stream_id

HEX = st.binary(min_size=16, max_size=16).map(bytes.hex)
IDS = st.builds(stream_id, st.sampled_from(STREAM_KINDS), st.binary(min_size=16, max_size=16)) | st.sampled_from(
    [f"{kind}-main" for kind in STREAM_KINDS]
)
NAMED = st.builds("{}-{}".format, st.sampled_from(["group", "asset", "key", "unheard_of", ""]), HEX)
TEXTS = st.sampled_from(WORDS) | IDS | HEX | HEX.map(lambda h: h * 2) | NAMED | HEX.map(str.upper) | st.text(max_size=40)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)
SHAPED = st.sampled_from(SHAPES).flatmap(
    lambda shape: st.fixed_dictionaries({name: st.just(usual) | VALUES for name, usual in shape.items()})
)


@given(st.dictionaries(TEXTS, VALUES, max_size=6) | SHAPED, st.integers(0, 2**62))
def test_a_fact_comes_back_as_it_was(value: dict[str, Any], revision: int) -> None:
    found, at = unpack_fact(pack_fact(value, revision))
    assert (found, at) == (value, revision)
    assert [type(one) for one in found.values()] == [type(one) for one in value.values()]


@given(IDS)
def test_an_id_is_17_bytes_and_comes_back(stream: str) -> None:
    assert len(pack_id(stream)) == 17
    assert unpack_id(pack_id(stream)) == stream


@given(st.lists(TEXTS.filter(lambda text: "/" not in text), min_size=1, max_size=4))
def test_a_key_comes_back_segment_by_segment(segments: list[str]) -> None:
    names: dict[str, int] = {}

    def number(stream: str) -> int:
        return names.setdefault(stream, MAX_NUMBER - len(names))

    packed = b"".join(pack_segment(segment, number) or b"" for segment in segments)
    assert unpack_segments(packed, {place: name for name, place in names.items()}.__getitem__) == "/".join(segments)


def test_a_stream_without_a_number_is_in_no_key() -> None:
    assert pack_segment("account-" + "a" * 32, lambda _: None) is None


def test_words_and_shapes_may_be_appended_and_never_moved() -> None:
    assert len(set(WORDS)) == len(WORDS) <= 128
    assert (WORDS[0], WORDS[31], WORDS[32], WORDS[63]) == ("personal", "regions", "owner", "passed")
    assert (next(iter(SHAPES[0])), list(SHAPES[7]), SHAPES[8]) == ("purposes", ["asset", "version", "key_id"], {})
    assert not any(is_id(word) for word in WORDS)
    assert packing.MAX_NUMBER < packing.HEX << 24
