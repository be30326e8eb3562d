"""What does the CAB see?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from leverframe.actions.cab import NO_CAB
from leverframe.actions.cab_agenda import able, agenda_of, planned
from leverframe.actions.facts import forecast_of, seat_facts, ship_facts, sign_facts, sign_facts_for
from leverframe.actions.house import House
from leverframe.nouns.cab import CabReturn, CabRule, Item, ItemState, Meeting, ReturnReason
from leverframe.nouns.calendar import Calendar
from leverframe.nouns.changes import Change, State
from leverframe.nouns.delegations import Delegation
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.sign_offs import SignOff
from leverframe.nouns.verdicts import Fault, Invalid, NotFound, Verdict, failed
from leverframe.rules.cab import cab_seats, day_of, due_meeting, may_sit, meeting_id, next_meeting, sits_as, starts_on
from leverframe.rules.cab_checks import Check, five_checks, turned
from leverframe.rules.cab_items import minutes_of
from leverframe.rules.cab_words import RETURNS, zone_of
from leverframe.rules.delegations import may_stand_in, members_of
from leverframe.rules.differing import Differing, differing
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.sign_offs import seats
from leverframe.rules.policies import holders
from leverframe.rules.shipping import may_ship
from leverframe.rules.sign_offs import may_sign, may_sign_for, spoken
from leverframe.store import cab, changes, delegations, policies, sign_offs
from leverframe.store.database import Db

PAST = 10
DAYS_COUNTED = 30


@dataclass(frozen=True, slots=True)
class SeatLine:
    """One seat of the CAB on a change: who has filled it, how many are missing, and who may still sign."""

    role: str
    count: int
    signed_by: tuple[str, ...]
    open: int
    able: tuple[str, ...]

    @property
    def remedy(self) -> str:
        """Say what helps where nobody may sign."""
        if not self.open or self.able:
            return ""
        return f"nobody may sign as {spoken(self.role)}: the policy gives the role to somebody, or asks another one"


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One item with what is known of its change."""

    item: Item
    title: str
    target: str
    tier: str
    seats: tuple[SeatLine, ...]
    minutes: float
    over: bool


@dataclass(frozen=True, slots=True)
class CabView:
    """A meeting with its agenda: one that is or was held, or (`is_preview`) as the next would be built now."""

    rule: CabRule | None
    meeting: Meeting | None
    is_preview: bool
    lines: tuple[AgendaLine, ...]
    next_at: datetime | None
    past: tuple[Meeting, ...]
    delegations: tuple[Delegation, ...]
    may: Mapping[str, Verdict]
    zone: str


def show_cab(house: House, actor: Actor, meeting_id: str = "") -> CabView:
    """Show a meeting: the one named, else the one that is open or was held today, else the next. Raises NotFound."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        rule = policy.cab
        if rule is None:
            if meeting_id:
                raise NotFound(f"There is no meeting {meeting_id}: the policy names no CAB.", remedy=NO_CAB.remedy)
            return CabView(None, None, False, (), None, (), (), {"sit": NO_CAB}, policy.calendar.home_zone)
        meeting, is_preview = _meeting(house, db, policy, rule, meeting_id, now)
        standing = delegations.standing(db, rule.roles)
        sits = may_sit(policy, actor, (), standing, now)
        return CabView(
            rule=rule,
            meeting=meeting,
            is_preview=is_preview,
            lines=_lines(db, policy, rule, meeting, now) if meeting else (),
            next_at=_next_at(db, rule, policy.calendar, now),
            past=tuple(each for each in cab.newest(db, limit=PAST) if meeting is None or each.id != meeting.id),
            delegations=tuple(delegations.current(db, now)),
            may={"sit": sits, "close": _may_close(sits, meeting, is_preview)},
            zone=meeting.zone if meeting else policy.calendar.home_zone,
        )


def _may_close(sits: Verdict, meeting: Meeting | None, is_preview: bool) -> Verdict:
    if meeting is None or is_preview or not meeting.state.is_open:
        return failed("state", "no meeting is open", remedy="")
    return sits


def _meeting(
    house: House, db: Db, policy: Policy, rule: CabRule, asked: str, now: datetime
) -> tuple[Meeting | None, bool]:
    """Find the meeting that is meant; the second part says whether it is not built yet."""
    if asked and cab.exists(db, asked):
        return cab.get(db, asked), False
    if asked:
        day = day_of(asked)
        starts_at = starts_on(rule, policy.calendar, day) if day else None
        if starts_at is None or starts_at < now:
            cab.get(db, asked)
        return _preview(house, db, policy, rule, starts_at or now, now), True
    if still_open := cab.open_ones(db):
        return cab.get(db, still_open[-1]), False
    today = due_meeting(rule, policy.calendar, now)
    if today and cab.exists(db, meeting_id(rule, policy.calendar, today)):
        return cab.get(db, meeting_id(rule, policy.calendar, today)), False
    starts_at = today or _next_at(db, rule, policy.calendar, now)
    return (_preview(house, db, policy, rule, starts_at, now), True) if starts_at else (None, False)


def _next_at(db: Db, rule: CabRule, calendar: Calendar, now: datetime) -> datetime | None:
    """Return when the CAB meets next; where it has met today, another hour in the policy does not count."""
    starts_at = next_meeting(rule, calendar, now)
    if starts_at is not None and cab.exists(db, id := meeting_id(rule, calendar, starts_at)):
        built = cab.get(db, id)
        return starts_at if built.state.is_open else next_meeting(rule, calendar, now, after=day_of(id))
    return starts_at


def _preview(house: House, db: Db, policy: Policy, rule: CabRule, starts_at: datetime, now: datetime) -> Meeting:
    return planned(policy, rule, starts_at, agenda_of(house, db, policy, now))


def _lines(db: Db, policy: Policy, rule: CabRule, meeting: Meeting, now: datetime) -> tuple[AgendaLine, ...]:
    found = changes.of_ids(db, (item.change for item in meeting.items))
    told = {change.id: (change, facts) for change, facts in seat_facts(db, policy, list(found.values()))}
    return tuple(_line(policy, rule, meeting, item, *told[item.change], now) for item in meeting.items)


def _line(
    policy: Policy, rule: CabRule, meeting: Meeting, item: Item, change: Change, facts: ShipFacts, now: datetime
) -> AgendaLine:
    minutes = minutes_of(item, now)
    over = minutes > meeting.item_minutes
    told = _seats(policy, rule, change, facts, now)
    return AgendaLine(item, change.title, change.target, change.tier.value, told, minutes, over)


def _seats(policy: Policy, rule: CabRule, change: Change, facts: ShipFacts, now: datetime) -> tuple[SeatLine, ...]:
    return tuple(
        SeatLine(
            state.role,
            state.count,
            state.signed_by,
            state.open,
            tuple(sorted(able(policy, facts, change, state.role, state.signed_by, now))),
        )
        for state in cab_seats(rule, seats(change, facts))
    )


@dataclass(frozen=True, slots=True)
class Seating:
    """One seat that a reader may fill: their own, or that of a member for whom they sit."""

    role: str
    on_behalf_of: str = ""

    @property
    def words(self) -> str:
        """Write it as people read it."""
        whom = f" for {self.on_behalf_of}" if self.on_behalf_of else ""
        return f"{spoken(self.role)}{whom}"


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as its screen shows it: the five answers, what differs, who has answered, and what one may do."""

    meeting: Meeting
    item: Item
    change: Change
    digest: str
    checks: tuple[Check, ...]
    turned: tuple[tuple[Check, str], ...]
    differing: Differing
    seats: tuple[SeatLine, ...]
    sign_offs: tuple[SignOff, ...]
    returns: tuple[CabReturn, ...]
    minutes: float
    before: str
    after: str
    approves_as: tuple[Seating, ...]
    returns_as: tuple[str, ...]
    why_not: tuple[Verdict, ...]
    may: Mapping[str, Verdict]
    may_take_back: bool
    now: datetime
    zone: str

    @property
    def edited(self) -> bool:
        """Say whether the content is another than when the item was opened."""
        return bool(self.item.told) and self.item.digest != self.digest


def show_item(house: House, actor: Actor, meeting_id: str, change_id: str) -> ItemView:
    """Show one item of a meeting; raises NotFound."""
    with house.store.read() as db:
        now, policy, meeting, change = (
            house.clock.now(),
            house.policy(db),
            cab.get(db, meeting_id),
            changes.get(db, change_id),
        )
        item, rule = meeting.item(change_id), policy.cab
        if item is None or rule is None:
            because = f"{change_id} is not on the agenda of {meeting_id}."
            raise NotFound(because, remedy=f"The page /cab/{meeting_id} has what is.")
        editable = change.state in (State.DRAFT, State.ASSESS, State.AUTHORIZE, State.SCHEDULED)
        expected = forecast_of(house, db, change, now) if editable else None
        facts = ship_facts(house, db, change, expected=expected.verdicts if expected else ())
        checks = five_checks(change, facts, may_ship(change, facts, now), expected, now)
        sits = may_sit(policy, actor, facts.targets, facts.delegations, now)
        discussed = item.state is ItemState.IN_DISCUSSION and meeting.state.is_open
        seatings, why_not = _approves_as(db, policy, rule, actor, change, facts, now)
        order = [each.change for each in meeting.items]
        here = order.index(change_id)
        return ItemView(
            meeting=meeting,
            item=item,
            change=change,
            digest=facts.digest_now,
            checks=checks,
            turned=tuple((check, then.because) for check, then in turned(checks, item.told)) if discussed else (),
            differing=what_differs(db, policy, change),
            seats=_seats(policy, rule, change, facts, now),
            sign_offs=tuple(s for s in sign_offs.all_of(db, change_id) if s.role in rule.roles),
            returns=tuple(cab.returns_of(db, change_id)),
            minutes=minutes_of(item, now),
            before=order[here - 1] if here else "",
            after=order[here + 1] if here + 1 < len(order) else "",
            approves_as=seatings if discussed else (),
            returns_as=sits_as(policy, actor.name, facts.targets, facts.delegations, now)
            if discussed and actor.is_person
            else (),
            why_not=why_not,
            may=_may(sits, meeting, item),
            may_take_back=any(
                each.by == actor.name and each.ended_at is None and each.content_digest == facts.digest_now
                for each in cab.returns_of(db, change_id)
            ),
            now=now,
            zone=meeting.zone,
        )


def _approves_as(
    db: Db, policy: Policy, rule: CabRule, actor: Actor, change: Change, facts: ShipFacts, now: datetime
) -> tuple[tuple[Seating, ...], tuple[Verdict, ...]]:
    """Return the open seats that a reader may fill, and where there is none, why."""
    found: list[Seating] = []
    noes: list[Verdict] = []
    for state in (s for s in cab_seats(rule, seats(change, facts)) if s.open):
        tries = [(Seating(state.role), may_sign(change, actor, state.role, sign_facts(db, actor, change, facts)))]
        for member in members_of(facts.delegations, policy, actor.name, state.role, now):
            told = sign_facts_for(db, member, change, facts)
            answers = may_sign_for(change, actor, state.role, member, told, now)
            tries.append((Seating(state.role, member), answers))
        for seating, answers in tries:
            refused = [verdict for verdict in answers if verdict.refuses]
            noes += refused
            found += [] if refused else [seating]
    return tuple(found), () if found else tuple(dict.fromkeys(noes))


def _may(sits: Verdict, meeting: Meeting, item: Item) -> dict[str, Verdict]:
    waits = meeting.state.is_open and item.state.is_open
    over = failed("state", f"{item.change} is {item.state.value.replace('_', ' ')}", remedy="")
    discussed = failed("state", "it is being discussed", remedy="")
    opens = sits if item.state is ItemState.WAITING else discussed
    return {"open": opens if waits else over, "carry_over": sits if waits else over}


def what_differs(db: Db, policy: Policy, change: Change) -> Differing:
    """Compare a change with the last one of its target that has settled, or ended."""
    last = _last(db, change)
    ids = [change.id, *([last.id] if last else [])]
    standing = sign_offs.standing_on(db, ids)
    signers = {id: tuple(dict.fromkeys(s.person for s in signed)) for id, signed in standing.items()}
    return differing(change, last, signers, _texts(db, change, last), policy.calendar.home_zone)


def _last(db: Db, change: Change) -> Change | None:
    states = (State.IMPLEMENT, State.REVIEW, State.CLOSED)
    others = [each for each in changes.find(db, states=states, target=change.target) if each.id != change.id]
    over = [each for each in others if each.settled_at or each.close_code]
    return max(over, key=lambda each: (each.settled_at or each.filed_at, each.id), default=None)


def _texts(db: Db, change: Change, last: Change | None) -> dict[str, str]:
    """Return the texts of both prompts, as far as the policy's files have them."""
    units = [each.candidate.get(change.target) for each in (change, last) if each is not None]
    names = [unit.prompt for unit in units if unit is not None and "@" in unit.prompt]
    if len(names) < 2 or names[0] == names[1]:
        return {}
    files = policies.active_files(db)
    paths = {name: f"prompts/{name.replace('@', '/', 1)}.md" for name in names}
    return {name: files[path] for name, path in paths.items() if path in files}


@dataclass(frozen=True, slots=True)
class DelegationsView:
    """The delegations that hold now or later, and the seats that this reader may give to whom."""

    delegations: tuple[Delegation, ...]
    mine: tuple[tuple[str, tuple[str, ...]], ...]
    zone: str


def show_delegations(house: House, actor: Actor) -> DelegationsView:
    """Show who sits for whom."""
    with house.store.read() as db:
        now, policy = house.clock.now(), house.policy(db)
        roles = policy.cab.roles if policy.cab else ()
        mine = tuple(
            (role, tuple(sorted(may_stand_in(policy, role) - {actor.name})))
            for role in roles
            if actor.name in holders(policy, role)
        )
        zone = (policy.cab.zone if policy.cab else "") or policy.calendar.home_zone
        return DelegationsView(tuple(delegations.current(db, now)), mine, zone)


@dataclass(frozen=True, slots=True)
class ReturnCount:
    """How often the CAB has sent a change back for one reason."""

    reason: str
    said: str
    number: int


@dataclass(frozen=True, slots=True)
class ReturnCounts:
    """What the CAB has sent back in a stretch of days, by its reason; `until` is in it."""

    since: date
    until: date
    counts: tuple[ReturnCount, ...]
    total: int


def count_returns(house: House, since: str = "", until: str = "") -> ReturnCounts:
    """Count what was sent back from one day to another, both in it; without them in the last 30 days."""
    with house.store.read() as db:
        zone = ZoneInfo(zone_of((policy := house.policy(db)).cab, policy.calendar))
        last = _day("until", until) or house.clock.now().astimezone(zone).date()
        first = _day("since", since) or last - timedelta(days=DAYS_COUNTED - 1)
        bounds = [datetime.combine(day, time(), zone) for day in (first, last + timedelta(days=1))]
        found = cab.count_returns(db, *bounds)
        counts = tuple(ReturnCount(reason.value, RETURNS[reason], found.get(reason, 0)) for reason in ReturnReason)
        return ReturnCounts(first, last, counts, sum(found.values()))


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid([Fault(name, f"{text} is no day", "write it as 2026-11-24")]) from None


@dataclass(frozen=True, slots=True)
class CabNotes:
    """What the CAB has said of a change: its meetings, what sends it back, and for whom a reader may sign."""

    items: tuple[tuple[str, Item], ...]
    returns: tuple[CabReturn, ...]
    sits_for: tuple[Seating, ...] = ()


def notes_of(
    db: Db, policy: Policy, actor: Actor, change: Change, facts: ShipFacts, now: datetime, *, is_ready: bool
) -> CabNotes:
    """Return what a change's page shows of the CAB; a delegate signs there too, once the change is ready."""
    seatings = _approves_as(db, policy, policy.cab, actor, change, facts, now)[0] if policy.cab and is_ready else ()
    return CabNotes(
        cab.items_of(db, [change.id])[change.id],
        tuple(cab.returns_of(db, change.id)),
        tuple(seating for seating in seatings if seating.on_behalf_of),
    )
