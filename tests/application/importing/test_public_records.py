"""The three public records: what the log has afterwards equals what a plain script counts in the files."""

from __future__ import annotations

from collections import Counter

from domain.hazard.inspecting import SelfInspected
from domain.hazard.reinspecting import Reinspected
from domain.hazard.words import Result
from tests.application.importing.ledgers import Counted, day, read, taken_in

REGISTERED = "enterprise.registered.v1"


def refusals(faults):
    return {fault.row: fault.rule for fault in faults}


async def told(log, kind):
    return [recorded.event for recorded in await log.read_after(0, 100_000) if type(recorded.event) is kind]


async def holds(log, file, mapping, counted: Counted, enterprises: int) -> None:
    """First run: every row is in the log or refused for the reason counted. Second run: 0 events."""
    first = await taken_in(log, str(file), mapping)

    assert refusals(first.faults) == counted.refused
    assert first.names == counted.events + Counter({REGISTERED: enterprises})
    assert first.tally.events == first.names
    assert first.tally.imported + first.tally.refused == first.tally.rows == len(read(file))
    assert [one.row for one in first.found if one.rule == "import.order"] == counted.out_of_order

    again = await taken_in(log, str(file), mapping)

    assert refusals(again.faults) == counted.refused
    assert not again.tally.events
    assert (again.tally.known, again.tally.conflicts, again.names) == (first.tally.imported, 0, first.names)


async def test_osha_2019(log, record):
    file = record("osha_2019_inspection_violations.csv")
    counted, offices = Counted(), set()
    for number, row in read(file):
        issued, due, closed = row["issuance_date"], row["abatement_due_date"], row["case_closed"]
        moves = [("reported", day(row["date_opened"])), ("self_inspected", day(issued))]
        if due:
            moves.append(("rectification_planned", day(issued)))
        if row["note"]:
            moves.append(("dismissed", day(closed)))
        if closed:
            moves.append(("closed_before_import", day(closed)))
        counted.add(number, moves)
        if number not in counted.refused:
            offices.add((row["office"], row["naics"]))

    await holds(log, file, "osha_2019", counted, len(offices))

    assert not counted.refused
    assert counted.out_of_order == [68, 719], "closed before they were issued"
    assert counted.said("rectification_planned", "dismissed", "closed_before_import") == [488, 76, 728]


async def test_nyc_hpd(log, record):
    file = record("nyc_hpd_violations.csv")
    counted, buildings = Counted(), set()
    for number, row in read(file):
        issued, certified = row["NOVIssuedDate"], row["CertifiedDate"]
        status, since = row["CurrentStatus"], day(row["CurrentStatusDate"])
        moves = [("reported", day(row["InspectionDate"])), ("self_inspected", day(issued))]
        moves.append(("rectification_planned", day(issued)))
        if certified:
            moves.append(("rectified", day(certified)))
        if status == "INVALID CERTIFICATION":
            moves.append(("reinspected", since))
        if row["ViolationStatus"] == "Close":
            moves.append(("dismissed" if "DISMISSED" in status else "closed_before_import", since))
        counted.add(number, moves)
        buildings.add(row["BuildingID"])

    await holds(log, file, "nyc_hpd", counted, len(buildings))

    assert not counted.refused
    assert counted.said("rectified", "reinspected", "dismissed", "closed_before_import") == [33, 2, 29, 44]
    assert {event.result for event in await told(log, Reinspected)} == {Result.FAILED}


async def test_nyc_dob(log, record):
    file = record("nyc_dob_complaints.csv")
    counted, buildings = Counted(), set()
    for number, row in read(file):
        moves = [("reported", day(row["Date Entered"]))]
        if row["Inspection Date"]:
            moves.append(("self_inspected", day(row["Inspection Date"])))
        if row["Status"] == "CLOSED":
            moves.append(("closed_before_import", day(row["Disposition Date"])))
        counted.add(number, moves)
        buildings.add(row["BIN"])

    await holds(log, file, "nyc_dob", counted, len(buildings))

    assert not counted.refused
    assert counted.said("self_inspected", "closed_before_import") == [68, 44]
    assert {event.grade for event in await told(log, SelfInspected)} == {None}, "the record grades nothing"
