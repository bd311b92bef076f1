"""Infrastructure: an event as bytes. Encoded once when it is appended, decoded once when it is read.

The public state is pydantic's JSON with a commitment in place of each erasable text. The texts and
their salts go into the private part, `{commitment: [salt in hex, text]}`, which may be emptied.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import ValidationError
from pydantic_core import PydanticCustomError, from_json, to_json

from application.auditing import RawEvent
from application.log import Recorded, Unreadable
from application.ports import Chance
from domain.catalogue import Catalogue, UnknownName
from domain.erasable import commitment
from domain.event import DomainEvent
from infrastructure.log.batch import Row

Encoded = Row | RawEvent | Recorded
"""An event as it lies in the log, whatever else is known of it."""


class Codec:
    """Encodes and decodes the events of a catalogue."""

    def __init__(self, chance: Chance, catalogue: Catalogue) -> None:
        self._chance = chance
        self._catalogue = catalogue

    def encode(self, event: DomainEvent) -> Row:
        """The event as it will lie in the log.

        Raises UnknownName, or ValueError for a text already erased and for an event that is in no stream.
        """
        name = self._catalogue.name_of(event)
        if event.originator_version < 1:
            raise ValueError("an event that is in no stream can't be stored")
        seal = _Closing(self._chance)
        state = event.model_dump_json(context=seal).encode()
        return Row(event.originator_id, event.originator_version, name, state, seal.private())

    def decode(self, row: Encoded) -> DomainEvent | Unreadable:
        """The event of a row, its texts gone where the private part is. Never raises."""
        try:
            seal = _Opening(None if row.private is None else _texts(row.private))
            return self._catalogue.load(row.name, row.state, row.stream_id, row.version, seal)
        except UnknownName:
            return Unreadable("the name is not in the catalogue")
        except ValidationError as error:
            return Unreadable(_reason(error))
        except Exception as error:
            # Whatever bytes lie there, readers park or refuse; they never die of it. The message might repeat a text.
            return Unreadable(f"the state can't be decoded ({type(error).__name__})")


class _Closing:
    """Seals an event's texts while it is encoded."""

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._texts: dict[str, tuple[str, str]] = {}

    def close(self, value: str) -> str:
        salt = self._chance.salt()
        sealed = commitment(salt, value)
        self._texts[sealed] = (salt.hex(), value)
        return sealed

    def open(self, commitment: str) -> str | None:
        raise AssertionError("an event being encoded has no sealed texts")

    def private(self) -> bytes | None:
        if not self._texts:
            return None
        return to_json(self._texts)


class _Opening:
    """Opens an event's texts while it is decoded; `texts` is None where they were erased."""

    def __init__(self, texts: Mapping[str, object] | None) -> None:
        self._texts = texts

    def close(self, value: str) -> str:
        raise AssertionError("an event being decoded seals no texts")

    def open(self, sealed: str) -> str | None:
        if self._texts is None:
            return None
        kept = self._texts.get(sealed)
        if type(kept) is list and len(kept) == 2:
            salt, text = kept
            if type(salt) is type(text) is str and commitment(bytes.fromhex(salt), text) == sealed:
                return text
        raise PydanticCustomError("commitment_broken", "The private text is not the one committed to")


def _texts(private: bytes) -> Mapping[str, object]:
    texts = from_json(private)
    if not isinstance(texts, dict):
        raise ValueError("the private part is not an object")
    return texts


def _reason(error: ValidationError) -> str:
    """Where and what, but never the input: it may hold a text. Unknown keys are not named either."""
    found = [
        f"{'.'.join(str(step) for step in one['loc']) or 'state'}: {one['type']}"
        if one["type"] != "extra_forbidden"
        else "unknown field"
        for one in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return "; ".join(dict.fromkeys(found))
