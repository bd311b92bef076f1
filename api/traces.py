"""API: traces, where somebody asks for them by the standard OTEL_EXPORTER_OTLP_ENDPOINT; else they cost nothing.

What they take comes with the extra `hazardloop[traces]` and is imported by api/spans.py alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, MutableMapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi.telemetry import TelemetryConfig
from opentelemetry import trace

from api.running import CannotRun

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

NOT_TRACED = frozenset({"/healthz", "/readyz", "/metrics"})


def asked_for(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether spans are to be sent anywhere."""
    off = (
        environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none"
    )
    return not off and any(environment.get(name) for name in ENDPOINTS)


@asynccontextmanager
async def tracing() -> AsyncIterator[None]:
    """If asked for, spans are sent while the context lasts, wherever they are made, and the last at its end.

    Raises CannotRun where what that takes is not installed.
    """
    if not asked_for():
        yield
        return
    try:
        from api import spans
    except ImportError:
        raise CannotRun(
            f"traces are asked for ({ENDPOINTS[0]}), and what they take is not installed: install hazardloop[traces]"
        ) from None
    provider = spans.provider(spans.sending())
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        await asyncio.to_thread(provider.shutdown)


def telemetry(provider: trace.TracerProvider | None = None) -> TelemetryConfig:
    """What FastAPI is to do: a span for each request, of this provider or else that of `tracing`; and nothing else.

    Said outright, lest it heeds more of the environment: its metrics we have, and its logs hold messages.
    """
    return {
        "tracing": provider is not None or asked_for(),
        "tracer_provider": provider,
        "exclude": _not_traced,
        "operation_spans": False,
        "metrics": False,
        "logs": False,
        "auto_configure": False,
    }


def _not_traced(scope: MutableMapping[str, Any]) -> bool:
    return scope["path"] in NOT_TRACED
