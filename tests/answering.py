"""How do the gateways of a served day answer a game day? By the newest table, or by one that they have kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.served import Served, until

from leverframe.actions import game_days, gateways
from leverframe.nouns.exercises import Asked, GameDayState, Said
from leverframe.nouns.frames import Frame
from leverframe.nouns.tables import RouteTable
from leverframe.rules.exercised import router_of

GATEWAYS = ("edge-eu", "edge-uk")


@dataclass
class Answering:
    """Answers as the house's gateways would; one of `stale` goes on with the table that it had then."""

    house: Served
    stale: dict[str, RouteTable] = field(default_factory=dict)

    def ask(self, address: str, key_env: str, asked: Asked) -> Said:
        """Answer a completion, as a gateway's own headers tell it."""
        table = self.stale.get(address, self.house.world.table)
        decision = router_of(table).route(asked.model[8:], asked.subject, asked.tenant, None, None, True)
        told = {"number": str(decision.number), "reason": decision.reason.value}
        if not decision.serve or decision.unit is None:
            return Said(503, fallback=decision.fallback, excerpt="feature-off", **told)
        return Said(200, served=decision.unit.name.replace(" · ", "; "), excerpt="Here you are.", **told)

    def fetch(self, url: str) -> Said:
        return Said(fault=f"{url} does not answer")

    def run(self, command: str, known: object) -> Said:
        return Said(fault=f"there is no probe {command}")


def addresses(house: Served) -> Answering:
    """Give every gateway an address, and let what is there answer."""
    for name in GATEWAYS:
        gateways.set_address(house.built.house, house.world.adi, name, f"http://{name}/v1", "")
    answering = Answering(house)
    house.built.runner.asking = answering
    return answering


def obey_at_once(house: Served) -> None:
    """Let all gateways report each table as it is published, as those on a good line do."""
    publish = house.built.house.publish

    def published(frame: Frame) -> None:
        publish(frame)
        house.report(str(frame.number))

    house.built.house.publish = published


def carry_out(house: Served, id: str) -> str:
    """Let the clock carry a game day out to its end; returns its id."""
    house.built.runner.round()
    until(lambda: state_of(house, id) is not GameDayState.RUNNING)
    return id


def state_of(house: Served, id: str) -> GameDayState:
    return game_days.show_game_day(house.built.house, house.world.sol, id).day.state
