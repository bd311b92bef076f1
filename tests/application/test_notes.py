"""Checkpoints, cosignatures and receipts: read as C2SP writes them, and refused wherever a byte is another."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from application.proof import (
    EMPTY_ROOT,
    LOG_KEY,
    WITNESS_KEY,
    Checkpoint,
    Key,
    Note,
    NotProven,
    Receipt,
    Signature,
    cosign,
    leaf_hash,
    sign,
)
from tests.application import naive_tree

LOG, WITNESS, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in (1, 2, 3))
ORIGIN, NAME = "log.example/320583", "congress.example/w1"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LEAVES = [b"leaf %d" % number for number in range(11)]
CHECKPOINT = Checkpoint(ORIGIN, len(LEAVES), naive_tree.root(LEAVES))

unhurried = settings(deadline=None)


def key(name: str, kind: int, private: Ed25519PrivateKey) -> Key:
    return Key(name, kind, private.public_key().public_bytes_raw())


LOG_PUBLIC, WITNESS_PUBLIC = key(ORIGIN, LOG_KEY, LOG), key(NAME, WITNESS_KEY, WITNESS)


def note(*more: Signature, checkpoint: Checkpoint = CHECKPOINT, private: Ed25519PrivateKey = LOG) -> str:
    return str(Note(checkpoint.text, (sign(checkpoint.text, ORIGIN, private), *more)))


def receipt(number: int = 3) -> Receipt:
    cosigned = note(cosign(CHECKPOINT.text, NAME, WITNESS, NOON))
    return Receipt(number, tuple(naive_tree.path(number, LEAVES)), cosigned, LEAVES[number])


def test_the_note_of_the_specification_is_read() -> None:
    vkey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    published = Note.parse(
        "This is an example message.\n\n— example.com/foo "
        "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    )
    assert published.signed_by(Key.parse(vkey))
    assert str(Key.parse(vkey)) == vkey


def test_a_checkpoint_is_opened_by_the_key_of_its_log() -> None:
    assert Checkpoint.opened(note(), LOG_PUBLIC) == CHECKPOINT


def test_further_lines_of_a_checkpoint_are_signed_and_say_nothing() -> None:
    text = CHECKPOINT.text + "more\n"
    assert Checkpoint.opened(str(Note(text, (sign(text, ORIGIN, LOG),))), LOG_PUBLIC) == CHECKPOINT


@pytest.mark.parametrize(
    "wrong",
    [
        note(private=STRANGER),
        note(private=STRANGER).replace(ORIGIN, "other.example"),
        note(checkpoint=CHECKPOINT._replace(origin="other.example")),
        note(checkpoint=CHECKPOINT._replace(size=0)),
        note().replace("\n11\n", "\n12\n"),
        note() + f"— {ORIGIN} {b64encode(LOG_PUBLIC.id + bytes(64)).decode()}\n",
    ],
    ids=["another key", "another name", "another origin", "empty yet a root", "another size", "one signature wrong"],
)
def test_what_the_log_did_not_sign_is_refused(wrong: str) -> None:
    with pytest.raises(NotProven):
        Checkpoint.opened(wrong, LOG_PUBLIC)


def test_an_empty_log_can_be_signed() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert Checkpoint.opened(note(checkpoint=empty), LOG_PUBLIC) == empty


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "no signature\n",
        "no blank line\n— a AAAAAAAA\n",
        "text\n\n",
        "text\n\n— a AAAA\n",
        "text\n\n— a AAAAAAAA",
        "text\n\n— a b AAAAAAAA\n",
        "text\n\n— a+b AAAAAAAA\n",
        "text\n\n—  AAAAAAAA\n",
        "text\n\n- a AAAAAAAA\n",
        "text\n\n— a AAAAAAA\n",
        "text\n\n— a AAAAAAB=\n",
        "te\txt\n\n— a AAAAAAAA\n",
        "te\udcffxt\n\n— a AAAAAAAA\n",
        "x" * 200_000 + "\n\n— a AAAAAAAA\n",
        "text\n\n" + "— a AAAAAAAA\n" * 101,
    ],
)
def test_what_is_no_note_is_refused(wrong: str) -> None:
    with pytest.raises(NotProven):
        Note.parse(wrong)


def test_a_note_may_have_a_hundred_signatures() -> None:
    assert len(Note.parse("text\n\n" + "— a AAAAAAAA\n" * 100).signatures) == 100


@pytest.mark.parametrize(
    "text",
    [
        "a\n1\n",
        "a\n01\nROOT\n",
        "a\n-1\nROOT\n",
        "a\n１\nROOT\n",
        "a\n9223372036854775808\nROOT\n",
        "a\n1\nAAAA\n",
        "\n1\nROOT\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NotProven):
        Checkpoint.parse(text.replace("ROOT", b64encode(EMPTY_ROOT).decode()))


def test_a_cosignature_says_when() -> None:
    cosigned = Note.parse(note(cosign(CHECKPOINT.text, NAME, WITNESS, NOON)))
    (cosignature,) = cosigned.signed_by(WITNESS_PUBLIC)
    assert cosignature.seconds == NOON.timestamp()
    assert not cosigned.signed_by(key(NAME, WITNESS_KEY, STRANGER))


def _timed(seconds: int) -> bytes:
    """What a witness signs, in the words of the specification."""
    return b"cosignature/v1\ntime %d\n" % seconds + CHECKPOINT.text.encode()


def test_the_latest_time_a_cosignature_may_say() -> None:
    latest = 2**63 - 1
    made = Signature(NAME, WITNESS_PUBLIC.id, latest.to_bytes(8, "big") + WITNESS.sign(_timed(latest)))
    assert Note.parse(note(made)).signed_by(WITNESS_PUBLIC) == (made,)


def test_a_cosignature_of_another_checkpoint_or_time_is_refused() -> None:
    other = cosign(CHECKPOINT._replace(size=10).text, NAME, WITNESS, NOON)
    made = cosign(CHECKPOINT.text, NAME, WITNESS, NOON)
    later = made._replace(signed=(made.seconds + 1).to_bytes(8, "big") + made.signed[8:])
    plain = sign(CHECKPOINT.text, NAME, WITNESS)._replace(key_id=WITNESS_PUBLIC.id)
    never = Signature(NAME, WITNESS_PUBLIC.id, b"\xff" * 8 + WITNESS.sign(_timed(2**64 - 1)))
    for wrong in (other, later, plain, never):
        with pytest.raises(NotProven):
            Note.parse(note(wrong)).signed_by(WITNESS_PUBLIC)


@unhurried
@given(name=st.text(st.characters(codec="utf-8")), public=st.binary(min_size=32, max_size=32))
def test_a_verifier_key_is_read_as_it_was_written(name: str, public: bytes) -> None:
    made = Key(name, WITNESS_KEY, public)
    if name and "+" not in name and not any(one.isspace() or one < " " for one in name):
        assert Key.parse(str(made)) == made
    else:
        with pytest.raises(NotProven):
            Key.parse(str(made))


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "a",
        "a+b",
        "a+00000000+",
        "a+00000000+AQ==",
        str(LOG_PUBLIC).replace("+", "+0", 1),
        str(LOG_PUBLIC).replace("log", "l\udcffg"),
    ],
)
def test_what_is_no_verifier_key_is_refused(wrong: str) -> None:
    with pytest.raises(NotProven):
        Key.parse(wrong)


@pytest.mark.parametrize("number", range(len(LEAVES)))
def test_a_receipt_proves_its_leaf(number: int) -> None:
    written = str(receipt(number))
    assert Receipt.parse(written) == receipt(number)
    assert Receipt.parse(written).verified(LOG_PUBLIC) == CHECKPOINT
    assert Receipt.parse(written)._replace(leaf=None).verified(LOG_PUBLIC, LEAVES[number]) == CHECKPOINT


def test_a_receipt_proves_no_other_leaf() -> None:
    with pytest.raises(NotProven):
        receipt().verified(LOG_PUBLIC, b"another")
    with pytest.raises(NotProven):
        receipt()._replace(leaf=None).verified(LOG_PUBLIC)
    with pytest.raises(NotProven):
        receipt()._replace(path=(leaf_hash(b"another"), *receipt().path[1:])).verified(LOG_PUBLIC)


@unhurried
@given(at=st.integers(0, len(str(receipt())) - 1), put=st.characters(codec="utf-8", max_codepoint=0x2FFF))
def test_a_receipt_with_one_character_changed_proves_nothing_else(at: int, put: str) -> None:
    """Nothing but the line of a witness nobody asked about may be another, and what is proved stays the same."""
    written = str(receipt())
    changed = written[:at] + put + written[at + 1 :]
    try:
        found = Receipt.parse(changed)
        assert found.verified(LOG_PUBLIC) == CHECKPOINT
    except NotProven:
        return
    assert changed[: written.index(f"— {NAME}")] == written[: written.index(f"— {NAME}")]
    assert found.leaf == LEAVES[3]


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        str(receipt()).replace("tlog-proof@v1", "tlog-proof@v2"),
        str(receipt()).replace("index 3", "index 03"),
        str(receipt()).replace("index 3", "at 3"),
        str(receipt()).replace("extra ", "extra !"),
        str(receipt()).replace("\n\n", "\n"),
        str(receipt()._replace(path=(b"short",))),
    ],
)
def test_what_is_no_receipt_is_refused(wrong: str) -> None:
    with pytest.raises(NotProven):
        Receipt.parse(wrong).verified(LOG_PUBLIC)
