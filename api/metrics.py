"""API: what a process tells Prometheus about itself. Lag is a metric, never a reason to be called not ready."""

from __future__ import annotations

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from application.questions import ProjectionStatus
from application.sequencing import Standing

MEDIA_TYPE = CONTENT_TYPE_LATEST
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_ROUTE = "(none)"


class Metrics:
    """The instruments of one application, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        labels = ("method", "route")
        self._requests = Counter(
            "hazardloop_http_requests", "Answers begun.", (*labels, "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "hazardloop_http_request_seconds",
            "Seconds until an answer began.",
            labels,
            buckets=BUCKETS,
            registry=self._registry,
        )
        self._head = Gauge(
            "hazardloop_log_head", "The highest position of the log.", ("jurisdiction",), registry=self._registry
        )
        self._queue = Gauge(
            "hazardloop_append_queue", "Items that wait to be appended.", ("jurisdiction",), registry=self._registry
        )
        self._signed = Gauge(
            "hazardloop_log_signed", "Events under a signed checkpoint.", ("jurisdiction",), registry=self._registry
        )
        self._refused = Gauge(
            "hazardloop_signing_refused",
            "1 where nothing is signed until somebody acts: `hazardloop status` says why.",
            ("jurisdiction",),
            registry=self._registry,
        )
        of_build = ("jurisdiction", "projection", "version", "build", "state")
        self._lag_events = Gauge(
            "hazardloop_projection_lag_events",
            "Events a projection has yet to take.",
            of_build,
            registry=self._registry,
        )
        self._lag_seconds = Gauge(
            "hazardloop_projection_lag_seconds",
            "How long the first event a projection has yet to take has been in the log.",
            of_build,
            registry=self._registry,
        )
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """An answer began. `route` is the path's template, so that no id becomes a label."""
        labels = (method, route or NO_ROUTE, status)
        if labels not in self._known:
            self._known[labels] = (self._requests.labels(*labels), self._seconds.labels(*labels[:2]))
        requests, latency = self._known[labels]
        requests.inc()
        latency.observe(seconds)

    def forget(self) -> None:
        """Drop what was last seen of the logs and projections: a build that is gone must not go on lagging."""
        for gauge in (self._head, self._queue, self._signed, self._refused, self._lag_events, self._lag_seconds):
            gauge.clear()

    def seen(self, jurisdiction: str, signed: Standing, queued: int, projections: Sequence[ProjectionStatus]) -> None:
        """Where one jurisdiction's log, its queue and projections stand."""
        self._head.labels(jurisdiction).set(signed.head)
        self._signed.labels(jurisdiction).set(signed.signed)
        self._refused.labels(jurisdiction).set(signed.refused is not None)
        self._queue.labels(jurisdiction).set(queued)
        for one in projections:
            labels = (jurisdiction, one.name, one.version, one.build, one.state)
            self._lag_events.labels(*labels).set(one.lag_events)
            self._lag_seconds.labels(*labels).set(one.lag_seconds)

    def text(self) -> bytes:
        """All of it in Prometheus' text format."""
        return generate_latest(self._registry)
