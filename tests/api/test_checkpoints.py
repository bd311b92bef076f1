"""Given a log in use, when an auditor or a recipient asks for proof, then it can be checked by anybody, offline."""

from __future__ import annotations

from base64 import b64decode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from api.examples import WITNESS
from application.proof import (
    LOG_KEY,
    WITNESS_KEY,
    Checkpoint,
    Key,
    Note,
    Receipt,
    Signature,
    cosign,
    leaf_hash,
    sign,
    verify_consistency,
    verify_inclusion,
)
from domain.actors import Role
from domain.hazard.dual_reporting import DualReported
from tests.api.people import OURS, THEIRS, People, Person, refused

TEXT = "text/plain; charset=utf-8"
NAME = "congress.example/w1"
AT = datetime(2026, 3, 2, tzinfo=UTC)
PRIVATE, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in (1, 2))


def vkey(private: Ed25519PrivateKey = PRIVATE, kind: int = WITNESS_KEY, name: str = NAME) -> str:
    return str(Key(name, kind, private.public_key().public_bytes_raw()))


async def read(person: Person, path: str, **query: object) -> str:
    answer = await person.get(path, **query)
    assert (answer.status_code, answer.headers["content-type"]) == (200, TEXT), answer.text
    return answer.text


async def log_key(person: Person) -> Key:
    return Key.parse(await read(person, "checkpoint/key"))


async def newest(people: People) -> tuple[Person, Key, Checkpoint]:
    auditor = await people.one(Role.AUDITOR)
    key = await log_key(auditor)
    note = await read(auditor, "checkpoint", min_position=await people.head())
    return auditor, key, Checkpoint.opened(note, key)


async def test_a_checkpoint_covers_what_was_just_written(people: People) -> None:
    await people.reported(OURS)
    auditor, key, checkpoint = await newest(people)

    assert (key.name, key.kind) == (f"hazardloop/{people.code}", LOG_KEY)
    assert checkpoint.size == await people.head()
    worker = await people.one(Role.WORKER, OURS)
    assert Checkpoint.opened(await read(worker, "checkpoint", size=checkpoint.size), key) == checkpoint
    refused(await auditor.get("checkpoint", size=10**6), 404, "unknown", field="size", rule="checkpoint.unknown")


async def test_a_later_checkpoint_is_proved_to_follow_on_an_earlier_one(people: People) -> None:
    await people.reported(OURS)
    auditor, _, before = await newest(people)
    await people.reported(OURS)
    _, _, after = await newest(people)

    found = await auditor.see("checkpoint/consistency", old_size=before.size, size=after.size)
    path = [b64decode(one) for one in found["path"]]
    verify_consistency(before.size, before.root, after.size, after.root, path)
    answer = await auditor.get("checkpoint/consistency", old_size=after.size, size=before.size)
    refused(answer, 422, "rule-broken", field="old_size", rule="proof.not_included")


async def test_every_event_is_proved_to_be_in_the_log(people: People) -> None:
    await people.reported(OURS)
    auditor, key, checkpoint = await newest(people)

    for position in range(1, checkpoint.size + 1):
        found = await auditor.see(f"events/{position}/inclusion", size=checkpoint.size)
        receipt = Receipt.parse(await read(auditor, f"events/{position}/receipt"))
        assert receipt.verified(key) == checkpoint
        assert (found["number"], found["root"]) == (position - 1, str(checkpoint.text.splitlines()[2]))
        assert [b64decode(one) for one in found["path"]] == list(receipt.path)
        verify_inclusion(*_leaf(receipt), checkpoint.size, receipt.path, checkpoint.root)
    for position, status in ((checkpoint.size + 1, 422), (0, 422), ("x", 422)):
        assert (await auditor.get(f"events/{position}/inclusion")).status_code == status
    refused(await auditor.get(f"events/{checkpoint.size + 1}/receipt"), 404, "unknown", rule="event.unknown")
    worker = await people.one(Role.WORKER, OURS)
    refused(await worker.get("events/1/receipt"), 403, "not-allowed", rule="events.role")
    refused(await worker.get("events/1/inclusion"), 403, "not-allowed", rule="events.role")


def _leaf(receipt: Receipt) -> tuple[bytes, int]:
    assert receipt.leaf is not None
    return leaf_hash(receipt.leaf), receipt.number


async def test_a_recipient_is_given_the_receipt_of_the_report(people: People) -> None:
    hazard = await people.reported(OURS)
    officer, boss = (
        await people.one(Role.ENTERPRISE_OFFICER, OURS),
        await people.one(Role.MAIN_RESPONSIBLE_PERSON, OURS),
    )
    await officer.do(f"{hazard}/self-inspection", {"grade": "major", "cause": "设计缺陷"}, 1)
    said = dict.fromkeys(("present_state", "cause", "harm", "difficulty"), "铝镁粉尘")
    for to in ("regulator", "workers_congress"):
        await boss.do(f"{hazard}/dual-reports", {"recipient": to, "stage": "initial", **said})
    regulator, congress = await people.one(Role.REGULATOR), await people.one(Role.WORKERS_CONGRESS, OURS)

    for person, to in ((regulator, "regulator"), (congress, "workers_congress")):
        path = f"{hazard}/dual-reports/{to}/receipt"
        receipt = Receipt.parse(await read(person, path, stage="initial"))
        receipt.verified(await log_key(person))
        assert receipt.leaf is not None
        assert DualReported.name.encode() in receipt.leaf
        assert f'"recipient":"{to}"'.encode() in receipt.leaf
        assert "铝镁粉尘".encode() not in receipt.leaf
        refused(await person.get(path, stage="final"), 404, "unknown", rule="dual_report.unknown")
    stranger = await people.one(Role.WORKERS_CONGRESS, THEIRS)
    refused(await stranger.get(f"{hazard}/dual-reports/regulator/receipt"), 404, "unknown", rule="hazard.unknown")


async def test_both_recipients_cosign_and_the_checkpoint_shows_it(people: People) -> None:
    await people.reported(OURS)
    congress, regulator = await people.one(Role.WORKERS_CONGRESS, OURS), await people.one(Role.REGULATOR)
    keys = [Key.parse(vkey()), Key.parse(vkey(OTHER, name="regulator.example/w1"))]
    for person, key in zip((congress, regulator), keys, strict=True):
        await person.do("witnesses", {"verifier_key": str(key)})
    auditor, key, checkpoint = await newest(people)
    for person, private, name in ((congress, PRIVATE, NAME), (regulator, OTHER, "regulator.example/w1")):
        note = Note.parse(await read(person, "checkpoint", size=checkpoint.size))
        line = cosign(note.text, name, private, AT)
        for _ in range(2):
            answer = await person.post_bytes("checkpoint/cosignatures", f"{note.text}\n{line}".encode())
            assert (answer.status_code, answer.json()) == (201, {"size": checkpoint.size}), answer.text

    shown = await read(auditor, "checkpoint", size=checkpoint.size)
    assert Checkpoint.opened(shown, key) == checkpoint
    assert [[one.seconds for one in Note.parse(shown).signed_by(witness)] for witness in keys] == [[AT.timestamp()]] * 2


async def test_what_is_no_cosignature_of_a_witness_is_refused(people: People) -> None:
    await people.reported(OURS)
    congress = await people.one(Role.WORKERS_CONGRESS, OURS)
    await congress.do("witnesses", {"verifier_key": vkey()})
    auditor, _, checkpoint = await newest(people)
    text = checkpoint.text

    def under(signature: object, text: str = text) -> bytes:
        return f"{text}\n{signature}".encode()

    forged = cosign(text, NAME, PRIVATE, AT)
    other = checkpoint._replace(root=bytes(32)).text
    for sent, status, rule in (
        (b"", 422, "cosignature.form"),
        (b"\xff", 422, "json.utf8"),
        (under(cosign(text, "stranger.example", OTHER, AT)), 422, "cosignature.nobody"),
        (under(cosign(text, NAME, OTHER, AT)), 422, "cosignature.nobody"),
        (under(sign(text, NAME, PRIVATE)), 422, "cosignature.nobody"),
        (under(forged._replace(signed=forged.signed[:-1] + b"x")), 422, "cosignature.not_made"),
        (under(cosign(other, NAME, PRIVATE, AT), other), 422, "cosignature.other_checkpoint"),
        (under(forged, checkpoint._replace(size=10**6).text), 404, "checkpoint.unknown"),
    ):
        answer = await congress.post_bytes("checkpoint/cosignatures", sent)
        kind = {404: "unknown", 422: "invalid-input" if rule == "json.utf8" else "rule-broken"}[status]
        refused(answer, status, kind, field="body", rule=rule)
    answer = await auditor.post_bytes("checkpoint/cosignatures", under(forged))
    refused(answer, 403, "not-allowed", rule="role")
    assert forged.name not in await read(auditor, "checkpoint", size=checkpoint.size)


async def test_one_line_many_times_over_is_verified_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    congress = await people.one(Role.WORKERS_CONGRESS, OURS)
    await congress.do("witnesses", {"verifier_key": vkey()})
    await people.reported(OURS)
    _, _, checkpoint = await newest(people)
    line, verified, signed_by = cosign(checkpoint.text, NAME, PRIVATE, AT), [], Note.signed_by

    def counted(self: Note, key: Key) -> tuple[Signature, ...]:
        verified.append(key.name)
        return signed_by(self, key)

    monkeypatch.setattr(Note, "signed_by", counted)
    answer = await congress.post_bytes("checkpoint/cosignatures", f"{checkpoint.text}\n{str(line) * 90}".encode())

    assert (answer.status_code, verified.count(NAME)) == (201, 1)


async def test_no_more_cosign_a_checkpoint_than_a_reader_of_notes_takes(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.witnessing.MOST_COSIGNATURES", 1)
    congress = await people.one(Role.WORKERS_CONGRESS, OURS)
    for private, name in ((PRIVATE, NAME), (OTHER, "second.example")):
        await congress.do("witnesses", {"verifier_key": vkey(private, name=name)})
    auditor, key, checkpoint = await newest(people)
    first, second = (
        f"{checkpoint.text}\n{cosign(checkpoint.text, name, private, AT)}".encode()
        for private, name in ((PRIVATE, NAME), (OTHER, "second.example"))
    )
    for sent in (first, first):
        assert (await congress.post_bytes("checkpoint/cosignatures", sent)).status_code == 201

    answer = await congress.post_bytes("checkpoint/cosignatures", second)

    refused(answer, 422, "rule-broken", field="body", rule="cosignature.enough")
    shown = await read(auditor, "checkpoint", size=checkpoint.size)
    assert [one.name for one in Note.parse(shown).signatures] == [key.name, NAME]


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        (vkey(kind=LOG_KEY), "witness.verifier_key"),
        (vkey().replace("+", "+0", 1)[:-1], "string_pattern_mismatch"),
        (NAME + "+00000000+" + vkey().rpartition("+")[2], "witness.verifier_key"),
    ],
)
async def test_what_is_no_key_of_a_witness_is_refused(people: People, given: str, rule: str) -> None:
    congress = await people.one(Role.WORKERS_CONGRESS, OURS)
    answer = await congress.post("witnesses", {"verifier_key": given})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["rule"] == rule
    assert answer.json()["errors"][0]["field"] == "verifier_key"


async def test_only_recipients_witness_and_a_name_is_taken_once(people: People) -> None:
    congress, regulator = await people.one(Role.WORKERS_CONGRESS, OURS), await people.one(Role.REGULATOR)
    inspector = await people.one(Role.UNION_INSPECTOR)
    await congress.do("witnesses", {"verifier_key": WITNESS})

    refused(await regulator.post("witnesses", {"verifier_key": WITNESS}), 409, "conflict", rule="witness.registered")
    refused(await inspector.post("witnesses", {"verifier_key": vkey()}), 403, "not-allowed", rule="role")
