"""One server for one home: made by the first client, kept for the others, stopped by the last."""

from pathlib import Path

import psycopg
import pytest

from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError
from tests.infrastructure.embedded.client import client
from tests.infrastructure.embedded.observed import nothing_runs, postmaster_pid, remember, remembered


def test_a_new_home_gets_a_server_that_reads_chinese(home: Path, postgres_bin_dir: Path | None) -> None:
    with (
        EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres,
        psycopg.connect(postgres.url) as connection,
    ):
        row = connection.execute(
            "SELECT current_setting('server_encoding'), current_setting('fsync'), current_setting('listen_addresses'),"
            " current_setting('TimeZone'), 'Ä气瓶' ~ '^\\w+$', lower('Ä气瓶')"
        ).fetchone()
    assert row == ("UTF8", "on", "", "UTC", True, "ä气瓶")


def test_the_service_owns_its_database_and_is_no_superuser(home: Path, postgres_bin_dir: Path | None) -> None:
    with (
        EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres,
        psycopg.connect(postgres.url) as connection,
    ):
        connection.execute('CREATE SCHEMA "320583"')
        privileges = connection.execute(
            "SELECT rolname, rolsuper FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert privileges == ("hazardloop", False)


def test_rows_are_there_after_a_restart(home: Path, postgres_bin_dir: Path | None) -> None:
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
        remember(postgres.url, "隐患")
    assert nothing_runs(home)
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
        assert remembered(postgres.url) == ["隐患"]


def test_two_clients_share_one_server_and_the_last_one_stops_it(home: Path, postgres_bin_dir: Path | None) -> None:
    with client(home, postgres_bin_dir) as first, EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as second:
        server = postmaster_pid(home)
        remember(first.url, "by the first")
        assert remembered(second.url) == ["by the first"]

        first.stop()

        assert postmaster_pid(home) == server
        assert remembered(second.url) == ["by the first"]
    assert nothing_runs(home)


def test_ctrl_c_reaches_the_client_and_not_the_server(home: Path, postgres_bin_dir: Path | None) -> None:
    with client(home, postgres_bin_dir) as running:
        assert running.interrupt() == "still served"
    assert nothing_runs(home)


def test_starting_and_stopping_twice_is_starting_and_stopping(home: Path, postgres_bin_dir: Path | None) -> None:
    postgres = EmbeddedPostgres(home, bin_dir=postgres_bin_dir)
    postgres.start()
    postgres.start()
    remember(postgres.url, "once")
    postgres.stop()
    postgres.stop()
    assert nothing_runs(home)


def test_there_is_no_url_before_the_start(home: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="has not been started"):
        _ = EmbeddedPostgres(home).url


def test_a_folder_without_programs_is_refused(home: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match="holds no PostgreSQL server programs"):
        EmbeddedPostgres(home, bin_dir=tmp_path).start()


def test_data_of_another_major_version_is_refused(home: Path, postgres_bin_dir: Path | None) -> None:
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir):
        pass
    (home / "postgres/data/PG_VERSION").write_text("9\n")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 9"):
        EmbeddedPostgres(home, bin_dir=postgres_bin_dir).start()


def test_a_server_that_can_not_start_says_why(home: Path, postgres_bin_dir: Path | None) -> None:
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir):
        pass
    (home / "postgres/data/postgresql.conf").write_text("no_such_setting = on\n")
    with pytest.raises(EmbeddedPostgresError, match="no_such_setting"):
        EmbeddedPostgres(home, bin_dir=postgres_bin_dir).start()
    assert nothing_runs(home)
