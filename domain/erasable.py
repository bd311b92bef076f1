"""Domain: text that may one day have to be erased without breaking the proof of the rest.

An event's public bytes hold only a salted commitment to such a text; the text and its salt lie
beside them and can be emptied (个人信息保护法 Art 47). Nothing personal is ever written any other way.
"""

from __future__ import annotations

import hashlib
from typing import Any, Protocol

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

LONGEST = 4000
"""The longest text accepted, in characters."""


class Seal(Protocol):
    """What the codec hands to pydantic as context while an event is encoded or decoded."""

    def close(self, value: str) -> str:
        """Keep `value` in the private part and answer its commitment (hex)."""

    def open(self, commitment: str) -> str | None:
        """Answer the text behind a commitment, or None where it has been erased."""


class Erasable:
    """A text whose value may be gone. Written as a string, stored as `{"commitment": hex}`."""

    __slots__ = ("value",)

    def __init__(self, value: str | None) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Erasable) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return "Erasable(…)" if self.value is not None else "Erasable(erased)"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.with_info_plain_validator_function(
            cls._validate,
            serialization=core_schema.plain_serializer_function_ser_schema(cls._serialize, info_arg=True),
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        if handler.mode == "serialization":
            commitment = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
            return {
                "type": "object",
                "title": "Erasable",
                "description": "SHA-256 over salt and text; the text itself lies in the private column",
                "properties": {"commitment": commitment},
                "required": ["commitment"],
                "additionalProperties": False,
            }
        return {"type": "string", "minLength": 1, "maxLength": LONGEST}

    @classmethod
    def _validate(cls, given: object, info: core_schema.ValidationInfo) -> Erasable:
        if isinstance(given, dict) and info.context is not None:
            seal: Seal = info.context
            return cls(seal.open(given["commitment"]))
        if isinstance(given, Erasable):
            return given
        if isinstance(given, str):
            return cls(_readable(given))
        raise PydanticCustomError("string_type", "Input should be a valid string")

    def _serialize(self, info: core_schema.SerializationInfo) -> object:
        if info.context is None:
            return self.value
        if self.value is None:
            raise ValueError("an erased text can't be stored again")
        seal: Seal = info.context
        return {"commitment": seal.close(self.value)}


def commitment(salt: bytes, text: str) -> str:
    """SHA-256 over salt (16 random bytes) and UTF-8 text, as 64 hex digits."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _readable(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise PydanticCustomError("string_too_short", "String should have at least 1 character")
    if len(stripped) > LONGEST:
        raise PydanticCustomError("string_too_long", "String should have at most {most} characters", {"most": LONGEST})
    if "\x00" in stripped:
        raise PydanticCustomError("string_nul", "String should not hold the character NUL")
    try:
        stripped.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "String should hold only whole Unicode characters") from None
    return stripped
