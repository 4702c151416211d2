"""A real browser that answers a live challenge: Chromium, its recorder and its websocket, before an API on loopback.

A fictional actor stands in for the camera (tests/live_page.html). What is real besides: the route, its clock, the webm.
"""

from __future__ import annotations

import io
import json
import os
import queue
import shutil
import socket
import subprocess
import threading
import time
import wave
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from serving.engines.portrait.actor import PHRASE_SPEED
from serving.engines.portrait.animate import Head, Motion
from serving.engines.portrait.cutout import background, cut_out
from serving.engines.portrait.faces import FaceModels
from serving.engines.portrait.speech import KokoroSpeaker
from tests.media import ACTORS_FOLDER, SOUND_HZ, VOICES

PAGE: Final = Path(__file__).parent / "live_page.html"
NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
SIDE_PX: Final = 400
STEP_DEG: Final = 1.5
FLAGS: Final = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
)  # fmt: skip


def chromium() -> str | None:
    """The browser of this machine: CAMEO_CHROMIUM, or the first that is found."""
    return os.environ.get("CAMEO_CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)


def poses(actor: str, faces: FaceModels) -> dict[str, bytes]:
    """Every posture that the page may show, as JPEG, by the page's names."""
    picture = cv2.imdecode(np.frombuffer((ACTORS_FOLDER / f"{actor}.jpg").read_bytes(), np.uint8), cv2.IMREAD_COLOR)
    picture = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    mask = faces.person(picture)
    head, wall = Head(cut_out(picture, mask), faces.landmarks(picture)), background(picture, mask)
    wanted = {f"yaw{_named(deg)}": Motion(yaw_deg=deg, pitch_deg=0, roll_deg=0) for deg in np.arange(-28.5, 29, STEP_DEG)}
    wanted |= {f"pitch{_named(deg)}": Motion(yaw_deg=0, pitch_deg=deg, roll_deg=0) for deg in np.arange(-21, 22, STEP_DEG)}
    wanted |= {f"gap{i}": Motion(yaw_deg=0, pitch_deg=0, roll_deg=0, gap=0.03 * i if i else None) for i in range(5)}
    wanted |= {f"blink{i}": Motion(yaw_deg=0, pitch_deg=0, roll_deg=0, blink=i / 4) for i in range(1, 5)}
    return {name: _photograph(head.frame(motion), wall) for name, motion in wanted.items()}


def _named(degrees: float) -> str:
    """A number as JavaScript writes it."""
    return f"{degrees:g}"


def _photograph(person: np.ndarray, wall: np.ndarray) -> bytes:
    picture = np.clip(person[:, :, :3] + wall * (1 - person[:, :, 3:] / 255), 0, 255).astype(np.uint8)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()


@dataclass
class Stage:
    """The page, what it shows and says, and the API behind it, on one port of loopback."""

    api: ASGIApp
    pictures: dict[str, bytes]
    speaker: KokoroSpeaker
    voice: str
    words: Sequence[str] = ()
    """What will have to be said: the page has it ready before it begins, as a person has."""
    told: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue[dict[str, Any]])
    port: int = 0
    _said: dict[str, bytes] = field(default_factory=dict[str, bytes])
    _speaking: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Serve while this lasts."""
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(self._app(), log_level="warning", lifespan="off", ws_max_size=2**20))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.05)
            yield
        finally:
            server.should_exit = True
            thread.join()

    def answer(self, browser: str, live: str, token: str, folder: Path, *, within_s: float = 90) -> dict[str, Any]:
        """Have the browser answer one challenge; returns what the page told."""
        address = f"http://127.0.0.1:{self.port}/page?live={live}&token={token}"
        with (folder / "browser.log").open("wb") as log:
            process = subprocess.Popen([browser, *FLAGS, f"--user-data-dir={folder / 'profile'}", address], stdout=log, stderr=log)
            try:
                return self.told.get(timeout=within_s)
            finally:
                process.terminate()
                process.wait(timeout=20)

    def _app(self) -> Starlette:
        routes = [
            Route("/page", lambda _: FileResponse(PAGE)),
            Route("/poses", lambda _: JSONResponse(sorted(self.pictures))),
            Route("/pose/{name}", lambda request: Response(self.pictures[request.path_params["name"]], media_type="image/jpeg")),
            Route("/words", lambda _: JSONResponse(list(self.words))),
            Route("/word/{word}", lambda request: Response(self._word(request.path_params["word"]), media_type="audio/wav")),
            Route("/result", self._result, methods=["POST"]),
            Mount("/", self.api),
        ]
        return Starlette(routes=routes)

    async def _result(self, request: Request) -> Response:
        self.told.put(json.loads(await request.body()))
        return Response(status_code=204)

    def _word(self, word: str) -> bytes:
        with self._speaking:
            if word not in self._said:
                self._said[word] = _wav(self.speaker.say(word, self.voice, PHRASE_SPEED).samples)
            return self._said[word]


def _wav(samples: np.ndarray) -> bytes:
    written = io.BytesIO()
    with closing(wave.open(written, "wb")) as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SOUND_HZ)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return written.getvalue()


def stage(api: ASGIApp, actor: str, models: Path) -> Stage:
    """Make a stage with this actor."""
    with closing(FaceModels(models)) as faces:
        pictures = poses(actor, faces)
    return Stage(api, pictures, KokoroSpeaker(models), VOICES[actor])
