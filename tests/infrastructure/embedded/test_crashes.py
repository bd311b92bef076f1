"""Whatever is killed, the next client has its server within moments, and what was acknowledged is there."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.embedded.account import Account
from tests.infrastructure.embedded.client import client
from tests.infrastructure.embedded.observed import nothing_runs, postmaster_pid, remember, remembered


def test_the_server_of_a_killed_client_is_taken_over_and_stopped(home: Path, postgres_bin_dir: Path | None) -> None:
    with client(home, postgres_bin_dir) as killed:
        server = postmaster_pid(home)
        remember(killed.url, "before")

        killed.kill()

        with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
            assert postmaster_pid(home) == server
            assert remembered(postgres.url) == ["before"]
    assert nothing_runs(home)


def test_a_killed_server_is_started_again_by_the_next_client(home: Path, postgres_bin_dir: Path | None) -> None:
    with client(home, postgres_bin_dir) as first:
        remember(first.url, "before")

        os.kill(postmaster_pid(home), signal.SIGKILL)

        with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as second:
            assert remembered(second.url) == ["before"]
            assert remembered(first.url) == ["before"]


def test_a_killed_server_is_started_again_by_its_own_client(home: Path, postgres_bin_dir: Path | None) -> None:
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
        remember(postgres.url, "before")

        os.kill(postmaster_pid(home), signal.SIGKILL)
        postgres.start()

        assert remembered(postgres.url) == ["before"]


def test_a_server_that_has_died_is_known_to_have_died(home: Path, postgres_bin_dir: Path | None) -> None:
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
        assert not postgres.has_died()

        os.kill(postmaster_pid(home), signal.SIGKILL)
        while not postgres.has_died():
            assert postmaster_pid(home)

        postgres.start()
        assert not postgres.has_died()


def test_a_server_that_could_not_be_started_again_is_started_later_at_the_same_address(
    home: Path, postgres_bin_dir: Path | None
) -> None:
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
        url = postgres.url
        remember(url, "before")
        control = home / "postgres/data/global/pg_control"
        os.kill(postmaster_pid(home), signal.SIGKILL)
        control.rename(control.with_name("hidden"))

        with pytest.raises(EmbeddedPostgresError):
            postgres.start()

        control.with_name("hidden").rename(control)
        postgres.start()
        assert postgres.url == url
        assert remembered(url) == ["before"]


def test_a_server_and_its_client_killed_together_leave_nothing_in_the_way(
    home: Path, postgres_bin_dir: Path | None
) -> None:
    with client(home, postgres_bin_dir) as killed:
        remember(killed.url, "before")

        os.kill(postmaster_pid(home), signal.SIGKILL)
        killed.kill()

        with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
            assert remembered(postgres.url) == ["before"]


def test_a_zombie_is_not_taken_for_a_server(home: Path, postgres_bin_dir: Path | None) -> None:
    with client(home, postgres_bin_dir) as frozen:
        remember(frozen.url, "before")
        zombie = postmaster_pid(home)

        frozen.freeze()
        os.kill(zombie, signal.SIGKILL)

        with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
            os.kill(zombie, 0)  # the frozen client has not taken note of its death
            assert remembered(postgres.url) == ["before"]
            assert postmaster_pid(home) != zombie


def test_a_stranger_with_the_dead_servers_number_is_left_alone(home: Path, postgres_bin_dir: Path | None) -> None:
    postgres = EmbeddedPostgres(home, bin_dir=postgres_bin_dir)
    postgres.start()
    remember(postgres.url, "before")
    written_down = (home / "postgres/data/postmaster.pid").read_text()
    os.kill(postmaster_pid(home), signal.SIGKILL)
    postgres.stop()

    stranger = subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE, **Account.of_this_process().options())
    with stranger:
        lines = [str(stranger.pid), *written_down.splitlines()[1:]]
        (home / "postgres/data/postmaster.pid").write_text("\n".join(lines))

        with postgres:
            assert remembered(postgres.url) == ["before"]

        assert stranger.poll() is None
        stranger.communicate()


@pytest.mark.parametrize("left_over", ["PG_VERSION", "postgresql.conf"])
def test_a_data_folder_left_half_made_is_made_anew(home: Path, postgres_bin_dir: Path | None, left_over: str) -> None:
    unfinished = home / "postgres/data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / left_over).write_text("18\n")
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
        remember(postgres.url, "made")
    assert not unfinished.exists()
