"""Spans where somebody asked for traces: an append within its request, a batch of no single one, a batch of a view."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import Tracer

from infrastructure.log import group_commit
from infrastructure.log.group_commit import GroupCommit
from infrastructure.views import keeper
from tests.domain.given import OURS
from tests.infrastructure.log.test_group_commit import Gate, item, while_one_is_written
from tests.infrastructure.views.town import Town, town_at


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch) -> Tracer:
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracer = provider.get_tracer("hazardloop")
    for module in (group_commit, keeper):
        monkeypatch.setattr(module, "tracer", tracer)
    return tracer


@pytest.fixture
async def town(database_url: str) -> AsyncIterator[Town]:
    async with town_at(database_url) as found:
        yield found


def named(exporter: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


async def test_given_requests_that_append_together_then_their_batch_is_linked_to_each(
    tracer: Tracer, exporter: InMemorySpanExporter
) -> None:
    gate = Gate()
    with tracer.start_as_current_span("request") as request:
        writers = await while_one_is_written(gate, GroupCommit(gate.write), [1, 2])
    gate.opened.set()
    assert all(isinstance(one, list) for one in await asyncio.gather(*writers))

    appends = named(exporter, "append")
    assert [span.parent for span in appends] == [request.get_span_context()] * 3
    first, second = named(exporter, "append batch")
    assert (first.parent, second.parent) == (None, None)
    assert [dict(span.attributes or {}) for span in (first, second)] == [
        {"hazardloop.appends": 1},
        {"hazardloop.appends": 2},
    ]
    linked = Counter(link.context.span_id for batch in (first, second) for link in batch.links)
    assert linked == Counter(span.get_span_context().span_id for span in appends)


async def test_given_a_batch_that_fails_then_its_span_ends_without_saying_why(
    tracer: Tracer, exporter: InMemorySpanExporter
) -> None:
    gate = Gate()
    gate.broken = {1}
    gate.opened.set()

    with pytest.raises(ValueError, match="can't be written"):
        await GroupCommit(gate.write).append([item(1)])

    assert [span.events for span in exporter.get_finished_spans()] == [(), ()]


async def test_given_events_when_they_are_projected_then_each_view_says_how_many(
    tracer: Tracer, exporter: InMemorySpanExporter, town: Town
) -> None:
    await town.register(OURS)
    await town.project()

    said = [dict(span.attributes or {}) for span in named(exporter, "projection batch")]
    assert said == [
        {"hazardloop.jurisdiction": "320583", "hazardloop.projection": name, "hazardloop.events": 1}
        for name in ("hazards", "enterprises")
    ]
