"""Is exactly whoever is on call named, and is it said when nobody is?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.people import Group, Person
from leverframe.nouns.rotas import PagedAs, RotaNow, RotaState, Shift
from leverframe.rules.rotas import joined, paged, rota_now

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
PEOPLE = {
    "sol": Person("sol", "Sol Sun", frozenset({"on-call"}), "sol@acme.example"),
    "cass": Person("cass", "Cass", frozenset({"on-call"}), "cass@acme.example"),
}
CATALOG = Catalog(people=PEOPLE, groups={"on-call": Group("on-call", "On call"), "empty": Group("empty", "Empty")})


def shift(who: str, starts: float, ends: float, *, email: str = "", level: int = 0) -> Shift:
    """A shift, by the hours from noon."""
    return Shift(who, NOON + timedelta(hours=starts), NOON + timedelta(hours=ends), email, level)


def now(*shifts: Shift) -> RotaNow:
    return rota_now(shifts, PEOPLE, NOON, "Europe/London")


def people(told: RotaNow) -> tuple[list[str], list[str]]:
    return [one.who for one in told.on_call], [one.who for one in told.next]


@pytest.mark.parametrize(
    ("shifts", "on_call", "ahead"),
    [
        ([shift("sol", 0, 1)], ["sol"], []),  # the start is in it
        ([shift("sol", -1, 0), shift("cass", 0, 1)], ["cass"], []),  # the end is not
        ([shift("cass", -2, 3), shift("sol", -1, 1)], ["cass", "sol"], []),  # all of them, the earlier first
        ([shift("cass", -2, 3), shift("sol", -1, 1, level=2)], ["sol", "cass"], []),  # but the higher level before
        ([shift("sol", -1, 1), shift("sol", 1, 2), shift("cass", 2, 3)], ["sol"], ["cass"]),  # one shift of sol
        ([shift("sol", 5, 6), shift("cass", 5, 7)], [], ["cass", "sol"]),
    ],
)
def test_who_is_on_call_and_who_is_next(shifts: list[Shift], on_call: list[str], ahead: list[str]):
    assert people(now(*shifts)) == (on_call, ahead)


def test_shifts_of_one_person_that_meet_are_one():
    (one,) = now(shift("sol", -1, 1), shift("sol", 1, 30)).on_call
    assert (one.starts_at, one.ends_at) == (NOON - timedelta(hours=1), NOON + timedelta(hours=30))


@pytest.mark.parametrize(
    "told", [shift("SOL", 0, 1), shift("sol sun", 0, 1), shift("S. S.", 0, 1, email="Sol@Acme.example")]
)
def test_a_person_is_found_by_email_name_or_title_whatever_the_case(told: Shift):
    (one,) = now(told).on_call
    assert (one.who, one.known) == ("sol", True)


def test_who_is_not_in_the_catalog_is_shown_as_they_are_and_marked():
    (one,) = now(shift("Wanda from the agency", 0, 1, email="wanda@agency.example")).on_call
    assert (one.who, one.known) == ("Wanda from the agency", False)


def test_nobody_now_is_said_with_who_is_next():
    told = now(shift("sol", -5, -1), shift("cass", 2, 4))
    assert (told.state, people(told)) == (RotaState.NOBODY, ([], ["cass"]))
    assert told.fault == "nobody is on call before Tue 12 May 2026 15:00 Europe/London"


def test_a_rota_that_is_over_says_when_it_was():
    assert now(shift("sol", -5, -1)).fault == "the rota has ended on Tue 12 May 2026 12:00 Europe/London"
    assert now() == RotaNow(RotaState.OVER, fault="the rota has ended")


@pytest.mark.parametrize(
    ("shifts", "warning"),
    [
        ([shift("sol", 0, 24 * 8)], ""),
        ([shift("sol", 0, 24)], "the rota ends on Wed 13 May 2026 13:00 Europe/London"),
        ([shift("sol", 0, 24), shift("cass", 24, 24 * 8)], ""),
        (
            [shift("sol", 0, 24), shift("cass", 26, 24 * 9)],
            "nobody is on call from Wed 13 May 2026 13:00 Europe/London to Wed 13 May 2026 15:00 Europe/London",
        ),
        ([shift("sol", 0, 24 * 8), shift("cass", 24 * 9, 24 * 10)], ""),  # a gap that is further off than a week
    ],
)
def test_what_will_be_wrong_within_a_week_is_said(shifts: list[Shift], warning: str):
    assert now(*shifts).warning == warning


HOURS = st.integers(-200, 200)
SHIFTS = st.lists(
    st.builds(
        lambda who, start, length, level: shift(who, start, start + length, level=level),
        *(st.sampled_from(["sol", "cass", "wanda"]), HOURS, st.integers(1, 100), st.integers(0, 2)),
    ),
    max_size=8,
)


@given(SHIFTS)
def test_whoever_a_shift_of_this_moment_names_is_on_call_and_nobody_else(shifts: list[Shift]):
    here = {one.who for one in shifts if one.starts_at <= NOON < one.ends_at}
    told = now(*shifts)
    assert {one.who for one in told.on_call} == here
    assert (told.state is RotaState.ON_CALL) == bool(here)
    assert bool(told.fault) == (not here)


@given(SHIFTS)
def test_joining_shifts_changes_nobodys_hours(shifts: list[Shift]):
    for hour in range(-200, 300, 7):
        at = NOON + timedelta(hours=hour)
        said = [{s.who for s in some if s.starts_at <= at < s.ends_at} for some in (shifts, joined(shifts))]
        assert said[0] == said[1]


@pytest.mark.parametrize(
    ("name", "rota", "kind", "whom", "fault"),
    [
        ("sol", None, PagedAs.PERSON, ["sol"], ""),
        ("on-call", None, PagedAs.GROUP, ["cass", "sol"], ""),
        ("empty", None, PagedAs.GROUP, [], "the group has no members"),
        ("on-call", now(shift("cass", 0, 1)), PagedAs.ROTA, ["cass"], ""),
        (
            "on-call",
            now(),
            PagedAs.ROTA,
            ["cass", "sol"],
            "the rota has ended; everybody of the group is paged instead",
        ),
        ("nights", now(), PagedAs.ROTA, [], "the rota has ended; no group of that name is there to page"),
        ("ops@acme.example", None, PagedAs.ADDRESS, ["ops@acme.example"], ""),
        ("#ai-incidents", None, PagedAs.ADDRESS, ["#ai-incidents"], ""),
        ("nigths", None, PagedAs.UNKNOWN, [], "it is no rota that was sent, nor a person or group of the catalog"),
    ],
)
def test_a_name_is_a_person_a_rota_a_group_or_an_address(
    name: str, rota: RotaNow | None, kind: PagedAs, whom: list[str], fault: str
):
    told = paged(name, CATALOG, rota)
    assert (told.kind, [one.who for one in told.people], told.fault) == (kind, whom, fault)
