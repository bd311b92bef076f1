"""Application: witnesses cosign checkpoints: a regulator and a workers' congress vouch for what the log was.

A cosignature speaks for itself: whoever brings it, it is kept if the key registered under its name made it.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from application.checkpoints import Trees
from application.log import EventLog, readable
from application.proof import WITNESS_KEY, Checkpoint, Key, Note, NotProven, Signature
from application.proving import NOT_PUBLISHED
from domain.refusals import CONTRACT, Rule, RuleBroken, Unknown
from domain.transparency.witness import Witness, stream_of

NO_KEY = Rule("witness.verifier_key", "the key is an Ed25519 key for cosignatures (C2SP signed-note, kind 4)", CONTRACT)
NO_NOTE = Rule("cosignature.form", "send a checkpoint as it was published, with the cosignature under it", CONTRACT)
NOBODY = Rule("cosignature.nobody", "no signature under it is by a witness registered here", CONTRACT)
NOT_MADE = Rule("cosignature.not_made", "the key registered under that name did not make this cosignature", CONTRACT)
NOT_OURS = Rule("cosignature.other_checkpoint", "the log published another checkpoint of this size", CONTRACT)

MOST_COSIGNATURES = 64
"""Of one checkpoint. A note with more than 100 signatures is read by nobody, however few wanted it so."""

ENOUGH = Rule(
    "cosignature.enough", f"{MOST_COSIGNATURES} witnesses have cosigned this checkpoint; cosign a newer one", CONTRACT
)


def witness_key(verifier_key: str) -> Key:
    """The key of a witness. Raises RuleBroken."""
    try:
        key = Key.parse(verifier_key)
    except NotProven:
        raise RuleBroken(NO_KEY, "verifier_key") from None
    if key.kind != WITNESS_KEY:
        raise RuleBroken(NO_KEY, "verifier_key")
    return key


@dataclass(frozen=True, slots=True)
class Witnessing:
    """The cosignatures of one log."""

    code: str
    log: EventLog
    trees: Trees

    async def cosign(self, cosigned: str) -> int:
        """Keep the cosignatures of a checkpoint; answers its size. Raises Refusal, Unavailable."""
        try:
            note = Note.parse(cosigned)
            size = Checkpoint.parse(note.text).size
        except NotProven:
            raise RuleBroken(NO_NOTE, "body") from None
        published = await self.trees.checkpoint(size)
        if published is None:
            raise Unknown(NOT_PUBLISHED, "body")
        if Note.parse(published.note).text != note.text:
            raise RuleBroken(NOT_OURS, "body")
        # One of each key: with each, all of them are verified.
        claimed = {(one.name, one.key_id): one for one in note.signatures}.values()
        made = [found for one in claimed if (found := await self._made(note, one)) is not None]
        if not made:
            raise RuleBroken(NOBODY, "body")
        kept = {Signature.parse(line[:-1]).name for line in await self.trees.cosignatures(size)}
        if len(kept | {signature.name for _, signature in made}) > MOST_COSIGNATURES:
            raise RuleBroken(ENOUGH, "body")
        for witness_id, signature in made:
            await self.trees.cosign(size, witness_id, str(signature))
        return size

    async def key_of(self, name: str) -> Key | None:
        """The key of the witness that signs under a name, where one does. Raises Unavailable."""
        witness = Witness.fold(readable(await self.log.read(stream_of(self.code, name))))
        return None if witness is None else Key.parse(witness.verifier_key)

    async def _made(self, note: Note, signature: Signature) -> tuple[UUID, Signature] | None:
        """Whose it is, where it is a witness's."""
        key = await self.key_of(signature.name)
        if key is None or signature.key_id != key.id:
            return None
        try:
            note.signed_by(key)
        except NotProven:
            raise RuleBroken(NOT_MADE, "body") from None
        return stream_of(self.code, signature.name), signature
