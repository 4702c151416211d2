"""A problem on the wire says in Korean what it says in English, from whichever layer it comes."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.unit.api.conftest import Place


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("GET", "/v1/receipts/" + "0" * 32, None, "receipt.unknown"),
        ("PUT", f"/v1/enrolments/{'0' * 32}/recording", None, "enrolment.unknown"),
        ("POST", "/v1/enrolments", {"consent_text_sha256": "0"}, "consent_text.not_accepted"),
        ("POST", "/v1/enrolments", {}, "request.invalid"),
        ("POST", "/v1/accounts/me/recovery", None, "recovery.not_begun"),
        ("GET", "/v1/cases", None, "scope.missing"),
        ("GET", "/v1/nowhere", None, "route.unknown"),
        ("DELETE", "/v1/receipts", None, "method.not_allowed"),
    ],
)
def test_a_problem_is_in_both_languages(place: Place, method: str, path: str, body: Any, code: str) -> None:
    _, headers = place.person("min")
    told = place.client.request(method, path, json=body, headers=headers).json()
    assert (told["code"], bool(told["detail"]), bool(told["remedy"])) == (code, True, True)
    assert re.search("[가-힣]", told["ko"])


def test_who_is_not_known_is_told_so_in_both_languages(place: Place) -> None:
    assert re.search("[가-힣]", place.client.get("/v1/receipts").json()["ko"])
