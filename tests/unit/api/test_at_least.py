"""Every write hands its writer a token; whoever brings it reads what they wrote, or is told that it has not come yet."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest

from policy.core import token
from policy.ports import Head
from serving.api.context import Parts
from serving.client import Client
from tests.unit.api.conftest import Place

HEADER = "Cameo-At-Least"
PROJECTED = ["/v1/audit", "/v1/notifications", f"/v1/decisions/{'0' * 32}/explanation"]


class Follower:
    """Has seen what the test says."""

    def __init__(self, revision: int | None) -> None:
        self.revision = revision

    def head(self, stream: str) -> Head | None:
        del stream
        return None if self.revision is None else Head(self.revision, 0)


def parts_of(place: Place) -> Parts:
    return place.client.app.state.parts  # type: ignore[attr-defined]


def following(place: Place, revision: int | None) -> list[str]:
    """Have every follower stand there, with little patience; gives the names of those that are asked."""
    asked: list[str] = []

    def reader(name: str) -> Follower:
        asked.append(name)
        return Follower(revision)

    parts = parts_of(place)
    place.client.app.state.parts = replace(parts, at_least=replace(parts.at_least, reader=reader, patience_s=0.01))  # type: ignore[attr-defined]
    return asked


def read(place: Place, text: str) -> dict[str, int]:
    at_least = parts_of(place).at_least
    return token.read(at_least.secret, text, at_least.incarnation())


def follow(place: Place, headers: dict[str, str], **more: Any) -> str:
    other = place.person(f"other{len(more)}")[0] if "account" not in more else more["account"]
    answer = place.client.put(f"/v1/accounts/me/follows/{other}", headers=headers)
    assert answer.status_code == 204
    return answer.headers[HEADER]


def test_a_write_names_the_streams_it_wrote_and_their_revisions(place: Place) -> None:
    account, headers = place.person("min")
    assert read(place, follow(place, headers)) == {account: 2}


def test_a_write_sent_again_hands_the_same_token(place: Place) -> None:
    account, headers = place.person("min")
    other = place.person("theo")[0]
    sent = [place.client.put(f"/v1/accounts/me/follows/{other}", headers=headers | {"Idempotency-Key": "k"}) for _ in range(2)]
    assert sent[0].headers[HEADER] == sent[1].headers[HEADER]
    assert read(place, sent[1].headers[HEADER]) == {account: 2}


def test_what_reads_or_is_refused_hands_none(place: Place) -> None:
    _, headers = place.person("min")
    assert HEADER not in place.client.get("/v1/accounts/me", headers=headers).headers
    assert HEADER not in place.client.put("/v1/accounts/me/follows/@nobody", headers=headers).headers
    assert HEADER not in place.client.get("/health").headers


def test_a_write_that_brings_a_token_hands_one_of_both(place: Place) -> None:
    account, headers = place.person("min")
    theirs, other = place.person("theo")
    brought = follow(place, headers)
    other_wrote = place.client.put(f"/v1/accounts/me/follows/{account}", headers=other | {HEADER: brought}).headers[HEADER]
    assert read(place, other_wrote) == {account: 2, theirs: 2}


@pytest.mark.parametrize("path", PROJECTED)
def test_a_projection_that_has_seen_it_answers(place: Place, path: str) -> None:
    _, headers = place.person("min")
    wrote = follow(place, headers)
    asked = following(place, 2)
    answer = place.client.get(path, headers=headers | {HEADER: wrote})
    assert answer.json().get("code") in {None, "decision.unknown"}
    assert asked == [{"/v1/notifications": "notify"}.get(path, "project")]


@pytest.mark.parametrize("path", PROJECTED)
@pytest.mark.parametrize("revision", [None, 1])
def test_one_that_has_not_says_so_within_its_patience(place: Place, path: str, revision: int | None) -> None:
    _, headers = place.person("min")
    wrote = follow(place, headers)
    following(place, revision)
    answer = place.client.get(path, headers=headers | {HEADER: wrote})
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (409, "feed.behind", "1")
    assert place.client.get(path, headers=headers).json().get("code") != "feed.behind", "without a token nobody waits"


@pytest.mark.parametrize(
    ("text", "code"),
    [("nonsense!", "token.malformed"), ("A" * 60, "token.forged"), (token.issue(b"x" * 32, 1, {"account-" + "a" * 32: 1}), "token.forged")],
)
def test_a_token_that_was_not_issued_here_is_refused_everywhere(place: Place, text: str, code: str) -> None:
    _, headers = place.person("min")
    for path in ("/v1/accounts/me", "/v1/audit"):
        answer = place.client.get(path, headers=headers | {HEADER: text})
        assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_token_of_a_life_of_the_ledger_that_is_over_is_refused(place: Place) -> None:
    account, headers = place.person("min")
    old = token.issue(parts_of(place).at_least.secret, 2, {account: 1})
    assert place.client.get("/v1/audit", headers=headers | {HEADER: old}).json()["code"] == "token.incarnation"


def test_of_too_many_streams_the_newest_writes_are_kept(place: Place) -> None:
    brought = {f"account-{number:032x}": 1 for number in range(token.MAX_STREAMS)}
    written = {f"cameo-{number:032x}": 2 for number in range(2)} | {f"account-{5:032x}": 9}
    known = read(place, parts_of(place).at_least.issue(brought, written))
    assert written.items() <= known.items()
    assert len(known) == token.MAX_STREAMS


def test_the_client_keeps_the_token_of_its_last_write(place: Place) -> None:
    account, headers = place.person("min")
    other = place.person("theo")[0]

    def carry(request: httpx.Request) -> httpx.Response:
        answer = place.client.request(
            request.method, str(request.url.raw_path, "ascii"), content=request.read(), headers=dict(request.headers)
        )
        return httpx.Response(answer.status_code, content=answer.content, headers=dict(answer.headers))

    with Client("http://here", headers["Authorization"].removeprefix("Bearer "), transport=httpx.MockTransport(carry)) as client:
        client.call("PUT", f"/v1/accounts/me/follows/{other}")
        assert client.wrote is not None
        assert read(place, client.wrote) == {account: 2}
        assert client.call("GET", "/v1/audit", at_least=client.wrote)["items"] == []
