"""Every route is authorised: a table of role x route, held against the OpenAPI document."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from schemas.ids import stream_id
from serving.ports import RECOVER, SCOPES
from tests.unit.api.conftest import Place

TABLE: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "rights.yaml").read_text(encoding="utf-8"))
ANYBODY = stream_id("account", b"a" * 16)
FILLED = {"account": ANYBODY, "generation": stream_id("generation", b"g" * 16), "switch": "render"}


def routes(place: Place) -> dict[str, tuple[str, str]]:
    paths = place.client.get("/openapi.json").json()["paths"]
    return {f"{method.upper()} {path}": (method, path) for path, methods in paths.items() for method in methods}


def test_the_table_names_every_route_and_no_other(place: Place) -> None:
    assert sorted(TABLE) == sorted(routes(place))


@pytest.mark.parametrize("route", sorted(TABLE))
def test_a_route_admits_its_scopes_and_refuses_all_others(place: Place, route: str) -> None:
    method, path = route.split(" ", 1)
    url = path
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        url = url.replace("{" + name + "}", FILLED.get(name, "0" * 32))
    open_to_all = TABLE[route] == ["nobody"]
    assert (place.client.request(method, url).status_code == 401) is not open_to_all
    forged = {"Authorization": "Bearer cameo_" + "A" * 43}
    assert (place.client.request(method, url, headers=forged).status_code == 401) is not open_to_all
    for scope in (*SCOPES, RECOVER):
        answer = place.client.request(method, url, headers=place.token(ANYBODY, scope))
        refused = answer.status_code == 403 and (method == "HEAD" or answer.json()["code"] == "scope.missing")
        assert refused is not (open_to_all or scope in TABLE[route]), f"{route} as {scope}: {answer.text}"
