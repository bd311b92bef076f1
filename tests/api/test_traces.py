"""Traces, where somebody asks for them: a span says which route was asked and how it ended, never what was sought."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2
import pytest
from fastapi import FastAPI
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.requests import Request
from starlette.responses import Response

from api import spans
from api.traces import asked_for, telemetry

TEXT = "zhangmou13800000000"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> TracerProvider:
    return spans.provider(SimpleSpanProcessor(exporter))


def app(provider: TracerProvider | None) -> FastAPI:
    """As FastAPI is told what to do with traces; its routes are made up."""
    served = FastAPI(telemetry=telemetry(provider))

    @served.api_route("/things/{id}", methods=["GET", "PATCH"])
    async def things(request: Request) -> Response:
        return Response("found")

    @served.get("/broken")
    async def broken(request: Request) -> Response:
        raise ValueError(TEXT)

    @served.get("/healthz")
    async def healthz(request: Request) -> Response:
        return Response("lives")

    return served


async def ask(served: FastAPI, method: str, path: str, **headers: str) -> None:
    transport = httpx2.ASGITransport(app=served, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
        await client.request(method, path, headers=headers)


async def test_given_a_request_then_its_span_says_route_and_status_and_nothing_that_was_entered(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    await ask(app(provider), "GET", f"/things/{TEXT}?q={TEXT}", host=TEXT, user_agent=TEXT, baggage=f"name={TEXT}")
    await ask(app(provider), TEXT.upper(), f"/{TEXT}")

    found, unknown = exporter.get_finished_spans()
    assert found.name == "GET /things/{id}"
    assert found.attributes is not None
    assert found.attributes["http.route"] == "/things/{id}"
    assert found.attributes["http.response.status_code"] == 200
    assert found.attributes["url.query"] == found.attributes["url.path"] == spans.REDACTED
    assert unknown.name == "HTTP"
    assert TEXT not in (found.to_json() + unknown.to_json()).lower()


async def test_given_a_request_that_fails_then_its_span_says_the_kind_of_error_and_not_its_message(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    await ask(app(provider), "GET", "/broken")

    (span,) = exporter.get_finished_spans()
    assert span.attributes is not None
    assert (span.attributes["error.type"], span.events) == ("ValueError", ())
    assert TEXT not in span.to_json()


async def test_given_a_caller_with_a_trace_then_the_span_is_part_of_it(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    await ask(app(provider), "GET", "/things/1", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")

    (span,) = exporter.get_finished_spans()
    assert span.get_span_context().trace_id == int("a" * 32, 16)


async def test_given_probes_then_there_is_no_span_of_them(
    provider: TracerProvider, exporter: InMemorySpanExporter
) -> None:
    await ask(app(provider), "GET", "/healthz")
    assert exporter.get_finished_spans() == ()


async def test_given_nobody_who_asked_for_traces_then_fastapi_does_nothing_of_the_kind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    wanted = telemetry()
    assert not any(wanted[kind] for kind in ("tracing", "metrics", "logs", "operation_spans", "auto_configure"))


@pytest.mark.parametrize(
    ("environment", "asked"),
    [
        ({}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_SDK_DISABLED": "true"}, False),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318", "OTEL_TRACES_EXPORTER": "none"}, False),
    ],
)
def test_given_an_environment_then_it_asks_for_traces_or_not(environment: Mapping[str, str], asked: bool) -> None:
    assert asked_for(environment) is asked


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({}, "hazardloop"),
        ({"OTEL_SERVICE_NAME": "kunshan"}, "kunshan"),
        ({"OTEL_RESOURCE_ATTRIBUTES": "service.name=kunshan"}, "kunshan"),
    ],
)
def test_given_a_name_of_the_operators_then_the_service_has_it(
    exporter: InMemorySpanExporter, monkeypatch: pytest.MonkeyPatch, environment: Mapping[str, str], name: str
) -> None:
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert spans.provider(SimpleSpanProcessor(exporter)).resource.attributes["service.name"] == name
