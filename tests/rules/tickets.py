"""What do the tests of the gates write down: one small organisation, one ticket?"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from leverframe.nouns.calendar import Calendar, Window
from leverframe.nouns.catalogs import Catalog
from leverframe.nouns.changes import BlastRadius, Change, Kind, Path, Provenance, StartWindow
from leverframe.nouns.evidence import Comparison, EvalDelta
from leverframe.nouns.people import Person
from leverframe.nouns.policies import Asks, EvalAllowance, Policy
from leverframe.nouns.ramps import Clause, RampPlan, Stage
from leverframe.nouns.sign_offs import Seat, SignOff
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.targets import Cell, Delivery, Fallback, Target, Tier
from leverframe.nouns.units import Unit
from leverframe.rules.gates.facts import ShipFacts

TEN = datetime(2026, 5, 13, 10, 0, tzinfo=UTC)
WEDNESDAY = TEN.replace(minute=30)
OLD, NEW = Unit("support@1", "openai.gpt-4o"), Unit("support@2", "openai.gpt-4o")
DIGEST = "sha256:signed"
POPULATION = (Cell("au", "everyone", 100), Cell("eu", "internal", 300), Cell("eu", "everyone", 600))
TARGET = Target("support", "Support", Tier.MEDIUM, Delivery.GATEWAY, "support-team", POPULATION)
WORKDAYS = Window("standard hours", frozenset({1, 2, 3}), time(10), time(16))
SEATS = (Seat("platform_engineer", 1), Seat("release_manager", 1))


def person(name: str, *groups: str) -> Person:
    return Person(name, name.title(), frozenset(groups))


PEOPLE = (
    person("ana", "support-team", "cab"),
    person("cass", "cab"),
    person("cleo", "cab"),
    person("remi", "managers"),
    person("vic"),
)


def policy(**parts) -> Policy:
    known = {
        "digest": "",
        "organisation": "Acme",
        "calendar": Calendar("Europe/London", {"au": "Australia/Sydney", "eu": "UTC"}, (WORKDAYS,)),
        "roles": {"platform_engineer": frozenset({"cab"}), "release_manager": frozenset({"managers"})},
        "may": {},
        "requirements": (),
        "policy_seats": (),
        "switch_rules": {},
        "catalog": Catalog(
            targets={"support": TARGET},
            fallbacks={"help-search": Fallback("help-search", "Search", "support-team")},
            people={p.name: p for p in PEOPLE},
        ),
        "eval_allowances": (EvalAllowance("groundedness", 0.01),),
        "irreversible_kinds": frozenset({"retrieval_index"}),
    }
    return Policy(**{**known, **parts})


def change(**parts) -> Change:
    known = {
        "id": "CHG-2026-00001",
        "title": "Answer in French",
        "kind": Kind.PROMPT,
        "tier": Tier.MEDIUM,
        "path": Path.NORMAL,
        "author": "ana",
        "targets": ("support",),
        "current": {"support": OLD},
        "candidate": {"support": NEW},
        "plan": RampPlan((Stage((Clause(10.0),), 30), Stage((Clause(100.0),), 0))),
        "blast_radius": BlastRadius(1_000, ("au", "eu"), 50.0),
        "rollback_plan": "Remi aborts the ramp. Sol checks the lever frame.",
        "kill_switch": "feature/support",
        "artefacts": {"pull_request": "https://git.example/1"},
        "start": StartWindow(TEN, TEN.replace(hour=15), TEN.replace(day=20)),
        "filed_at": TEN.replace(day=12),
        "release_manager": "remi",
        "provenance": {"title": Provenance("ana")},
    }
    return Change(**{**known, **parts})


def lever(key: str = "support", layer: Layer = Layer.FEATURE, fallback: str = "help-search", **parts) -> Switch:
    return Switch(layer, key, **{"fallback": fallback, "exercised_on": date(2026, 4, 14), **parts})


def facts(**parts) -> ShipFacts:
    known = {
        "policy": policy(),
        "asks": Asks((), (), (), (), ()),
        "targets": (TARGET,),
        "current": {"support": OLD},
        "switches": {"feature/support": lever(), "model/openai.gpt-4o": lever("openai.gpt-4o", Layer.MODEL, "")},
        "digest_now": DIGEST,
    }
    return ShipFacts(**{**known, **parts})


def asks(**parts) -> Asks:
    return Asks(**{"fields": (), "artefacts": (), "evals": (), "seats": (), "by_hand": (), **parts})


def signed(person: str, role: str, digest: str = DIGEST) -> SignOff:
    return SignOff("CHG-2026-00001", person, role, digest, WEDNESDAY)


def delta(metric: str, value: float, deployed: float | None = 0.90, comparison: str = "worse", **parts) -> EvalDelta:
    known = {"suite": "production", "slice": "", "n": 40, "low": None, "high": None, "because": ""}
    found = Comparison(comparison)
    return EvalDelta(**{**known, **parts}, metric=metric, value=value, deployed=deployed, comparison=found)


def plan(*stages: tuple[Clause, ...]) -> RampPlan:
    return RampPlan(tuple(Stage(clauses, 30) for clauses in stages))
