"""Owns what is said to the keyholder and what it answers: one frozen class each, JSON on the wire. Does not transport."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from identity.keys.proving import Proof
from identity.keys.rights import MOST_AT_ONCE
from identity.keys.rows import RootRow
from schemas.cameo import Facet
from schemas.envelope import Sealed


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A question or an answer; bytes travel as base64."""


class SealAsk(Message, frozen=True):
    """POST /v1/seal."""

    account: str
    stream: str
    event_id: str
    fields: dict[str, bytes]


class SealAnswer(Message, frozen=True):
    """The sealed fields, for NewEvent.sealed."""

    sealed: dict[str, Sealed]


class UnsealAsk(Message, frozen=True):
    """POST /v1/unseal."""

    stream: str
    event_id: str
    purpose: str


class UnsealAnswer(Message, frozen=True):
    """The fields in clear."""

    fields: dict[str, bytes]


class UnsealAtAsk(Message, frozen=True):
    """POST /v1/unseal-at: the events at these positions of the ledger."""

    positions: Annotated[tuple[int, ...], msgspec.Meta(min_length=1, max_length=MOST_AT_ONCE)]
    purpose: str


class Opened(Message, frozen=True):
    """One event's fields in clear; none where their key was destroyed."""

    position: int
    stream: str
    event_id: str
    fields: dict[str, bytes]


class UnsealAtAnswer(Message, frozen=True):
    """One for each position, in order of position."""

    opened: tuple[Opened, ...]


class EvidencePut(Message, frozen=True):
    """POST /v1/evidence/put."""

    account: str
    cameo: str
    recording: bytes


class EvidenceSealed(Message, frozen=True):
    """Fields of `enrolment.recording_received`; sha256 and bytes are those of the recording in clear."""

    evidence: str
    key_id: str
    sha256: str
    bytes: int


class EvidenceGet(Message, frozen=True):
    """POST /v1/evidence/get. `by`: the account of the person for whom it is opened; None: for a machine's work."""

    evidence: str
    purpose: str
    by: str | None = None


class Content(Message, frozen=True):
    """Bytes in clear."""

    content: bytes


class EvidenceDestroy(Message, frozen=True):
    """POST /v1/evidence/destroy. `reason`: a code, as `retention` or `erasure`."""

    evidence: str
    reason: str


class SubjectDestroy(Message, frozen=True):
    """POST /v1/subjects/destroy. `cameos`: every cameo of the account, where the destruction is recorded."""

    account: str
    cameos: tuple[str, ...]


class Destroyed(Message, frozen=True):
    """The id of the key that is no more, and what was looked at to show that. Its event is appended already."""

    key_id: str
    proof: Proof


class AssetPut(Message, frozen=True):
    """POST /v1/assets/put."""

    cameo: str
    owner: str
    facet: Facet
    asset: bytes


class AssetSealedFields(Message, frozen=True):
    """Fields of `asset.sealed`, which is appended already: sha256 and bytes are those of the sealed file."""

    asset: str
    version: int
    facet: Facet
    key_id: str
    ciphertext_sha256: str
    bytes: int


class RekeyAsk(Message, frozen=True):
    """POST /v1/rekey."""

    cameo: str


class RekeyAnswer(Message, frozen=True):
    """The new assets; their `asset.rekeyed` events are appended already."""

    assets: tuple[AssetSealedFields, ...]


class FilmAsk(Message, frozen=True):
    """POST /v1/film and /v1/draft."""

    generation: str
    viewer: str


class ReleaseDraftAsk(Message, frozen=True):
    """POST /v1/release-draft: decide the release of a draft again, now that its subjects answered."""

    generation: str


class OpenAsk(Message, frozen=True):
    """POST /v1/open, signed by a replica. `public_key`: X25519, 32 bytes in hex, made in the child for this attempt alone."""

    generation: str
    attempt: int
    public_key: str
    engine: str
    honours: tuple[str, ...]
    bundle_sha256: str


class OpenAnswer(Message, frozen=True):
    """`opened` with a package (NaCl sealed box) · `changed`: wait for the view, ask again · `refused` with codes.

    `final`: the generation has ended; else only this attempt is refused.
    """

    outcome: Literal["opened", "changed", "refused"]
    codes: tuple[str, ...] = ()
    final: bool = False
    package: bytes | None = None
    decision: str | None = None
    holding: dict[str, int] = {}
    not_after_us: int | None = None
    obligations: tuple[str, ...] = ()


class ReleaseAsk(Message, frozen=True):
    """POST /v1/release, signed by a replica. `sealed_path`: a file's name inside the media folder's `spool/`."""

    generation: str
    attempt: int
    sealed_path: str
    sealed_sha256: str
    bundle_sha256: str


class ReleaseAnswer(Message, frozen=True):
    """`released` · `draft`: its subjects must answer first · `changed` · `refused` with codes. `film_sha256`: of the signed film."""

    outcome: Literal["released", "draft", "changed", "refused"]
    codes: tuple[str, ...] = ()
    final: bool = False
    decision: str | None = None
    film_sha256: str | None = None


class HealthAnswer(Message, frozen=True):
    """What the keyholder can do now: `codes` is empty when it would decide."""

    codes: tuple[str, ...]
    keys: int
    checkpoint_position: int
    film_public_key: str


class RotateAsk(Message, frozen=True):
    """POST /v1/keys/rotate: wrap by another root key from now on. `to` None: the next version beside the one in use, made now."""

    to: str | None = None
    make: bool = False


class RewrapAsk(Message, frozen=True):
    """POST /v1/keys/rewrap: bring up to so many subject keys under the root key in use."""

    most: int


class RootsAsk(Message, frozen=True):
    """POST /v1/keys/roots."""


class RootsAnswer(Message, frozen=True):
    """The versions of the root key, oldest first; `left`: subject keys that an earlier one still wraps."""

    roots: tuple[RootRow, ...]
    left: int


class Problem(Message, frozen=True):
    """A refusal of the call itself (RFC 9457, with stable codes)."""

    title: str
    status: int
    codes: tuple[str, ...]
    type: str = "about:blank"
