"""Does the kill switch that the ticket names resolve to a live one, and was it proved lately?"""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from leverframe.nouns.changes import Change
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.exercising import Freshness, freshness, last_exercised
from leverframe.rules.gates.facts import ShipFacts


def kill_switch(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where the path is empty, names no switch, another feature's, or one that nobody may rely on."""
    if not change.kill_switch and "kill_switch" not in facts.asks.fields:
        return not_needed("kill_switch", "the policy asks for none")
    if not change.kill_switch:
        return _refuse(change, "the ticket names no kill switch", f"name one, such as feature/{change.target}")
    switch = facts.switches.get(change.kill_switch)
    if switch is None:
        return _refuse(change, f"{change.kill_switch} is no switch that exists", _near(change, facts))
    return _live(change, switch, facts, now)


def _near(change: Change, facts: ShipFacts) -> str:
    near = f"feature/{change.target}"
    return f"name {near}" if near in facts.switches else f"add a switch for {change.target} to the switch file"


def _live(change: Change, switch: Switch, facts: ShipFacts, now: datetime) -> Verdict:
    if switch.layer is Layer.FEATURE and switch.key not in change.targets:
        return _refuse(change, f"{switch.id} turns off another feature", f"name feature/{change.target}")
    if switch.layer is Layer.MODEL and all(unit.model != switch.key for unit in change.candidate.values()):
        return _refuse(change, f"{switch.id} turns off a model that the candidate does not use", _near(change, facts))
    if switch.layer is Layer.TENANT:
        return _refuse(change, f"{switch.id} turns off one tenant only", f"name feature/{change.target}")
    if switch.thrown:
        return _refuse(change, f"{switch.id} is thrown", "have it set again, with its sign-offs")
    if switch.layer is Layer.FEATURE and switch.fallback not in facts.policy.catalog.fallbacks:
        return _refuse(change, f"the fallback of {switch.id} does not exist", "name a fallback of the catalog")
    return _proved(change, switch, facts, now)


def _proved(change: Change, switch: Switch, facts: ShipFacts, now: datetime) -> Verdict:
    """Refuse a switch that was not exercised for half a year, or never: it might not work (handbook, phase 8)."""
    today = now.astimezone(ZoneInfo(facts.policy.calendar.home_zone)).date()
    stands, last = freshness(switch, today), last_exercised(switch, today)
    if stands is Freshness.NEVER:
        because = f"{switch.id} was never exercised, so nobody knows whether it works"
        return _refuse(change, because, f"exercise it: leverframe switch exercise {switch.id}")
    if stands is Freshness.RED:
        because = f"{switch.id} was last exercised on {last}: more than six months, and it might not work"
        return _refuse(change, because, f"exercise it: leverframe switch exercise {switch.id}")
    due = f"; it was last exercised on {last}, and is due for its game day" if stands is Freshness.DUE else ""
    return passed("kill_switch", f"{switch.id} is set; users would get {switch.fallback or 'no model'}{due}")


def _refuse(change: Change, because: str, remedy: str) -> Verdict:
    return failed("kill_switch", because, remedy=remedy, who=change.author, people=(change.author,))
