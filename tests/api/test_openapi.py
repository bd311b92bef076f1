"""Given the OpenAPI document, when its examples are sent in the loop's order, then two hazards go round the loop."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from api.examples import FILE, OTHER_USCC, USCC
from api.openapi import BODIES
from api.problems import Kind
from domain.actors import OF_AN_ENTERPRISE, Role
from tests.api.people import V1, People, SetClock, id_of, unserved

Document = dict[str, Any]

OFFICER, BOSS, CONGRESS = Role.ENTERPRISE_OFFICER, Role.MAIN_RESPONSIBLE_PERSON, Role.WORKERS_CONGRESS
INSPECTOR, REGULATOR = Role.UNION_INSPECTOR, Role.REGULATOR

GENERAL = (
    (OFFICER, "self-inspection", "general", "self_inspected"),
    (OFFICER, "rectification-plan", "general", "rectifying"),
    (OFFICER, "deadline-extensions", "general", "rectifying"),
    (OFFICER, "rectification-steps", "general", "rectifying"),
    (OFFICER, "rectification", "general", "rectified"),
    (INSPECTOR, "re-inspection", "general", "verified"),
    (OFFICER, "workers-notice", "general", "verified"),
    (OFFICER, "close-out", "general", "closed"),
)

MAJOR = (
    (OFFICER, "self-inspection", "major", "self_inspected"),
    (BOSS, "dual-reports", "major_initial_regulator", "self_inspected"),
    (BOSS, "dual-reports", "major_initial_workers_congress", "self_inspected"),
    (REGULATOR, "dual-reports/regulator/acknowledgement", "major_initial", "self_inspected"),
    (OFFICER, "rectification-plan", "major", "rectifying"),
    (OFFICER, "deadline-extensions", "major", "rectifying"),
    (OFFICER, "rectification-steps", "major", "rectifying"),
    (BOSS, "dual-reports", "major_progress_regulator", "rectifying"),
    (OFFICER, "rectification", "major", "rectified"),
    (REGULATOR, "re-inspection", "failed", "rectifying"),
    (OFFICER, "rectification", "major", "rectified"),
    (REGULATOR, "re-inspection", "major", "verified"),
    (OFFICER, "workers-notice", "major", "verified"),
    (BOSS, "dual-reports", "major_final_regulator", "verified"),
    (BOSS, "dual-reports", "major_final_workers_congress", "verified"),
    (REGULATOR, "dual-reports/regulator/acknowledgement", "major", "verified"),
    (INSPECTOR, "dual-reports/workers_congress/acknowledgement", "major_on_paper", "dual_reported"),
    (REGULATOR, "resumption", "major", "dual_reported"),
    (REGULATOR, "close-out", "major", "closed"),
)

BESIDES = (
    (INSPECTOR, "correction", "major", "reported"),
    (OFFICER, "self-inspection", "general", "self_inspected"),
    (INSPECTOR, "grade-challenge", "general", "self_inspected"),
    (OFFICER, "grade-challenge/answer", "general", "self_inspected"),
    (INSPECTOR, "regrade", "general", "self_inspected"),
    (REGULATOR, "regrade", "major", "self_inspected"),
    (OFFICER, "rectification", "general_on_the_spot", "rectified"),
    (INSPECTOR, "re-inspection", "failed", "self_inspected"),
    (OFFICER, "dismissal", "general", "dismissed"),
    (INSPECTOR, "reopening", "general", "reported"),
    (OFFICER, "dismissal", "major", "dismissed"),
    (INSPECTOR, "reopening", "major", "reported"),
    (INSPECTOR, "transfer", "general", "reported"),
    (Role.ADMINISTRATOR, "erasure", "general", "reported"),
)


class Player:
    """Sends the document's examples, putting in nothing but ids."""

    def __init__(self, people: People, document: Document) -> None:
        self.people = people
        self.document = document

    def example(self, path: str, name: str) -> Any:
        template = re.sub(r"dual-reports/\w+/", "dual-reports/{recipient}/", path)
        content = self.document["paths"]["/v1/{j}/" + template]["post"]["requestBody"]["content"]
        return content["application/json"]["examples"][name]["value"]

    async def begin(self) -> None:
        inspector = await self.people.one(INSPECTOR)
        for name in ("enterprise", "other"):
            await inspector.do("enterprises", self.example("enterprises", name))
        content = self.document["paths"]["/v1/{j}/evidence"]["post"]["requestBody"]["content"]
        file = content["text/plain"]["example"]
        assert file == FILE
        assert (await inspector.post_bytes("evidence", file.encode(), Content_Type="text/plain")).status_code == 201

    async def report(self, name: str) -> str:
        worker = await self.people.one(Role.WORKER, USCC)
        return f"hazards/{(await worker.do('hazards', self.example('hazards', name)))['id']}"

    async def play(self, hazard: str, moves: tuple[tuple[Role, str, str, str], ...]) -> None:
        auditor = await self.people.one(Role.AUDITOR)
        for role, under, name, stage in moves:
            before = (await auditor.see(hazard))["version"]
            person = await self.people.one(role, USCC if role in OF_AN_ENTERPRISE else None)
            done = await person.do(f"{hazard}/{under}", self.example(f"hazards/{{id}}/{under}", name), before)
            assert done["id"] == str(id_of(hazard))
            assert (await auditor.see(hazard))["stage"] == stage, (under, name)


@pytest.fixture
async def player(people: People) -> Player:
    document = (await people.client.get("/openapi.json")).json()
    player = Player(people, document)
    await player.begin()
    return player


async def test_the_examples_take_a_general_hazard_from_report_to_close_out(player: Player) -> None:
    await player.play(await player.report("general"), GENERAL)


async def test_the_examples_take_a_major_hazard_from_report_to_close_out(player: Player) -> None:
    await player.play(await player.report("major"), MAJOR)


async def test_the_examples_besides_the_straight_way_are_valid_too(player: Player) -> None:
    await player.play(await player.report("general"), BESIDES)
    inspector = await player.people.one(INSPECTOR)

    await inspector.do(f"enterprises/{OTHER_USCC}/changes", player.example("enterprises/{e}/changes", "enterprise"))
    await inspector.do(f"enterprises/{OTHER_USCC}/closure", player.example("enterprises/{e}/closure", "enterprise"))


def test_no_example_is_left_unsent() -> None:
    sent = {(under.replace("/regulator/", "/{recipient}/"), name) for _, under, name, _ in GENERAL + MAJOR + BESIDES}
    sent = {(under.replace("/workers_congress/", "/{recipient}/"), name) for under, name in sent}
    document = unserved().openapi()

    for path in BODIES:
        under = path.removeprefix("/v1/{j}/hazards/{id}/")
        names = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]["examples"]
        unsent = {name for name in names if (under, name) not in sent} if under != path else set()
        assert unsent <= {"major_progress_workers_congress", *NOT_TWICE.get(under, ())}, path


NOT_TWICE = {
    "correction": {"general"},
    "transfer": {"major"},
    "erasure": {"major"},
    "grade-challenge": {"major"},
    "grade-challenge/answer": {"major"},
}
"""The same body under both names."""


async def test_the_examples_are_made_anew_each_day(people: People, clock: SetClock) -> None:
    def deadline(document: Document) -> str:
        body = document["paths"]["/v1/{j}/hazards/{id}/rectification-plan"]["post"]["requestBody"]
        return str(body["content"]["application/json"]["examples"]["major"]["value"]["deadline"])

    today = (await people.client.get("/openapi.json")).json()
    clock.later(days=1)
    tomorrow = (await people.client.get("/openapi.json")).json()

    assert (deadline(today), deadline(tomorrow)) == ("2026-04-01", "2026-04-02")


def test_every_reference_leads_somewhere() -> None:
    document = unserved().openapi()
    references = set(re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(document)))

    assert references <= document["components"]["schemas"].keys()


def test_every_operation_says_what_it_takes_and_how_it_refuses() -> None:
    document = unserved().openapi()

    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            named = {(parameter["in"], parameter["name"]) for parameter in operation["parameters"]}
            assert {("path", name) for name in re.findall(r"{(\w+)}", path)} <= named, where
            assert len(operation["parameters"]) == len(named), where
            assert operation["summary"], where
            if path.startswith("/v1"):
                assert ("query", "min_position") in named or method == "post", where
                assert {"401", "404", "422", "503", "500"} <= operation["responses"].keys(), where
                assert operation["security"] == [{"token": []}], where
            if method == "post":
                assert "requestBody" in operation, where


def test_every_type_of_problem_is_shown() -> None:
    text = json.dumps(unserved().openapi())

    for kind in Kind:
        if kind not in (Kind.NO_ROUTE, Kind.METHOD_NOT_ALLOWED):  # of no route's own
            assert f'{{"type": "{kind.urn}"' in text, kind
        assert f'"{kind.urn}"' in text


async def test_the_reference_for_people_names_every_route_and_asks_nobody_else(people: People) -> None:
    document = (await people.client.get("/openapi.json")).json()
    answer = await people.client.get("/docs")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert all(path in answer.text for path in document["paths"])
    assert not re.search(r"<script|https?://|//[a-z]", answer.text)
    assert f"{V1}" not in answer.text
