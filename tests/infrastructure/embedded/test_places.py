"""Any path will do, nothing is opened to others, and the server is never root."""

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from infrastructure.embedded import EmbeddedPostgres, EmbeddedPostgresError
from infrastructure.embedded.account import Account
from infrastructure.embedded.binaries import WHEEL, find_programs
from tests.infrastructure.embedded.observed import nothing_runs, postmaster_pid, remember, remembered


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("name", ["a b", 'it\'s "quoted", with 100 %', "隐患", "long" * 40])
def test_a_home_may_have_any_name(tmp_path: Path, postgres_bin_dir: Path | None, name: str) -> None:
    home = tmp_path / name
    links = set(Path("/tmp").glob("hazardloop-*"))
    with (
        EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as first,
        EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as second,
    ):
        remember(first.url, "here")
        assert remembered(second.url) == ["here"]
    assert nothing_runs(home)
    assert set(Path("/tmp").glob("hazardloop-*")) <= links


def test_no_folder_is_opened_to_others(tmp_path: Path, postgres_bin_dir: Path | None) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    home = closed / "home"
    parents = [closed, *closed.parents]
    modes = [mode(parent) for parent in parents]

    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres:
        remember(postgres.url, "here")
        seen = {name: mode(home / "postgres" / name) for name in ("data", "run", "run/.s.PGSQL.5432", "server.log")}

    assert [mode(parent) for parent in parents] == modes
    assert mode(home) == 0o700
    assert {name: others & 0o077 for name, others in seen.items()} == dict.fromkeys(seen, 0)


def test_the_server_is_never_root(home: Path, postgres_bin_dir: Path | None) -> None:
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres, psycopg.connect(postgres.url):
        owner = (home / "postgres/data/postmaster.pid").stat().st_uid
        assert owner != 0
        assert owner == (Account.of_this_process().uid or os.getuid())
        os.kill(postmaster_pid(home), 0)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may enter, unlike those of pytest."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_a_wheel_below_a_closed_folder_is_copied_once_if_the_account_can_not_reach_it(
    home: Path, tmp_path: Path, open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = Account.of_this_process()
    installed = find_programs(account).bin_dir.parents[2]
    closed = tmp_path / "closed"
    for part in installed.glob(f"{WHEEL}*"):
        shutil.copytree(part, closed / part.name, symlinks=True, ignore=shutil.ignore_patterns("pginstall", "include"))
    closed.chmod(0o700)
    monkeypatch.syspath_prepend(closed)

    found = find_programs(account, copies=open_folder / "copies")
    again = find_programs(account, copies=open_folder / "copies")

    assert found == again
    assert mode(closed) == 0o700
    copies = list((open_folder / "copies").glob("*"))
    assert copies == ([found.bin_dir.parents[2]] if account.uid is not None else [])
    with EmbeddedPostgres(home, bin_dir=found.bin_dir) as postgres:
        remember(postgres.url, "here")


def test_programs_that_do_not_run_are_refused(home: Path, tmp_path: Path) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / name).write_text("")
    with pytest.raises(EmbeddedPostgresError, match="can't run the programs"):
        EmbeddedPostgres(home, bin_dir=tmp_path).start()
