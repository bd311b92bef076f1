"""Given two jurisdictions used from end to end in one process, then no statement that was sent names both of them.

On a cluster each schema lies on a machine of its own (docs/scaling.md); a statement across two would need both.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from api.cli.commands import app
from infrastructure.log.batch import schema_of
from infrastructure.sql_files import statements
from tests.api.statements import Log, Sent, across, read, schemas_in, transactions_across, writing_down
from tests.api.whole_life import CODES, NOT_RUN, live

HERE, THERE = map(schema_of, CODES)
CONTROL = "control"
OTHERS = {CONTROL, "hazardloop pg_dump", "hazardloop pg_restore"}
"""Who sends what the product does not say: this test, and PostgreSQL's own programs, which are told one schema."""

# What the database itself keeps and runs: functions with their bodies, views, triggers, checks and keys.
_KEPT = """
WITH ours AS (SELECT oid, nspname::text AS name FROM pg_namespace WHERE starts_with(nspname, 'hazardloop_'))
SELECT name, pg_get_functiondef(p.oid) FROM ours JOIN pg_proc p ON pronamespace = ours.oid
UNION ALL SELECT name, pg_get_viewdef(c.oid) FROM ours JOIN pg_class c ON relnamespace = ours.oid WHERE relkind = 'v'
UNION ALL SELECT name, pg_get_triggerdef(t.oid) FROM ours JOIN pg_class c ON relnamespace = ours.oid
    JOIN pg_trigger t ON tgrelid = c.oid
UNION ALL SELECT name, pg_get_constraintdef(k.oid) FROM ours JOIN pg_constraint k ON connamespace = ours.oid
"""

_IN_PUBLIC = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"


@dataclass(frozen=True)
class Used:
    """What was done with the database."""

    log: Log
    commands: set[str]
    kept: Sequence[tuple[str, str]]
    in_public: Sequence[tuple[str]]

    @property
    def ours(self) -> Sequence[Sent]:
        """What the product sent."""
        return [one for one in self.log.sent if one.application not in OTHERS]

    @property
    def control(self) -> Sequence[Sent]:
        """What only this test sent, to be found."""
        return [one for one in self.log.sent if one.application == CONTROL]


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory, postgres_bin_dir: Path | None) -> Used:
    home = tmp_path_factory.mktemp("used")
    with writing_down(home, postgres_bin_dir) as url:
        commands = live(url, home)
        with psycopg.connect(url, autocommit=True, application_name=CONTROL) as connection:
            _break_the_rule(connection)
            kept = connection.execute(_KEPT).fetchall()
            in_public = connection.execute(_IN_PUBLIC).fetchall()
    return Used(read(home), commands, kept, in_public)


def _break_the_rule(connection: psycopg.Connection) -> None:
    connection.execute(f"SELECT 1 FROM {HERE}.head JOIN {THERE}.head USING (one)".encode())
    connection.execute("SELECT to_regclass(%s), to_regclass(%s)", [f"{HERE}.head", f"{THERE}.head"])
    with connection.transaction():
        connection.execute(f"SELECT 1 FROM {HERE}.turns".encode())
        connection.execute(f"SELECT 1 FROM {THERE}.turns".encode())
    with pytest.raises(psycopg.errors.UndefinedTable):
        connection.execute("SELECT 1 FROM events")
    connection.execute("SELECT 1; SELECT 2")


def test_no_statement_crosses_schemas(used: Used) -> None:
    assert across(used.ours) == []


def test_nor_does_a_transaction(used: Used) -> None:
    assert transactions_across(used.ours) == []


def test_every_table_is_named_with_its_schema(used: Used) -> None:
    """Without it a table would have been looked for where none of ours can be found."""
    assert used.in_public == []
    assert not [one for one in used.ours if "search_path" in one.text]
    assert {name: found for name, found in used.log.not_found.items() if name != CONTROL} == {}


def test_every_message_is_one_statement(used: Used) -> None:
    """Citus passes the text of some on as it came, and a worker refuses two in one."""
    assert [one.text for one in used.ours if len(list(statements(one.text))) != 1] == []


def test_nothing_the_database_keeps_reaches_out_of_its_schema(used: Used) -> None:
    assert {schema for schema, _ in used.kept} == {HERE, THERE}
    for schema, text in used.kept:
        assert schemas_in(text) <= {schema}, text
        assert not re.search("EXECUTE (?!FUNCTION)", text), "what a statement made at run time names is not in the text"
        assert "search_path" not in text


def test_both_were_used_for_everything(used: Used) -> None:
    """What was not sent was not looked at."""
    assert used.commands | set(NOT_RUN) == {_name(one) for one in [*app.registered_commands, *app.registered_groups]}
    for schema in (HERE, THERE):
        sent = [one.text for one in used.ours if schema in one.schemas]
        for word in (
            "CREATE TABLE", "CREATE FUNCTION", "CREATE TRIGGER", "CREATE OR REPLACE VIEW", "ANALYZE", "DROP TABLE",
            ".append(", "FROM STDIN", "TO STDOUT", "FOR UPDATE", "SKIP LOCKED", "LOCK TABLE", "DELETE FROM",
            'UPDATE "', "RETURNING", "ON CONFLICT", "to_regclass",
        ):  # fmt: skip
            assert any(word in text for text in sent), (schema, word)
        assert sum("_timeline_v" in text for text in sent) > 10, "boards as of a time"
    assert any(one.text.startswith("LISTEN") for one in used.ours)


def test_control_a_statement_across_two_schemas_is_found(used: Used) -> None:
    found = across(used.control)

    assert any("JOIN" in text for text in found)
    assert any("to_regclass" in text for text in found), "named by a parameter"


def test_control_a_transaction_across_two_schemas_is_found(used: Used) -> None:
    apart = [one for one in used.control if "turns" in one.text]

    assert across(apart) == []
    assert transactions_across(apart) == [{HERE, THERE}]


def test_control_a_table_without_its_schema_is_found(used: Used) -> None:
    assert used.log.not_found[CONTROL] == ["SELECT 1 FROM events"]


def test_control_two_statements_in_one_message_are_found(used: Used) -> None:
    assert any(len(list(statements(one.text))) == 2 for one in used.control)


def _name(registered: object) -> str:
    name = getattr(registered, "name", None) or getattr(getattr(registered, "callback", None), "__name__", None)
    typer = getattr(registered, "typer_instance", None)
    return str(name or typer.info.name)
