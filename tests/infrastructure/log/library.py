"""How an application of the eventsourcing library is pointed at a test's database."""

import psycopg

from tests.infrastructure.log.notes import SCHEMA


def library_settings(url: str) -> dict[str, str]:
    """The address of a database, as the library wants to be told."""
    parts = psycopg.conninfo.conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "infrastructure.log.factory",
        "POSTGRES_DBNAME": str(parts["dbname"]),
        "POSTGRES_HOST": str(parts["host"]),
        "POSTGRES_PORT": str(parts.get("port", 5432)),
        "POSTGRES_USER": str(parts["user"]),
        "POSTGRES_PASSWORD": str(parts.get("password", "")),
        "POSTGRES_SCHEMA": SCHEMA,
    }
