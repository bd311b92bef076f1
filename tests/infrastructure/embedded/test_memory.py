"""The embedded server takes a share of what memory there is, and no more than a container may have."""

from pathlib import Path

import psycopg
import pytest

from infrastructure.embedded import EmbeddedPostgres
from infrastructure.embedded.memory import LEAST_MB, MOST_MB, PART, shared_buffers

GB = 2**30


@pytest.mark.parametrize("memory", [PART * LEAST_MB * 2**20 // 2, 2 * GB, 4 * GB])
def test_a_container_gives_a_part_of_what_it_may_have(tmp_path: Path, memory: int) -> None:
    group = tmp_path / "memory.max"
    group.write_text(f"{memory}\n")

    assert shared_buffers(group) == max(LEAST_MB, memory // PART // 2**20)


@pytest.mark.parametrize("said", ["max\n", "", str(2**62)])
def test_a_container_without_a_limit_gives_what_the_machine_would(tmp_path: Path, said: str) -> None:
    group = tmp_path / "memory.max"
    group.write_text(said)

    assert shared_buffers(group) == shared_buffers(tmp_path / "missing")
    assert LEAST_MB <= shared_buffers(group) <= MOST_MB


def test_the_server_has_it(home: Path, postgres_bin_dir: Path | None) -> None:
    with EmbeddedPostgres(home, bin_dir=postgres_bin_dir) as postgres, psycopg.connect(postgres.url) as connection:
        ((blocks,),) = connection.execute("SELECT setting FROM pg_settings WHERE name = 'shared_buffers'")

    assert int(blocks) * 8 // 1024 == shared_buffers()
