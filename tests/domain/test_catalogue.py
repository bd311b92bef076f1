"""The catalogue: every event has a name of its own, for ever."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID

import pytest

import domain
from domain.actors import By, Role
from domain.catalogue import CATALOGUE, Catalogue, UnknownName
from domain.erasable import Erasable
from domain.event import DomainEvent

STREAM = UUID(int=7)


class Sealed:
    """A seal that hides nothing."""

    def close(self, value: str) -> str:
        return value.encode().hex().ljust(64, "0")

    def open(self, commitment: str) -> str | None:
        return None


class Sung(DomainEvent):
    """Somebody sang."""

    name: ClassVar[str] = "song.sung.v3"

    title: str
    words: Erasable | None = None


class SungToo(Sung):
    """Has the name of another."""


def sung(title: str = "a title") -> Sung:
    return Sung(
        originator_id=STREAM,
        originator_version=2,
        by=By(actor_id=UUID(int=1), role=Role.WORKER),
        occurred_at=datetime(2026, 3, 2, tzinfo=UTC),
        correlation_id=UUID(int=2),
        title=title,
        words=Erasable("words"),
    )


def state_of(event: DomainEvent, **besides: object) -> bytes:
    state = json.loads(event.model_dump_json(context=Sealed()))
    return json.dumps(state | besides).encode()


def defined_in_domain() -> Iterator[type[DomainEvent]]:
    for module in pkgutil.walk_packages(domain.__path__, "domain."):
        importlib.import_module(module.name)
    found = list(DomainEvent.__subclasses__())
    for event in found:
        found += event.__subclasses__()
        if event.__module__.startswith("domain."):
            yield event


def test_every_event_of_the_domain_is_in_the_catalogue() -> None:
    named = {event.name for event in defined_in_domain() if "name" in event.__dict__}

    assert named
    assert named == CATALOGUE.schemas().keys()


def test_a_name_says_subject_what_happened_and_version() -> None:
    for name in CATALOGUE.schemas():
        subject, happened, version = name.split(".")
        assert subject.isidentifier()
        assert happened.isidentifier()
        assert version[0] == "v"
        assert int(version[1:]) >= 1


def test_two_events_can_not_have_one_name() -> None:
    with pytest.raises(ValueError, match=r"two events are named song\.sung\.v3"):
        Catalogue([Sung, SungToo])


def test_only_what_can_be_read_again_has_a_name() -> None:
    catalogue = Catalogue([Sung])

    assert catalogue.name_of(sung()) == "song.sung.v3"
    for stranger in (SungToo(**dict(sung())), sung()):
        with pytest.raises(UnknownName):
            (catalogue if isinstance(stranger, SungToo) else Catalogue([])).name_of(stranger)


def test_a_state_is_loaded_into_its_stream() -> None:
    loaded = Catalogue([Sung]).load("song.sung.v3", state_of(sung()), STREAM, 2, Sealed())

    assert loaded == sung().model_copy(update={"words": Erasable(None)})


def test_an_unknown_name_is_not_guessed_at() -> None:
    with pytest.raises(UnknownName, match=r"song\.hummed\.v1"):
        Catalogue([Sung]).load("song.hummed.v1", b"{}", STREAM, 1, Sealed())


def test_upcasters_lead_from_name_to_name() -> None:
    def first(state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "song.sung.v2", state | {"title": state["title"] + ", first"}

    def second(state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "song.sung.v3", state | {"title": state["title"] + ", second"}

    catalogue = Catalogue([Sung], {"song.sung.v1": first, "song.sung.v2": second})

    assert _title(catalogue, "song.sung.v1") == "a title, first, second"
    assert _title(catalogue, "song.sung.v2") == "a title, second"
    assert _title(catalogue, "song.sung.v3") == "a title"


def test_an_upcaster_may_mend_a_shape_under_its_own_name() -> None:
    def mend(state: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        return "song.sung.v3", state | {"title": state["title"] + ", mended"}

    assert _title(Catalogue([Sung], {"song.sung.v3": mend}), "song.sung.v3") == "a title, mended"


def test_upcasters_in_a_circle_end() -> None:
    circle = {
        "song.sung.v1": lambda state: ("song.sung.v2", state),
        "song.sung.v2": lambda state: ("song.sung.v1", state),
    }

    with pytest.raises(UnknownName):
        Catalogue([Sung], circle).load("song.sung.v1", state_of(sung()), STREAM, 1, Sealed())


def test_a_state_that_names_a_stream_of_its_own_is_refused() -> None:
    with pytest.raises(ValueError, match="stream of its own"):
        Catalogue([Sung]).load("song.sung.v3", state_of(sung(), originator_version=9), STREAM, 2, Sealed())


def test_the_schema_is_that_of_the_public_state() -> None:
    schema = Catalogue([Sung]).schemas()["song.sung.v3"]

    assert schema["properties"].keys() == json.loads(state_of(sung())).keys()
    assert schema["description"] == "Somebody sang."
    text, nothing = schema["properties"]["words"]["anyOf"]
    assert list(text["properties"]) == ["commitment"]
    assert nothing == {"type": "null"}


def test_every_schema_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(CATALOGUE.schemas())) == CATALOGUE.schemas()


def _title(catalogue: Catalogue, name: str) -> str:
    event = catalogue.load(name, state_of(sung()), STREAM, 2, Sealed())
    assert isinstance(event, Sung)
    return event.title
