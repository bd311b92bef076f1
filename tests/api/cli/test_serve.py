"""`hazardloop serve`, `work` and others as processes: they say, they answer, and nothing of them is left."""

from __future__ import annotations

import asyncio
import re
import signal
import socket
from collections.abc import Mapping
from pathlib import Path

import httpx2
import pytest

from api.settings import Settings
from tests.api.cli.process import Process, answer, settings_of, started
from tests.api.cli.reported import report_a_hazard
from tests.infrastructure.embedded.observed import nothing_runs

TOKEN = re.compile(r"hzl_320583_[A-Za-z0-9_-]{43}")


def address_of(process: Process) -> str:
    """Where it serves, once it says so."""
    found = re.search(r"http://\S+", process.says("hazardloop serves 320583 at "))
    assert found is not None
    return found[0]


def get(address: str, path: str, token: str) -> httpx2.Response:
    return httpx2.get(address + path, headers={"Authorization": f"Bearer {token}"}, timeout=30)


def test_given_an_empty_home_when_it_serves_then_all_is_set_up_and_ctrl_c_stops_all_of_it(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")

    with started(settings, "serve") as first:
        token = TOKEN.search(first.says("hzl_"))
        assert token is not None
        address = address_of(first)
        assert httpx2.get(address + "/readyz", timeout=30).status_code == 200
        assert httpx2.get(address + "/docs", timeout=30).status_code == 200
        assert httpx2.get(address + "/v1/320583/hazards", timeout=30).status_code == 401
        assert get(address, "/v1/320583/hazards", token[0]).json()["items"] == []

        other = answer(settings, "token", "create", "--role", "auditor")

        assert TOKEN.fullmatch(other.rstrip("\n"))
        assert get(address, "/v1/320583/board", other.strip()).status_code == 200
        assert first.stop(signal.SIGINT) == 0
        assert "Traceback" not in first.errors
    assert nothing_runs(tmp_path / "home")

    with started(settings, "serve") as second:
        address = address_of(second)
        assert not any("hzl_" in line for line in second.said)
        assert get(address, "/v1/320583/hazards", token[0]).status_code == 200
        assert second.stop(signal.SIGTERM) == 0
        assert second.errors == ""
    assert nothing_runs(tmp_path / "home")


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    """Of a process that uses a server instead of the embedded one."""
    return settings_of(tmp_path / "home", DATABASE_URL=database_url)


def test_given_a_live_stream_when_it_is_asked_to_stop_then_the_stream_ends_and_so_does_it(
    settings: Mapping[str, str],
) -> None:
    token = answer(settings, "token", "create", "--role", "auditor").strip()
    with started(settings, "serve") as process:
        stream = address_of(process) + "/v1/320583/events/stream"
        with httpx2.stream("GET", stream, headers={"Authorization": f"Bearer {token}"}, timeout=60) as live:
            chunks = live.iter_bytes()
            assert next(chunks)
            process.popen.send_signal(signal.SIGTERM)
            assert list(chunks) is not None
        assert process.ended() == 0
        assert process.errors == ""


def test_given_a_port_in_use_then_it_says_so_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with started(settings_of(tmp_path / "home", PORT=port), "serve") as process:
            assert process.ended() == 2
    assert process.errors.startswith(f"hazardloop: 127.0.0.1:{port} can't be listened on: Address already in use")
    assert len(process.errors.splitlines()) == 1
    assert not (tmp_path / "home").exists()


def test_given_a_query_with_personal_text_then_no_log_repeats_it(settings: Mapping[str, str]) -> None:
    with started(settings, "serve") as process:
        httpx2.get(address_of(process) + "/v1/320583/hazards?q=somebody", timeout=30)
        assert process.stop(signal.SIGINT) == 0
    assert "somebody" not in process.errors + "".join(process.said)


def test_given_work_when_it_is_asked_to_stop_then_it_does(settings: Mapping[str, str]) -> None:
    with started(settings, "work") as process:
        process.says("hazardloop works for 320583")
        assert process.stop(signal.SIGINT) == 0
    assert process.errors == ""


def test_given_a_log_that_is_followed_when_it_is_interrupted_then_it_ends_without_a_trace(
    settings: Mapping[str, str], database_url: str, tmp_path: Path
) -> None:
    def report() -> None:
        asyncio.run(report_a_hazard(Settings(database_url=database_url, home=tmp_path)))

    report()
    with started(settings, "events", "--follow", "--json") as process:
        process.says('"position":1,')
        report()
        process.says('"position":2,')
        assert process.stop(signal.SIGINT) == 130
    assert process.errors == ""


def test_given_a_reader_who_leaves_when_events_are_printed_then_it_ends_without_a_trace(
    settings: Mapping[str, str], database_url: str, tmp_path: Path
) -> None:
    asyncio.run(report_a_hazard(Settings(database_url=database_url, home=tmp_path)))
    with started(settings, "events", "--follow", "--json") as process:
        process.says('"position":1,')
        assert process.popen.stdout is not None
        process.popen.stdout.close()
        asyncio.run(report_a_hazard(Settings(database_url=database_url, home=tmp_path)))
        assert process.ended() == 1
    assert process.errors == ""


def test_given_a_killed_server_then_the_next_one_takes_its_database_over_and_leaves_nothing(tmp_path: Path) -> None:
    settings = settings_of(tmp_path / "home")
    with started(settings, "serve") as killed:
        address_of(killed)
        killed.popen.kill()
        killed.popen.wait()
    with started(settings, "serve") as next_one:
        address_of(next_one)
        assert next_one.stop(signal.SIGTERM) == 0
    assert nothing_runs(tmp_path / "home")
