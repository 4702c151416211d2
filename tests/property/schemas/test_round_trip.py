"""Whatever fits an envelope survives it, and two encodings of one value are one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from schemas import codec
from schemas.account import AccountStandingChanged
from schemas.envelope import Envelope, Sealed
from schemas.ids import stream_id

texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@given(
    reason=texts,
    actor=texts,
    time_us=st.integers(0, 2**53 - 1),
    revision=st.integers(1, 2**53 - 1),
    entropy=st.binary(min_size=16, max_size=16),
    ciphertext=st.binary(max_size=200),
    order=st.permutations(["standing", "reason"]),
)
def test_an_envelope_survives_and_its_form_is_one(
    reason: str, actor: str, time_us: int, revision: int, entropy: bytes, ciphertext: bytes, order: list[str]
) -> None:
    event = codec.event_data(AccountStandingChanged(standing="good", reason=reason))
    envelope = Envelope(
        tenant="main", stream=stream_id("account", entropy), revision=revision, position=revision, event_id="e",
        type="account.standing_changed", version=1, actor=actor, acting_as=None, app=None, correlation="c",
        causation=None, time_us=time_us, data={key: event[key] for key in order}, sealed={},
    )  # fmt: skip
    encoded = codec.encode(envelope)
    decoded = codec.decode(encoded)
    assert decoded == envelope
    assert codec.encode(decoded) == encoded
    sealed = Sealed(key_id="k", nonce=b"n", ciphertext=ciphertext)
    assert codec.decode_as(Sealed, codec.canonical(sealed)) == sealed
