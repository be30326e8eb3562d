"""What do gateways obey, and what do they answer?"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from leverframe.nouns.units import Unit


class Number(NamedTuple):
    """A route table's number: ever rising, compared as a pair; never a timestamp."""

    epoch: int
    generation: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.generation}"

    @classmethod
    def parse(cls, text: str) -> Number:
        """Read `epoch.generation`, each from 0 to HIGHEST; raises ValueError."""
        parts = text.split(".")
        if len(parts) != 2 or not all(part.isascii() and part.isdecimal() for part in parts):
            raise ValueError("a number is written epoch.generation")
        if any(len(part) > MOST_DIGITS or int(part) > HIGHEST for part in parts):
            raise ValueError(f"epoch and generation are at most {HIGHEST}")
        return cls(int(parts[0]), int(parts[1]))

    def is_past_belief(self, ours: Number) -> bool:
        """Say whether no restore explains it: its epoch is more than EPOCHS_BELIEVED above ours."""
        return self.epoch - ours.epoch > EPOCHS_BELIEVED


NO_NUMBER = Number(0, 0)
HIGHEST = 2**31 - 1
"""The highest epoch or generation: what a column of both databases holds."""
MOST_DIGITS = 10
EPOCHS_BELIEVED = 100
"""An epoch ends with each restore: so many have not been lost with one database."""
BUCKETS = 2**64
"""How many buckets there are: a share of s % is every bucket below s/100 of it."""


class Variant(StrEnum):
    """Which unit served."""

    CURRENT = "current"
    CANDIDATE = "candidate"
    OFF = "off"


class Reason(StrEnum):
    """Why a gateway answered as it did: the machine code beside the sentence."""

    CURRENT = "current"
    CANDIDATE = "candidate"
    NOT_EXPOSED = "not_exposed"
    NO_SUBJECT = "no_subject"
    TENANT_THROWN = "tenant_thrown"
    FEATURE_THROWN = "feature_thrown"
    CANDIDATE_MODEL_THROWN = "candidate_model_thrown"
    RAMP_SUSPENDED = "ramp_suspended"
    """The other arm's model is thrown: this one serves as ever, and counts in no reading: nothing is beside it."""
    MODEL_FALLBACK = "model_fallback"
    MODEL_OFF = "model_off"
    LEASE_EXPIRED = "lease_expired"
    NO_TABLE = "no_table"
    UNKNOWN_FEATURE = "unknown_feature"
    NO_UNIT = "no_unit"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CandidateRoute:
    """A ramp as gateways see it.

    `below` maps `region|ring` to the exclusive bucket bound (0 to BUCKETS, as an int); a cell that is not in it is
    not exposed. `cohorts` maps a cohort to bounds of its own, which are never smaller. `stage` counts from 1.
    """

    change: str
    stage: int
    unit: Unit
    salt: str
    below: Mapping[str, int]
    cohorts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeatureRoute:
    """What one feature serves.

    `regions` and `rings` are the catalog's, first to last: an unknown region or tenant is in the last. `models` are
    those that may serve in place of a thrown one (keys and `platform.*`); empty means any.
    """

    current: Unit | None
    fallback: str = ""
    candidate: CandidateRoute | None = None
    regions: tuple[str, ...] = ()
    rings: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Slice:
    """For whom a switch is thrown while it is exercised: all that is not empty must match.

    `below` is an exclusive bucket bound over `salt` (0: any bucket). Where the switch is a model's, `instead` are
    those of its fallback chain that still stand, in order.
    """

    tenant: str = ""
    subject: str = ""
    below: int = 0
    salt: str = ""
    instead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RouteTable:
    """Everything that a gateway obeys, under one number.

    `thrown_models` maps a thrown model to those of its fallback chain that still stand, in order; each feature takes
    the first that it may use. `rings` maps a tenant to its ring; other tenants are in the last ring.
    `scored_percent` is the share of calls that scorers are to score. `exercises` maps a switch's id to the slice on
    which it is thrown to prove that it works.
    """

    number: Number
    features: Mapping[str, FeatureRoute]
    thrown_features: AbstractSet[str] = frozenset()
    thrown_models: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    thrown_tenants: AbstractSet[str] = frozenset()
    rings: Mapping[str, str] = field(default_factory=dict)
    candidate_lease_seconds: float = 300.0
    scored_percent: float = 100.0
    exercises: Mapping[str, Slice] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one request. Preallocated where it can be: building one costs more than deciding.

    `serve` is False where the feature is off; then `unit` is None and `fallback` names what users get. `cohort` is
    the one among those that the caller told by whose share it was decided.
    """

    serve: bool
    unit: Unit | None
    variant: Variant
    reason: Reason
    fallback: str = ""
    change: str = ""
    stage: int = 0
    number: Number = NO_NUMBER
    cohort: str = ""
