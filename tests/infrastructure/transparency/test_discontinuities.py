"""A log that was set back is signed again once somebody answers for it, under another name."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import psycopg
import pytest

from application.proof import Checkpoint, NotProven
from application.sequencing import Broken, Refused
from domain.actors import Actor, Role
from domain.event import Act
from domain.refusals import NotAllowed
from domain.transparency.discontinuity import AcknowledgeDiscontinuity
from tests.domain.given import KUNSHAN, book
from tests.infrastructure.transparency.signed import ORIGIN, Signed
from tests.infrastructure.transparency.test_attacks import Administrator

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def act(role: Role = Role.ADMINISTRATOR) -> Act:
    return Act(Actor(UUID(int=1), role), NOW, NOW, UUID(int=2), book(KUNSHAN))


async def signed_and_set_back(signed: Signed, owner: psycopg.Connection) -> Checkpoint:
    """What was signed last before the database was set back to when 3 events were signed."""
    sequencer = signed.sequencer()
    for _ in range(2):
        await signed.append(3)
        await sequencer.sign()
    lost = (await signed.newest())[1]
    admin = Administrator(owner)
    for table, column in (("events", "notification_id"), ("checkpoints", "size")):
        admin.do(f"DELETE FROM {{S}}.{table} WHERE {column} > 3")
    return lost


def answered_for(lost: Checkpoint | None) -> AcknowledgeDiscontinuity:
    said = {} if lost is None else {"lost_size": lost.size, "lost_root": lost.root.hex()}
    return AcknowledgeDiscontinuity.model_validate({"reason": "恢复了备份", **said})


async def test_it_is_signed_again_under_another_name_once_somebody_answers_for_it(
    signed: Signed, owner: psycopg.Connection
) -> None:
    lost = await signed_and_set_back(signed, owner)
    sequencer = signed.sequencer()
    await signed.append(5)
    with pytest.raises(Broken, match="6 events was signed, and the log is signed up to 3"):
        await sequencer.sign()
    assert (await sequencer.look()).broken
    assert await sequencer.lost() == lost

    receipt = await signed.origins.acknowledge(answered_for(lost), act())

    assert await sequencer.sign()
    published, checkpoint = await signed.newest()
    assert checkpoint[:2] == (f"{ORIGIN}/{receipt.position}-{lost.root.hex()[:8]}", 9)
    assert (await signed.outside.read()).note == published.note
    with pytest.raises(NotProven):
        Checkpoint.opened(published.note, signed.signer.public(ORIGIN))
    await signed.append(1)
    restarted = signed.sequencer()
    assert await restarted.sign()
    assert (await signed.newest())[1].size == 10
    assert (await restarted.look()).refused is None


async def test_to_answer_for_another_checkpoint_helps_nothing(signed: Signed, owner: psycopg.Connection) -> None:
    lost = await signed_and_set_back(signed, owner)
    await signed.origins.acknowledge(answered_for(lost._replace(size=5)), act())

    with pytest.raises(Refused):
        await signed.sequencer().sign()


async def test_set_back_twice_it_never_bears_one_name_twice(signed: Signed, owner: psycopg.Connection) -> None:
    names = set()
    lost = await signed_and_set_back(signed, owner)
    for _ in range(2):
        await signed.origins.acknowledge(answered_for(lost), act())
        assert await signed.sequencer().sign()
        lost = (await signed.newest())[1]
        names.add(lost.origin)
        admin = Administrator(owner)
        for table, column in (("events", "notification_id"), ("checkpoints", "size")):
            admin.do(f"DELETE FROM {{S}}.{table} WHERE {column} > 3")
        with pytest.raises(Broken):
            await signed.sequencer().sign()
    assert len(names) == 2


async def test_another_key_signs_only_once_somebody_answers_for_it(signed: Signed) -> None:
    await signed.append(3)
    await signed.sequencer().sign()
    (signed.home / "checkpoints.key").unlink()
    await signed.append(1)
    with pytest.raises(Broken, match="not one of this key and origin"):
        await signed.sequencer().sign()

    await signed.origins.acknowledge(answered_for(None), act())

    assert await signed.sequencer().sign()
    assert (await signed.newest())[1].size == 5


async def test_a_kept_checkpoint_nobody_can_read_stops_it(signed: Signed) -> None:
    await signed.append(3)
    await signed.sequencer().sign()
    (signed.home / "checkpoints" / "320583").write_text("spoilt")

    with pytest.raises(Broken, match="can't be read"):
        await signed.sequencer().sign()


async def test_a_log_a_backup_brought_back_is_not_signed_until_somebody_answers_for_what_is_not_known(
    signed: Signed,
) -> None:
    await signed.append(3)
    await signed.sequencer().sign()
    await signed.outside.mark_restored(3)
    await signed.append(1)
    sequencer = signed.sequencer()
    with pytest.raises(Broken, match="restored, to position 3, and nobody here knows what was signed since"):
        await sequencer.sign()
    assert (await sequencer.look()).broken
    assert await sequencer.lost() is None, "the checkpoint kept is one of the log's"

    await signed.origins.acknowledge(answered_for(None), act())

    assert await sequencer.sign()
    assert (await signed.newest())[1].size == 5
    assert (await signed.sequencer().look()).refused is None


async def test_restored_twice_where_nothing_is_known_it_never_bears_one_name_twice(
    signed: Signed, owner: psycopg.Connection
) -> None:
    names = set()
    for number in range(2):
        await signed.origins.acknowledge(answered_for(None), act()._replace(correlation_id=UUID(int=number)))
        names.add((await signed.origins.look()).name)
        Administrator(owner).do("DELETE FROM {S}.events")
    assert names == {f"{ORIGIN}/1-00000000", f"{ORIGIN}/1-00000001"}


async def test_a_kept_checkpoint_nobody_can_read_can_be_answered_for_once(signed: Signed) -> None:
    await signed.append(3)
    await signed.sequencer().sign()
    (signed.home / "checkpoints" / "320583").write_text("spoilt")

    await signed.origins.acknowledge(answered_for(None), act())

    assert await signed.sequencer().sign()
    assert (await signed.outside.read()).note == (await signed.newest())[0].note
    (signed.home / "checkpoints" / "320583").write_text("spoilt again")
    with pytest.raises(Broken, match="can't be read"):
        await signed.sequencer().sign()


async def test_only_an_administrator_answers_for_it(signed: Signed) -> None:
    with pytest.raises(NotAllowed):
        await signed.origins.acknowledge(answered_for(None), act(Role.REGULATOR))
    assert await signed.log.head() == 0
