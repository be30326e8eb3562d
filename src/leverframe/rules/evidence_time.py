"""How long will a stage's evidence take at this traffic?

Each unit that meets a bad event moves the promotion proof (rules/evidence/labels) by log(s/q) if it is the
candidate's and by log((1-s)/(1-q)) if not, where s is the share of the buckets and q = sM / (sM + 1 - s) the
candidate's part if it harmed M times as many. When nobody is harmed the mean of that is KL(Bern(s) || Bern(q)),
so that about ln(1/beta) / KL events rule M out; the p90 is the normal approximation of the same walk, with the
events themselves coming as a Poisson stream.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil, inf, log, sqrt
from zoneinfo import ZoneInfo

from leverframe.nouns.ramps import Floor, RampPlan
from leverframe.nouns.targets import EVERYWHERE, LAST_RING, Cell
from leverframe.rules.exposure import share_of_cell
from leverframe.rules.lowering import cohorts_of, percent_of

P50, P90 = 0.0, 1.2815515655446004
"""The quantiles of a forecast, as standard normal deviates."""

LONGEST = timedelta(days=60)
"""Evidence that takes longer than this is not forecast: it never comes."""

Weighted = Sequence[tuple[float, float]]
"""Parts of the feature's users (0 to 1), each with the share of the buckets that has the candidate there."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a feature usually sees: units a minute by hour of the day in the home zone, and their bad rates."""

    units_per_minute: Mapping[int, float]
    bad_rate: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a stage's floors take from its last publication; `minutes` is infinite where they never pass.

    `guardrail` and `ratio` are of the slowest floor; `assumed` lists those whose traffic is not known.
    """

    minutes: float
    guardrail: str = ""
    ratio: float = 0.0
    assumed: tuple[str, ...] = ()


def wait_for(
    floors: Sequence[Floor],
    exposed: Weighted,
    traffic: Traffic | None,
    *,
    beta: float,
    since: datetime,
    zone: str,
    deviate: float,
) -> Wait:
    """Return how long the slowest floor takes; `beta` is the stage's and is divided over its floors."""
    slowest, assumed = Wait(0.0), []
    for floor in floors:
        rate = traffic.bad_rate.get(floor.guardrail) if traffic else None
        if traffic is None or rate is None:
            assumed.append(floor.guardrail)
            continue
        events = events_needed(floor.ratio, exposed, beta / len(floors), deviate)
        minutes = minutes_until(events, rate * sum(part for part, _ in telling(exposed)), traffic, since, zone)
        if minutes > slowest.minutes:
            slowest = Wait(minutes, floor.guardrail, floor.ratio)
    return Wait(slowest.minutes, slowest.guardrail, slowest.ratio, tuple(assumed))


def events_needed(ratio: float, exposed: Weighted, beta: float, deviate: float) -> float:
    """Return how many units must meet a bad event until `ratio` is ruled out, if nobody is harmed."""
    parts = tuple(telling(exposed))
    return _events_needed(ratio, parts, beta, deviate) if parts and ratio > 1.0 else inf


@lru_cache(maxsize=65_536)
def _events_needed(ratio: float, parts: tuple[tuple[float, float], ...], beta: float, deviate: float) -> float:
    """Remember it by value: whoever looks for the smallest ratio asks of the same ones again and again."""
    whole = sum(part for part, _ in parts)
    moments = [(part / whole, *_moments(share, ratio)) for part, share in parts]
    mean = sum(part * first for part, first, _ in moments)
    square = sum(part * second for part, _, second in moments)
    spread = deviate * sqrt(square)
    return ((spread + sqrt(spread * spread + 4.0 * mean * -log(beta))) / (2.0 * mean)) ** 2


def exposed_cells(plan: RampPlan, stage: int, regions: tuple[str, ...], population: Sequence[Cell]) -> Weighted:
    """Weigh each stratum of the ticket's regions by its users, with its share at a stage.

    A cohort that is reached further than its cell is a part of its own, where the catalog says how many users it has;
    where it does not, nobody is known to be in it.
    """
    asked = regions or (EVERYWHERE,)
    everybody = sum(cell.users for cell in population)
    if not everybody:
        return [(1.0 / len(asked), share_of_cell(plan, stage, region, LAST_RING)) for region in asked]
    here = (cell for cell in population if cell.region in asked)
    return [(users / everybody, share) for cell in here for users, share in strata_in(plan, stage, cell)]


def strata_in(plan: RampPlan, stage: int, cell: Cell) -> Iterator[tuple[int, float]]:
    """Yield the cohorts of a cell that are reached further than it, in users, and the rest of it."""
    share, left = percent_of(plan, stage, cell) / 100.0, cell.users
    for cohort in cohorts_of(plan, stage):
        wider, users = percent_of(plan, stage, cell, cohort) / 100.0, min(cell.users_of(cohort) or 0, left)
        if wider > share and users:
            left -= users
            yield users, wider
    yield left, share


def telling(exposed: Weighted) -> list[tuple[float, float]]:
    """Keep the parts where some have the candidate and some do not: only there can the two be compared."""
    return [(part, share) for part, share in exposed if part > 0.0 and 0.0 < share < 1.0]


def _moments(share: float, ratio: float) -> tuple[float, float]:
    """Return the mean and the mean square of what one event adds to the proof."""
    harmed = share * ratio / (share * ratio + 1.0 - share)
    ours, theirs = log(share / harmed), log((1.0 - share) / (1.0 - harmed))
    return share * ours + (1.0 - share) * theirs, share * ours**2 + (1.0 - share) * theirs**2


def events_within(minutes: float, rate: float, traffic: Traffic, since: datetime, zone: str) -> float:
    """Return how many events the traffic of so many minutes brings, hour by hour."""
    now, end, place, events = since, since + timedelta(minutes=minutes), ZoneInfo(zone), 0.0
    while now < end:
        local = now.astimezone(place)
        left = min(_left_of_hour(local), (end - now).total_seconds() / 60.0)
        events += rate * traffic.units_per_minute.get(local.hour, 0.0) * left
        now += timedelta(minutes=left)
    return events


def minutes_until(events: float, rate: float, traffic: Traffic, since: datetime, zone: str) -> float:
    """Let the traffic of each hour bring its events until they are enough; infinite where it never does."""
    if events == inf or rate <= 0.0 or not any(units > 0.0 for units in traffic.units_per_minute.values()):
        return inf
    now, end, place = since, since + LONGEST, ZoneInfo(zone)
    while now < end:
        local = now.astimezone(place)
        left = _left_of_hour(local)
        per_minute = rate * traffic.units_per_minute.get(local.hour, 0.0)
        if per_minute * left >= events:
            return float(ceil((now - since).total_seconds() / 60.0 + events / per_minute))
        events -= per_minute * left
        now += timedelta(minutes=left)
    return inf


def _left_of_hour(local: datetime) -> float:
    """Return how many minutes an hour still has."""
    return 60.0 - local.minute - local.second / 60.0 - local.microsecond / 60e6
