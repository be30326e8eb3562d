"""Are the freezes of a file read whole, or refused with every fault at its place?"""

from __future__ import annotations

import contextlib
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.calendar import DuringRamp, Scope
from leverframe.nouns.verdicts import Invalid
from leverframe.sources.freezes import read_freezes
from leverframe.sources.freezes.typed import read_typed

wall = datetime.fromisoformat
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "freezes" / "va_gov_release_freezes.csv"

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//acme//calendar//EN
BEGIN:VEVENT
UID:winter@acme.example
SUMMARY:Holiday code freeze
DTSTART;VALUE=DATE:20261221
DTEND;VALUE=DATE:20270104
DESCRIPTION:Few people are in\\, and those who are
  should not be paged.
END:VEVENT
BEGIN:VEVENT
UID:close@acme.example
SUMMARY:Month close
DTSTART;TZID=America/New_York:20260131T180000
DTEND;TZID=America/New_York:20260201T080000
RRULE:FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=4
EXDATE;TZID=America/New_York:20260331T180000
END:VEVENT
BEGIN:VEVENT
UID:close@acme.example
RECURRENCE-ID;TZID=America/New_York:20260430T180000
SUMMARY:Month close
DTSTART;TZID=America/New_York:20260501T180000
DTEND;TZID=America/New_York:20260502T080000
END:VEVENT
BEGIN:VEVENT
UID:party@acme.example
SUMMARY:Acme Day
DTSTART:20260917T080000
DURATION:PT24H
STATUS:CANCELLED
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def faults(body: bytes) -> list[str]:
    with pytest.raises(Invalid) as told:
        read_freezes(body, place="file")
    assert all(fault.remedy for fault in told.value.faults)
    return [f"{fault.place}: {fault.because}" for fault in told.value.faults]


@pytest.mark.skipif(not REAL.is_file(), reason="the shared data is not here")
def test_the_real_freezes_of_a_public_site_are_read_whole():
    found = read_freezes(REAL.read_bytes(), place=REAL.name)
    assert len(found) == 18
    mourning = next(read for read in found if read.freeze.starts == wall("2025-01-09"))
    assert mourning.freeze.name == "National day of mourning (added a week before)"
    assert mourning.freeze.ends == wall("2025-01-10")
    assert mourning.freeze.because == "va.gov-team#99845"
    winter = found[-1].freeze
    assert (winter.starts, winter.ends) == (wall("2025-12-22"), wall("2026-01-06"))


def test_an_icalendar_file_keeps_days_zones_and_what_repeats():
    found = {read.uid: read for read in read_freezes(ICS, place="acme.ics")}
    assert list(found) == [
        "winter@acme.example",
        "close@acme.example/2026-01-31",
        "close@acme.example/2026-02-28",
        "close@acme.example/2026-04-30",
        "party@acme.example",
    ]
    winter = found["winter@acme.example"].freeze
    assert (winter.starts, winter.ends, winter.zone) == (wall("2026-12-21"), wall("2027-01-04"), "")
    assert winter.because == "Few people are in, and those who are should not be paged."
    february = found["close@acme.example/2026-02-28"].freeze
    assert (february.starts, february.ends) == (wall("2026-02-28 18:00"), wall("2026-03-01 08:00"))
    assert february.zone == "America/New_York"


def test_an_occurrence_that_was_moved_keeps_its_name_and_has_its_new_time():
    moved = {read.uid: read.freeze for read in read_freezes(ICS, place="a")}["close@acme.example/2026-04-30"]
    assert moved.starts == wall("2026-05-01 18:00")


def test_a_canceled_event_is_called_off_and_not_forgotten():
    assert [read.uid for read in read_freezes(ICS, place="a") if read.called_off] == ["party@acme.example"]


def test_a_table_is_read_by_its_heads_whatever_their_order():
    table = b"""Owner;x,Region,END,Start,Title,tier,during_ramp,Why
,us eu,2026-12-24 12:00,2026-12-21,winter,high,narrow,few are in
"""
    (only,) = read_freezes(table.replace(b"Owner;x", b"owner"), place="table.csv")
    assert (only.freeze.starts, only.freeze.ends) == (wall("2026-12-21"), wall("2026-12-24 12:00"))
    assert only.freeze.scope == Scope(regions=frozenset({"us", "eu"}), tiers=frozenset({"high"}))
    assert only.freeze.during_ramp is DuringRamp.NARROW
    assert (only.uid, only.freeze.because) == ("winter/2026-12-21", "few are in")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", ["file:1: no column is headed as a freeze's name, start, end"]),
        (
            b"name,start,end\nclose,2026-01-31,2026-01-30\n",
            ["file:2: `last_day` of This row is not after its start."],
        ),
        (
            b"name,start,end,tier\n,2026-01-01,2026-01-02,\nclose,soon,2026-01-02,lo\n",
            [
                "file:2: This row does not say its `name`.",
                "file:3: `first_day` of This row is `soon`, which is not a date.",
                "file:3: `tiers` of `only` names `lo`, which does not exist.",
            ],
        ),
        (
            b"name,start,end\na,2026-01-01,2026-01-02\na,2026-01-01,2026-01-03\n",
            ["file:3: a stands at file:2 already"],
        ),
        (b'name,start,end\n"a,2026-01-01\n', ["file:2: this is no CSV: unexpected end of data"]),
        (b"\xff\xfename", ["file: it is no UTF-8 text: invalid start byte"]),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR", ["file: there is no event in this calendar"]),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:2026\nEND:VEVENT\nEND:VCALENDAR",
            [
                "file: event 1: the event has no SUMMARY, so that its freeze has no name",
                "file: event 1: its DTSTART cannot be read: 2026",
            ],
        ),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20260101\nRRULE:FREQ=SOMETIMES\nEND:VEVENT\nEND:VCALENDAR",
            ["file: event 1 (x): its times cannot be read: invalid 'FREQ': SOMETIMES"],
        ),
        (
            b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nDTSTART:20260102\nDTEND:20260101\nEND:VEVENT\nEND:VCALENDAR",
            ["file: event 1 (x): it ends before it starts"],
        ),
    ],
)
def test_every_fault_is_told_with_its_place(body: bytes, said: list[str]):
    assert faults(body) == said


@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda tail: b"BEGIN:VCALENDAR\nBEGIN:VEVENT\n" + tail))
def test_no_bytes_are_a_bug(body: bytes):
    with contextlib.suppress(Invalid):
        assert all(read.freeze.starts < read.freeze.ends for read in read_freezes(body, place="file"))


def test_a_form_writes_lists_with_commas_and_json_writes_lists():
    typed = {"name": "close", "starts": "2026-06-29T18:00", "ends": "2026-07-02T09:00", "csrf": "x"}
    from_form = read_typed({**typed, "regions": "us, eu", "zone": "", "owner": "finance"})
    from_json = read_typed({**typed, "regions": ["us", "eu"], "owner": "finance"})
    assert from_form == from_json
    assert from_form.scope == Scope(regions=frozenset({"us", "eu"}))


def test_all_that_is_wrong_with_a_typed_freeze_is_told_by_field():
    with pytest.raises(Invalid) as told:
        read_typed({"starts": "tomorrow", "ends": "2026-07-02T09:00", "zone": "Mars", "tiers": "huge"})
    assert sorted(fault.place for fault in told.value.faults) == ["name", "only.tiers[1]", "starts", "zone"]
