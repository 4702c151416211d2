"""Owns what a film's C2PA manifest says. Does not sign it and knows no certificate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
SOURCES = {
    # A captured face, warped and relit by a program, in a drawn background, with a synthetic voice.
    "portrait": "compositeWithTrainedAlgorithmicMedia",
    # Everything in the picture comes out of a model.
    "diffusion": "trainedAlgorithmicMedia",
}
"""IPTC digital source type by engine."""
UNSIGNED = frozenset({"trivial"})
"""Engines of the tests: their bytes are no video, so nothing can carry a manifest."""
CONSENT_ASSERTION = "org.cameo.consent"
FORMAT = "video/mp4"


def is_mp4(film: bytes) -> bool:
    """Tell whether bytes begin as an MP4 file does."""
    return film[4:8] == b"ftyp"


def manifest(
    *, generation: str, engine: str, started_event: str, decision: str, holding: Mapping[str, int], version: str
) -> dict[str, Any]:
    """Say what made the film and on whose consent: pseudonymous ids and revisions, which the record's proofs lead to.

    `holding`: consent revision of every stream that the start was decided on. Raises KeyError for an unknown engine.
    """
    return {
        "claim_generator_info": [{"name": "cameo", "version": version}],
        "title": generation,
        "format": FORMAT,
        "assertions": [
            {
                "label": "c2pa.actions",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": SOURCE_TYPE + SOURCES[engine],
                            "softwareAgent": {"name": f"cameo/{engine}", "version": version},
                        }
                    ]
                },
            },
            {
                "label": CONSENT_ASSERTION,
                "data": {
                    "generation": generation,
                    "started_event": started_event,
                    "decision": decision,
                    "consent_revisions": dict(sorted(holding.items())),
                },
            },
        ],
    }
