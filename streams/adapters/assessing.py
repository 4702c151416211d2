"""ProcessAssessor: the checks of identity in one process of their own. Does not decide what is done with what they find.

A recording lies in clear only in memory: the process gets its bytes and reads them through a file that has no name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar

from identity.adapters.nameless import nameless
from identity.core.assessment import Activated, Assessment, decide
from identity.core.checks.known_face import searched
from identity.core.context import Asked
from identity.core.profiles import Profile
from identity.documents import Compared, compare_document
from identity.keys.memory import leave_no_dump
from schemas.cameo import Facet
from streams.agents.errors import AgentStoppedError, HandlingError
from streams.agents.verifying import Found

FACETS: tuple[Facet, ...] = ("face", "voice")
LONGEST_S = 300.0
"""More than the decoder's own limit of 120 s a reading, three readings. Unmeasured."""
POLL_S = 0.25
_T = TypeVar("_T")


class ProcessAssessor:
    """An Assessor (streams.agents.verifying). The process starts with the first recording and keeps its models."""

    def __init__(self, models: Path, stopping: Any) -> None:
        """`models`: the folder of the model files. `stopping`: a threading.Event; set, a running assessment is given up."""
        self._models = models
        self._stopping = stopping
        self._pool: ProcessPoolExecutor | None = None
        self._starting = threading.Lock()
        """Two agents share the process, each from a thread of its own; their recordings wait for one another."""

    def assess(self, recording: bytes, asked: Asked, profile: Profile) -> Found:
        """Assess one recording. Raises HandlingError when the process died or took longer than 300 s."""
        return self._run(_assess, recording, asked, profile)

    def _run(self, work: Callable[..., _T], *given: Any) -> _T:
        with self._starting:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn"), initializer=leave_no_dump)
            pool = self._pool
        try:
            return self._wait(pool.submit(work, *given, self._models))
        except BrokenProcessPool as error:
            self.close()
            raise HandlingError("the assessing process died") from error

    def cut(self, recording: bytes) -> Mapping[Facet, bytes]:
        """Cut the likeness of a recording that a reviewer accepted: what is there of it, and nothing without a face."""
        return self._run(_cut, recording)

    def assess_thing(self, recording: bytes, enrolment: str, profile: Profile) -> Assessment:
        """Run the checks of things on one recording."""
        return self._run(_assess_thing, recording, enrolment, profile)

    def cut_thing(self, recording: bytes) -> Mapping[Facet, bytes]:
        """Cut the likeness of a thing; empty where every frame shows a face."""
        return self._run(_cut_thing, recording)

    def compare(self, document: bytes, template: bytes) -> Compared:
        """Hold the portrait of a document against a face."""
        return self._run(_compare, document, template)

    def close(self) -> None:
        """End the process, also in the middle of a recording."""
        if self._pool is None:
            return
        for process in list((self._pool._processes or {}).values()):  # noqa: SLF001 -- 3.11 has no kill_workers
            process.kill()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._pool = None

    def _wait(self, future: Future[_T]) -> _T:
        waited_s = 0.0
        while waited_s < LONGEST_S:
            try:
                return future.result(timeout=POLL_S)
            except TimeoutError:
                if future.done():
                    raise
                waited_s += POLL_S
            if self._stopping.is_set():
                self.close()
                raise AgentStoppedError
        self.close()
        raise HandlingError(f"an assessment took longer than {LONGEST_S:.0f} s")


def _assess(recording: bytes, asked: Asked, profile: Profile, models_folder: Path) -> Found:
    from identity.adapters.models import Models  # noqa: PLC0415 -- torch and mediapipe load in this process alone
    from identity.handlers import assess_recording, extract_assets  # noqa: PLC0415

    models = _kept_models(Models, models_folder)
    with nameless(recording) as path:
        assessment = assess_recording(path, asked, profile, models)
        activates = isinstance(decide(searched(assessment, ()), profile), Activated)  # if nobody is resembled
        facets = FACETS[:1] if "speech" in assessment.without else FACETS  # who cannot speak has no voice to cut
        assets: dict[Any, bytes] = extract_assets(path, models, facets) if activates else {}
    return Found(assessment, assets)


def _cut(recording: bytes, models_folder: Path) -> dict[Any, bytes]:
    from identity.adapters.models import Models  # noqa: PLC0415 -- as above
    from identity.errors import MediaUnusableError  # noqa: PLC0415
    from identity.handlers import extract_assets  # noqa: PLC0415

    models, found = _kept_models(Models, models_folder), {}
    with nameless(recording) as path:
        for facet in FACETS:
            try:
                found |= extract_assets(path, models, (facet,))
            except MediaUnusableError:  # who cannot speak has no voice to cut; without a face there is no likeness
                continue
    return found if "face" in found else {}


def _assess_thing(recording: bytes, enrolment: str, profile: Profile, models_folder: Path) -> Assessment:
    from identity.adapters.models import Models  # noqa: PLC0415 -- as above
    from identity.things import assess_thing  # noqa: PLC0415

    with nameless(recording) as path:
        return assess_thing(path, enrolment, profile, _kept_models(Models, models_folder))


def _cut_thing(recording: bytes, models_folder: Path) -> dict[Any, bytes]:
    from identity.adapters.models import Models  # noqa: PLC0415 -- as above
    from identity.errors import MediaUnusableError  # noqa: PLC0415
    from identity.things import cut_thing  # noqa: PLC0415

    with nameless(recording) as path:
        try:
            return {"body": cut_thing(path, _kept_models(Models, models_folder))}
        except MediaUnusableError:
            return {}


def _compare(document: bytes, template: bytes, models_folder: Path) -> Compared:
    from identity.adapters.models import Models  # noqa: PLC0415 -- as above

    return compare_document(document, template, _kept_models(Models, models_folder).embedder)


_MODELS: dict[Path, Any] = {}


def _kept_models(kind: Any, folder: Path) -> Any:
    if folder not in _MODELS:
        _MODELS[folder] = kind.load(folder)
    return _MODELS[folder]
