"""What a PostgreSQL server was sent, from its own log: every statement of every connection, parameters included."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from infrastructure.embedded import EmbeddedPostgres

_OURS = re.compile(r"hazardloop_\d{6,12}(?!\d)")
_SENT = re.compile(r"(?:statement|execute [^:]+): (?P<text>.*)", re.DOTALL)

NO_SUCH_TABLE = "42P01"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message to the server."""

    transaction: tuple[str, str]
    """The session and the number of its transaction."""
    application: str
    text: str
    parameters: str

    @property
    def schemas(self) -> frozenset[str]:
        """The jurisdictions' schemas it names."""
        return schemas_in(f"{self.text} {self.parameters}")


def schemas_in(text: str) -> frozenset[str]:
    """The jurisdictions' schemas that a text names."""
    return frozenset(_OURS.findall(text))


def across(sent: Collection[Sent]) -> Sequence[str]:
    """Statements that name more than one schema."""
    return [one.text for one in sent if len(one.schemas) > 1]


def transactions_across(sent: Collection[Sent]) -> Sequence[frozenset[str]]:
    """Of each transaction that names more than one schema, which."""
    named: Mapping[tuple[str, str], set[str]] = defaultdict(set)
    for one in sent:
        named[one.transaction].update(one.schemas)
    return [frozenset(schemas) for schemas in named.values() if len(schemas) > 1]


@dataclass(frozen=True, slots=True)
class Log:
    """What the server wrote down."""

    sent: Sequence[Sent]
    not_found: Mapping[str, Sequence[str]]
    """By application: statements that named a table where there is none."""


@contextmanager
def writing_down(home: Path, bin_dir: Path | None) -> Iterator[str]:
    """The URL of a server that writes down what it is sent; `read` it once the context has ended."""
    with (
        EmbeddedPostgres(home, bin_dir=bin_dir, durable=False) as postgres,
        psycopg.connect(postgres.url_of("postgres", "postgres"), autocommit=True) as superuser,
    ):
        for setting, value in (("logging_collector", "on"), ("log_destination", "jsonlog"), ("log_statement", "all")):
            superuser.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
    with EmbeddedPostgres(home, bin_dir=bin_dir, durable=False) as postgres:
        yield postgres.url


def read(home: Path) -> Log:
    """What a server that has been stopped was sent by the product, and by whoever else used its database."""
    sent: list[Sent] = []
    not_found: dict[str, list[str]] = defaultdict(list)
    for file in sorted((home / "postgres" / "data" / "log").glob("*.json")):
        for line in file.read_text(encoding="utf-8").splitlines():
            entry = json.loads(line)
            if entry.get("dbname") != "hazardloop":
                continue
            application = entry.get("application_name", "")
            if entry.get("state_code") == NO_SUCH_TABLE:
                not_found[application].append(entry["statement"])
            if found := _SENT.fullmatch(entry["message"]):
                transaction = (entry["session_id"], entry.get("vxid", ""))
                sent.append(Sent(transaction, application, found["text"], entry.get("detail", "")))
    return Log(sent, not_found)
