"""What does a story's gateway answer, when a game day asks it as a user would?"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from leverframe.gateway import Gateway
from leverframe.nouns.exercises import Asked, Said


class Edges:
    """The doors of the gateways: each decides by the table that it obeys, and says what it did.

    A gateway's address begins with its name. `elsewhere` is where one sends a feature's users, whatever the switch
    says.
    """

    def __init__(self, gateways: Mapping[str, Gateway]) -> None:
        self._gateways = gateways
        self.elsewhere: dict[tuple[str, str], str] = {}

    def ask(self, address: str, key_env: str, asked: Asked) -> Said:
        """Answer a completion."""
        name, feature = (urlsplit(address).hostname or "").partition(".")[0], asked.model.removeprefix("feature:")
        decision = self._gateways[name].route(feature, subject=asked.subject, tenant=asked.tenant)
        told = {"number": str(decision.number), "reason": decision.reason.value}
        if not decision.serve or decision.unit is None:
            instead = self.elsewhere.get((name, feature), decision.fallback)
            return Said(503, fallback=instead, excerpt="feature-off", **told)
        return Said(200, served=decision.unit.name.replace(" · ", "; "), excerpt="Here you are.", **told)

    def fetch(self, url: str) -> Said:
        """Answer nothing: no switch of the example names a page."""
        return Said(fault=f"{url} does not answer")

    def run(self, command: str, known: Mapping[str, str]) -> Said:
        """Run nothing: no switch of the example names a command."""
        return Said(fault=f"there is no probe {command}")
