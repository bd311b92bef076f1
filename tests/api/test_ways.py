"""Every path leads where the router would lead it; what leads nowhere is the router's to refuse."""

from __future__ import annotations

import re

import pytest
from starlette.routing import Match

from api.route import Route
from api.ways import Ways
from tests.api.people import unserved

APP = unserved()
ROUTES = [route for route in APP.router.routes if isinstance(route, Route)]


def scope_of(method: str, path: str) -> dict[str, object]:
    return {"type": "http", "method": method, "path": path, "headers": [], "query_string": b""}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.methods} {route.path}")
def test_given_a_path_of_a_route_then_it_leads_to_what_the_router_finds_first(route: Route) -> None:
    path = re.sub(r"{(\w+)}", r"some-\1", route.path)
    method = next(iter(route.methods or ()))
    scope = scope_of(method, path)
    first = next(one for one in ROUTES if one.matches(scope)[0] is Match.FULL)

    found = Ways(APP.router)._find(method, path.split("/"))

    assert found == (first, first.matches(scope)[1]["path_params"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/v1"),
        ("GET", "/v1/320583/hazards/"),
        ("GET", "/v1//hazards"),
        ("GET", "/v1/320583/hazards/1/2/3/4/5"),
        ("DELETE", "/v1/320583/hazards"),
        ("HEAD", "/healthz"),
    ],
)
def test_given_what_leads_nowhere_then_it_is_left_to_the_router(method: str, path: str) -> None:
    assert Ways(APP.router)._find(method, path.split("/")) is None
    assert not any(one.matches(scope_of(method, path))[0] is Match.FULL for one in ROUTES)
