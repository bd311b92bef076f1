"""Bad input at the command line: exit code 2, one clear sentence on standard error, nothing on standard output."""

from pathlib import Path
from uuid import uuid4

import pytest

from tests.api.cli.command import Hazardloop, Ran


def refused(ran: Ran, *words: str) -> None:
    """Refused in one sentence that says these words."""
    assert ran.code == 2
    assert ran.out == ""
    (line,) = ran.err.splitlines()
    assert line.startswith("hazardloop: ")
    for word in words:
        assert word in line
    assert "s3cret" not in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["tokken"], ["No such command", "token"]),
        (["token", "creat"], ["No such command", "create"]),
        (["board", "--bored"], ["No such option", "--bored"]),
        (["token", "create"], ["--role"]),
        (["token", "create", "--role", "boss"], ["--role", "main_responsible_person"]),
        (
            ["token", "create", "--role", "worker", "--enterprise", "91320583MA1XTX0011"],
            ["--enterprise", "check digit"],
        ),
        (["token", "create", "--role", "auditor", "--actor", "me"], ["--actor"]),
        (["token", "create", "--role", "auditor", "--jurisdiction", "110000"], ["110000", "320583"]),
        (["token", "revoke", "1"], ["ID"]),
        (["events", "--after", "-1"], ["--after"]),
        (["events", "--after", "99999999999999999999"], ["--after"]),
        (["history", "H"], ["HAZARD"]),
        (["board", "--at", "yesterday"], ["--at", "offset"]),
        (["board", "--at", "2026-03-02T09:00:00"], ["--at", "offset"]),
        (["verify", "--key", "key"], ["--key goes with a bundle"]),
        (["verify", "nowhere"], ["nowhere", "No such file"]),
    ],
)
def test_given_bad_arguments_then_they_are_refused_before_anything_is_started(
    without_database: Hazardloop, arguments: list[str], words: list[str]
) -> None:
    refused(without_database(*arguments), *words)


def test_given_no_database_to_be_reached_then_it_says_so_without_the_password(without_database: Hazardloop) -> None:
    refused(without_database("status"), "HAZARDLOOP_DATABASE_URL", "127.0.0.1", "Connection refused")


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("PORT", "eighty", ["HAZARDLOOP_PORT"]),
        ("PORT", "70000", ["HAZARDLOOP_PORT", "65535"]),
        ("DATABASE_URL", "mysql://root:s3cret@server/x", ["HAZARDLOOP_DATABASE_URL", "postgresql://"]),
        ("DATABASE_URL", "postgresql://u:s3cret@server:s3cret/x", ["HAZARDLOOP_DATABASE_URL"]),
        ("DATABASE_URL", "postgresql://u@server/x?password1=s3cret", ["HAZARDLOOP_DATABASE_URL"]),
        ("JURISDICTIONS", "Kunshan", ["HAZARDLOOP_JURISDICTIONS", "6 to 12 digits"]),
        ("JURISDICTIONS", "320583,320583", ["HAZARDLOOP_JURISDICTIONS", "twice"]),
        ("JURISDICTIONS", "320583=Asia/Kunshan", ["HAZARDLOOP_JURISDICTIONS", "time zone"]),
        ("TIME_ZONE", "../../etc/passwd", ["HAZARDLOOP_TIME_ZONE", "time zone"]),
        ("POOL_SIZE", "1", ["HAZARDLOOP_POOL_SIZE"]),
        ("LOCK_TIMEOUT", "nan", ["HAZARDLOOP_LOCK_TIMEOUT"]),
        ("WORKER", "perhaps", ["HAZARDLOOP_WORKER"]),
    ],
)
def test_given_a_setting_that_can_not_be_then_it_is_named_and_what_was_entered_is_not_repeated(
    without_database: Hazardloop, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, words: list[str]
) -> None:
    monkeypatch.setenv(f"HAZARDLOOP_{variable}", value)
    refused(without_database("status"), *words)


def test_given_an_operator_policy_that_can_not_be_used_then_file_and_fault_are_named(
    hazardloop: Hazardloop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "policy.toml").write_text("id = 'law'")
    monkeypatch.setenv("HAZARDLOOP_OPERATOR_POLICY", str(tmp_path / "policy.toml"))
    ran = hazardloop("status")
    assert ran.code == 2
    assert "policy.toml" in ran.err
    assert "Traceback" not in ran.err


def test_given_a_home_that_can_not_be_made_then_it_is_named(
    hazardloop: Hazardloop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("HAZARDLOOP_HOME", str(tmp_path / "file" / "home"))
    refused(hazardloop("status"), str(tmp_path / "file" / "home"), "Not a directory")


def test_given_roles_and_enterprises_that_do_not_go_together_then_no_token_is_made(hazardloop: Hazardloop) -> None:
    refused(hazardloop("token", "create", "--role", "worker"), "enterprise", "name it")
    refused(
        hazardloop("token", "create", "--role", "auditor", "--enterprise", "91320583MA1WXYRC06"),
        "enterprise",
        "belongs to no enterprise",
    )
    refused(hazardloop("token", "create", "--role", "service"), "role")
    assert hazardloop("token", "list", "--json").out == "[]\n"


def test_given_ids_of_nothing_then_they_are_named(hazardloop: Hazardloop) -> None:
    unknown = uuid4()
    refused(hazardloop("token", "revoke", unknown), str(unknown))
    refused(hazardloop("history", unknown), str(unknown))
    refused(hazardloop("board", "91320583MA1WXYRC06"), "91320583MA1WXYRC06")


def test_given_a_schema_that_is_behind_then_it_says_what_to_run(
    without_database: Hazardloop, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", empty_database_url)
    refused(without_database("events"), "320583", "hazardloop migrate")
