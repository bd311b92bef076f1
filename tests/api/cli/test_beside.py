"""The worker beside a serving process: it follows its parent whatever becomes of it, and is followed itself."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import platform
import re
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from api import beside, making_way
from api.settings import Settings
from tests.api.cli.process import Process, answer, settings_of, started
from tests.api.cli.reported import report_a_hazard
from tests.api.cli.test_serve import address_of, get
from tests.faults.waiting import until

BOARD = "/v1/320583/board"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Mapping[str, str]:
    return settings_of(tmp_path / "home", DATABASE_URL=database_url)


def workers_of(process: Process) -> list[psutil.Process]:
    return [one for one in psutil.Process(process.popen.pid).children() if is_worker(one)]


def is_worker(process: psutil.Process) -> bool:
    """Whether it is one that lives: what is only waited for has no command line any more."""
    with suppress(psutil.Error):
        return "work_beside" in " ".join(process.cmdline())
    return False


def worker_of(process: Process) -> psutil.Process:
    """Its one worker, once it has been started."""
    wait(lambda: bool(workers_of(process)))
    (worker,) = workers_of(process)
    return worker


def session_of(process: int) -> str:
    """How its session makes way; nothing where it lies in none that processors are shared out among."""
    return Path(f"/proc/{process}/autogroup").read_text().partition(" ")[2]


def turn_of(process: int) -> float | None:
    """How long its turns are, in seconds; None where Linux does not tell, or is too old to be told."""
    release = re.match(r"(\d+)\.(\d+)", platform.release())
    told = Path(f"/proc/{process}/sched")
    if release is None or (int(release[1]), int(release[2])) < (6, 12) or not told.exists():
        return None
    found = re.search(r"^se\.slice *: *(\d+)$", told.read_text(), re.MULTILINE)
    return int(found[1]) / 1e9 if found else None


def may_set_turns() -> bool:
    """Whether the system refuses a call without attributes for that, not the call."""
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall(making_way.SCHED_SETATTR.get(platform.machine(), -1), 0, None, 0)
    return ctypes.get_errno() == errno.EINVAL


def wait(condition: Callable[[], bool]) -> None:
    asyncio.run(until(condition))


def report(settings: Mapping[str, str], home: Path) -> None:
    asyncio.run(report_a_hazard(Settings(database_url=settings["HAZARDLOOP_DATABASE_URL"], home=home)))


def test_given_a_server_then_its_worker_keeps_up_the_views_and_ends_with_it(
    settings: Mapping[str, str], tmp_path: Path
) -> None:
    token = answer(settings, "token", "create", "--role", "auditor").strip()
    with started(settings, "serve") as process:
        address = address_of(process)
        worker = worker_of(process)
        report(settings, tmp_path)
        assert get(address, f"{BOARD}?min_position=1", token).json()["position"] == 1
        assert process.stop(signal.SIGINT) == 0
        assert process.errors == ""
    assert not worker.is_running()


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this system does not share out among sessions")
def test_given_a_worker_then_it_makes_way_as_a_process_and_as_a_session(settings: Mapping[str, str]) -> None:
    with started(settings, "serve") as process:
        address_of(process)
        worker = worker_of(process)
        wait(lambda: worker.nice() == min(os.getpriority(os.PRIO_PROCESS, 0) + making_way.NICE, 19))
        wait(lambda: session_of(worker.pid) == f"nice {making_way.NICE}\n")
        assert session_of(process.popen.pid) in ("", "nice 0\n")
        assert process.stop(signal.SIGTERM) == 0


@pytest.mark.skipif(
    turn_of(os.getpid()) is None or not may_set_turns(), reason="this system lets nobody say how long his turns are"
)
def test_given_a_worker_then_its_turns_are_long_and_those_of_its_server_as_they_were(
    settings: Mapping[str, str],
) -> None:
    with started(settings, "serve") as process:
        address_of(process)
        worker = worker_of(process)
        wait(lambda: turn_of(worker.pid) == making_way.TURN_SECONDS)
        assert turn_of(process.popen.pid) == turn_of(os.getpid())
        assert process.stop(signal.SIGTERM) == 0


def test_given_a_worker_that_is_killed_then_another_takes_its_place(
    settings: Mapping[str, str], tmp_path: Path
) -> None:
    token = answer(settings, "token", "create", "--role", "auditor").strip()
    with started(settings, "serve") as process:
        address = address_of(process)
        worker = worker_of(process)
        worker.kill()
        wait(lambda: any(one.pid != worker.pid for one in workers_of(process)))
        report(settings, tmp_path)
        assert get(address, f"{BOARD}?min_position=1", token).json()["position"] == 1
        assert process.stop(signal.SIGTERM) == 0
    assert "the worker has ended with -9" in process.errors


def test_given_a_server_that_is_killed_then_its_worker_ends_by_itself(settings: Mapping[str, str]) -> None:
    with started(settings, "serve") as process:
        address_of(process)
        worker = worker_of(process)
        os.kill(process.popen.pid, signal.SIGKILL)
        process.popen.wait()
        wait(lambda: not worker.is_running())


@pytest.mark.parametrize("worker", ["inside", "elsewhere"])
def test_given_that_it_works_inside_or_others_do_then_there_is_no_worker_beside(
    settings: Mapping[str, str], worker: str
) -> None:
    with started({**settings, "HAZARDLOOP_WORKER": worker}, "serve") as process:
        address_of(process)
        assert workers_of(process) == []
        assert process.stop(signal.SIGTERM) == 0


def test_given_a_folder_with_packages_of_our_names_when_it_serves_there_then_the_worker_is_still_ours(
    settings: Mapping[str, str], tmp_path: Path
) -> None:
    (tmp_path / "api").mkdir()
    (tmp_path / "api" / "__init__.py").write_text("raise SystemExit('not ours')")
    command = [sys.executable, "-P", "-W", "error", "-c", "from api.cli import main; main()"]
    with started(settings, "serve", command=command, folder=tmp_path) as process:
        address = address_of(process)
        worker = worker_of(process)
        report(settings, tmp_path)
        token = answer(settings, "token", "create", "--role", "auditor").strip()
        assert get(address, f"{BOARD}?min_position=1", token).json()["position"] == 1
        assert worker.is_running()
        assert process.stop(signal.SIGTERM) == 0
    assert process.errors == ""


async def test_given_a_worker_that_can_not_be_started_then_it_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = 0

    async def refused(*_: object, **__: object) -> None:
        nonlocal tried
        tried += 1
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(beside.asyncio, "create_subprocess_exec", refused)
    monkeypatch.setattr(beside, "AGAIN_SECONDS", 0.0)
    async with beside.working_beside(asyncio.Event()):
        await until(lambda: tried > 2)

    assert "a worker could not be started" in caplog.text
