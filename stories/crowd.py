"""Who asks a feature, how often, and what do they make of the answers?

Everything follows from seeds: the same people ask at the same minutes each time a story is told. Use is heavy-tailed,
because real use is: most people ask rarely, a few ask all day. Which unit answers is decided by the gateways.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import accumulate
from math import exp
from statistics import NormalDist
from zoneinfo import ZoneInfo

from leverframe.gateway import Gateway
from leverframe.nouns.tables import Decision, Variant

PEOPLE = 20_000
DAY = range(8, 20)
CHUNK = 190
PATIENCE_SECONDS = 60.0
ZONES = {"au": "Australia/Sydney", "eu": "Europe/Berlin", "uk": "Europe/London", "us": "America/New_York"}
LOCALES = {"au": ("en-AU",), "eu": ("de-DE", "fr-FR", "en-IE"), "uk": ("en-GB",), "us": ("en-US", "es-US")}
EVERYWHERE = ("en-GB", "en-US", "de-DE")
USUAL = {"negative": 0.04, "error": 0.001, "slow": 0.01, "groundedness": 0.92}
"""Of a hundred answers four get a thumb down, of a thousand one fails; this holds where a story does not say more."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is asked of one feature in one region: calls a minute by day and by night, and what comes of them.

    `usual` and `candidate` are rates of `negative`, `error` and `slow`, and the mean `groundedness`, by arm.
    """

    feature: str
    region: str = ""
    by_day: float = 20.0
    by_night: float = 2.0
    usual: Mapping[str, float] = field(default_factory=dict)
    candidate: Mapping[str, float] = field(default_factory=dict)

    def rate(self, now: datetime) -> float:
        """Return the calls a minute at this hour of the region's own day."""
        hour = now.astimezone(ZoneInfo(ZONES.get(self.region, "Europe/London"))).hour
        return self.by_day if hour in DAY else self.by_night

    def measure(self, name: str, decision: Decision) -> float:
        """Return a rate or a mean, as it is for the unit that served."""
        said = {**USUAL, **self.usual}
        return self.candidate.get(name, said[name]) if decision.variant is Variant.CANDIDATE else said[name]


def person(number: int) -> str:
    """Return the name by which a service knows a customer."""
    return f"person-{number:05d}"


@lru_cache
def _use() -> tuple[float, ...]:
    """Return how often each person asks, summed up; the busiest tenth ask about 40 % of all questions."""
    dice, normal = random.Random("use"), NormalDist()
    return tuple(accumulate(exp(normal.inv_cdf(dice.uniform(1e-6, 1 - 1e-6))) for _ in range(PEOPLE)))


Served = tuple[str, Decision, random.Random, Traffic]
"""One answer: its call id, what was decided, and the dice and the traffic that say what came of it."""


def send(traffic: Iterable[Traffic], gateways: Mapping[str, Gateway], now: datetime, minutes: int) -> Counter[str]:
    """Ask for some minutes through the gateways, and hand in what came of it; counts calls by what served them."""
    served, edges = Counter[str](), list(gateways.values())
    answers: list[list[Served]] = [[] for _ in edges]
    for one in traffic:
        for place, decision, answer in _answered(one, edges, now, minutes):
            served[decision.variant.value] += 1
            answers[place] += [answer] if answer else []
    for gateway, own in zip(edges, answers, strict=True):
        for begin in range(0, len(own), CHUNK):
            _hand_in(gateway, own[begin : begin + CHUNK])
    return served


def _answered(
    traffic: Traffic, edges: Sequence[Gateway], now: datetime, minutes: int
) -> Iterator[tuple[int, Decision, Served | None]]:
    """Yield each call's gateway, decision and answer; a person always comes to the same gateway."""
    dice, sums = random.Random(f"{traffic.feature} {traffic.region} {now.isoformat()}"), _use()
    for _ in range(int(traffic.rate(now) * minutes + dice.random())):
        number = bisect(sums, dice.random() * sums[-1], hi=PEOPLE - 1)
        place, own = number % len(edges), random.Random(dice.random())
        asked = {"subject": person(number), "region": traffic.region or None}
        decision = edges[place].route(traffic.feature, **asked)
        locale = own.choice(LOCALES.get(traffic.region, EVERYWHERE))
        call = edges[place].call_id(decision, traffic.feature, locale=locale, **asked)
        yield place, decision, (call, decision, own, traffic) if decision.serve else None


def _hand_in(gateway: Gateway, answers: Sequence[Served]) -> None:
    """Send one numbered batch of outcomes, then the thumbs and scores of its calls."""
    for call, decision, dice, traffic in answers:
        bad = ("error",) if dice.random() < traffic.measure("error", decision) else ()
        slow = dice.random() < traffic.measure("slow", decision)
        gateway.record(call, latency_ms=6000.0 if slow else 900.0, cost_usd=0.006, bad=bad)
    assert gateway.flush(PATIENCE_SECONDS), "a batch of outcomes was not acknowledged"
    for call, decision, dice, traffic in answers:
        negative = dice.random() < traffic.measure("negative", decision)
        score = traffic.measure("groundedness", decision) + dice.uniform(-0.08, 0.08)
        gateway.feedback(call, negative=negative, metric="groundedness", value=score)
    assert gateway.flush(PATIENCE_SECONDS), "feedback was not acknowledged"


def ask(gateways: Mapping[str, Gateway], feature: str, people: int, region: str, tenant: str) -> Counter[str]:
    """Ask every gateway once for each of some people; they must agree. Counts people by what they get, and why."""
    got = Counter[str]()
    for number in range(people):
        asked = {"subject": person(number), "region": region or None, "tenant": tenant or None}
        decisions = [gateway.route(feature, **asked) for gateway in gateways.values()]
        assert len(set(map(_answer, decisions))) == 1, f"the gateways disagree about {asked}"
        got[_answer(decisions[0])] += 1
    return got


def call(gateways: Mapping[str, Gateway], feature: str, who: str, region: str) -> str:
    """Let one person ask, and say who answered with what, and under which call id."""
    name = min(gateways)
    asked = {"subject": who, "region": region or None}
    decision = gateways[name].route(feature, **asked)
    return f"{name} serves {_answer(decision)}, call {gateways[name].call_id(decision, feature, **asked)}"


def answer_by_hand(gateway: Gateway, feature: str, prompt: str, people: int) -> None:
    """Let a service answer with a prompt of its own: its calls say so, for a call id tells what has served."""
    for number in range(people):
        told = gateway.route(feature, subject=person(number))
        assert told.unit is not None
        served = replace(told, unit=replace(told.unit, prompt=prompt))
        gateway.record(gateway.call_id(served, feature, subject=person(number)), latency_ms=900.0, cost_usd=0.006)
    assert gateway.flush(PATIENCE_SECONDS), "what was answered by hand was not acknowledged"


def _answer(decision: Decision) -> str:
    reason = decision.reason.value.replace("_", " ")
    if decision.unit is None:
        return f"{decision.fallback or 'nothing'} ({reason})"
    return f"{decision.unit.prompt} on {decision.unit.model} ({reason})"
