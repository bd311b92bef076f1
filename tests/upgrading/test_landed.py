"""SQL that has landed is never changed: whoever has it has it as it was, so what follows is a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from importlib import resources

from infrastructure.log.migrate import migrations
from infrastructure.views.enterprises import Enterprises
from infrastructure.views.hazards import Hazards

MIGRATIONS = {
    "0001_log.sql": "e158881fac0fa9268685c752df11f939f58e036b188ecc50eafa4628c6be4567",
    "0002_views.sql": "ac808059b57057358312b7b8ff1ffb083af7d7d4d42900d8a3a93496834e3bfd",
    "0003_tokens.sql": "9d2cc2dcda330f7e474cf8d95592df9961fe1af9143d50e475e6713f6d801867",
    "0004_turns.sql": "cf8b92282eadf0492e6a527b3557e57baeee50b321768c8986edb8ee2e8fd072",
    "0005_on_citus.sql": "547bbac880db67af7a612219a37724571f6851393811eba35b152e0107fbaaca",
    "0006_transparency.sql": "dfda64c5ba555dbce15447b4ef017946ccc8d98481b9e958d80d7e9b812acf72",
}

TABLES = {
    ("hazards", 3): "4dfb5fd6125cede724ad2c4acefbea3d76dea43fab2f8a55e8c4feae1211423b",
    ("enterprises", 1): "4c38a819cfba4c76aa4f6d7addd95b39c8124f1052dc65226b82146d7b4bd728",
}
"""The tables of a projection, by its version: rows that lie in them were made for these."""


def hashed(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def unlike(landed: Mapping[object, str], shipped: Mapping[object, str]) -> Mapping[object, str]:
    """What is shipped otherwise than it landed, or not noted above yet."""
    return {name: found for name, found in shipped.items() if landed.get(name) != found}


def test_given_a_migration_that_has_landed_then_it_is_shipped_as_it_was() -> None:
    shipped = {migration.file: hashed(migration.sql) for migration in migrations()}

    assert unlike(MIGRATIONS, shipped) == {}, "a landed file is never changed; note a new one above"
    assert MIGRATIONS.keys() <= shipped.keys(), "a landed file is never taken away"


def test_given_the_tables_of_a_projection_then_they_change_with_its_version_only() -> None:
    files = resources.files("infrastructure.views")
    shipped = {
        (tables.name.value, tables.version): hashed((files / tables.file).read_text(encoding="utf-8"))
        for tables in (Hazards(), Enterprises())
    }

    assert unlike(TABLES, shipped) == {}, "give the projection a new version, and note its tables above"
