"""Given the text of an SQL file, then it is sent one statement after the other, and none is cut in two."""

import re
from importlib import resources

import pytest

from infrastructure.log.migrate import migrations
from infrastructure.sql_files import statements

SHIPPED = [migration.sql for migration in migrations()] + [
    file.read_text(encoding="utf-8")
    for file in resources.files("infrastructure.views").iterdir()
    if file.name.endswith(".sql")
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT 1; SELECT 2", ["SELECT 1", "SELECT 2"]),
        ("SELECT 1;\n\n-- the end;\n", ["SELECT 1"]),
        ("-- first; of all\nSELECT 1;", ["-- first; of all\nSELECT 1"]),
        ("/* a; b */ SELECT 1; ;", ["/* a; b */ SELECT 1"]),
        ("SELECT 'a;''b;', 2; SELECT 3", ["SELECT 'a;''b;', 2", "SELECT 3"]),
        ('SELECT ";" FROM a; SELECT 3', ['SELECT ";" FROM a', "SELECT 3"]),
        ("SELECT 'it is -- no comment'; SELECT 3", ["SELECT 'it is -- no comment'", "SELECT 3"]),
        ("DO $do$ BEGIN; '$$' ;END $do$; SELECT 3", ["DO $do$ BEGIN; '$$' ;END $do$", "SELECT 3"]),
        ("DO $$ BEGIN; END $$; SELECT 3", ["DO $$ BEGIN; END $$", "SELECT 3"]),
        (" \n", []),
    ],
)
def test_a_semicolon_ends_a_statement_and_nothing_else_does(text: str, found: list[str]) -> None:
    assert list(statements(text)) == found


@pytest.mark.parametrize("text", SHIPPED)
def test_a_shipped_file_is_cut_at_its_semicolons_alone(text: str) -> None:
    found = list(statements(text))

    assert len(found) > 0
    assert without_spaces("".join(f"{statement};" for statement in found)) == without_spaces(text)
    for statement in found:
        assert re.match(r"(--.*\n|\n)*(CREATE|COMMENT|INSERT|ALTER|DROP|DO) ", statement)


def without_spaces(text: str) -> str:
    return "".join(text.split())
