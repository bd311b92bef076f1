"""What happens in the database that is frozen: the whole loop, over HTTP, by people who are made up.

A general hazard closed, another closed and reopened, a major one taken to both receipts, one whose texts were
erased, a ledger brought in, a duty nobody met, a command that may be repeated, a token revoked.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx2

from api.examples import FILE, USCC, examples
from api.running import Running
from api.wiring import import_files
from application.importing.importing import Importing
from application.importing.telling import Telling
from domain.actors import OF_AN_ENTERPRISE, Role
from tests.api.conftest import served
from tests.api.people import NOW, People, Person, SetClock
from tests.conftest import JURISDICTION
from tests.upgrading.frozen import Answer, Told

BODIES = examples(NOW.date())
KEY = "a-report-that-was-sent-twice"
REPEATED = BODIES["Report"]["general"] | {"description": "配电箱门未上锁"}
ROWS_IMPORTED = 3


@asynccontextmanager
async def people_of(service: Running) -> AsyncIterator[People]:
    """Whoever has or gets a token, over HTTP."""
    async with served(service) as address, httpx2.AsyncClient(base_url=address, timeout=30) as client:
        yield People(service, client)


async def tell(service: Running, clock: SetClock, secret: bytes) -> Told:
    """Let it happen, from a schema with nothing in it. `secret` is that of the service's command keys."""
    async with people_of(service) as people:
        story = _Story(people, clock)
        await story.register()
        await story.general()
        reopened, then = await story.reopened(), clock.now()
        hazards = [reopened, await story.major(), await story.erased()]
        repeated = await story.repeated()
        await story.import_ledger(service)
        await story.missed(service)
        auditor, worker = await people.one(Role.AUDITOR), await people.one(Role.WORKER, USCC)
        asked = story.questions(hazards, then)
        answers = [Answer(path, query, await auditor.see(path, **query)) for path, query in asked]
        gone = await people.one(Role.AUDITOR, number=2)
        (newest, *_) = await service.jurisdiction(JURISDICTION).tokens.all()
        assert await service.jurisdiction(JURISDICTION).tokens.revoke(newest.id)
        at = clock.now().isoformat()
        return Told(at, secret.hex(), auditor.token, gone.token, worker.token, repeated, answers)


@dataclass
class _Story:
    people: People
    clock: SetClock

    def questions(self, hazards: Sequence[str], then: datetime) -> list[tuple[str, dict[str, str]]]:
        """What an auditor asks; `then` is a time within the story."""
        past = [{"at": then.isoformat(), "clock": clock} for clock in ("recorded", "occurred")]
        boards = [(board, when) for board in ("board", f"enterprises/{USCC}/board") for when in ({}, *past)]
        lists = [("hazards", when) for when in ({"limit": "100"}, {"q": "泄爆"}, *past)]
        files = [(f"{hazard}{under}", {}) for hazard in hazards for under in ("", "/events")]
        return [*boards, *lists, ("enterprises", {}), ("duties", {"limit": "100"}), *files]

    async def register(self) -> None:
        inspector = await self.people.one(Role.UNION_INSPECTOR)
        for enterprise in ("enterprise", "other"):
            await inspector.do("enterprises", BODIES["Register"][enterprise])
        await self.people.file(FILE.encode())

    async def general(self) -> str:
        """Reported, fixed on the spot, closed."""
        worker, officer = await self._of(Role.WORKER), await self._of(Role.ENTERPRISE_OFFICER)
        hazard = await self._report(worker, BODIES["Report"]["general"])
        await self._do(officer, hazard, "self-inspection", BODIES["SelfInspect"]["general"])
        await self._do(officer, hazard, "rectification", BODIES["Rectify"]["general_on_the_spot"])
        await self._do(await self._of(Role.UNION_INSPECTOR), hazard, "re-inspection", BODIES["Reinspect"]["general"])
        await self._do(officer, hazard, "workers-notice", BODIES["NotifyWorkers"]["general"])
        await self._do(officer, hazard, "close-out", BODIES["CloseOut"]["general"])
        return hazard

    async def reopened(self) -> str:
        """The same, and found again."""
        hazard = await self.general()
        await self._do(await self._of(Role.WORKER), hazard, "reopening", BODIES["Reopen"]["general"])
        await self._do(await self._of(Role.UNION_INSPECTOR), hazard, "correction", BODIES["Correct"]["general"])
        return hazard

    async def major(self) -> str:
        """Suspended, planned, extended, re-inspected twice, reported to both, resumed, closed."""
        boss, officer = await self._of(Role.MAIN_RESPONSIBLE_PERSON), await self._of(Role.ENTERPRISE_OFFICER)
        regulator, congress = await self._of(Role.REGULATOR), await self._of(Role.WORKERS_CONGRESS)
        hazard = await self._report(await self._of(Role.WORKER), BODIES["Report"]["major"])
        await self._do(officer, hazard, "self-inspection", BODIES["SelfInspect"]["major"])
        await self._send_to_both(boss, hazard, "initial")
        await self._do(officer, hazard, "rectification-plan", BODIES["Plan"]["major"])
        await self._do(officer, hazard, "deadline-extensions", BODIES["Extend"]["major"])
        for result in ("failed", "major"):
            await self._do(officer, hazard, "rectification-steps", BODIES["RecordStep"]["major"])
            await self._do(officer, hazard, "rectification", BODIES["Rectify"]["major"])
            await self._do(regulator, hazard, "re-inspection", BODIES["Reinspect"][result])
        await self._do(officer, hazard, "workers-notice", BODIES["NotifyWorkers"]["major"])
        await self._send_to_both(boss, hazard, "final")
        for person, recipient in ((regulator, "regulator"), (congress, "workers_congress")):
            await self._do(person, hazard, f"dual-reports/{recipient}/acknowledgement", BODIES["Acknowledge"]["major"])
        await self._do(regulator, hazard, "resumption", BODIES["ApproveResumption"]["major"])
        await self._do(regulator, hazard, "close-out", BODIES["CloseOut"]["major"])
        return hazard

    async def erased(self) -> str:
        """Reported with texts that had to go."""
        report = BODIES["Report"]["general"] | {"description": "这段文字后来被删除"}
        hazard = await self._report(await self._of(Role.WORKER), report)
        await self._do(await self._of(Role.ADMINISTRATOR), hazard, "erasure", BODIES["EraseTexts"]["general"])
        return hazard

    async def repeated(self) -> dict[str, Any]:
        """Reported under a key, by somebody who never sees the answer."""
        worker = await self._of(Role.WORKER)
        answer = await worker.post("hazards", REPEATED, Idempotency_Key=KEY)
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.json()
        return said

    async def import_ledger(self, service: Running) -> None:
        """The first rows of the shipped sample."""
        files, place = import_files(), service.jurisdiction(JURISDICTION)
        ledger = files.mapping("sample_zh")
        table = files.table("yinhuan_taizhang.csv", ledger)
        telling = Telling(ledger, JURISDICTION, place.commands.rules, service.chance.id())
        rows = [row for row, _ in zip(table.rows(), range(ROWS_IMPORTED), strict=False)]
        async for batch in Importing(telling, place.log, service.clock).batches(iter(rows)):
            assert batch.imported == ROWS_IMPORTED

    async def missed(self, service: Running) -> None:
        """A month in which nobody did anything, and the clock's pass after it."""
        head = await self.people.head()
        self.clock.later(days=30)
        async with service.working():
            place = service.jurisdiction(JURISDICTION)
            await place.log.wait(head, 60)
        await service.projector(JURISDICTION).catch_up()
        missed = await place.log.read_after(head, 1)
        assert [one.name for one in missed] == ["duty.missed.v1"]

    async def _report(self, worker: Person, body: dict[str, Any]) -> str:
        self.clock.later(minutes=10)
        return f"hazards/{(await worker.do('hazards', body))['id']}"

    async def _do(self, person: Person, hazard: str, under: str, body: dict[str, Any]) -> None:
        self.clock.later(minutes=10)
        version = (await (await self._of(Role.AUDITOR)).see(hazard))["version"]
        await person.do(f"{hazard}/{under}", body, version)

    async def _send_to_both(self, boss: Person, hazard: str, stage: str) -> None:
        for recipient in ("regulator", "workers_congress"):
            await self._do(boss, hazard, "dual-reports", BODIES["DualReport"][f"major_{stage}_{recipient}"])

    async def _of(self, role: Role) -> Person:
        """Somebody of a role; of the example's enterprise, where the role is of one."""
        return await self.people.one(role, USCC if role in OF_AN_ENTERPRISE else None)
