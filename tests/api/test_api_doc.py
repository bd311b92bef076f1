"""Given docs/api.md, when it is held against the application, then each lists what the other has."""

from __future__ import annotations

import re
from pathlib import Path

from api import bodies, preconditions, times
from api.invalid import MOST_ERRORS
from api.openapi import BODIES, OPEN
from api.problems import Kind
from api.routes import events, evidence
from tests.api.people import unserved

DOC = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
ROUTES = re.findall(r"^\| (GET|POST) \| `(\S+)` \| (.+) \|$", DOC, re.MULTILINE)


def test_every_route_is_listed_and_every_listed_route_is_there() -> None:
    routes = [(method, route.path) for route in unserved().routes for method in route.methods - {"HEAD"}]

    assert sorted((method, path) for method, path, _ in ROUTES) == sorted(routes)


def test_the_routes_that_need_if_match_are_marked() -> None:
    marked = {path for _, path, does in ROUTES if "needs `If-Match`" in does}

    assert marked == {path for path, command in BODIES.items() if getattr(command, "replaces", False)}


def test_the_open_routes_are_marked() -> None:
    assert {path for _, path, does in ROUTES if "(*open*)" in does} == OPEN | {"/docs", "/openapi.json"}


def test_every_kind_of_problem_is_listed_with_its_status() -> None:
    listed = re.findall(r"^\| `(urn:\S+)` \| (\d+) \|", DOC, re.MULTILINE)

    assert sorted(listed) == sorted((kind.urn, str(kind.status)) for kind in Kind)


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"at most {bodies.MOST_BYTES // 1024} KiB" in DOC
    assert f"up to {evidence.MOST_BYTES // 1024 // 1024} MB" in DOC
    assert f"1 to {preconditions.MOST_KEY} printable" in DOC
    assert f"the first {MOST_ERRORS} are told" in DOC
    assert f"every {events.KEEP_ALIVE_SECONDS:.0f} seconds" in DOC
    assert times.DAY.form.fullmatch("1900-01-01")
    assert times.DAY.form.fullmatch("2999-12-31")
    assert not times.DAY.form.fullmatch("3000-01-01")
