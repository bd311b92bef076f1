"""Given a ledger, when it is uploaded, previewed and committed, then its rows are in the log."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import httpx2
import pytest

from api.examples import LEDGER, MAPPING
from api.routes import imports
from api.running import Running
from domain.actors import OF_AN_ENTERPRISE, Role
from infrastructure.importing.files import SAMPLES
from infrastructure.importing.mappings import SHIPPED
from tests.api.people import People, Person, id_of, refused
from tests.conftest import JURISDICTION
from tests.faults.waiting import passed

SAMPLE = (SAMPLES / "yinhuan_taizhang.csv").read_bytes()
SAMPLE_MAPPING = (SHIPPED / "sample_zh.toml").read_bytes()

PATIENCE = 60.0


async def done(person: Person, path: str) -> dict[str, Any]:
    """The job, once nobody works on it any more."""
    job: dict[str, Any] = await person.see(path)
    async with asyncio.timeout(PATIENCE):
        while job["state"].endswith("ing"):
            await passed(0.05)
            job = await person.see(path)
    return job


def asked(response: httpx2.Response, status: int, state: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    job: dict[str, Any] = response.json()
    assert job["state"] == state
    assert response.headers["etag"] == f'"{job["version"]}"'
    return job


async def uploaded(person: Person, content: bytes, name: str = "台账.csv") -> str:
    """The path of a job, once a mapping was proposed or the file refused."""
    response = await person.post_bytes(f"imports?name={name}", content)
    job = asked(response, 201, "proposing")
    assert response.headers["location"] == f"/v1/{person.code}/imports/{job['id']}"
    await done(person, f"imports/{job['id']}")
    return f"imports/{job['id']}"


async def previewed(person: Person, path: str, mapping: bytes) -> dict[str, Any]:
    asked(await person.post_bytes(f"{path}/preview", mapping), 202, "previewing")
    return await done(person, path)


@pytest.fixture
async def inspector(people: People) -> Person:
    return await people.one(Role.UNION_INSPECTOR)


async def test_upload_preview_commit(people: People, inspector: Person) -> None:
    path = await uploaded(inspector, SAMPLE)
    assert (await inspector.see(path))["proposal"].startswith("# Proposed for 台账.csv: utf-8-sig, separated by commas")

    preview = await previewed(inspector, path, SAMPLE_MAPPING)

    assert preview["state"] == "previewed"
    assert (preview["rows"], preview["read_as"]) == (40, "utf-8-sig, separated by commas; header in row 1")
    assert {name: preview["counts"][name] for name in ("rows", "imported", "refused", "findings")} == {
        "rows": 40,
        "imported": 39,
        "refused": 1,
        "findings": 1,
    }
    assert await people.head() == 0, "a preview writes nothing"

    asked(await inspector.post(f"{path}/commit"), 202, "importing")
    job = await done(inspector, path)

    assert (job["state"], job["counts"]) == ("imported", preview["counts"])
    assert await people.head() == sum(job["counts"]["events"].values()) + 1 == 269
    history = await inspector.see("hazards", min_position=269, limit=1)
    assert history["items"]
    log = await people.service.jurisdiction(JURISDICTION).log.read_after(0, 1000)
    assert {str(one.event.correlation_id) for one in log} == {job["id"]}


async def test_the_log_says_who_committed_an_import(people: People, inspector: Person) -> None:
    path = await uploaded(inspector, LEDGER.encode())
    await previewed(inspector, path, MAPPING.encode())
    administrator = await people.one(Role.ADMINISTRATOR)
    asked(await administrator.post(f"{path}/commit"), 202, "importing")
    job = await done(administrator, path)

    page = await administrator.see("events")

    (committed,) = [one for one in page["items"] if one["name"] == "import.committed.v1"]
    assert committed["stream_id"] == committed["state"]["correlation_id"] == job["id"]
    assert committed["state"]["source"] == "隐患台账"
    assert committed["state"]["by"] == {"actor_id": str(administrator.actor.id), "role": Role.ADMINISTRATOR}
    assert {one["state"]["by"]["role"] for one in page["items"] if one != committed} == {Role.IMPORTER}


async def test_refused_rows_and_findings_are_given_back_and_the_corrected_rows_go_in(
    people: People, inspector: Person
) -> None:
    path = await uploaded(inspector, SAMPLE)
    await previewed(inspector, path, SAMPLE_MAPPING)
    asked(await inspector.post(f"{path}/commit"), 202, "importing")
    await done(inspector, path)

    rows = await inspector.get(f"{path}/refused-rows")
    assert rows.headers["content-disposition"] == 'attachment; filename="refused-rows.csv"'
    (row,) = csv.DictReader(io.StringIO(rows.content.decode("utf-8-sig"), newline=""))
    assert (row["整改期限"], row["refused: cell"]) == ("尽快", "整改期限")
    assert b"import.order" in (await inspector.get(f"{path}/findings")).content

    again = await uploaded(inspector, rows.content.replace("尽快".encode(), b"2025-06-10"))
    assert (await previewed(inspector, again, SAMPLE_MAPPING))["counts"]["imported"] == 1


async def test_the_proposed_mapping_can_be_previewed_as_it_stands(inspector: Person) -> None:
    path = await uploaded(inspector, LEDGER.encode())
    proposal = (await inspector.see(path))["proposal"]

    assert (await previewed(inspector, path, proposal.encode()))["counts"]["imported"] == 2


async def test_the_examples_of_the_document_do_as_they_stand(people: People, inspector: Person) -> None:
    document = (await people.client.get("/openapi.json")).json()

    def example(path: str) -> str:
        content = document["paths"][path]["post"]["requestBody"]["content"]
        return str(content["text/plain"]["example"])

    assert (example(imports.IMPORTS), example(imports.PREVIEW)) == (LEDGER, MAPPING)
    path = await uploaded(inspector, LEDGER.encode())
    assert (await previewed(inspector, path, MAPPING.encode()))["counts"]["imported"] == 2
    body = document["paths"][imports.COMMIT]["post"]["requestBody"]["content"]["application/json"]["example"]
    asked(await inspector.post(f"{path}/commit", body), 202, "importing")
    assert (await done(inspector, path))["state"] == "imported"


async def test_what_is_committed_was_previewed_and_what_was_imported_is_done(inspector: Person) -> None:
    path = await uploaded(inspector, LEDGER.encode())
    refused(await inspector.post(f"{path}/commit"), 409, "wrong-stage", rule="import.preview_first")

    await previewed(inspector, path, MAPPING.encode())
    asked(await inspector.post(f"{path}/commit"), 202, "importing")
    refused(await inspector.post(f"{path}/commit"), 409, "wrong-stage")
    await done(inspector, path)

    refused(await inspector.post(f"{path}/commit"), 409, "wrong-stage", rule="import.done")
    refused(await inspector.post_bytes(f"{path}/preview", MAPPING.encode()), 409, "wrong-stage", rule="import.done")


async def test_a_file_that_is_no_table_is_refused_with_a_sentence_and_nothing_written(
    people: People, inspector: Person
) -> None:
    for content, why in ((b"PK\x03\x04", "it can't be unpacked"), (b"\xff\xff", "not text"), (b"", "empty")):
        path = await uploaded(inspector, content)
        job = await inspector.see(path)
        assert (job["state"], job["proposal"]) == ("refused", None)
        assert why in job["why"]
        refused(await inspector.get(f"{path}/refused-rows"), 404, "unknown", rule="import.nothing_kept")
    assert await people.head() == 0


async def test_a_mapping_that_does_not_fit_the_file_is_refused_and_another_may_follow(inspector: Person) -> None:
    path = await uploaded(inspector, LEDGER.encode())

    job = await previewed(inspector, path, SAMPLE_MAPPING)
    assert job["state"] == "refused"
    assert "has no column" in job["why"]

    assert (await previewed(inspector, path, MAPPING.encode()))["state"] == "previewed"


async def test_a_mapping_that_can_not_be_used_is_refused_at_once_with_its_keys(inspector: Person) -> None:
    path = await uploaded(inspector, LEDGER.encode())

    for sent, says in ((b"source = 1", "the mapping: identity: Field required"), (b"\xff", "is not TOML in UTF-8")):
        body = refused(
            await inspector.post_bytes(f"{path}/preview", sent),
            422,
            "invalid-input",
            field="body",
            rule="import.mapping",
        )
        assert any(says in one["says"] for one in body["errors"])
    huge = await inspector.post_bytes(f"{path}/preview", b"#" * (imports.MOST_OF_MAPPING + 1))
    refused(huge, 413, "too-large", field="body")


async def test_too_large_a_file_is_refused_and_nothing_kept(
    people: People, inspector: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "MOST_BYTES", 1000)

    async def chunks():
        for _ in range(3):
            yield bytes(500)

    refused(await inspector.post_bytes("imports", chunks()), 413, "too-large", field="body")
    refused(await inspector.post_bytes("imports", bytes(1001)), 413, "too-large", field="body")
    assert people.service.jobs(JURISDICTION).unfinished() == []


async def test_a_form_is_no_file(inspector: Person) -> None:
    sent = await inspector.post_bytes("imports", LEDGER.encode(), Content_Type="multipart/form-data; boundary=x")

    refused(sent, 415, "unsupported-media-type", field="Content-Type", rule="import.content_type")


async def test_nobody_of_an_enterprise_imports(people: People) -> None:
    for role in sorted({*OF_AN_ENTERPRISE, Role.AUDITOR}):
        person = await people.one(role)
        refused(await person.post_bytes("imports", LEDGER.encode()), 403, "not-allowed", rule="import.role")


async def test_a_job_is_its_uploaders_and_the_administrators_alone(people: People, inspector: Person) -> None:
    path = await uploaded(inspector, LEDGER.encode())
    other = await people.one(Role.UNION_INSPECTOR, number=2)

    for answer in (
        await other.get(path),
        await other.get(f"{path}/findings"),
        await other.post_bytes(f"{path}/preview", MAPPING.encode()),
        await other.post(f"{path}/commit"),
        await other.post(f"{path}/removal"),
    ):
        refused(answer, 404, "unknown", rule="import.unknown")
    assert (await (await people.one(Role.ADMINISTRATOR)).see(path))["state"] == "proposed"


async def test_a_job_is_removed_with_all_its_files(people: People, inspector: Person) -> None:
    path = await uploaded(inspector, SAMPLE)
    await previewed(inspector, path, SAMPLE_MAPPING)
    ledger = people.service.jobs(JURISDICTION).ledger(id_of(path))
    assert ledger.is_file()

    assert (await inspector.post(f"{path}/removal")).status_code == 200

    assert not ledger.parent.exists()
    refused(await inspector.get(path), 404, "unknown", rule="import.unknown")


async def test_the_uploaded_file_is_gone_once_it_is_imported(people: People, inspector: Person) -> None:
    path = await uploaded(inspector, LEDGER.encode())
    await previewed(inspector, path, MAPPING.encode())
    await inspector.post(f"{path}/commit")
    await done(inspector, path)

    assert not people.service.jobs(JURISDICTION).ledger(id_of(path)).exists()


async def test_what_was_asked_for_and_left_undone_is_done_by_the_next_server(
    people: People, service: Running, inspector: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await uploaded(inspector, LEDGER.encode())
    monkeypatch.setattr(service, "work_on_import", lambda code, id: None)
    asked(await inspector.post_bytes(f"{path}/preview", MAPPING.encode()), 202, "previewing")
    refused(await inspector.post_bytes(f"{path}/preview", MAPPING.encode()), 409, "wrong-stage", rule="import.busy")
    monkeypatch.undo()

    async with service.importing():
        assert (await done(inspector, path))["state"] == "previewed"


async def test_a_process_that_dies_is_followed_by_another_and_then_by_a_failure(
    people: People, service: Running, inspector: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.importing_beside.PROGRAM", "import os; os._exit(1)")
    response = await inspector.post_bytes("imports", LEDGER.encode())
    path = f"imports/{response.json()['id']}"
    store = service.jobs(JURISDICTION)
    job = await store.find(id_of(path))
    assert job is not None
    store.settle(job.settled(attempts=3))
    monkeypatch.undo()

    async with service.importing():
        job_shown = await done(inspector, path)

    assert job_shown["state"] == "failed"
    assert "took more than it may" in job_shown["why"]
