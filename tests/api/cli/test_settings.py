"""The settings: each with a safe default, listed with its source, and in docs/settings.md as it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.settings import Settings, listed
from tests.api.cli.command import Hazardloop

DOCS = Path(__file__).parents[3] / "docs" / "settings.md"


def test_given_nothing_set_then_every_setting_has_its_default(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HAZARDLOOP_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere/data")
    settings = Settings()
    assert (settings.host, settings.port, settings.database_url) == ("127.0.0.1", 8000, None)
    assert settings.home == Path("/somewhere/data/hazardloop")
    assert {code: zone.key for code, zone in settings.zones.items()} == {"320583": "Asia/Shanghai"}
    assert {setting.source for setting in listed(settings)} == {"default"}


def test_given_jurisdictions_with_zones_of_their_own_then_each_has_its_own(
    environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAZARDLOOP_JURISDICTIONS", "320583, 650100=Asia/Urumqi")
    assert {code: zone.key for code, zone in Settings().zones.items()} == {
        "320583": "Asia/Shanghai",
        "650100": "Asia/Urumqi",
    }


def test_given_a_database_with_a_password_when_settings_are_listed_then_it_is_not_among_them(
    without_database: Hazardloop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAZARDLOOP_DATABASE_URL", "postgresql://u:s3cret@server:5433/db?password=s3cret")
    for ran in (without_database("settings"), without_database("settings", "--json")):
        assert ran.code == 0
        assert "s3cret" not in ran.out + ran.err
        assert "postgresql://u@server:5433/db" in ran.out


def test_given_a_setting_of_the_environment_then_the_list_says_so(
    without_database: Hazardloop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HAZARDLOOP_PORT", "9000")
    rows = {row["variable"]: row for row in json.loads(without_database("settings", "--json").out)}
    assert (rows["HAZARDLOOP_PORT"]["value"], rows["HAZARDLOOP_PORT"]["source"]) == ("9000", "environment")
    assert (rows["HAZARDLOOP_HOST"]["value"], rows["HAZARDLOOP_HOST"]["source"]) == ("127.0.0.1", "default")


def test_given_the_docs_then_they_list_exactly_the_settings_there_are(environment: Path) -> None:
    rows = "".join(
        f"| `{setting.variable}` | {f'`{setting.default}`' if setting.default else '-'} | {setting.says} |\n"
        for setting in listed(Settings())
    )
    assert rows in DOCS.read_text(encoding="utf-8"), f"docs/settings.md should hold:\n{rows}"
    assert DOCS.read_text(encoding="utf-8").count("| `HAZARDLOOP_") == len(Settings.model_fields)
