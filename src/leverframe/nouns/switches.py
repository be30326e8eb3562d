"""What is a kill switch, and what stands behind it?"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Layer(StrEnum):
    """The three layers of the handbook."""

    FEATURE = "feature"
    MODEL = "model"
    TENANT = "tenant"


class OnExpiry(StrEnum):
    """What happens to a tenant's thrown switch when its date has passed."""

    LAPSE = "lapse"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Probe:
    """How it is proved that users get what a switch promises, as its file declares it; empty parts follow the switch.

    `feature` is asked through each gateway, with `ask` as the text. The answer has the HTTP status `status` and
    contains `contains`; with a `url`, that page is what users get, and these are said of it. `command` names an
    executable of the server's folder of probes, which ends with 0 where the fallback works.
    """

    feature: str = ""
    ask: str = ""
    status: int = 0
    contains: str = ""
    url: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """One lever: thrown (off) or set (armed).

    `fallback` is a catalog fallback for a feature, a model key for a model, empty for a tenant. `expires_on`
    ends with that day in `zone`; the control plane decides it, never a gateway's clock. `place` is the file and
    line that names it.
    """

    layer: Layer
    key: str
    thrown: bool = False
    fallback: str = ""
    owner: str = ""
    because: str = ""
    thrown_by: str = ""
    thrown_at: datetime | None = None
    ticket: str = ""
    expires_on: date | None = None
    on_expiry: OnExpiry = OnExpiry.LAPSE
    zone: str = ""
    exercised_on: date | None = None
    probe: Probe = Probe()
    place: str = ""
    version: int = 1

    @property
    def id(self) -> str:
        """Return the path that a ticket names: `feature/policy-search-v1`."""
        return f"{self.layer.value}/{self.key}"

    @property
    def state(self) -> str:
        """Name its state in the glossary's words."""
        return "thrown" if self.thrown else "set"
