"""Routes of recordings that come in pieces: the tus protocol 1.0 (creation, expiration, checksum, termination)."""

from __future__ import annotations

import base64
import binascii
from email.utils import format_datetime
from typing import Annotated

import anyio
from fastapi import APIRouter, Header, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from serving.api.bodies import in_room
from serving.api.bounds import SILENCE_S
from serving.api.context import Parts, PartsHere, RecoveringCaller, WhenceHere
from serving.api.tus import VERSION
from serving.errors import CommandError, InvalidError
from serving.handlers.desk import Caller
from serving.handlers.uploads import ALGORITHMS, PIECE_BYTES, Receiving
from serving.upload_ports import Upload

router = APIRouter(prefix="/v1/enrolments/{enrolment}/uploads", tags=["enrolment"])
BYTES = "application/offset+octet-stream"
Version = Annotated[str | None, Header(alias="Tus-Resumable", description="1.0.0")]
Whole = Annotated[int, Header(ge=0, le=2**62)]


class VersionError(CommandError):
    """Another version of the protocol."""

    status = 412


class MediaTypeError(CommandError):
    """Another kind of body."""

    status = 415


@router.post("", status_code=201, response_class=Response)
async def begin(
    parts: PartsHere,
    caller: RecoveringCaller,
    whence: WhenceHere,
    enrolment: str,
    upload_length: Whole,
    tus_resumable: Version = None,
    upload_metadata: Annotated[str, Header(max_length=2000, description="camera_label and its text in base64")] = "",
) -> Response:
    """Begin to send a recording in pieces; the answer's Location is where they go, until Upload-Expires."""
    _speaks(tus_resumable)
    await run_in_threadpool(parts.rates.require_same_place, enrolment, caller)
    await run_in_threadpool(parts.rates.require, "submit", whence, caller.account)
    label = _metadata(upload_metadata).get("camera_label", "")
    made = await run_in_threadpool(parts.uploads.begin, parts.desk, caller, enrolment, upload_length, label)
    return Response(status_code=201, headers={"Location": f"/v1/enrolments/{enrolment}/uploads/{made.upload}"} | _state(made))


@router.head("/{upload}", response_class=Response)
async def state(
    request: Request, parts: PartsHere, caller: RecoveringCaller, enrolment: str, upload: str, tus_resumable: Version = None
) -> Response:  # fmt: skip
    """Tell how much of it is here (Upload-Offset). One that is whole is submitted first, where that failed before."""
    _speaks(tus_resumable)
    found = await run_in_threadpool(parts.uploads.find, caller, enrolment, upload)
    if found.whole:
        await run_in_threadpool(parts.rates.require_same_place, enrolment, caller)
        found = await _handed_in(request, parts, caller, found)
    return Response(status_code=200, headers=_state(found) | {"Upload-Length": str(found.length)})


@router.patch(
    "/{upload}", status_code=204, response_class=Response, openapi_extra={"requestBody": {"required": True, "content": {BYTES: {}}}}
)
async def go_on(
    request: Request,
    parts: PartsHere,
    caller: RecoveringCaller,
    enrolment: str,
    upload: str,
    upload_offset: Whole,
    tus_resumable: Version = None,
    content_type: Annotated[str, Header()] = "",
    upload_checksum: Annotated[str | None, Header(max_length=200, description="sha256 or sha1, a space, the digest in base64")] = None,
) -> Response:
    """Send more of it, from Upload-Offset on. With the last byte it is submitted, and the checks run."""
    _speaks(tus_resumable)
    if content_type != BYTES:
        raise MediaTypeError("upload.media_type", f"a part is sent as {BYTES}", "set Content-Type")
    checksum = None if upload_checksum is None else _checksum(upload_checksum)
    await run_in_threadpool(parts.rates.require_same_place, enrolment, caller)
    receiving = await run_in_threadpool(parts.uploads.receive, caller, enrolment, upload, upload_offset, checksum)
    whole = False
    try:
        whole = await _bring(request, receiving)
    finally:
        with anyio.CancelScope(shield=True):  # what came is counted, and the next one let in, also when this one is gone
            await run_in_threadpool(lambda: receiving.end(whole=whole))
    found = await run_in_threadpool(parts.uploads.find, caller, enrolment, upload)
    if found.whole:
        found = await _handed_in(request, parts, caller, found)
    return Response(status_code=204, headers=_state(found))


@router.delete("/{upload}", status_code=204, response_class=Response)
def drop(parts: PartsHere, caller: RecoveringCaller, enrolment: str, upload: str, tus_resumable: Version = None) -> Response:
    """Stop; what came is destroyed."""
    _speaks(tus_resumable)
    parts.uploads.drop(caller, enrolment, upload)
    return Response(status_code=204)


async def _handed_in(request: Request, parts: Parts, caller: Caller, whole: Upload) -> Upload:
    """Submit a whole one; gives how it stands then. A client that saw it whole asks no more, so what fails here is said, not hidden."""
    client = request.headers.get("user-agent", "")
    async with in_room(parts.room, whole.length):
        await run_in_threadpool(parts.uploads.hand_in, parts.desk, parts.keyholder, caller, whole.enrolment, whole.upload, client)
    return await run_in_threadpool(parts.uploads.find, caller, whole.enrolment, whole.upload)


async def _bring(request: Request, receiving: Receiving) -> bool:
    """Read the body in pieces; tells whether all of it came, and keeps what did."""
    held = bytearray()
    body = aiter(request.stream())
    try:
        while True:
            with anyio.fail_after(SILENCE_S):
                chunk = await anext(body, None)
            if chunk is None:
                break
            held += chunk
            while len(held) >= PIECE_BYTES:
                piece = bytes(held[:PIECE_BYTES])
                del held[:PIECE_BYTES]
                await run_in_threadpool(receiving.take, piece)
    except (ClientDisconnect, TimeoutError):
        await run_in_threadpool(receiving.take, bytes(held))
        return False
    await run_in_threadpool(receiving.take, bytes(held))
    return True


def _speaks(version: str | None) -> None:
    if version != VERSION:
        raise VersionError("upload.version", f"this speaks tus {VERSION}", f"send Tus-Resumable: {VERSION}")


def _state(upload: Upload) -> dict[str, str]:
    return {
        "Upload-Offset": str(upload.received),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
        "Cache-Control": "no-store",
    }


def _metadata(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = pair.partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError) as error:
            raise InvalidError("upload.metadata", f"{name[:40]} is not base64 of UTF-8", "encode it") from error
    return found


def _checksum(text: str) -> tuple[str, bytes]:
    algorithm, _, value = text.partition(" ")
    try:
        digest = base64.b64decode(value, validate=True)
    except binascii.Error:
        digest = b""
    if algorithm not in ALGORITHMS or not digest:
        message = f"a checksum is one of {', '.join(ALGORITHMS)} and its digest in base64"
        raise _BadChecksumError("upload.checksum_unknown", message, "or leave Upload-Checksum out")
    return algorithm, digest


class _BadChecksumError(CommandError):
    status = 400
