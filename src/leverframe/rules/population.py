"""Was a change approved before it began, by others than its authors, on evidence, and reviewed after?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.nouns.changes import Change, Path
from leverframe.nouns.follow_ups import Debt
from leverframe.nouns.policies import Asks, Policy
from leverframe.nouns.population import Failure, History, Passage, Period, PopulationCounts, PopulationRow, Signed
from leverframe.nouns.targets import Tier
from leverframe.nouns.unauthorised import NearRecord
from leverframe.rules.calendar import add_business_days
from leverframe.rules.histories import person_of
from leverframe.rules.sign_offs import spoken

YES, NO, NOT_BEGUN = "yes", "no", "not begun"


def row_of(
    change_id: str,
    change: Change | None,
    told: History,
    policy: Policy | None,
    asks: Asks | None,
    period: Period,
    now: datetime,
    near: Sequence[NearRecord] = (),
    owed: Sequence[Debt] = (),
) -> PopulationRow:
    """Return one change of the population.

    `policy` was in force when it began (or is now, where it has not), and `asks` this of it. `change` is its row
    (None: the log knows it, and the store has it no more). `near` are the records of unauthorised units that it comes
    near, `owed` what it owes for gates that a break-glass let it pass.
    """
    begun = told.begun
    filled, open_seats = _seats(asks, begun.standing if begun else told.standing)
    approved_at = max((signed.at for signed in filled), default=None) if not open_seats else None
    approved, why = _approved(told, asks, open_seats, approved_at)
    segregated, why_not = _segregated(told, change)
    ends = dict(told.ends)
    row = PopulationRow(
        change=change_id,
        **_of_row(change),
        passed=tuple(_passed(told, period)),
        outcome=_outcome(told),
        author=person_of(told.filed.actor) if told.filed else change.author if change else "",
        filed_at=told.filed.at if told.filed else None,
        edited_at=begun.edited_at if begun else told.edited_at,
        sign_offs=begun.standing if begun else told.standing,
        open_seats=open_seats,
        approved_at=approved_at,
        started_at=begun.at if begun else None,
        started_by=begun.by if begun else "",
        settled_at=ends.get("settled"),
        rolled_back_at=ends.get("rolled_back"),
        aborted_at=ends.get("aborted"),
        went_back_at=ends.get("went_back"),
        reviewed_at=told.reviewed.at if told.reviewed else None,
        reviewed_by=person_of(told.reviewed.actor) if told.reviewed else "",
        closed_at=told.closed_at,
        close_code=_close_code(told),
        approved_before_start=approved,
        approval_because=why,
        segregated=segregated,
        segregation_because=why_not,
        policy=(begun.policy if begun else "") or (policy.digest if policy else ""),
        content_digest=begun.content_digest if begun else "",
        bypassed=begun.bypassed if begun else (),
        debts=tuple(_owed(debt, now) for debt in owed),
        failures=(),
        altered=tuple(_altered(change, told)),
        unauthorised=tuple(record.id for record in near),
        leaf_filed=told.filed.leaf if told.filed else None,
        leaves_signed=tuple(s.leaf for s in (begun.standing if begun else told.standing) if s.leaf is not None),
        leaf_started=begun.leaf if begun else None,
    )
    late = any(record.is_late for record in near)
    failures = tuple(_failures(row, told, asks, policy, now, is_late=late))
    return replace(row, failures=failures) if failures else row


def _passed(told: History, period: Period) -> Iterator[Passage]:
    """Yield what of it fell into the period; a year has thousands to ask."""
    if told.filed and period.holds(told.filed.at):
        yield Passage.FILED
    if told.begun and period.holds(told.begun.at):
        yield Passage.BEGUN
    if any(period.holds(at) for _, at in told.ends):
        yield Passage.ENDED
    if period.holds(told.closed_at):
        yield Passage.CLOSED


def _owed(debt: Debt, now: datetime) -> str:
    due = f"due {debt.due_at:%Y-%m-%d}"
    state = f"paid {debt.paid_at:%Y-%m-%d}" if debt.paid_at else f"overdue, {due}" if debt.due_at <= now else due
    return f"{debt.what} {state}"


def _of_row(change: Change | None) -> dict[str, Any]:
    """Return what only its row says: how it is named, and what moves."""
    if change is None:
        names = ("title", "target", "tier", "kind", "path", "release_manager", "candidate")
        blank: dict[str, Any] = dict.fromkeys(names, "")
        return blank | {"window_opens_at": None, "window_closes_at": None}
    return {
        "title": change.title,
        "target": ", ".join(change.targets),
        "tier": change.tier.value,
        "kind": change.kind.value,
        "path": change.path.value,
        "release_manager": change.release_manager,
        "candidate": "; ".join(unit.name for unit in change.candidate.values()),
        "window_opens_at": change.start.opens_at,
        "window_closes_at": change.start.closes_at,
    }


def _seats(asks: Asks | None, standing: Sequence[Signed]) -> tuple[tuple[Signed, ...], tuple[str, ...]]:
    """Return the sign-offs that fill the required seats, the earliest of each role, and the roles still open."""
    filled, empty = [], []
    for seat in asks.seats if asks else ():
        mine = [s for s in sorted(standing, key=lambda s: s.at) if s.role == seat.role][: seat.count]
        filled += mine
        empty += [seat.role] * (seat.count - len(mine))
    return tuple(filled), tuple(empty)


def _approved(
    told: History, asks: Asks | None, open_seats: Sequence[str], approved_at: datetime | None
) -> tuple[str, str]:
    begun = told.begun
    if begun is None:
        return NOT_BEGUN, f"{', '.join(map(spoken, open_seats))} still to sign" if open_seats else "it has not begun"
    if told.filed is None:
        return NO, "the log has no entry of its filing"
    if told.filed.at > begun.at:
        return NO, "it was filed after it began"
    if "sign_offs" in begun.bypassed:
        return NO, f"the sign-offs were bypassed; missing: {', '.join(map(spoken, open_seats)) or 'none'}"
    if open_seats:
        return NO, f"no sign-off from {', '.join(map(spoken, open_seats))} stood when it began"
    if approved_at is None:
        return YES, "the policy asked for no sign-off" if asks else "no policy was in force"
    if approved_at > begun.at:
        return NO, "the last sign-off came after it began"
    return YES, "every sign-off that the policy asked for came before it began"


def _segregated(told: History, change: Change | None) -> tuple[str, str]:
    """Say whether nobody signed what they wrote, and no author of a High change started it."""
    standing = told.begun.standing if told.begun else told.standing
    both = sorted({signed.person for signed in standing} & told.writers)
    if both:
        return NO, f"{', '.join(both)} wrote it and signed it"
    starter = told.begun.by.removeprefix("clock, armed by ") if told.begun else ""
    if change and change.tier is Tier.HIGH and starter in told.writers:
        return NO, f"{starter} wrote this High change and started it"
    if told.alone:
        return NO, "the policy asked for no second person"
    return (YES, "who signed did not write it") if told.begun else (NOT_BEGUN, "it has not begun")


def _outcome(told: History) -> str:
    if told.ends:
        return told.ends[-1][0]
    return "ramping" if told.begun else "not_begun"


def _close_code(told: History) -> str:
    if told.reviewed:
        return str(told.reviewed.facts.get("close_code") or "")
    outcome = _outcome(told)
    return outcome if outcome in ("rolled_back", "aborted", "went_back", "canceled") else ""


def _altered(change: Change | None, told: History) -> Iterator[str]:
    """Name what the row says otherwise than the log: the log is believed."""
    if change is None:
        yield "its row is not in the store"
        return
    if told.filed is None:
        yield "its filing is not in the log"
    elif change.filed_at != told.filed.at or change.author != person_of(told.filed.actor):
        yield "filed by whom and when"
    settled = dict(told.ends).get("settled")
    if (settled is None) != (change.settled_at is None) or (settled and settled != change.settled_at):
        yield "when it settled"
    reviewed = (told.reviewed.at, person_of(told.reviewed.actor)) if told.reviewed else None
    if reviewed != ((change.review.at, change.review.by) if change.review else None):
        yield "its review"


def _failures(
    row: PopulationRow, told: History, asks: Asks | None, policy: Policy | None, now: datetime, *, is_late: bool
) -> Iterator[Failure]:
    begun = told.begun
    if is_late or (begun and (told.filed is None or told.filed.at > begun.at)):
        yield Failure.NO_TICKET
    if row.segregated == NO and not told.alone:
        yield Failure.APPROVER_IS_AUTHOR
    if row.approved_before_start == NO:
        yield Failure.APPROVAL_AFTER_START
    if begun and asks and asks.evals and (not begun.with_evals or "evals" in (*begun.bypassed, *begun.advised)):
        yield Failure.EVIDENCE_MISSING
    is_emergency = row.path == Path.EMERGENCY or bool(row.bypassed)
    if begun and is_emergency and policy and not told.reviewed and _review_is_overdue(told, policy, now):
        yield Failure.EMERGENCY_WITHOUT_REVIEW


def _review_is_overdue(told: History, policy: Policy, now: datetime) -> bool:
    if not told.ends:
        return False
    zone = ZoneInfo(policy.calendar.home_zone)
    ended = told.ends[0][1].astimezone(zone).date()
    due = add_business_days(policy.calendar, ended, policy.review_due_business_days)
    return now.astimezone(zone).date() > due


def counts_of(rows: Iterable[PopulationRow], unauthorised: int = 0) -> PopulationCounts:
    """Count a population by tier, kind, outcome and failure; `unauthorised` units no change explains."""
    tiers: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    outcomes: Counter[str] = Counter()
    failures: Counter[Failure] = Counter(dict.fromkeys(Failure, 0))
    number = 0
    for row in rows:
        number += 1
        tiers[row.tier] += 1
        kinds[row.kind] += 1
        outcomes[row.outcome] += 1
        failures.update(row.failures)
    failures[Failure.UNAUTHORISED_UNIT] += unauthorised
    return PopulationCounts(number, dict(tiers), dict(kinds), dict(outcomes), dict(failures))


def is_asked(row: PopulationRow, asked: Mapping[str, str]) -> bool:
    """Say whether a row matches every filter: `tier`, `kind`, `path`, `outcome`, `target`, `failure`."""
    named = {name: text for name, text in asked.items() if text and name != "failure"}
    plain = all(getattr(row, name) == text for name, text in named.items())
    return plain and (not asked.get("failure") or asked["failure"] in row.failures)
