"""Given a photo or a paper, when it is stored, then it goes by its hash and comes back byte for byte."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import pytest

from api.routes import evidence
from domain.actors import Role
from tests.api.people import V1, People, refused

PHOTO = bytes(range(256)) * 1000
NAME = hashlib.sha256(PHOTO).hexdigest()


async def test_a_file_is_stored_under_its_hash_whatever_it_is_said_to_be(people: People) -> None:
    worker = await people.one(Role.WORKER)

    for content_type in ("image/jpeg", "application/octet-stream", "application/x-www-form-urlencoded"):
        answer = await worker.post_bytes("evidence", PHOTO, Content_Type=content_type)

        assert (answer.status_code, answer.json()) == (201, {"sha256": NAME})
        assert answer.headers["location"] == f"{V1}/evidence/{NAME}"


async def test_a_file_stored_twice_is_one(people: People) -> None:
    assert await people.file(PHOTO) == await people.file(PHOTO) == NAME


async def test_a_file_comes_back_as_bytes_to_be_saved(people: People) -> None:
    await people.file(b"<script>alert(1)</script>")
    name, auditor = await people.file(PHOTO), await people.one(Role.AUDITOR)

    answer = await auditor.get(f"evidence/{name}")

    assert answer.content == PHOTO
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_who_has_the_file_is_not_sent_it_again(people: People) -> None:
    name, auditor = await people.file(PHOTO), await people.one(Role.AUDITOR)

    answer = await auditor.get(f"evidence/{name}", {"If-None-Match": f'"{name}"'})

    assert (answer.status_code, answer.content) == (304, b"")


async def test_a_file_nobody_stored_is_unknown(people: People) -> None:
    auditor = await people.one(Role.AUDITOR)

    refused(await auditor.get(f"evidence/{'0' * 64}"), 404, "unknown", rule="evidence.unknown")


async def test_an_empty_file_is_none(people: People) -> None:
    worker = await people.one(Role.WORKER)

    refused(await worker.post_bytes("evidence", b""), 422, "rule-broken", rule="evidence.empty")


async def test_a_form_is_no_file(people: People) -> None:
    worker = await people.one(Role.WORKER)

    answer = await worker.post_bytes("evidence", b"--x--", Content_Type="multipart/form-data; boundary=x")

    refused(answer, 415, "unsupported-media-type", rule="evidence.content_type")


async def test_a_file_too_large_is_refused_whether_it_says_so_or_not(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evidence, "MOST_BYTES", len(PHOTO) - 1)
    worker = await people.one(Role.WORKER)

    async def chunks() -> AsyncIterator[bytes]:
        yield PHOTO[:1000]
        yield PHOTO[1000:]

    for body in (PHOTO, chunks()):
        refused(await worker.post_bytes("evidence", body), 413, "too-large", rule="body.too_large")
    refused(await (await people.one(Role.AUDITOR)).get(f"evidence/{NAME}"), 404, "unknown")


async def test_a_file_of_a_hazard_is_read_by_its_own_people(people: People) -> None:
    consent = {"by": "regulator", "reference": "1", "evidence": [await people.file(b"consent")]}
    hazard = await people.reported(reported_as="major")
    officer = await people.one(Role.ENTERPRISE_OFFICER)
    await officer.do(f"{hazard}/dismissal", {"reason": "x", "consent": consent}, 1)

    answer = await officer.get(f"evidence/{consent['evidence'][0]}", hazard=hazard.rpartition("/")[2])

    assert answer.content == b"consent"
