"""Given whatever goes wrong, when it is answered, then it is a problem document of a kind that is listed."""

from __future__ import annotations

import logging
from uuid import UUID, uuid4

import pytest

from api import problems
from api.problems import OF_REFUSAL, Kind
from api.running import Running
from application.log import Unavailable
from domain import refusals
from domain.actors import Role
from tests.api.people import V1, People, refused
from tests.conftest import JURISDICTION


async def test_a_path_there_is_nothing_at(people: People) -> None:
    for path in ("/", "/v1", f"{V1}/nothing", f"{V1}/hazards/", "/v2/320583/hazards"):
        refused(await people.client.get(path), 404, "no-route", rule="route.unknown")


async def test_a_method_a_path_does_not_take(people: People) -> None:
    answer = await people.client.delete(f"{V1}/hazards")

    refused(answer, 405, "method-not-allowed", rule="route.method")
    assert answer.headers["allow"]


async def test_the_correlation_id_comes_back_and_goes_into_the_log(people: People) -> None:
    worker, given = await people.one(Role.WORKER), str(uuid4())

    answer = await worker.post("hazards", {"description": "x", "channel": "snap"}, X_Correlation_Id=given)
    history = await worker.see(f"hazards/{answer.json()['id']}/events")

    assert answer.headers["x-correlation-id"] == given
    assert [entry["correlation_id"] for entry in history["items"]] == [given]


async def test_without_a_correlation_id_that_is_one_a_new_one_is_made(people: People) -> None:
    given: list[dict[str, str]] = [{}, {"X-Correlation-Id": ""}, {"X-Correlation-Id": "abc"}]

    answers = [await people.client.get("/healthz", headers=headers) for headers in given]

    assert len({UUID(answer.headers["x-correlation-id"]) for answer in answers}) == 3


async def test_a_schema_that_is_behind_answers_503_alone(
    service: Running, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = await people.one(Role.WORKER)

    def behind(code: str) -> None:
        raise Unavailable(5)

    monkeypatch.setattr(service, "jurisdiction", behind)
    answer = await worker.get("hazards")

    refused(answer, 503, "unavailable", rule="try_again")
    assert answer.headers["retry-after"] == "5"
    assert (await people.client.get("/healthz")).status_code == 200


async def test_what_nobody_expected_is_told_by_its_id_alone(
    service: Running, people: People, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    worker = await people.one(Role.WORKER)

    async def broken(*_: object) -> None:
        raise LookupError("13800000000")

    monkeypatch.setattr(type(service.jurisdiction(JURISDICTION).commands), "report", broken)
    with caplog.at_level(logging.ERROR):
        answer = await worker.post("hazards", {"description": "13800000000", "channel": "snap"})

    body = refused(answer, 500, "internal", rule="internal")
    assert "13800000000" not in answer.text + caplog.text
    assert body["correlation_id"] in caplog.text
    assert "LookupError" in caplog.text


async def test_a_position_not_reached_is_answered_503(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.routes.reaching.WAIT_SECONDS", 0.01)
    hazard = await people.reported()
    auditor, beyond = await people.one(Role.AUDITOR), await people.head() + 1

    for path in (hazard, f"{hazard}/events", "events", "events/stream", "rules"):
        answer = await auditor.get(path, min_position=beyond)
        refused(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "1"


async def test_who_has_just_written_never_reads_the_past(people: People) -> None:
    hazard = await people.reported()
    auditor = await people.one(Role.AUDITOR)

    for path in ("hazards", hazard, f"{hazard}/events", "enterprises", "duties", "board", "events", "rules"):
        await auditor.see(path, min_position=await people.head())
    ledger = await auditor.see("hazards", min_position=await people.head())

    assert [row["id"] for row in ledger["items"]] == [hazard.rpartition("/")[2]]


def test_every_refusal_has_a_kind_of_problem() -> None:
    assert set(OF_REFUSAL) == set(refusals.Refusal.__subclasses__())
    assert len(set(OF_REFUSAL.values())) == len(OF_REFUSAL)


def test_no_two_kinds_have_one_name() -> None:
    assert len({kind.urn for kind in Kind}) == len(Kind)
    assert all(kind.urn.startswith(problems.URN) for kind in Kind)
