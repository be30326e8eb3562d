"""When does the CAB meet, what is on its agenda, and who sits there?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from leverframe.nouns.cab import PREFIX, CabRule
from leverframe.nouns.calendar import Calendar
from leverframe.nouns.changes import Change, Path, State
from leverframe.nouns.delegations import Delegation
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.targets import Target
from leverframe.nouns.verdicts import Verdict, failed, passed
from leverframe.rules.cab_words import zone_of
from leverframe.rules.delegations import members_of
from leverframe.rules.moments import earliest
from leverframe.rules.sign_offs import SeatState, eligible, spoken

DAYS_AHEAD = 366
BEFORE_IT_BEGINS = (State.ASSESS, State.AUTHORIZE, State.SCHEDULED)


def starts_on(rule: CabRule, calendar: Calendar, day: date) -> datetime | None:
    """Return when the CAB meets on a day, None where it does not: another weekday, or a holiday."""
    if day.weekday() not in rule.weekdays or day in calendar.holidays:
        return None
    return earliest(datetime.combine(day, rule.meets), zone_of(rule, calendar))


def next_meeting(rule: CabRule, calendar: Calendar, now: datetime, *, after: date | None = None) -> datetime | None:
    """Return the start of the first meeting that has not begun (after a day, where one is named)."""
    today = now.astimezone(ZoneInfo(zone_of(rule, calendar))).date()
    days = (today + timedelta(days=n) for n in range(DAYS_AHEAD))
    starts = (starts_on(rule, calendar, day) for day in days if after is None or day > after)
    return next((at for at in starts if at is not None and at >= now), None)


def due_meeting(rule: CabRule, calendar: Calendar, now: datetime) -> datetime | None:
    """Return the start of today's meeting once its agenda is to be built; until midnight, if the clock was away."""
    notice = timedelta(minutes=rule.notice_minutes)
    day = (now + notice).astimezone(ZoneInfo(zone_of(rule, calendar))).date()
    for each in (day, day - timedelta(days=1)):
        at = starts_on(rule, calendar, each)
        ends = earliest(datetime.combine(each + timedelta(days=1), datetime.min.time()), zone_of(rule, calendar))
        if at is not None and at - notice <= now < ends:
            return at
    return None


def meeting_id(rule: CabRule, calendar: Calendar, starts_at: datetime) -> str:
    """Name a meeting by its day where it meets."""
    return f"{PREFIX}{starts_at.astimezone(ZoneInfo(zone_of(rule, calendar))):%Y-%m-%d}"


def day_of(id: str) -> date | None:
    """Return the day of a meeting's name, None where it is none."""
    try:
        return date.fromisoformat(id.removeprefix(PREFIX)) if id.startswith(PREFIX) else None
    except ValueError:
        return None


def cab_seats(rule: CabRule, states: Sequence[SeatState]) -> tuple[SeatState, ...]:
    """Keep the seats of a change that are filled at the CAB."""
    return tuple(state for state in states if state.role in rule.roles)


@dataclass(frozen=True, slots=True)
class Place:
    """That a change belongs on an agenda: to be discussed, or passed on by itself, and why."""

    waits: bool
    because: str = ""


def place_of(
    change: Change, rule: CabRule, states: Sequence[SeatState], *, is_ready: bool, carried: bool, seen: bool
) -> Place | None:
    """Say how a change stands on the next agenda, None where it does not belong there.

    `states` are its seats at the CAB; `is_ready`: nothing but sign-offs is missing; `carried`: an earlier meeting
    has not reached it; `seen`: a meeting has decided or passed on this very content.
    """
    belongs = change.tier.value in rule.tiers and change.path is not Path.EMERGENCY
    if not belongs or not states or change.state not in BEFORE_IT_BEGINS or not (is_ready or carried):
        return None
    if all(not state.open for state in states):
        return None if seen else Place(False, "all its seats had signed before the meeting")
    if change.path is Path.STANDARD:
        return None if seen else Place(False, "a standard change is approved as such, and needs no discussion")
    return Place(True)


def agenda_order(change: Change, *, carried: bool) -> tuple[bool, datetime, str]:
    """Order an agenda: what was carried over first, then whatever begins first."""
    return (not carried, change.start.opens_at.astimezone(UTC), change.id)


def sits_as(
    policy: Policy, person: str, targets: Sequence[Target], delegations: Sequence[Delegation], now: datetime
) -> tuple[str, ...]:
    """List the roles in which somebody sits on the CAB now, as a member or for one."""
    roles = policy.cab.roles if policy.cab else ()
    return tuple(
        role
        for role in roles
        if person in eligible(policy, role, targets) or members_of(delegations, policy, person, role, now)
    )


def may_sit(
    policy: Policy, actor: Actor, targets: Sequence[Target], delegations: Sequence[Delegation], now: datetime
) -> Verdict:
    """Answer whether somebody may lead through the agenda: whoever sits on the CAB, in a session of their own."""
    if not actor.is_person:
        return failed("session", "a token does not sit on the CAB", remedy="sign in as a person", who=actor.name)
    roles = sits_as(policy, actor.name, targets, delegations, now)
    if roles:
        return passed("seat", f"{actor.name} sits on the CAB as {spoken(roles[0])}")
    asked = policy.cab.roles if policy.cab else ()
    who = ", ".join(sorted(frozenset[str]().union(*(eligible(policy, role, targets) for role in asked)))) or "nobody"
    return failed("seat", f"{actor.name} does not sit on the CAB", remedy=f"ask {who}", who=who)
