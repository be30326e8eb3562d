"""What of a plan does every look at its ramp need, and how is its alpha shared out?

Half of a ramp's alpha is the comparisons' with current, half the absolute limits'. The comparisons' half is divided
over their guardrails, and over the parts of the ramp in which their evidence begins anew; the limits' over their
guardrails, and over the stages that test each.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from leverframe.nouns.ramps import RampPlan
from leverframe.rules.evidence import carrying
from leverframe.rules.evidence.starts import later_starts


@dataclass(frozen=True, slots=True)
class Outline:
    """A plan as its evidence sees it.

    `begins` is, of each stage, the stage (from 1) with which its evidence began; `later` how many processes look for
    later harm in it. `compared` are the guardrails that some stage has a floor for: they are compared in every stage.
    `limited` is the guardrail of each absolute limit, once for each stage that tests it.
    """

    begins: tuple[int, ...]
    later: tuple[int, ...]
    compared: tuple[str, ...]
    limited: tuple[str, ...]

    def carries(self, stage: int) -> bool:
        """Say whether a stage's evidence goes on from that of an earlier one."""
        return self.begins[stage - 1] < stage

    def together(self, stage: int) -> slice:
        """Return the stages whose evidence is one with that of a stage, as a slice of the plan's."""
        first = self.begins[stage - 1]
        return slice(first - 1, max(n for n, begin in enumerate(self.begins, start=1) if begin == first))

    def counted_with(self, stage: int) -> range:
        """Return the stages (from 1) whose counts are one evidence with a stage's.

        Those that led to it, and wider ones that a narrowed ramp has left: what was met there is not forgotten.
        """
        together = self.together(stage)
        return range(together.start + 1, together.stop + 1)

    def level_beside(self, alpha: float) -> float:
        """Return the part of alpha that belongs to one comparison with current."""
        return alpha / 2.0 / len(self.compared) / len(set(self.begins))

    def level_of(self, guardrail: str, alpha: float) -> float:
        """Return the part of alpha that belongs to one absolute limit in one stage."""
        return alpha / 2.0 / len(set(self.limited)) / self.limited.count(guardrail)


@lru_cache(maxsize=256)
def outline_of(plan: RampPlan) -> Outline:
    """Work a plan's outline out; to find it again costs as much as hashing the plan, so ask once a look."""
    return Outline(
        begins=carrying.carried_from(plan),
        later=tuple(len(later_starts(stage.bake_minutes)) for stage in plan.stages),
        compared=compared(plan),
        limited=tuple(slo.guardrail for stage in plan.stages for slo in stage.slos),
    )


def compared(plan: RampPlan) -> tuple[str, ...]:
    """List the guardrails that some stage has a floor for."""
    return tuple(dict.fromkeys(floor.guardrail for stage in plan.stages for floor in stage.floors))
