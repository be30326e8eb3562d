"""What happens in the scenario, whatever dies meanwhile?

A change goes to 100 % while it is held and released, the feature's switch is thrown and set again, and the next
policy comes into force; a second change, whose candidate fails, is rolled back by its evidence, and reviewed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.soak.bundle import FEATURE
from tests.soak.world import World

OPENS_AT, AT_ONCE = "2026-05-13T09:03:00+01:00", "2026-05-13T09:00:00+01:00"
RATES = {f"{FEATURE}@v1": 0.3, f"{FEATURE}@v2": 0.1, f"{FEATURE}@v3": 0.9}
"""How often an answer fails, by prompt. No ramp here ends by chance: the better one is far better."""
MOST_MINUTES = 120


@dataclass(slots=True)
class Scenario:
    """One telling of it in a world."""

    world: World
    bake_minutes: int = 2
    good: str = ""
    bad: str = ""
    has_held: bool = False
    has_thrown: bool = False
    has_loaded: bool = False

    def run(self) -> Scenario:
        """Tell it from the first start to the last message."""
        self.world.open(bake_minutes=self.bake_minutes)
        self.good = self.world.file(2, OPENS_AT)
        self.world.sign_and_arm(self.good)
        self._until_ended(self.good, "settled", self._beside)
        self.bad = self.world.file(3, AT_ONCE)
        self.world.sign_and_arm(self.bad)
        self._until_ended(self.bad, "rolled_back", lambda stage: None)
        self.world.review(self.bad, "rolled_back")
        self.world.settle_accounts()
        return self

    def _until_ended(self, change: str, ends: str, beside: Callable[[int], None]) -> None:
        for _ in range(MOST_MINUTES):
            self.world.minute(RATES)
            state, stage = self.world.stands(change)
            if state not in ("", "ramping"):
                break
            beside(stage)
        assert state == ends, f"{change} is {state or 'not begun'} at stage {stage} and not {ends}"

    def _beside(self, stage: int) -> None:
        """Hold it at the first stage; throw the switch at the second; load the next policy at the third."""
        if stage == 1 and not self.has_held:
            self.has_held = True
            self.world.hold(self.good)
            self.world.minute(RATES)
            self.world.release(self.good)
        if stage == 2 and not self.has_thrown:
            self.has_thrown = True
            self.world.throw()
            self.world.wait_off()
            self.world.minute(RATES)
            self.world.minute(RATES)
            self.world.set_again()
        if stage == 3 and not self.has_loaded:
            self.has_loaded = True
            self.world.next_policy(longest_wait_minutes=7000)
