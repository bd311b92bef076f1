"""API: what makes spans and sends them. Imported only where traces are asked for: it takes `hazardloop[traces]`.

A request's span says which route was asked, how it ended and how long it took, never what was looked for.
"""

from __future__ import annotations

import os
from importlib import metadata

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import SpanKind

SEND_SECONDS = 5
"""How long a batch of spans may take to be sent, and so the last one hold up the end of the process."""

SAID = frozenset({"http.request.method", "network.protocol.version", "url.scheme"})
"""What may be told of a request at once; route, status and kind of error follow when they are known."""

REDACTED = "REDACTED"


def provider(sending: SpanProcessor) -> TracerProvider:
    """Makes spans that hold nothing anybody entered, and passes them on. Its resource is that of the environment."""
    made = TracerProvider(resource=_resource(), shutdown_on_exit=False)
    made.add_span_processor(_Redacting())
    made.add_span_processor(sending)
    return made


def sending() -> SpanProcessor:
    """Sends spans in batches, by OTLP over HTTP, to where the environment says."""
    return BatchSpanProcessor(OTLPSpanExporter(timeout=SEND_SECONDS))


class _Redacting(SpanProcessor):
    """Path, query and whatever else a caller may have written text into is taken out before anybody sees it."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Look at what FastAPI said of a request."""
        if span.kind is SpanKind.SERVER:
            for name in set(span.attributes or ()) - SAID:
                span.set_attribute(name, REDACTED)


def _resource() -> Resource:
    """As OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say, else this product."""
    own = {SERVICE_NAME: "hazardloop", SERVICE_VERSION: metadata.version("hazardloop")}
    named = bool(os.environ.get("OTEL_SERVICE_NAME")) or SERVICE_NAME in os.environ.get("OTEL_RESOURCE_ATTRIBUTES", "")
    return Resource.create() if named else Resource.create(own)
