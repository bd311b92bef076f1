"""Time has an offset; ids are new, of version 7 and in order; salts are unforeseeable."""

from datetime import UTC, datetime, timedelta

from infrastructure.time_and_chance import SALT_BYTES, SystemChance, SystemClock


def test_given_the_machines_clock_then_now_has_an_offset() -> None:
    assert SystemClock().now().utcoffset() == timedelta(0)


def test_given_many_ids_then_each_is_a_new_uuid_of_version_7_and_they_sort_as_they_were_made() -> None:
    ids = [SystemChance().id() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert ids == sorted(ids)
    assert {(id.version, id.variant) for id in ids} == {(7, "specified in RFC 4122")}


def test_given_an_id_then_its_first_48_bits_are_the_milliseconds_it_was_made_at() -> None:
    before = datetime.now(UTC)
    made_at = datetime.fromtimestamp((SystemChance().id().int >> 80) / 1000, UTC)
    assert abs(made_at - before) < timedelta(minutes=1)


def test_given_many_salts_then_no_two_are_alike() -> None:
    salts = {SystemChance().salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {SALT_BYTES}
