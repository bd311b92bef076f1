"""Given a serving process, when whoever runs it asks how it is, then it says so."""

from __future__ import annotations

import pytest

from api.running import Running
from domain.actors import Role
from tests.api.people import V1, People, refused
from tests.conftest import JURISDICTION


async def test_it_lives_and_is_ready(people: People) -> None:
    for path in ("/healthz", "/readyz"):
        answer = await people.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


async def test_without_its_database_it_lives_and_is_not_ready(
    service: Running, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def not_ready() -> bool:
        return False

    monkeypatch.setattr(service, "database_ready", not_ready)

    assert (await people.client.get("/healthz")).status_code == 200
    refused(await people.client.get("/readyz"), 503, "unavailable")


async def test_metrics_count_answers_by_route_and_show_head_queue_and_lag(
    service: Running, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service.jurisdiction(JURISDICTION).log, "queued", lambda: 7)
    hazard = await people.reported()
    administrator = await people.one(Role.ADMINISTRATOR)
    await administrator.see(hazard)
    await administrator.get("hazards", limit=0)
    await people.client.get(f"{V1}/nothing")
    await administrator.see("hazards", min_position=await people.head())

    text = (await administrator.get("/metrics")).text

    route = 'method="GET",route="/v1/{j}/hazards/{id}"'
    assert f'hazardloop_http_requests_total{{{route},status="200"}} 1.0' in text
    assert f"hazardloop_http_request_seconds_count{{{route}}} 1.0" in text
    assert 'hazardloop_http_requests_total{method="GET",route="/v1/{j}/hazards",status="422"} 1.0' in text
    assert 'route="(none)",status="404"' in text
    assert 'hazardloop_log_head{jurisdiction="320583"} 2.0' in text
    assert 'hazardloop_append_queue{jurisdiction="320583"} 7.0' in text
    assert "hazardloop_projection_lag_events{" in text
    assert hazard.rpartition("/")[2] not in text
