"""Benchmarks, peer: pgbench inserting one row a transaction into the log's own table, indexes and all.

No recorder, no order, no conflict check: what PostgreSQL takes when nobody asks anything else of it.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier

MOST_CLIENTS = 80
"""PostgreSQL takes 100 connections unless told otherwise, and some are ours."""

TABLE = """
CREATE TABLE rows (LIKE {events} INCLUDING INDEXES INCLUDING STORAGE);
CREATE SEQUENCE positions OWNED BY rows.notification_id;
"""

ROW = """
INSERT INTO rows (originator_id, originator_version, notification_id, recorded_at, topic, state)
VALUES (gen_random_uuid(), 1, nextval('positions'), clock_timestamp(), :topic, :state);
"""


def inserts_per_second(
    program: Path, url: str, schema: str, script: Path, *, clients: int, rows: int, topic: str, state: bytes
) -> float:
    """So many rows, from so many clients. The schema has the log's table; the script is written."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL(TABLE).format(events=Identifier(schema, "events")))
    script.write_text(ROW)
    command = [str(program), "--no-vacuum", "--protocol=prepared", f"--client={clients}", f"--jobs={min(clients, 2)}"]
    command += [f"--transactions={rows // clients}", f"--file={script}"]
    command += [f"--define=topic={topic}", f"--define=state={state.decode()}", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rate = re.search(r"^tps = ([0-9.]+)", said, re.MULTILINE)
    if rate is None or "failed transactions: 0 (" not in said:
        raise RuntimeError(f"pgbench did not insert every row: {said}")
    return float(rate[1])
