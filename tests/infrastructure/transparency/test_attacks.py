"""Twelve things whoever administers the database can do, and what becomes of them where one checkpoint was saved."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import psycopg
import pytest

from application.against_saved import held_against
from application.bundle.rows import Fault
from application.checkpoints import Where
from application.proof import Checkpoint, Note, root_of, root_of_subtrees
from application.sequencing import Broken, Refused
from application.tree import Edge
from infrastructure.raw_log import PostgresRawLog
from infrastructure.transparency.trees import PostgresTree
from tests.conftest import JURISDICTION
from tests.infrastructure.log.notes import SCHEMA
from tests.infrastructure.transparency.signed import ORIGIN, Signed
from tests.infrastructure.transparency.test_sequencing import leaves

EVENTS, STREAM = 600, UUID(int=7)
TABLES = ("events", "tiles", "checkpoints")


class Administrator:
    """Owns the tables: no trigger stands in the way of whoever may drop it."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self.connection = connection
        for table in TABLES:
            self.do(f"ALTER TABLE {SCHEMA}.{table} DISABLE TRIGGER ALL")

    def do(self, statement: str, *parameters: object) -> None:
        self.connection.execute(statement.replace("{S}", SCHEMA).encode(), parameters)

    def shift(self, after: int, by: int) -> None:
        """Move the events past a position, so that no gap shows."""
        self.do("DROP INDEX {S}.events_position")
        self.do("UPDATE {S}.events SET notification_id = notification_id + %s WHERE notification_id > %s", by, after)
        self.do("CREATE UNIQUE INDEX events_position ON {S}.events (notification_id)")

    def write_leaf(self, number: int, leaf: bytes) -> None:
        where = f"level = 0 AND number = {number // 256}"
        at = number % 256 * 32
        self.do(f"UPDATE {{S}}.tiles SET hashes = overlay(hashes PLACING %s FROM {at + 1} FOR 32) WHERE {where}", leaf)


Attack = Callable[[Administrator, Signed], Awaitable[None]]


async def edit_a_payload(admin: Administrator, log: Signed) -> None:
    admin.do("UPDATE {S}.events SET state = state || ' '::bytea WHERE notification_id = 100")


async def edit_both_payload_and_leaf(admin: Administrator, log: Signed) -> None:
    await edit_a_payload(admin, log)
    admin.write_leaf(99, (await leaves(log))[99])


async def delete_an_event(admin: Administrator, log: Signed) -> None:
    admin.do("DELETE FROM {S}.events WHERE notification_id = 100")


async def delete_an_event_and_close_the_gap(admin: Administrator, log: Signed) -> None:
    await delete_an_event(admin, log)
    admin.shift(100, -1)


async def delete_the_newest_events(admin: Administrator, log: Signed) -> None:
    admin.do("DELETE FROM {S}.events WHERE notification_id > 590")


async def swap_two(admin: Administrator, log: Signed) -> None:
    admin.do(
        "UPDATE {S}.events e SET state = o.state FROM {S}.events o WHERE"
        " (e.notification_id, o.notification_id) IN ((100, 101), (101, 100))"
    )


async def move_an_event_to_another_stream(admin: Administrator, log: Signed) -> None:
    admin.do("UPDATE {S}.events SET originator_id = %s WHERE notification_id = 100", uuid4())


async def change_a_recorded_time(admin: Administrator, log: Signed) -> None:
    admin.do("UPDATE {S}.events SET recorded_at = recorded_at - interval '1 us' WHERE notification_id = 100")


async def change_an_events_name(admin: Administrator, log: Signed) -> None:
    admin.do("UPDATE {S}.events SET topic = 'note.noted.v1' WHERE notification_id = 100")


async def insert_one_unlogged(admin: Administrator, log: Signed) -> None:
    admin.shift(99, 1)
    admin.do(
        "INSERT INTO {S}.events SELECT %s, 1, 100, recorded_at, topic, state FROM {S}.events"
        " WHERE notification_id = 99",
        uuid4(),
    )


async def truncate_the_tree(admin: Administrator, log: Signed) -> None:
    admin.do("DELETE FROM {S}.checkpoints")
    admin.do("DELETE FROM {S}.tiles")


async def re_sign_with_the_stolen_key(admin: Administrator, log: Signed) -> None:
    """The perfect forgery: the row, the whole tree and every checkpoint, made anew and signed."""
    await edit_a_payload(admin, log)
    await truncate_the_tree(admin, log)
    edge = Edge()
    tiles = edge.grow(await leaves(log))
    subtrees = edge.subtrees()
    forged = Checkpoint(ORIGIN, EVENTS, root_of_subtrees(subtrees))
    note = str(Note(forged.text, (log.signer.sign(forged.text, ORIGIN),)))
    for tile in tiles:
        admin.do("INSERT INTO {S}.tiles VALUES (%s, %s, %s, %s, %s)", *tile)
    rows = (EVENTS, forged.root, note, b"".join(subtrees), b"".join(edge.leaves()))
    admin.do("INSERT INTO {S}.checkpoints VALUES (%s, %s, %s, %s, %s)", *rows)
    assert Checkpoint.opened(note, log.signer.public(ORIGIN)) == forged, "nobody else could tell"


async def restore_an_older_backup(admin: Administrator, log: Signed) -> None:
    """To when 300 events were signed, with others written since."""
    admin.do("DELETE FROM {S}.events WHERE notification_id > 300")
    admin.do("DELETE FROM {S}.checkpoints WHERE size > 300")
    admin.do("DELETE FROM {S}.tiles WHERE number > 0 OR level > 0")
    await log.append(400)


LOOKS_WHOLE = "the first 600 events, and the tree over them, are others than those signed"
HASHED = "it is not what was hashed when it was signed"
GONE = "it was signed, and is not in the log any more"

ATTACKS: dict[Attack, Callable[[list[Fault]], bool]] = {
    edit_a_payload: lambda found: found == [Fault(100, HASHED)],
    edit_both_payload_and_leaf: lambda found: found == [Fault(0, LOOKS_WHOLE)],
    delete_an_event: lambda found: found == [Fault(100, GONE)],
    delete_an_event_and_close_the_gap: lambda found: found[:2] == [Fault(600, GONE), Fault(100, HASHED)],
    delete_the_newest_events: lambda found: found == [Fault(position, GONE) for position in range(591, 601)],
    swap_two: lambda found: found == [Fault(100, HASHED), Fault(101, HASHED)],
    move_an_event_to_another_stream: lambda found: found == [Fault(100, HASHED)],
    change_a_recorded_time: lambda found: found == [Fault(100, HASHED)],
    change_an_events_name: lambda found: found == [Fault(100, HASHED)],
    insert_one_unlogged: lambda found: found == [Fault(position, HASHED) for position in range(100, 601)],
    truncate_the_tree: lambda found: found == [Fault(600, "the log is signed up to 0 only")],
    re_sign_with_the_stolen_key: lambda found: (
        found == [Fault(600, "the log has no checkpoint, or another one, of this size")]
    ),
    restore_an_older_backup: lambda found: found == [Fault(600, "the log is signed up to 300 only")],
}

REFUSES_TO_SIGN = {
    delete_the_newest_events: "a checkpoint is of 600 events and the log holds 590",
    delete_an_event_and_close_the_gap: "a checkpoint is of 600 events and the log holds 599",
    truncate_the_tree: "a checkpoint of 600 events was signed, and the log is signed up to 0",
    re_sign_with_the_stolen_key: "a checkpoint of 600 events was signed, and the log has another of that size",
    restore_an_older_backup: "a checkpoint of 600 events was signed, and the log is signed up to 300",
}
"""What the sequencer finds by itself: it looks at what is new, and at what it has kept outside."""


@pytest.fixture
async def saved(signed: Signed) -> Checkpoint:
    """A checkpoint an auditor keeps, and a log that has grown since."""
    sequencer = signed.sequencer()
    for size in (300, EVENTS):
        await signed.append(size - await signed.log.head())
        await sequencer.sign()
    return (await signed.newest())[1]


async def found(saved: Checkpoint, signed: Signed) -> list[Fault]:
    return list(await held_against(saved, PostgresRawLog(signed.pool, JURISDICTION), signed.trees))


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
async def test_it_is_found_from_one_saved_checkpoint(
    attack: Attack, saved: Checkpoint, signed: Signed, owner: psycopg.Connection
) -> None:
    await attack(Administrator(owner), signed)

    assert ATTACKS[attack](await found(saved, signed)), await found(saved, signed)


@pytest.mark.parametrize("attack", REFUSES_TO_SIGN, ids=lambda attack: attack.__name__)
async def test_nothing_is_signed_over_it(
    attack: Attack, saved: Checkpoint, signed: Signed, owner: psycopg.Connection
) -> None:
    await attack(Administrator(owner), signed)

    for sequencer in (signed.sequencer(), signed.sequencer()):
        with pytest.raises(Refused, match=REFUSES_TO_SIGN[attack]):
            await sequencer.sign()
        assert REFUSES_TO_SIGN[attack] in ((await sequencer.look()).refused or "")


async def edit_an_event_its_leaf_and_no_more(admin: Administrator, log: Signed) -> None:
    """The newest event, and its leaf where the next tree is made from."""
    admin.do("UPDATE {S}.events SET state = state || ' '::bytea WHERE notification_id = 600")
    forged = (await leaves(log))[599]
    admin.do("UPDATE {S}.checkpoints SET leaves = overlay(leaves PLACING %s FROM octet_length(leaves) - 31)", forged)


async def turn_a_bit_of_a_full_tile(admin: Administrator, log: Signed) -> None:
    admin.do("UPDATE {S}.tiles SET root = set_bit(root, 9, 1 - get_bit(root, 9)) WHERE number = 1")


async def write_down_another_root(admin: Administrator, log: Signed) -> None:
    await edit_an_event_its_leaf_and_no_more(admin, log)
    admin.do("UPDATE {S}.checkpoints SET root = %s WHERE size = 600", root_of(await leaves(log)))


NOT_THE_TREE = "the tree in the database is not the one of 600 events that was signed"
NOT_SO_SIGNED = "the newest checkpoint is of 600 events, and is written down as another"


@pytest.mark.parametrize(
    ("attack", "refused"),
    [
        (edit_an_event_its_leaf_and_no_more, NOT_THE_TREE),
        (turn_a_bit_of_a_full_tile, NOT_THE_TREE),
        (write_down_another_root, NOT_SO_SIGNED),
    ],
)
async def test_a_sequencer_that_starts_signs_on_no_tree_but_the_one_that_was_signed(
    attack: Attack, refused: str, saved: Checkpoint, signed: Signed, owner: psycopg.Connection
) -> None:
    await attack(Administrator(owner), signed)
    await signed.append(1)

    restarted = signed.sequencer()
    with pytest.raises(Refused, match=refused):
        await restarted.sign()
    assert refused in ((await restarted.look()).refused or "")
    assert (await signed.newest())[1] == saved


async def test_a_newer_checkpoint_of_another_process_of_the_home_binds_as_well(
    signed: Signed, owner: psycopg.Connection
) -> None:
    first, second = signed.sequencer(), signed.sequencer()
    await signed.append(1)
    await first.sign()
    await signed.append(1)
    await second.sign()
    admin = Administrator(owner)
    admin.do("DELETE FROM {S}.events WHERE notification_id > 1")
    admin.do("DELETE FROM {S}.checkpoints WHERE size > 1")
    await signed.append(1)

    with pytest.raises(Broken, match="a checkpoint of 2 events was signed, and the log is signed up to 1"):
        await first.sign()


async def test_what_was_kept_outside_and_is_gone_is_remembered_while_it_runs(
    signed: Signed, owner: psycopg.Connection
) -> None:
    sequencer = signed.sequencer()
    await signed.append(2)
    await sequencer.sign()
    (signed.home / "checkpoints" / JURISDICTION).unlink()
    Administrator(owner).do("DELETE FROM {S}.checkpoints")

    with pytest.raises(Broken, match="a checkpoint of 2 events was signed"):
        await sequencer.sign()


async def test_an_event_deleted_between_a_look_and_the_next_is_missed(
    signed: Signed, owner: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    await signed.append(3)
    admin, where = Administrator(owner), PostgresTree.where

    async def deleted_behind(tree: PostgresTree) -> Where:
        found = await where(tree)
        admin.do("DELETE FROM {S}.events WHERE notification_id = 2")
        return found

    monkeypatch.setattr(PostgresTree, "where", deleted_behind)
    with pytest.raises(Refused, match="events are missing: 2 of 3 are there"):
        await signed.sequencer().sign()
    assert await signed.trees.checkpoint() is None


async def test_given_a_position_that_lies_there_twice_then_nothing_is_signed(
    signed: Signed, owner: psycopg.Connection
) -> None:
    await signed.append(300)
    owner.execute(f"DROP INDEX {SCHEMA}.events_position".encode())
    owner.execute(
        f"INSERT INTO {SCHEMA}.events SELECT gen_random_uuid(), 1, notification_id, recorded_at, topic, state"
        f" FROM {SCHEMA}.events WHERE notification_id = 100".encode()
    )
    with pytest.raises(Refused, match="301 of 300 are there"):
        await signed.sequencer().sign()


async def test_control_a_log_nobody_touched_holds(saved: Checkpoint, signed: Signed) -> None:
    assert await found(saved, signed) == []
    await signed.append(700)
    await signed.sequencer().sign()
    assert await found(saved, signed) == []
    assert (await signed.sequencer().look()).refused is None


async def test_the_limit_what_is_newer_than_what_was_saved_can_be_rewritten(
    saved: Checkpoint, signed: Signed, owner: psycopg.Connection
) -> None:
    await signed.append(1)
    Administrator(owner).do("UPDATE {S}.events SET state = state || ' '::bytea WHERE notification_id = 601")
    await signed.sequencer().sign()

    assert await found(saved, signed) == []


async def test_what_is_refused_to_whoever_serves(saved: Checkpoint, owner: psycopg.Connection) -> None:
    """The triggers stop a mistake, not an owner: they are no proof."""
    for table in ("sequencer", *TABLES[1:], "cosignatures"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute(f"TRUNCATE {SCHEMA}.{table}".encode())
    for statement in (f"DELETE FROM {SCHEMA}.checkpoints", f"UPDATE {SCHEMA}.tiles SET root = root"):
        with pytest.raises(psycopg.errors.RestrictViolation):
            owner.execute(statement.encode())
