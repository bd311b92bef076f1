"""API: the settings. Each is an environment variable HAZARDLOOP_… with a safe default and a line on what it does.

docs/settings.md lists the same; a test holds the two equal. No message and no list shows a password.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "HAZARDLOOP_"

_HOME = "$XDG_DATA_HOME/hazardloop or ~/.local/share/hazardloop"
_CODE = re.compile(r"[0-9]{6,12}")
_NO_ADDRESS = PydanticCustomError("database_url", "Not an address like postgresql://user:password@server/database")


class LogFormat(StrEnum):
    """How a log line looks."""

    AUTO = "auto"
    TEXT = "text"
    JSON = "json"


class BadSettings(Exception):
    """A setting can't be used. The message names each and what is wrong with it, never what it was set to."""


def _default_home() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "hazardloop"


class Worker(StrEnum):
    """Who keeps up views and clock for a serving process."""

    BESIDE = "beside"
    INSIDE = "inside"
    ELSEWHERE = "elsewhere"


class Settings(BaseSettings):
    """Everything that can be set; frozen once the process has started."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True, hide_input_in_errors=True
    )

    database_url: SecretStr | None = Field(
        None, description="PostgreSQL server to use (postgresql://…); without it the embedded one starts in HOME"
    )
    home: Path = Field(
        default_factory=_default_home,
        description="folder of the embedded database, the evidence files and the keys of this service",
    )
    host: str = Field("127.0.0.1", min_length=1, description="address the API listens on")
    port: int = Field(8000, ge=0, le=65535, description="port the API listens on; 0 takes any that is free")
    jurisdictions: str = Field(
        "320583",
        description="division codes served, separated by commas; CODE=ZONE gives one a time zone of its own",
    )
    time_zone: str = Field("Asia/Shanghai", description="time zone in which a jurisdiction's days begin and end")
    pool_size: int = Field(10, ge=2, le=1000, description="most database connections of one process, all jurisdictions")
    lock_timeout: float = Field(
        2.0, gt=0, le=60, description="seconds an append waits for the log before it is answered 503"
    )
    operator_policy: Path | None = Field(
        None, description="TOML file of the operator's numbers of days (docs/rules.md); without it the shipped one"
    )
    postgres_bin: Path | None = Field(
        None,
        description="folder of PostgreSQL programs: the embedded server's, and `backup`'s; without it the wheel's",
    )
    origin: str = Field(
        "hazardloop",
        max_length=200,
        pattern=r"^[!-*,-~]+$",
        description="name of this service in its checkpoints, best its host and path; the division code follows it",
    )
    worker: Worker = Field(
        Worker.BESIDE,
        description="who keeps up views and clock: a process `beside` this, this one `inside`, or others `elsewhere`",
    )
    log_format: LogFormat = Field(
        LogFormat.AUTO,
        description="log lines of `serve` and `work`: text, json, or auto: text on a terminal, else json",
    )

    @field_validator("database_url")
    @classmethod
    def _is_an_address(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            _without_secrets(given.get_secret_value())
        return given

    @field_validator("home", "operator_policy", "postgres_bin")
    @classmethod
    def _whole_path(cls, given: Path | None) -> Path | None:
        return None if given is None else given.expanduser().absolute()

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, given: str) -> str:
        _zone(given)
        return given

    @field_validator("jurisdictions")
    @classmethod
    def _are_codes(cls, given: str) -> str:
        _places(given)
        return given

    @property
    def zones(self) -> Mapping[str, ZoneInfo]:
        """The jurisdictions served, by division code, each with its time zone."""
        return {code: _zone(zone or self.time_zone) for code, zone in _places(self.jurisdictions).items()}


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as people see it."""

    variable: str
    value: str
    default: str
    source: str
    """`environment` or `default`."""
    says: str


def environment(settings: Settings) -> Mapping[str, str]:
    """The environment of a child that is to have the same settings."""
    given = {f"{PREFIX}{name.upper()}": getattr(settings, name) for name in Settings.model_fields}
    said = {
        variable: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for variable, value in given.items()
        if value is not None
    }
    return {**os.environ, **said}


def load() -> Settings:
    """The settings of this process's environment. Raises BadSettings."""
    try:
        return Settings()
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        lines = (f"{PREFIX}{str(fault['loc'][0]).upper()}: {fault['msg']}" for fault in faults)
        raise BadSettings("; ".join(lines)) from None


def listed(settings: Settings) -> Sequence[Setting]:
    """Every setting with its value and where that comes from."""
    return [
        Setting(
            variable=f"{PREFIX}{name.upper()}",
            value=_shown(getattr(settings, name)),
            default=_HOME if name == "home" else _shown(field.default),
            source="environment" if name in settings.model_fields_set else "default",
            says=field.description or "",
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case SecretStr():
            return _without_secrets(value.get_secret_value())
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _without_secrets(url: str) -> str:
    """User, server and database of an address; not what follows them, which may be a password as well."""
    try:
        parts = urlsplit(url)
        server = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        raise _NO_ADDRESS from None
    if parts.scheme not in ("postgresql", "postgres"):
        raise _NO_ADDRESS
    return f"{parts.scheme}://{f'{parts.username}@' if parts.username else ''}{server}{parts.path}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError("time_zone", "Not a time zone of the IANA database, such as Asia/Shanghai") from None


def _places(given: str) -> Mapping[str, str]:
    places: dict[str, str] = {}
    for part in given.split(","):
        code, _, zone = (piece.strip() for piece in part.partition("="))
        if not _CODE.fullmatch(code):
            raise PydanticCustomError("division_code", "A division code has 6 to 12 digits (GB/T 2260)")
        if code in places:
            raise PydanticCustomError("division_code_twice", "A division code is named twice")
        if zone:
            _zone(zone)
        places[code] = zone
    return places
