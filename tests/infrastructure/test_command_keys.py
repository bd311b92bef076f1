"""What is kept of an Idempotency-Key: keyed hashes, under a secret that is made once and stays."""

import multiprocessing
from pathlib import Path
from uuid import UUID

import pytest

from infrastructure.command_keys import LENGTH, SECRET_BYTES, SECRET_FILE, BadSecret, KeyedCommandKeys, kept_secret

ACTOR, ANOTHER = UUID(int=1), UUID(int=2)
PATH = "/v1/320583/hazards"
KEYS = KeyedCommandKeys(b"s" * SECRET_BYTES)


def test_given_the_same_key_in_the_same_scope_then_the_command_is_the_same_and_the_request_tells_bodies_apart() -> None:
    first = KEYS.command_key(ACTOR, "POST", PATH, "k", b"{}")
    again = KEYS.command_key(ACTOR, "POST", PATH, "k", b"{}")
    other_body = KEYS.command_key(ACTOR, "POST", PATH, "k", b"{ }")
    assert first == again
    assert (other_body.id, other_body.request != first.request) == (first.id, True)
    assert len(first.id) == len(first.request) == LENGTH


def test_given_another_actor_method_path_or_key_then_it_is_another_command() -> None:
    ids = {
        KEYS.command_key(ACTOR, "POST", PATH, "k", b"").id,
        KEYS.command_key(ANOTHER, "POST", PATH, "k", b"").id,
        KEYS.command_key(ACTOR, "PUT", PATH, "k", b"").id,
        KEYS.command_key(ACTOR, "POST", PATH + "/k", "", b"").id,
        KEYS.command_key(ACTOR, "POST", PATH, "/k", b"").id,
        KEYS.command_key(ACTOR, "POST", PATH, "隐患", b"").id,
        KEYS.command_key(ACTOR, "POST", PATH, "\ud800", b"").id,
    }
    assert len(ids) == 7


def test_given_another_secret_then_nothing_of_a_request_is_recognised() -> None:
    other = KeyedCommandKeys(b"t" * SECRET_BYTES)
    ours, theirs = (keys.command_key(ACTOR, "POST", PATH, "k", b"{}") for keys in (KEYS, other))
    assert ours.id != theirs.id
    assert ours.request != theirs.request


def test_given_a_new_home_then_the_secret_is_made_for_its_owner_alone_and_stays(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path)
    assert len(secret) == SECRET_BYTES
    assert kept_secret(tmp_path) == secret
    assert [file.name for file in tmp_path.iterdir()] == [SECRET_FILE]
    assert (tmp_path / SECRET_FILE).stat().st_mode & 0o777 == 0o600


def test_given_several_processes_that_start_at_once_then_all_get_the_same_secret(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(4) as processes:
        secrets = processes.map(kept_secret, [tmp_path] * 40, chunksize=1)
    assert set(secrets) == {kept_secret(tmp_path)}
    assert [file.name for file in tmp_path.iterdir()] == [SECRET_FILE]


def test_given_a_file_that_holds_no_secret_then_the_start_is_refused_and_the_file_left_alone(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_bytes(b"short")
    with pytest.raises(BadSecret, match="should hold 32 bytes and holds 5"):
        kept_secret(tmp_path)
    assert (tmp_path / SECRET_FILE).read_bytes() == b"short"
