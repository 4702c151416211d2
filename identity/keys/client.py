"""Owns asking the keyholder over its unix socket: as a control role (bearer token) or as a replica (signature)."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from identity.keys import wire
from identity.keys.errors import KeyholderRefusedError, KeyholderUnavailableError
from identity.keys.signing import sign

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from schemas.cameo import Facet
    from schemas.envelope import Sealed

CONTROL_TIMEOUT_S = 15.0
"""Long enough for a film of 100 MB on a busy machine; unmeasured."""
REPLICA_TIMEOUT_S = 5.0
"""A release signs and seals the film while the replica waits; unmeasured."""

T = TypeVar("T")


class _Connection(http.client.HTTPConnection):
    def __init__(self, socket_path: Path, timeout_s: float) -> None:
        super().__init__("keyholder", timeout=timeout_s)
        self._socket_path = socket_path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._socket_path))


class _Line:
    """One kept connection a thread. A kept connection that the keyholder closed meanwhile is opened once again."""

    def __init__(self, socket_path: Path, timeout_s: float) -> None:
        self._socket_path = socket_path
        self._timeout_s = timeout_s
        self._local = threading.local()

    def post(self, path: str, body: bytes, headers: Mapping[str, str], method: str = "POST") -> tuple[int, bytes]:
        kept: _Connection | None = getattr(self._local, "connection", None)
        if kept is not None:
            try:
                return self._exchange(kept, method, path, body, headers)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self._drop()
            except (OSError, http.client.HTTPException) as error:
                self._drop()
                raise KeyholderUnavailableError(str(error)) from error
        self._local.connection = _Connection(self._socket_path, self._timeout_s)
        try:
            return self._exchange(self._local.connection, method, path, body, headers)
        except (OSError, http.client.HTTPException) as error:
            self._drop()
            raise KeyholderUnavailableError(str(error)) from error

    @staticmethod
    def _exchange(connection: _Connection, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> tuple[int, bytes]:
        connection.request(method, path, body, {"content-type": "application/json", **headers})
        response = connection.getresponse()
        return response.status, response.read()

    def _drop(self) -> None:
        self._local.connection.close()
        self._local.connection = None


def _read(status: int, body: bytes, answer: type[T]) -> T:
    if status == http.client.OK:
        return msgspec.json.decode(body, type=answer)
    try:
        problem = msgspec.json.decode(body, type=wire.Problem)
    except msgspec.MsgspecError as error:
        message = f"status {status} without a problem"
        raise KeyholderUnavailableError(message) from error
    raise KeyholderRefusedError(problem.codes)


class KeyholderClient:
    """The keyholder as a control role sees it (identity.keys.ports.Keyholder and what follows). Safe between threads."""

    def __init__(self, socket_path: Path, token: str, timeout_s: float = CONTROL_TIMEOUT_S) -> None:
        """`token`: the text of secrets/token-ROLE. Connects at the first call."""
        self._line = _Line(socket_path, timeout_s)
        self._headers = {"authorization": f"Bearer {token.strip()}"}

    def seal(self, account: str, stream: str, event_id: str, fields: Mapping[str, bytes]) -> dict[str, Sealed]:
        """Seal personal fields of an event that is about to be appended, under the account's field key."""
        ask = wire.SealAsk(account=account, stream=stream, event_id=event_id, fields=dict(fields))
        return self._call("/v1/seal", ask, wire.SealAnswer).sealed

    def unseal(self, stream: str, event_id: str, purpose: str) -> dict[str, bytes]:
        """Open those fields of an appended event that this role may read for this purpose."""
        ask = wire.UnsealAsk(stream=stream, event_id=event_id, purpose=purpose)
        return self._call("/v1/unseal", ask, wire.UnsealAnswer).fields

    def unseal_at(self, positions: Sequence[int], purpose: str) -> Sequence[wire.Opened]:
        """Open fields of many events; `opening.made` is appended when it returns. In order of position."""
        ask = wire.UnsealAtAsk(positions=tuple(positions), purpose=purpose)
        return self._call("/v1/unseal-at", ask, wire.UnsealAtAnswer).opened

    def put_evidence(self, account: str, cameo: str, recording: bytes) -> wire.EvidenceSealed:
        """Seal a recording under a key of its own; durable when it returns."""
        ask = wire.EvidencePut(account=account, cameo=cameo, recording=recording)
        return self._call("/v1/evidence/put", ask, wire.EvidenceSealed)

    def get_evidence(self, evidence: str, purpose: str, by: str | None = None) -> bytes:
        """Open evidence; `evidence.opened` is appended when it returns. `by`: the person for whom."""
        ask = wire.EvidenceGet(evidence=evidence, purpose=purpose, by=by)
        return self._call("/v1/evidence/get", ask, wire.Content).content

    def destroy_evidence(self, evidence: str, reason: str) -> str:
        """Destroy a recording's key and file; gives the key's id. Its event is appended when it returns."""
        ask = wire.EvidenceDestroy(evidence=evidence, reason=reason)
        return self._call("/v1/evidence/destroy", ask, wire.Destroyed).key_id

    def destroy_subject(self, account: str, cameos: Sequence[str]) -> wire.Destroyed:
        """Destroy an account's subject key and all under it. Events are appended when it returns, and it was shown to be gone."""
        ask = wire.SubjectDestroy(account=account, cameos=tuple(cameos))
        return self._call("/v1/subjects/destroy", ask, wire.Destroyed)

    def put_asset(self, cameo: str, owner: str, facet: Facet, asset: bytes) -> wire.AssetSealedFields:
        """Seal one facet's asset under a key of its own; `asset.sealed` is appended when it returns."""
        ask = wire.AssetPut(cameo=cameo, owner=owner, facet=facet, asset=asset)
        return self._call("/v1/assets/put", ask, wire.AssetSealedFields)

    def rekey(self, cameo: str) -> tuple[wire.AssetSealedFields, ...]:
        """Seal every asset of a cameo anew; their events are appended when it returns. May be called again."""
        return self._call("/v1/rekey", wire.RekeyAsk(cameo=cameo), wire.RekeyAnswer).assets

    def film(self, generation: str, viewer: str) -> bytes:
        """Fetch a released film, decided on the ledger now; raises KeyholderRefusedError with the unmet codes."""
        return self._call("/v1/film", wire.FilmAsk(generation=generation, viewer=viewer), wire.Content).content

    def draft(self, generation: str, viewer: str) -> bytes:
        """Fetch a draft for one of its subjects, decided on the ledger now; raises KeyholderRefusedError."""
        return self._call("/v1/draft", wire.FilmAsk(generation=generation, viewer=viewer), wire.Content).content

    def release_draft(self, generation: str) -> wire.ReleaseAnswer:
        """Decide the release of a draft again, after its subjects answered. May be called again."""
        return self._call("/v1/release-draft", wire.ReleaseDraftAsk(generation=generation), wire.ReleaseAnswer)

    def roots(self) -> wire.RootsAnswer:
        """List the versions of the root key and what each still wraps."""
        return self._call("/v1/keys/roots", wire.RootsAsk(), wire.RootsAnswer)

    def rotate(self, to: str | None = None, *, make: bool = False) -> wire.RootsAnswer:
        """Wrap new subject keys by another root key from now on; `rewrap` brings the others. May be called again with `to`."""
        return self._call("/v1/keys/rotate", wire.RotateAsk(to=to, make=make), wire.RootsAnswer)

    def rewrap(self, most: int) -> wire.RootsAnswer:
        """Bring up to so many subject keys under the root key in use. May be called again, and by several at once."""
        return self._call("/v1/keys/rewrap", wire.RewrapAsk(most=most), wire.RootsAnswer)

    def health(self) -> wire.HealthAnswer:
        """Ask what it could do now."""
        status, body = self._line.post("/v1/health", b"", self._headers, "GET")
        return _read(status, body, wire.HealthAnswer)

    def _call(self, path: str, ask: wire.Message, answer: type[T]) -> T:
        status, body = self._line.post(path, msgspec.json.encode(ask), self._headers)
        return _read(status, body, answer)


class ReplicaClient:
    """The keyholder as a replica sees it: two calls, each signed. Safe between threads; both calls may be repeated."""

    def __init__(self, socket_path: Path, key: Ed25519PrivateKey, replica: str, timeout_s: float = REPLICA_TIMEOUT_S) -> None:
        """`replica`: its name in the record."""
        self._line = _Line(socket_path, timeout_s)
        self._key = key
        self._replica = replica

    def open(self, ask: wire.OpenAsk) -> wire.OpenAnswer:
        """Ask for the likenesses of an attempt. Raises KeyholderUnavailableError, KeyholderRefusedError."""
        return self._call("/v1/open", ask, wire.OpenAnswer)

    def release(self, ask: wire.ReleaseAsk) -> wire.ReleaseAnswer:
        """Hand in a sealed film. Raises KeyholderUnavailableError, KeyholderRefusedError."""
        return self._call("/v1/release", ask, wire.ReleaseAnswer)

    def _call(self, path: str, ask: wire.Message, answer: type[T]) -> T:
        body = msgspec.json.encode(ask)
        headers = sign(
            self._key,
            path=path,
            body=body,
            replica=self._replica,
            time_us=time.time_ns() // 1000,
            nonce=os.urandom(16).hex(),
        )
        status, answered = self._line.post(path, body, headers)
        return _read(status, answered, answer)
