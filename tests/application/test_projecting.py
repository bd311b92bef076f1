"""The projector by itself: what it reads, whom it hands it to, and what it does when something is not taken."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from application.log import Append, CommandKey, Known, Outcome, Recorded, Unavailable, Unreadable
from application.projecting import ATTEMPTS, Halted, InTheWay, Parked, Projector, Untakable, read, relevant, take
from application.questions import Projection
from tests.domain.given import NOW, id_of


def event(position: int, name: str = "hazard.reported.v1") -> Recorded:
    return Recorded(lambda _: Unreadable("not looked at"), position, NOW, id_of("stream"), position, name, b"")


@dataclass
class Log:
    """A log that is a list."""

    events: list[Recorded] = field(default_factory=list)
    down: int = 0
    waited: list[int] = field(default_factory=list)
    reads: int = 0
    more: asyncio.Event = field(default_factory=asyncio.Event)

    async def read_after(self, position: int, limit: int) -> Sequence[Recorded]:
        self.reads += 1
        if self.down:
            self.down -= 1
            raise Unavailable(0)
        return self.events[position : position + limit]

    async def head(self) -> int:
        return len(self.events)

    async def wait(self, after: int, timeout: float) -> None:
        self.waited.append(after)
        if len(self.events) <= after:
            self.more.clear()
            await self.more.wait()

    def grow(self, number: int) -> None:
        self.events += [event(len(self.events) + 1 + n) for n in range(number)]
        self.more.set()

    async def read(self, stream_id: object) -> Sequence[Recorded]:
        raise NotImplementedError

    async def read_for(self, stream_id: object, command: CommandKey | None) -> tuple[Sequence[Recorded], Known | None]:
        raise NotImplementedError

    async def append(self, items: Sequence[Append]) -> Sequence[Outcome]:
        raise NotImplementedError


@dataclass
class Keeper:
    """Takes what comes next, but for what it was told it can't take."""

    name: Projection = Projection.HAZARDS
    at: int = 0
    untakable: set[int] = field(default_factory=set)
    parked: str | None = None
    batches: list[list[int]] = field(default_factory=list)
    busy: bool = False
    serves: bool = False
    installed: int = 0
    new: Keeper | None = None
    in_the_way: int = 0
    swept: int = 0
    forgotten: list[UUID] = field(default_factory=list)
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    async def install(self) -> None:
        self.installed += 1

    async def position(self) -> int | None:
        return None if self.parked else self.at

    async def take(self, recorded: Sequence[Recorded]) -> bool:
        if self.busy:
            return False
        assert recorded[0].position == self.at + 1
        if self.untakable & {one.position for one in recorded}:
            raise Untakable("ValueError")
        self.batches.append([one.position for one in recorded])
        self.at = recorded[-1].position
        self.moved.set()
        return True

    async def reaches(self, position: int) -> None:
        async with asyncio.timeout(30):
            while self.at < position:
                self.moved.clear()
                await self.moved.wait()

    async def park(self, position: int, error: str) -> None:
        assert position == self.at
        self.parked = error

    async def resume(self) -> bool:
        parked, self.parked = self.parked, None
        return parked is not None

    async def serve(self) -> None:
        self.serves = True

    async def beside(self) -> Keeper:
        self.new = self.new or Keeper(self.name, untakable=self.untakable)
        return self.new

    @asynccontextmanager
    async def halted(self) -> AsyncIterator[Halted]:
        yield Halt(self)

    async def sweep(self) -> None:
        self.swept += 1

    async def forget(self, hazard_ids: Sequence[UUID]) -> None:
        self.forgotten += hazard_ids

    async def drop_old(self) -> None:
        raise NotImplementedError


class Halt:
    def __init__(self, keeper: Keeper) -> None:
        self.keeper, self.position = keeper, keeper.at

    async def same_as(self, other: object) -> bool:
        return isinstance(other, Keeper) and other.at == self.keeper.at

    async def give_way(self, other: object) -> None:
        if self.keeper.in_the_way:
            self.keeper.in_the_way -= 1
            raise InTheWay
        assert isinstance(other, Keeper)
        assert other.at >= self.keeper.at
        self.keeper.serves = False
        other.serves = True


def log_of(number: int) -> Log:
    log = Log()
    log.grow(number)
    return log


async def test_given_a_log_when_caught_up_then_it_was_taken_batch_by_batch_and_serves() -> None:
    keeper = Keeper()

    assert await Projector(log_of(5), [keeper], batch=2).catch_up()

    assert keeper.batches == [[1, 2], [3, 4], [5]]
    assert keeper.serves


async def test_given_an_empty_log_when_caught_up_then_the_views_serve() -> None:
    keeper = Keeper()

    assert await Projector(Log(), [keeper]).catch_up()

    assert (keeper.serves, keeper.batches) == (True, [])


async def test_given_two_at_one_position_when_caught_up_then_the_log_is_read_once_for_both() -> None:
    log, keepers = log_of(6), [Keeper(), Keeper(Projection.ENTERPRISES)]

    await Projector(log, keepers, batch=3).catch_up()

    assert [keeper.batches for keeper in keepers] == [[[1, 2, 3], [4, 5, 6]]] * 2
    assert log.reads == 3


async def test_given_one_further_on_when_caught_up_then_the_other_comes_first_and_nothing_is_taken_twice() -> None:
    behind, ahead = Keeper(), Keeper(Projection.ENTERPRISES, at=4)

    await Projector(log_of(6), [behind, ahead], batch=3).catch_up()

    assert behind.batches == [[1, 2, 3], [4, 5, 6]]
    assert ahead.batches == [[5, 6]]


@pytest.mark.parametrize("untakable", [1, 2, 3, 7, 8])
async def test_given_an_event_that_can_not_be_taken_then_all_before_it_are_and_others_go_on(
    untakable: int,
) -> None:
    one, other = Keeper(untakable={untakable}), Keeper(Projection.ENTERPRISES)

    assert await Projector(log_of(8), [one, other]).catch_up()

    assert one.at == untakable - 1
    assert one.parked == f"hazard.reported.v1 at {untakable}: ValueError"
    assert other.at == 8


async def test_given_a_parked_one_when_resumed_then_it_goes_on_from_there() -> None:
    keeper = Keeper(untakable={3})
    projector = Projector(log_of(5), [keeper])
    await projector.catch_up()
    keeper.untakable.clear()

    assert await projector.resume(Projection.HAZARDS)
    assert await projector.catch_up()

    assert (keeper.at, keeper.parked) == (5, None)


async def test_given_all_are_parked_when_caught_up_then_nothing_is_read() -> None:
    log = log_of(3)

    assert await Projector(log, [Keeper(parked="since yesterday")]).catch_up()

    assert log.reads == 0


async def test_given_another_process_at_it_when_caught_up_then_it_is_left_to_that_one() -> None:
    assert not await Projector(log_of(3), [Keeper(busy=True)]).catch_up()
    assert not await take(Keeper(busy=True), [event(1)])


async def test_given_nothing_to_take_then_it_is_taken() -> None:
    assert await take(Keeper(busy=True), [])


async def test_given_it_runs_when_events_come_then_they_are_taken_until_it_is_stopped() -> None:
    log, keeper, stop = log_of(2), Keeper(), asyncio.Event()
    running = asyncio.create_task(Projector(log, [keeper]).run(stop))
    await keeper.reaches(2)

    log.grow(3)
    await keeper.reaches(5)
    stop.set()
    await running

    assert log.waited[0] == 2
    assert keeper.installed == 1


async def test_given_it_runs_when_the_log_is_down_then_it_tries_again() -> None:
    log, keeper, stop = log_of(2), Keeper(), asyncio.Event()
    log.down = 3
    running = asyncio.create_task(Projector(log, [keeper]).run(stop))

    await keeper.reaches(2)
    stop.set()
    await running


async def test_given_it_runs_when_something_unforeseen_happens_then_it_is_said_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Surprising(Keeper):
        surprises = 1

        async def position(self) -> int | None:
            if self.surprises:
                self.surprises -= 1
                raise ZeroDivisionError
            return await super().position()

    keeper, stop = Surprising(), asyncio.Event()
    running = asyncio.create_task(Projector(log_of(2), [keeper], poll=0).run(stop))

    await keeper.reaches(2)
    stop.set()
    await running

    assert "ZeroDivisionError" in caplog.text


async def test_given_it_stands_by_when_stopped_then_it_stops_at_once() -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(Projector(log_of(2), [Keeper(busy=True)], standby=3600).run(stop))
    await asyncio.wait([running], timeout=0.01)
    assert not running.done()

    stop.set()

    await asyncio.wait_for(running, 30)


async def test_given_a_rebuild_then_the_new_one_serves_once_it_is_as_far_and_the_progress_is_told() -> None:
    keeper, told = Keeper(at=9), []

    same = await Projector(log_of(9), [keeper], batch=2).rebuild(
        Projection.HAZARDS, lambda done, all: told.append((done, all)), check=True
    )

    assert keeper.new is not None
    assert (same, keeper.new.at, keeper.new.serves, keeper.serves, keeper.swept) == (True, 9, True, False, 1)
    assert told == [(0, 9), (2, 9), (4, 9), (6, 9), (9, 9)]


async def test_given_a_rebuild_without_check_then_nothing_is_compared() -> None:
    assert await Projector(log_of(9), [Keeper(at=9)]).rebuild(Projection.HAZARDS, lambda done, all: None) is None


async def test_given_readers_in_the_way_when_rebuilt_then_it_tries_until_there_is_a_gap() -> None:
    keeper = Keeper(at=9, in_the_way=ATTEMPTS - 1)

    await Projector(log_of(9), [keeper]).rebuild(Projection.HAZARDS, lambda done, all: None)

    assert keeper.new is not None
    assert keeper.new.serves


async def test_given_readers_in_the_way_for_ever_when_rebuilt_then_it_gives_up() -> None:
    with pytest.raises(Unavailable):
        await Projector(log_of(9), [Keeper(at=9, in_the_way=ATTEMPTS)]).rebuild(
            Projection.HAZARDS, lambda done, all: None
        )


async def test_given_an_event_that_can_not_be_taken_when_rebuilt_then_the_old_one_stays() -> None:
    keeper = Keeper(at=9, serves=True, untakable={4})

    with pytest.raises(Parked):
        await Projector(log_of(9), [keeper], batch=2).rebuild(Projection.HAZARDS, lambda done, all: None)

    assert keeper.serves


def test_given_events_then_those_of_a_subject_are_relevant_and_an_unreadable_one_is_refused_once_it_is_read() -> None:
    assert relevant([event(1, "enterprise.registered.v1")], ("hazard.", "duty.")) == []
    (one,) = relevant([event(1)], ("hazard.",))
    with pytest.raises(Untakable) as refused:
        read(one)
    assert refused.value.reason == "Unreadable"


async def test_given_texts_were_erased_then_also_a_parked_keeper_forgets_them() -> None:
    parked, other = Keeper(parked="since yesterday"), Keeper(Projection.ENTERPRISES)

    await Projector(Log([event(1), event(2, "hazard.texts_erased.v1")]), [parked, other]).catch_up()

    assert parked.forgotten == other.forgotten == [id_of("stream")]


async def test_given_less_than_a_batch_when_taken_then_that_is_the_end_and_nothing_more_is_read() -> None:
    log, keeper = Log(), Keeper()
    log.grow(12)

    assert await Projector(log, [keeper], batch=5).catch_up()

    assert keeper.batches == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10], [11, 12]]
    assert log.reads == 3
    assert keeper.serves


async def test_given_all_is_taken_when_it_rests_then_what_came_meanwhile_is_taken_together() -> None:
    log, keeper, stop = Log(), Keeper(), asyncio.Event()
    log.grow(1)
    running = asyncio.create_task(Projector(log, [keeper]).run(stop))
    await keeper.reaches(1)
    for _ in range(3):
        log.grow(1)

    await keeper.reaches(4)

    stop.set()
    await running
    assert keeper.batches == [[1], [2, 3, 4]]
