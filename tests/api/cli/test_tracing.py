"""Traces of the running product, as a collector receives them."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.api.cli.process import answer, settings_of, started
from tests.api.cli.test_serve import address_of

TEXT = "zhangmou13800000000"
REPORT = {"description": TEXT, "channel": "inspection"}


@dataclass
class Collector:
    """Takes what is sent to it."""

    endpoint: str = ""
    received: list[bytes] = field(default_factory=list)

    def names(self) -> set[str]:
        """What the spans are called."""
        requests = map(ExportTraceServiceRequest.FromString, self.received)
        return {
            span.name
            for request in requests
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


@contextmanager
def collecting() -> Iterator[Collector]:
    collector = Collector()

    class Taking(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            collector.received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Taking) as server:
        collector.endpoint = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield collector
        server.shutdown()


def report(address: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    with httpx2.Client(base_url=f"{address}/v1/320583/", headers=headers, timeout=30) as client:
        reported = client.post("hazards", json=REPORT)
        assert reported.status_code == 201
        position = str(reported.json()["position"])
        assert client.get("hazards", params={"q": TEXT, "min_position": position}).status_code == 200


def test_given_a_collector_then_it_gets_spans_of_requests_batches_and_views_and_no_text(
    database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, DATABASE_URL=database_url)
    token = answer(settings, "token", "create", "--role", "union_inspector").strip()
    with collecting() as collector:
        asked = {**settings, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}
        with started(asked, "serve") as process:
            report(address_of(process), token)
            assert process.stop(signal.SIGTERM) == 0

    assert process.errors == ""
    expected = {"POST /v1/{j}/hazards", "GET /v1/{j}/hazards", "append", "append batch", "projection batch"}
    assert expected <= collector.names()
    assert TEXT.encode() not in b"".join(collector.received)


def test_given_a_collector_out_of_reach_then_it_serves_and_stops_all_the_same(
    database_url: str, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, DATABASE_URL=database_url)
    token = answer(settings, "token", "create", "--role", "union_inspector").strip()
    with started({**settings, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}, "serve") as process:
        report(address_of(process), token)
        assert process.stop(signal.SIGTERM) == 0
    assert TEXT not in process.errors


def test_given_traces_without_what_they_take_then_it_says_what_to_install(database_url: str, tmp_path: Path) -> None:
    program = "import sys; sys.modules['opentelemetry.sdk'] = None; from api.cli import main; main()"
    settings = settings_of(tmp_path, DATABASE_URL=database_url)
    asked = {**settings, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    with started(asked, "serve", command=[sys.executable, "-W", "error", "-c", program]) as process:
        assert process.ended() == 2
    assert process.errors.endswith("is not installed: install hazardloop[traces]\n")
    assert len(process.errors.splitlines()) == 1
