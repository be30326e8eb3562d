"""What does the machine say to the five questions of the CAB?

The questions are the handbook's (phase 8, the CAB). The answers are the gates' own: nothing is judged a second time.
Whether the window is right is asked of the moment at which the ramp would begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from leverframe.nouns.cab import Told
from leverframe.nouns.changes import Change
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.targets import EVERYWHERE
from leverframe.nouns.verdicts import Outcome, Verdict, failed, passed
from leverframe.rules.exercising import last_exercised
from leverframe.rules.forecasting import Forecast
from leverframe.rules.gates.blast_radius import blast_radius, reached
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.gates.freeze import freeze
from leverframe.rules.gates.kill_switch import kill_switch
from leverframe.rules.gates.rollback_plan import rollback_plan, steps
from leverframe.rules.gates.window import window
from leverframe.rules.lowering import cells_of, cells_within
from leverframe.rules.moments import say

TICKET = (
    "complete",
    "artefacts",
    "evals",
    "checks",
    "code_review",
    "field_reviews",
    "staging",
    "segregation",
    "same_current",
    "allowed_models",
)
"""The gates that say whether the ticket is whole; what they ask of technical merit was decided before the CAB."""


@dataclass(frozen=True, slots=True)
class Check:
    """One of the five questions with the gates' answer, and what that rests on, as named values."""

    name: str
    question: str
    outcome: Outcome
    because: str
    remedy: str = ""
    evidence: tuple[tuple[str, str], ...] = ()

    @property
    def told(self) -> Told:
        """Return what is kept of it when an item is opened."""
        return Told(self.name, self.outcome, self.because)


def five_checks(
    change: Change, facts: ShipFacts, answers: Sequence[Verdict], expected: Forecast | None, now: datetime
) -> tuple[Check, ...]:
    """Answer the five questions, in the handbook's order; `answers` are those of `may_ship` now."""
    begins = max(now, change.start.opens_at)
    by_gate = {verdict.gate: verdict for verdict in answers}
    ticket = [by_gate[gate] for gate in TICKET if gate in by_gate]
    timely = [window(change, facts, begins), freeze(change, facts, begins), *(expected.verdicts if expected else ())]
    others = by_gate.get("conflicts")
    timely += [others] if others and (others.refuses or others.outcome is Outcome.MET) else []
    order = [by_gate["audience_order"]] if "audience_order" in by_gate else []
    return (
        _check("ticket", "Is the ticket complete?", ticket, _of_ticket(change)),
        _check("rollback", "Is the rollback plan real?", [rollback_plan(change, facts, now)], _of_plan(change)),
        _check(
            "switch", "Is the kill switch current?", [kill_switch(change, facts, now)], _of_switch(change, facts, now)
        ),
        _check("window", "Is the window right?", timely, _of_window(change, facts, expected, others, begins)),
        _check(
            "blast",
            "Is the blast radius sized?",
            [blast_radius(change, facts, now), *order],
            _of_radius(change, facts),
        ),
    )


def _check(name: str, question: str, answers: Sequence[Verdict], evidence: Iterator[tuple[str, str]]) -> Check:
    noes = [verdict for verdict in answers if verdict.outcome is Outcome.NOT_MET]
    yes = [verdict for verdict in answers if verdict.outcome is Outcome.MET]
    told = noes or yes or list(answers)
    outcome = Outcome.NOT_MET if noes else Outcome.MET if yes else Outcome.NOT_NEEDED
    because = "; ".join(_once([verdict.because for verdict in told]))
    remedy = "; ".join(dict.fromkeys(verdict.remedy for verdict in noes if verdict.remedy))
    return Check(name, question, outcome, because, remedy, tuple(evidence))


def _once(sentences: Sequence[str]) -> Iterator[str]:
    """Leave out what another sentence says too: two gates may give the same freeze as their reason."""
    for number, sentence in enumerate(sentences):
        others = (*sentences[:number], *(other for other in sentences[number + 1 :] if other != sentence))
        if not any(sentence in other for other in others):
            yield sentence


def _of_ticket(change: Change) -> Iterator[tuple[str, str]]:
    by_hand = [name for name, wrote in change.provenance.items() if wrote.by != "auto"]
    yield "written by a person", _names(by_hand)
    yield "filled by itself", _names([name for name in change.provenance if name not in by_hand])
    yield "linked", _names([name for name, where in change.artefacts.items() if where])


def _of_plan(change: Change) -> Iterator[tuple[str, str]]:
    text = change.rollback_plan.strip()
    yield "steps", str(len(steps(text))) if text else "none"
    yield "words", str(len(text.split()))
    for target in change.targets:
        former = change.current.get(target)
        yield "goes back to", former.name if former else "the fallback: no unit was adopted"


def _of_switch(change: Change, facts: ShipFacts, now: datetime) -> Iterator[tuple[str, str]]:
    yield "named", change.kill_switch or "none"
    switch = facts.switches.get(change.kill_switch)
    if switch is None:
        return
    today = now.astimezone(ZoneInfo(facts.policy.calendar.home_zone)).date()
    yield "last exercised", last_exercised(switch, today)
    yield "stands", "thrown" if switch.thrown else "set"
    yield "users would get", _fallback(switch, facts)


def _fallback(switch: Switch, facts: ShipFacts) -> str:
    known = facts.policy.catalog.fallbacks.get(switch.fallback)
    if known is not None:
        return f"{known.title} ({known.id})"
    return switch.fallback or ("another model" if switch.layer is Layer.MODEL else "nothing")


def _of_window(
    change: Change, facts: ShipFacts, expected: Forecast | None, others: Verdict | None, begins: datetime
) -> Iterator[tuple[str, str]]:
    zone = facts.policy.calendar.home_zone
    yield "begins", say(begins, zone)
    yield "no widening after", say(change.start.not_after, zone)
    if others is not None and others.outcome is Outcome.NOT_MET:
        yield "other changes", others.because
    if expected is not None:
        yield "expected", expected.text
        for name, at in (
            ("settles", expected.settles_p50),
            ("settles at the latest (9 of 10)", expected.settles_p90),
        ):
            yield name, say(at, zone) if at else "it would stop before 100 %"


def _of_radius(change: Change, facts: ShipFacts) -> Iterator[tuple[str, str]]:
    radius = change.blast_radius
    for target in facts.targets:
        users, everybody = reached(change, target), sum(cell.users for cell in cells_of(target))
        share = f"{users / everybody:.0%}" if everybody else "none"
        yield target.id, f"{users:,} of {everybody:,} users ({share.replace('%', ' %')})"
        for region, count in _by_region([(c.region, c.users) for c in cells_within(target, radius)]).items():
            if region != EVERYWHERE:
                yield f"in {region}", f"{count:,} users"
    yield "at most before settlement", f"{radius.max_share_percent:g} %"


def _by_region(cells: Sequence[tuple[str, int]]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for region, users in cells:
        found[region] = found.get(region, 0) + users
    return found


def _names(names: Sequence[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in names) or "nothing"


def all_hold(checks: Sequence[Check]) -> Verdict:
    """Answer whether somebody may say that all five checks hold."""
    noes = [check for check in checks if check.outcome is Outcome.NOT_MET]
    if not noes:
        return passed("cab", "all five checks hold")
    because = "; ".join(f"{check.question} {check.because}" for check in noes)
    remedy = "send it back, or approve it on a condition that the note names"
    return failed("cab", f"not all five checks hold: {because}", remedy=remedy)


def turned(checks: Sequence[Check], told: Sequence[Told]) -> tuple[tuple[Check, Told], ...]:
    """Return the checks that answer otherwise than when the item was opened, each with what it said then."""
    before = {each.check: each for each in told}
    pairs = ((check, before[check.name]) for check in checks if check.name in before)
    return tuple((check, then) for check, then in pairs if check.outcome is not then.outcome)
