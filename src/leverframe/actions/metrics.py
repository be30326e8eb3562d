"""What should be watched from outside?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from leverframe.actions.file_views import FileView, file_view
from leverframe.actions.house import House
from leverframe.actions.reports import learn
from leverframe.clock import monotonic
from leverframe.nouns.gateways import Seen
from leverframe.nouns.switches import Layer
from leverframe.nouns.tables import Number
from leverframe.rules.exercising import freshness
from leverframe.store import outbox, ramps, switches, tables


@dataclass(frozen=True, slots=True)
class Metrics:
    """How the house stands: its newest table, who has reported what, and what is off, moving or waiting.

    `held` counts the ramps that a person or a rule holds, `waiting` the messages that have not left yet, `given_up`
    those that never will, `troubles` what the clock could not do. `stale` counts the set switches, by layer, that
    nobody has exercised for half a year. `file` is the switch file in git, where one is followed.
    """

    number: Number
    seen: tuple[Seen, ...]
    ramping: int
    held: int
    thrown: Mapping[str, int]
    stale: Mapping[str, int]
    waiting: int
    given_up: int
    troubles: int
    withheld: bool
    file: FileView | None = None


def metrics(house: House) -> Metrics:
    """Gather it in one snapshot."""
    learn(house)
    seen = tuple(house.fleet.seen(monotonic()))
    with house.store.read() as db:
        active = ramps.active(db)
        every, policy = switches.all_switches(db), house.policy_or_none(db)
        today = house.clock.now().astimezone(ZoneInfo(policy.calendar.home_zone if policy else "UTC")).date()
        thrown = Counter(switch.layer.value for switch in every if switch.thrown)
        set_ones = (switch for switch in every if not switch.thrown)
        stale = Counter(switch.layer.value for switch in set_ones if freshness(switch, today).is_stale)
        return Metrics(
            number=tables.newest_number(db),
            seen=seen,
            ramping=len(active),
            held=sum(ramp.hold is not None for ramp in active),
            thrown={layer.value: thrown[layer.value] for layer in Layer},
            stale={layer.value: stale[layer.value] for layer in Layer},
            waiting=outbox.waiting(db),
            given_up=outbox.given_up(db),
            troubles=len(house.troubles),
            withheld=tables.alarm(db) is not None,
            file=file_view(house, db, policy, every) if policy else None,
        )
