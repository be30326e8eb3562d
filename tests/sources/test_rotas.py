"""Are the shifts of a rota's file read as its makers mean them, or refused with every fault?"""

from __future__ import annotations

import contextlib
import itertools
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.rotas import Shift
from leverframe.nouns.verdicts import Invalid
from leverframe.sources.rotas import read_rota

MONDAY = datetime(2026, 5, 11, 12, tzinfo=UTC)

PAGERDUTY = """BEGIN:VCALENDAR
PRODID;X-RICAL-TZSOURCE=TZINFO:-//com.denhaven2/NONSGML ri_cal gem//EN
CALSCALE:GREGORIAN
VERSION:2.0
X-WR-CALNAME:On Call Schedule for AI features
BEGIN:VEVENT
DTEND;VALUE=DATE-TIME:20260515T070000Z
DTSTART;VALUE=DATE-TIME:20260511T070000Z
ATTENDEE:sol@acme.example
UID:Q3DNWZL0W9JV04
URL:https://acme.pagerduty.com/schedules#PFWMMZA
SUMMARY:On Call - Sol - AI - features
END:VEVENT
BEGIN:VEVENT
DTEND;VALUE=DATE-TIME:20260518T070000Z
DTSTART;VALUE=DATE-TIME:20260515T070000Z
UID:Q3DNWZL0W9JV05
SUMMARY:On Call - Cass
ATTENDEE;CN=cass@acme.example:mailto:cass@acme.example
END:VEVENT
END:VCALENDAR
"""
GRAFANA = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//My calendar product//amixr//
X-WR-TIMEZONE:UTC
BEGIN:VEVENT
SUMMARY:[L2] sol, cass
DTSTART:20260511T080000Z
DTEND:20260512T080000Z
UID:a
END:VEVENT
END:VCALENDAR
"""


def event(*lines: str, head: str = "") -> str:
    body = "\r\n".join(("UID:a", *lines))
    return f"BEGIN:VCALENDAR\r\n{head}BEGIN:VEVENT\r\n{body}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def two(first: tuple[str, ...], second: tuple[str, ...]) -> str:
    return event(*first, "END:VEVENT", "BEGIN:VEVENT", "UID:a", *second)


def weekly(start: str, end: str, *more: str) -> str:
    zoned = ";TZID=Europe/London:"
    return event("SUMMARY:sol", f"DTSTART{zoned}{start}", f"DTEND{zoned}{end}", "RRULE:FREQ=WEEKLY", *more)


def read(text: str, now: datetime = MONDAY) -> list[Shift]:
    return [*read_rota(text, zone="Europe/London", now=now)]


def told(text: str, now: datetime = MONDAY, most: int = 4) -> list[str]:
    """Write each shift that is not over as who, from when to when in UTC."""
    left = [shift for shift in read(text, now) if shift.ends_at > now]
    return [f"{s.who} {s.starts_at:%d %b %H:%M}-{s.ends_at:%d %b %H:%M}" for s in left[:most]]


def faults(text: str) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        read(text)
    return [f"{fault.place}: {fault.because}" for fault in refusal.value.faults]


def test_pagerduty_names_the_person_between_dashes_and_their_email_beside():
    first, second = read(PAGERDUTY)
    assert (first.who, first.email) == ("Sol", "sol@acme.example")
    assert (second.who, second.email) == ("Cass", "cass@acme.example")
    assert first.ends_at == second.starts_at == datetime(2026, 5, 15, 7, tzinfo=UTC)


def test_grafana_names_several_with_commas_and_their_level():
    assert [(shift.who, shift.level) for shift in read(GRAFANA)] == [("cass", 2), ("sol", 2)]


@pytest.mark.parametrize(
    ("lines", "who", "email"),
    [
        (("SUMMARY:sol@acme.example",), "sol@acme.example", "sol@acme.example"),
        (("SUMMARY:AI on-call", "ATTENDEE:mailto:sol@acme.example"), "AI on-call", "sol@acme.example"),
        (("ATTENDEE:MAILTO:sol@acme.example",), "sol@acme.example", "sol@acme.example"),
        (("SUMMARY:on-call - Sol Sun - nights",), "Sol Sun", ""),
        (("SUMMARY:[l1]  Sol",), "Sol", ""),
    ],
)
def test_others_write_a_name_or_an_address(lines: tuple[str, ...], who: str, email: str):
    (only,) = read(event(*lines, "DTSTART:20260511T080000Z", "DTEND:20260512T080000Z"))
    assert (only.who, only.email) == (who, email)


# ---------------------------------------------------------------------------- shifts that repeat, when clocks change


def test_a_handover_stays_at_its_wall_time_when_the_clocks_change():
    """Clocks go forward on 29 March 2026: 08:00 in London is 08:00 UTC before and 07:00 UTC after."""
    shifts = told(weekly("20260316T080000", "20260323T080000"), datetime(2026, 3, 20, tzinfo=UTC), 3)
    assert shifts == [
        "sol 16 Mar 08:00-23 Mar 08:00",
        "sol 23 Mar 08:00-30 Mar 07:00",
        "sol 30 Mar 07:00-06 Apr 07:00",
    ]


def test_a_start_that_the_clocks_skip_is_counted_with_the_offset_before():
    """01:30 of 29 March does not exist in London; RFC 5545 reads it as 01:30 UTC. The next week is itself again."""
    shifts = told(weekly("20260322T013000", "20260322T060000"), datetime(2026, 3, 28, tzinfo=UTC), 2)
    assert shifts == ["sol 29 Mar 01:30-29 Mar 05:00", "sol 05 Apr 00:30-05 Apr 05:00"]


def test_of_a_start_that_the_clocks_repeat_the_first_is_meant():
    """01:30 of 25 October comes twice in London: 00:30 UTC, and 01:30 UTC."""
    shifts = told(weekly("20261018T013000", "20261018T060000"), datetime(2026, 10, 24, tzinfo=UTC), 2)
    assert shifts == ["sol 25 Oct 00:30-25 Oct 06:00", "sol 01 Nov 01:30-01 Nov 06:00"]


@pytest.mark.parametrize("clock", ["000000", "010000", "013000", "020000", "080000"])
@pytest.mark.parametrize("now", [datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 10, 16, tzinfo=UTC)])
def test_shifts_that_meet_on_the_wall_meet_whatever_the_clocks_do(clock: str, now: datetime):
    """Both changes fall on a Sunday; whoever hands over then leaves neither a gap nor an overlap."""
    shifts = read(weekly(f"20260104T{clock}", f"20260111T{clock}"), now)
    assert all(before.ends_at == after.starts_at for before, after in itertools.pairwise(shifts))


def test_a_rota_of_years_ago_still_says_who_is_on_call():
    text = event(
        "SUMMARY:sol",
        "DTSTART;TZID=Europe/London:20150105T080000",
        "DTEND;TZID=Europe/London:20150112T080000",
        "RRULE:FREQ=WEEKLY;INTERVAL=2",
    )
    assert told(text, MONDAY, 2) == ["sol 11 May 07:00-18 May 07:00", "sol 25 May 07:00-01 Jun 07:00"]


def test_a_rule_ends_at_its_until_in_the_zone_of_its_start():
    """UNTIL is UTC, 07:00 of 18 May being 08:00 in London: the shift that starts then is the last."""
    text = weekly("20260504T080000", "20260511T080000").replace("WEEKLY", "WEEKLY;UNTIL=20260518T070000Z")
    assert told(text) == ["sol 11 May 07:00-18 May 07:00", "sol 18 May 07:00-25 May 07:00"]


def test_a_time_that_is_left_out_moved_or_called_off_is_no_shift():
    zoned = ";TZID=Europe/London:"
    repeats = (
        "SUMMARY:sol",
        f"DTSTART{zoned}20260511T080000",
        f"DTEND{zoned}20260512T080000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        f"EXDATE{zoned}20260518T080000",
    )
    moved = (
        "RECURRENCE-ID:20260525T070000Z",
        "SUMMARY:cass",
        f"DTSTART{zoned}20260526T080000",
        f"DTEND{zoned}20260527T080000",
    )
    assert told(two(repeats, moved)) == [
        "sol 11 May 07:00-12 May 07:00",
        "cass 26 May 07:00-27 May 07:00",
        "sol 01 Jun 07:00-02 Jun 07:00",
    ]
    assert told(two(repeats, (*moved, "STATUS:CANCELLED")))[1:] == ["sol 01 Jun 07:00-02 Jun 07:00"]


def test_a_whole_day_is_one_of_the_calendars_zone_else_of_the_home_zone():
    days = ("SUMMARY:sol", "DTSTART;VALUE=DATE:20260512", "DTEND;VALUE=DATE:20260514")
    assert told(event(*days)) == ["sol 11 May 23:00-13 May 23:00"]
    assert told(event(*days, head="X-WR-TIMEZONE:America/New_York\r\n")) == ["sol 12 May 04:00-14 May 04:00"]


# ---------------------------------------------------------------------------------------------- a plain list


def test_a_list_tells_shifts_in_the_home_zone_or_in_its_own():
    entries = "- {who: sol, from: 2026-05-11 08:00, until: 2026-05-18 08:00}"
    assert told(entries) == ["sol 11 May 07:00-18 May 07:00"]
    assert told(f"zone: America/New_York\nshifts:\n  {entries}\n") == ["sol 11 May 12:00-18 May 12:00"]
    assert told('[{"who": "sol", "from": "2026-05-11T08:00:00Z", "until": "2026-05-18T08:00:00Z"}]') == [
        "sol 11 May 08:00-18 May 08:00"
    ]


# ---------------------------------------------------------------------------------------------- what cannot be read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ["rota:1: There is no shift in this file."]),
        (
            "just words",
            [
                "rota:1: The rota is not a mapping of keys to values.",
                "rota:1: The rota does not say its `shifts`.",
            ],
        ),
        (
            "- {who: sol, from: 2026-05-18 08:00, until: 2026-05-11 08:00}\n- {from: soon, until: 2026-05-11 08:00}",
            [
                "rota:1: `until` of Shift 1 is not after its start.",
                "rota:2: Shift 2 does not say its `who`.",
                "rota:2: `from` of Shift 2 is `soon`, which is not a date with a time.",
            ],
        ),
        ("shifts: sol", ["rota:1: `shifts` is not a list."]),
        ("shifts: []", ["rota:1: There is no shift in this file."]),
        ("BEGIN:VCALENDAR\nEND:VCALENDAR", ["rota: there is no shift in this calendar"]),
        (event("DTSTART:20260511T080000Z", "DTEND:20260512T080000Z"), ["rota: event 1: the event names nobody"]),
        (event("SUMMARY:sol", "DTSTART:20260511T080000Z"), ["rota: event 1 (sol): the event has no end"]),
        (
            event("SUMMARY:sol", "DTEND:2026"),
            [
                "rota: event 1 (sol): the event has no DTSTART",
                "rota: event 1 (sol): its DTEND cannot be read: 2026",
            ],
        ),
        (
            event("SUMMARY:sol", "DTSTART;TZID=Acme HQ:20260511T080000", "DTEND:20260512T080000Z"),
            ["rota: event 1 (sol): its DTSTART is in Acme HQ, which is no IANA zone"],
        ),
        (
            event("SUMMARY:sol", "DTSTART:20260511T080000Z", "DURATION:PT1H", "RDATE:20260512T080000Z"),
            ["rota: event 1 (sol): it repeats on days of an RDATE, which are not read"],
        ),
        (
            event("SUMMARY:sol", "DTSTART:20260511T080000Z", "DURATION:PT1H", *["RRULE:FREQ=DAILY"] * 2),
            ["rota: event 1 (sol): it repeats by more than one RRULE"],
        ),
        (
            event("SUMMARY:sol", "DTSTART:20260512T080000Z", "DTEND:20260511T080000Z"),
            ["rota: event 1 (sol): its times cannot be read: it ends before it starts"],
        ),
        (
            event("SUMMARY:sol", "DTSTART:20200512T080000Z", "DURATION:PT1S", "RRULE:FREQ=SECONDLY"),
            ["rota: event 1 (sol): its times cannot be read: it repeats more than 50,000 times"],
        ),
    ],
)
def test_every_fault_is_told_with_its_place(text: str, said: list[str]):
    assert faults(text) == said


@given(st.text() | st.binary().map(lambda raw: "BEGIN:VCALENDAR\n" + raw.decode("latin-1")))
def test_nothing_that_can_be_sent_is_worse_than_invalid(text: str):
    with contextlib.suppress(Invalid):
        read(text)


LINES = st.lists(
    st.sampled_from(
        [
            *(
                "DTSTART:20260511T080000Z",
                "DTSTART;VALUE=DATE:20260511",
                "DTSTART;TZID=Europe/London:20260329T013000",
            ),
            *("DTEND:20260512T080000", "DTEND;VALUE=DATE:20260512", "DURATION:P1W", "DURATION:-PT1H", "DTEND:x"),
            *("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY;UNTIL=20260601", "RRULE:FREQ=YEARLY;BYMONTHDAY=30;BYMONTH=2"),
            *("EXDATE:20260511T080000Z", "EXDATE;VALUE=DATE:20260512", "EXDATE:y", "RECURRENCE-ID:20260511T080000Z"),
            *("RECURRENCE-ID;VALUE=DATE:20260511", "SUMMARY:sol", "ATTENDEE:a@b", "ATTENDEE:c@d", "STATUS:CANCELLED"),
            *("DTSTART;TZID=nowhere:20260511T080000", "RRULE:FREQ=HOURLY;COUNT=2", "RDATE:20260511T080000Z"),
        ]
    ),
    max_size=7,
)


@given(LINES, LINES)
def test_no_pair_of_events_is_worse_than_invalid(first: list[str], second: list[str]):
    with contextlib.suppress(Invalid):
        assert all(s.starts_at < s.ends_at for s in read(two(tuple(first), tuple(second))))
