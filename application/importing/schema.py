"""Importing: the JSON Schema of a mapping, by which an editor can complete and check one (docs/mapping.schema.json)."""

from __future__ import annotations

from typing import Any

from application.importing.mapping import LedgerMapping


def mapping_schema() -> dict[str, Any]:
    """The schema (2020-12). What depends on several keys at once is left to the command to say."""
    schema = LedgerMapping.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
