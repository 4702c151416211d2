"""Role × endpoint, derived from the table of rights: what it does not name is refused, with a code, in a problem body."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from identity.keys.rights import ENDPOINTS
from identity.keys.wire import Problem
from tests.keyholder_parts import Keyholding

ROLES = ("api", "worker", "judge", "dispatcher", "auditor", "relay", "feeder", "operator")
CONTROL = sorted(endpoint for endpoint, roles in ENDPOINTS.items() if "replica" not in roles)


@pytest.mark.parametrize("endpoint", CONTROL)
def test_a_role_reaches_exactly_the_endpoints_it_is_given(keyholding: Keyholding, endpoint: str) -> None:
    method = "GET" if endpoint == "/v1/health" else "POST"
    for role in ROLES:
        token = keyholding.installation.settings.secret(f"token-{role}").decode()
        status, body = keyholding.ask_raw(endpoint, b"[]", {"authorization": f"Bearer {token}"}, method)
        if role in ENDPOINTS[endpoint]:
            assert status in (200, 422), (role, endpoint, body)
        else:
            assert (status, msgspec.json.decode(body, type=Problem).codes) == (403, ("right.missing",)), (role, endpoint)


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer 00", "Basic YTpi", "Bearer token-api"])
@pytest.mark.parametrize("endpoint", CONTROL)
def test_a_stranger_reaches_nothing(keyholding: Keyholding, endpoint: str, authorization: str) -> None:
    method = "GET" if endpoint == "/v1/health" else "POST"
    status, body = keyholding.ask_raw(endpoint, b"[]", {"authorization": authorization}, method)
    assert (status, msgspec.json.decode(body, type=Problem).codes) == (401, ("caller.unauthenticated",))


@pytest.mark.parametrize("endpoint", ["/v1/open", "/v1/release"])
def test_no_token_opens_or_releases(keyholding: Keyholding, endpoint: str) -> None:
    for role in ROLES:
        token = keyholding.installation.settings.secret(f"token-{role}").decode()
        status, body = keyholding.ask_raw(endpoint, b"{}", {"authorization": f"Bearer {token}"})
        assert (status, msgspec.json.decode(body, type=Problem).codes) == (401, ("replica.unauthenticated",))


def test_an_unknown_endpoint_and_an_unreadable_body_have_their_codes(keyholding: Keyholding) -> None:
    token = keyholding.installation.settings.secret("token-api").decode()
    bearer = {"authorization": f"Bearer {token}"}
    for endpoint, body, expected in (
        ("/v1/root-key", b"{}", (404, "endpoint.unknown")),
        ("/v1/seal", b"{", (400, "body.invalid")),
        ("/v1/seal", b'{"account": 1}', (422, "body.invalid")),
        ("/v1/film", b'{"generation": "g", "viewer": "v", "more": 1}', (422, "body.invalid")),
    ):
        status, answered = keyholding.ask_raw(endpoint, body, bearer)
        assert (status, msgspec.json.decode(answered, type=Problem).codes[0]) == expected


def test_the_socket_and_the_keys_are_for_this_account_alone(keyholding: Keyholding) -> None:
    settings = keyholding.installation.settings
    assert settings.keyholder_socket.stat().st_mode & 0o777 == 0o600
    for path in (settings.var / "keyholder").iterdir():
        assert path.stat().st_mode & 0o077 == 0, path
    assert (settings.secrets / "film.key").stat().st_mode & 0o777 == 0o600


def test_a_second_keyholder_on_the_same_keys_does_not_start(keyholding: Keyholding) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "serving.keyholder"], env=keyholding.installation.environ, capture_output=True, check=False, timeout=60
    )
    assert done.returncode != 0
    assert keyholding.client("api").health().codes == ()
