"""A hazard in the log, and its texts erased, with no server at hand."""

from __future__ import annotations

from uuid import UUID, uuid4

from api.settings import Settings
from api.wiring import running
from application.deciding import Request
from domain.actors import Actor, Role
from domain.erasable import Erasable
from domain.hazard.closing import EraseTexts
from domain.hazard.reporting import Report
from domain.hazard.words import Channel
from tests.conftest import JURISDICTION

INSPECTOR = Actor(UUID(int=1), Role.UNION_INSPECTOR)
ADMINISTRATOR = Actor(UUID(int=2), Role.ADMINISTRATOR)


async def report_a_hazard(
    settings: Settings, *, description: str = "安全出口被堵", enterprise: str | None = None
) -> UUID:
    """Report one; its id."""
    said, place = Erasable(description), Erasable("二车间")
    report = Report(enterprise_uscc=enterprise, description=said, place=place, channel=Channel.INSPECTION)
    async with running(settings) as service:
        commands = service.jurisdiction(JURISDICTION).commands
        return (await commands.report(Request(INSPECTOR, uuid4()), report)).stream_id


async def sign(settings: Settings) -> None:
    """Let a checkpoint cover all there is."""
    async with running(settings) as service:
        await service.jurisdiction(JURISDICTION).sequencer.sign()


async def erase_its_texts(settings: Settings, hazard: UUID) -> None:
    """Erase what was said of it so far: it stands at its first version."""
    async with running(settings) as service:
        commands = service.jurisdiction(JURISDICTION).commands
        erase = EraseTexts(legal_basis="个人信息保护法 Art 47")
        await commands.carry_out(Request(ADMINISTRATOR, uuid4(), expected_version=1), hazard, erase)
