"""Owns sending a recording in pieces and going on after a lost connection (tus 1.0), over one client. Does not record."""

from __future__ import annotations

import base64
import hashlib
import time
from collections.abc import Callable
from typing import Any

from serving.client import ApiError, Client

PIECE_BYTES = 1024 * 1024
TRIES = 8
"""In a row without a byte more arriving: about two minutes, as long as a challenge lives."""
FIRST_WAIT_S = 0.25
LONGEST_WAIT_S = 30.0
AGAIN = {0, 409, 423, 429, 460, 502, 503, 504}
"""After these the recording is asked where it stands, and goes on."""
Told = Callable[[int, int], None]
VERSION = {"Tus-Resumable": "1.0.0"}


def _quiet(sent: int, length: int) -> None:
    del sent, length


class Sending:
    """One recording on its way to one challenge."""

    def __init__(
        self,
        client: Client,
        enrolment: str,
        data: bytes,
        camera_label: str,
        *,
        told: Told = _quiet,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        """`told`: is told how many bytes of how many are there."""
        self._client = client
        self._enrolment = enrolment
        self._data = data
        self._label = base64.b64encode(camera_label.encode()).decode()
        self._told = told
        self._wait = wait
        self._place = ""

    def run(self) -> None:
        """Send it, whatever the connection does; submitted when it returns. Raises ApiError when it cannot be."""
        tries, offset = 0, 0
        while True:
            try:
                if not self._place:
                    self._begin()
                    offset = 0
                offset, before = self._send(offset), offset
                tries = 0 if offset > before else tries + 1
                self._told(offset, len(self._data))
                if offset == len(self._data):
                    return
            except ApiError as error:
                tries += 1
                if tries >= TRIES or error.status not in AGAIN | {404} or (error.status == 404 and error.code != "upload.unknown"):
                    raise
                self._wait(min(FIRST_WAIT_S * 2**tries, LONGEST_WAIT_S))
                offset = self._where(offset, error)

    def _begin(self) -> None:
        headers = VERSION | {"Upload-Length": str(len(self._data)), "Upload-Metadata": f"camera_label {self._label}"}
        answer = self._client.send("POST", f"/v1/enrolments/{self._enrolment}/uploads", headers=headers)
        self._place = answer.headers["Location"]

    def _send(self, offset: int) -> int:
        piece = self._data[offset : offset + PIECE_BYTES]
        headers = VERSION | {
            "Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream",
            "Upload-Checksum": f"sha256 {base64.b64encode(hashlib.sha256(piece).digest()).decode()}",
        }  # fmt: skip
        answer = self._client.send("PATCH", self._place, content=piece, headers=headers)
        return int(answer.headers["Upload-Offset"])

    def _where(self, offset: int, error: ApiError) -> int:
        """Ask how much is there; where the upload is gone, begin again."""
        if error.status == 404:
            self._place = ""
            return 0
        if not self._place:
            return 0
        try:
            return int(self._client.send("HEAD", self._place, headers=VERSION).headers["Upload-Offset"])
        except ApiError as lost:
            if lost.status == 404:
                self._place = ""
                return 0
            if lost.status not in AGAIN:
                raise
            return offset


def send_recording(client: Client, enrolment: str, data: bytes, camera_label: str, told: Told = _quiet) -> dict[str, Any]:
    """Send a recording in pieces and go on after a lost connection; submitted when it returns. Raises ApiError."""
    Sending(client, enrolment, data, camera_label, told=told).run()
    return {"enrolment": enrolment, "sha256": hashlib.sha256(data).hexdigest()}
