"""Application: the sequencer: every tenth of a second what was appended goes into the tree, and its root is signed.

A pass is one transaction, one at a time a jurisdiction. Nothing is signed that does not follow on the newest checkpoint
of the log and on the one kept outside the database: whoever deletes, restores or rewrites is found out, not covered up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from application.checkpoints import Kept, Outside, Published, Signer, Tree, Trees, Where
from application.discontinuities import Origin, Origins
from application.log import EventLog, Unavailable
from application.proof import Checkpoint, Note, NotProven, root_of_subtrees
from application.stopping import unless
from application.tree import Edge

INTERVAL_SECONDS = 0.1
"""How often, at most, a checkpoint is signed."""

STANDBY_SECONDS = 1.0
"""How long to leave the work to another process, or to an operator, before looking again."""

AGAIN_SECONDS = 10.0
"""How long to leave it after a failure nobody foresaw."""

KEEP_SECONDS = 1.0
"""How often, at most, a checkpoint is written outside while one follows on the other."""

POLL_SECONDS = 60.0
"""How often to look for events nobody told of."""

MOST = 5_000
"""Events that go under one checkpoint."""

logger = logging.getLogger(__name__)


class Refused(Exception):
    """Nothing may be signed; the message says why, for an operator."""


class Broken(Refused):
    """Nothing may be signed until somebody answers for it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a log is signed, and what keeps it from being signed further."""

    head: int
    signed: int
    refused: str | None
    broken: bool
    """Whether an operator may answer for that."""


class Sequencer:
    """Extends the tree of one jurisdiction and signs its checkpoints."""

    def __init__(self, log: EventLog, trees: Trees, signer: Signer, outside: Outside, origins: Origins) -> None:
        self._log = log
        self._trees = trees
        self._signer = signer
        self._outside = outside
        self._origins = origins
        self._edge: Edge | None = None
        self._newest: Published | None = None
        self._kept = Kept(None, None)
        self._written: str | None = None
        self._written_at = float("-inf")
        self._origin: Origin | None = None
        self._told: str | None = None

    async def run(self, stop: asyncio.Event) -> None:
        """Sign whatever is appended until `stop` is set. What fails is tried again."""
        while not stop.is_set():
            rest = AGAIN_SECONDS
            try:
                rest = 0 if await self._keep_up(stop) else STANDBY_SECONDS
                self._told = None
            except Unavailable as error:
                rest = error.seconds
            except Refused as refused:
                self._tell(str(refused))
                rest = STANDBY_SECONDS  # an operator may answer for it any moment
            except Exception:
                logger.exception("the log could not be signed; trying again")
            await unless(stop, asyncio.sleep(rest))
            await unless(stop, self._log.wait(self._size, POLL_SECONDS))

    async def _keep_up(self, stop: asyncio.Event) -> bool:
        """Sign until nothing is new, which nobody has to tell of; False where another process does."""
        before = None
        async with self._kept_in_the_end():
            while before != self._size and not stop.is_set():
                before = self._size
                if not await self._sign(stop):
                    return False
                await unless(stop, asyncio.sleep(INTERVAL_SECONDS))
        return True

    @property
    def _size(self) -> int:
        """Events signed, as far as this process knows."""
        return self._edge.size if self._edge else 0

    async def sign(self, stop: asyncio.Event | None = None) -> bool:
        """Sign what there is to sign, or until `stop`; False where another process does.

        Raises Refused, Unavailable, OSError.
        """
        async with self._kept_in_the_end():
            return await self._sign(stop)

    @asynccontextmanager
    async def _kept_in_the_end(self) -> AsyncIterator[None]:
        """What is signed is kept outside when this ends. What made it fail is told, whatever becomes of keeping."""
        try:
            yield
        except BaseException:
            try:
                await self._keep()
            except OSError as error:
                logger.error("the newest checkpoint could not be kept in the home: %s", error.strerror)
            raise
        await self._keep()

    async def _sign(self, stop: asyncio.Event | None) -> bool:
        """Sign what there is to sign, of which what follows on another within a second is not kept outside yet."""
        while True:
            self._origin = self._origin or await self._origins.look()
            # Anew each time: another process of this home may know a newer one, and the database be set back since.
            kept, unwritten = await self._outside.read(), None
            if kept.note in (None, self._written):
                kept = kept._replace(note=self._kept.note)
            else:
                unwritten = None if self._kept.note == self._written else self._kept.note
                self._written = kept.note
            self._kept = kept
            async with self._trees.extended() as tree:
                if tree is None:
                    return False
                where = await tree.where()
                alone = self._edge is None or self._edge.size == where.size
                if unwritten and (broken := await self._not_kept(tree, where, unwritten, self._origin)):
                    raise _broken(broken)
                note = await self._extended(tree, where, self._origin, MOST if alone else 0)
            self._kept = kept._replace(note=note or kept.note)
            if asyncio.get_running_loop().time() - self._written_at >= KEEP_SECONDS:
                await self._keep()
            if not alone or where.behind <= MOST or (stop is not None and stop.is_set()):
                return alone

    async def _keep(self) -> None:
        """Let the newest checkpoint known here be the one outside, if nobody else has put one there. Raises OSError."""
        note = self._kept.note
        if note is None or note == self._written:
            return
        if (await self._outside.read()).note in (None, self._written):
            await self._outside.keep(note)
            self._written, self._written_at = note, asyncio.get_running_loop().time()

    async def look(self) -> Standing:
        """How far it is signed. Raises Unavailable."""
        origin = await self._origins.look()
        async with self._trees.looked_at() as tree:
            where = await tree.where()
            refused, broken = None, False
            try:
                kept = await self._outside.read()
                new = min(where.behind, MOST)
                if where.behind > 0 and (found := await tree.following(where.size, new)) != new:
                    raise _missing(where.size, found, new)
                await self._follow(tree, where, kept, origin)
                await self._edge_of(tree, where)
            except Refused as why:
                refused, broken = str(why), isinstance(why, Broken)
            except OSError as error:
                refused = f"{error.filename}: {error.strerror}"
        return Standing(where.head, where.size, refused, broken)

    async def lost(self) -> Checkpoint | None:
        """The checkpoint kept outside, if it can be read and is none of the log's. Raises OSError, Unavailable."""
        note = (await self._outside.read()).note
        try:
            checkpoint = None if note is None else Checkpoint.parse(Note.parse(note).text)
        except NotProven:
            return None
        if checkpoint is None:
            return None
        async with self._trees.looked_at() as tree:
            return None if await tree.root_at(checkpoint.size) == checkpoint.root else checkpoint

    async def _extended(self, tree: Tree, where: Where, origin: Origin, most: int) -> str | None:
        """Extend the tree by what is new, if not by more; the newest note, where there is one. Raises Refused."""
        # What fails from here on is begun anew, with what has been committed and acknowledged by then.
        edge, self._edge, self._origin = self._edge, None, None
        newest, self._newest = self._newest, None
        await self._follow(tree, where, self._kept, origin, newest)
        if edge is None or edge.size != where.size:
            edge = await self._edge_of(tree, where)
        new = min(where.behind, most)
        newest = await self._signed(tree, edge, new, origin.name) if new else where.newest
        self._edge, self._origin, self._newest = edge, origin, newest
        return newest.note if newest else None

    async def _edge_of(self, tree: Tree, where: Where) -> Edge:
        """The edge of the tree that was signed last. Raises Refused where it leads to another root.

        One bit of it that turned, or was turned, would be signed as if it followed on what was signed before.
        """
        edge = await tree.edge(where.size)
        if where.newest is not None and root_of_subtrees(edge.subtrees()) != where.newest.root:
            raise Refused(f"the tree in the database is not the one of {where.size} events that was signed: restore it")
        return edge

    async def _signed(self, tree: Tree, edge: Edge, new: int, origin: str) -> Published:
        before = len(edge.leaves())
        hashed = await tree.hashed(edge.size, new)
        if len(hashed) != new:
            raise _missing(edge.size, len(hashed), new)
        tiles = edge.grow(hashed)
        subtrees = tuple(edge.subtrees())
        checkpoint = Checkpoint(origin, edge.size, root_of_subtrees(subtrees))
        note = str(Note(checkpoint.text, (self._signer.sign(checkpoint.text, origin),)))
        published = Published(checkpoint.size, checkpoint.root, note, subtrees)
        await tree.extend(tiles, published, edge.leaves()[0 if tiles else before :])
        return published

    async def _follow(
        self, tree: Tree, where: Where, kept: Kept, origin: Origin, known: Published | None = None
    ) -> None:
        """Make sure that what is there follows on what was signed; `known` is to be ours. Raises Refused."""
        if where.behind < 0:
            raise Refused(f"a checkpoint is of {where.size} events and the log holds {where.head}: restore the others")
        broken = self._not_ours(where, origin, known) or await self._not_kept(tree, where, kept.note, origin)
        if not broken and kept.restored is not None and origin.since <= kept.restored:
            broken = f"a backup was restored, to position {kept.restored}, and nobody here knows what was signed since"
        if broken:
            raise _broken(broken)

    def _not_ours(self, where: Where, origin: Origin, known: Published | None) -> str | None:
        if where.newest is None or where.newest == known or where.size < origin.since:
            return None
        try:
            signed = Checkpoint.opened(where.newest.note, self._signer.public(origin.name))
        except NotProven as wrong:
            return f"the newest checkpoint is not one of this key and origin: {wrong}"
        if (signed.size, signed.root) != where.newest[:2]:
            return f"the newest checkpoint is of {signed.size} events, and is written down as another"
        return None

    async def _not_kept(self, tree: Tree, where: Where, kept: str | None, origin: Origin) -> str | None:
        if kept is None or (where.newest is not None and where.newest.note == kept):
            return None
        try:
            checkpoint = Checkpoint.parse(Note.parse(kept).text)
        except NotProven as wrong:
            answered_for = where.size < origin.since
            return None if answered_for else f"the checkpoint kept in the home can't be read: {wrong}"
        if (checkpoint.size, checkpoint.root.hex()) in origin.lost:
            return None
        root = await tree.root_at(checkpoint.size)
        if root == checkpoint.root:
            return None
        there = f"and the log is signed up to {where.size}" if root is None else "and the log has another of that size"
        return f"a checkpoint of {checkpoint.size} events was signed, {there}"

    def _tell(self, refused: str) -> None:
        if refused != self._told:
            logger.error("nothing is signed: %s", refused)
            self._told = refused


def _broken(why: str) -> Broken:
    return Broken(f"{why}. Restore what is missing, or answer for it: `hazardloop checkpoint acknowledge`")


def _missing(after: int, found: int, new: int) -> Refused:
    return Refused(f"past position {after} events are missing: {found} of {new} are there")
