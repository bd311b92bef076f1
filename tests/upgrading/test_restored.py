"""A database of the first schema, backed up before it is brought up to date, is brought back and upgraded elsewhere."""

from __future__ import annotations

from pathlib import Path

from api.settings import Settings
from api.wiring import backups, decode, running
from application.auditing import Audit, erasures, whole
from tests.conftest import JURISDICTION, DatabaseServer


async def test_given_a_backup_of_the_first_schema_then_it_is_restored_as_it_is_and_brought_up_to_date(
    settings: Settings, database_server: DatabaseServer, tmp_path: Path
) -> None:
    await backups(settings).write(tmp_path / "kept", [JURISDICTION], None)

    with database_server.database() as url:
        elsewhere = Settings(database_url=url, home=tmp_path / "elsewhere")
        (restored,) = [one async for one in backups(elsewhere).restore(tmp_path / "kept", None, None)]

        assert (restored.current, restored.taken.position > 0) == (False, True)
        async with running(elsewhere) as service:
            await service.migrate([JURISDICTION])
            log = service.raw_log(JURISDICTION)
            audit = Audit(decode, await erasures(log))
            async for raw in whole(log):
                audit.look_at(raw)
            faults = audit.finish({})
    assert (faults, audit.shown.position) == ([], restored.taken.position)
