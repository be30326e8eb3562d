"""What does a house look like after a year: its changes, ramps, sign-offs, evidence, tables and audit log?

Filled in bulk, past the actions, so that it takes minutes and not days; the log is then numbered and signed as
ever. What pages never read is left out: who was seen in a stage, and the counts by the minute.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.actions import changes as change_acts
from leverframe.actions import policies, units
from leverframe.actions.accounts import FIRST_ADMINISTRATOR, fingerprint
from leverframe.actions.tables import publish_table
from leverframe.clock import VirtualClock
from leverframe.nouns.audit import Entry
from leverframe.nouns.changes import Change, CloseCode, Review, StartWindow, State
from leverframe.nouns.evidence import Direction, EvalResult
from leverframe.nouns.follow_ups import LATER_LOOK, REVIEW
from leverframe.nouns.gateways import Gateway
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import HoldRow, Ramp, RampState
from leverframe.nouns.spent_time import SpentPart, SpentTime
from leverframe.nouns.targets import Target
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import failed
from leverframe.rules.lowering import shares
from leverframe.rules.policies import roles_of
from leverframe.rules.sign_offs import content_digest
from leverframe.sources.changes import read_change_form
from leverframe.sources.policies import read_folder
from leverframe.store import accounts as account_rows
from leverframe.store import (
    audit,
    changes,
    counted,
    evidence,
    follow_ups,
    gateways,
    outbox,
    outcomes,
    ramps,
    sign_offs,
    spent,
    tables,
    traffic,
    unmet,
)
from leverframe.store import units as unit_rows
from leverframe.store.database import Db
from leverframe.wiring import Built

ACME = Path(__file__).resolve().parents[1] / "examples" / "acme"
LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 5, 13, 11, 30, tzinfo=LONDON)
PEOPLE = ("ana", "remi", "rita", "sol", "sam", "vic", "cass", "cleo", "adi")
FEATURES, TENANTS, GATEWAYS = 60, 120, 40
RAMPING, WAITING, SCHEDULED, ASSESSED, REVIEWED = 20, 150, 20, 100, 40
OPEN = RAMPING + WAITING + SCHEDULED + ASSESSED + REVIEWED
PASSWORD = "a year of changes"
MARK = "model_kill_switches:"
LACKS = ("evals", "staging", "code_review")


@dataclass(slots=True)
class Year:
    """A year of data in a house: how much of it, and the changes that a page would be opened of."""

    built: Built
    clock: VirtualClock
    count: int = 10_000
    entries: int = 200_000
    say: Callable[[str], None] = lambda text: None
    ids: dict[str, str] = field(default_factory=dict)
    _dice: random.Random = field(default_factory=lambda: random.Random(2026))

    def fill(self) -> None:
        """Fill the house."""
        self._organisation()
        template = self._template()
        with self.built.house.store.write() as db:
            self._changes(db, template)
            self._traffic(db)
        self.say("changes, ramps, sign-offs and evidence")
        for _ in range(self._audit()):
            with self.built.house.store.write() as db:
                audit.sequence(db)
        self.built.runner.round()
        self.say("the audit log, numbered and signed")

    @property
    def policy(self) -> Policy:
        with self.built.house.store.read() as db:
            return self.built.house.policy(db)

    def who(self, name: str) -> Actor:
        """Return a person's own session."""
        groups = self.policy.catalog.people[name].groups
        return Actor(ActorKind.PERSON, name, groups, roles_of(self.policy, groups))

    def _organisation(self) -> None:
        """Load the policy as the first administrator did, a year ago; everybody holds their roles since then."""
        house, adi = self.built.house, Actor(ActorKind.PERSON, "adi", roles=frozenset({FIRST_ADMINISTRATOR}))
        policies.load_policy(house, adi, a_bundle())
        with house.store.write() as db:
            for name in PEOPLE:
                account_rows.add(db, account_rows.Account(name, "no password", NOW))
            for number in range(GATEWAYS):
                gateway = Gateway(f"edge-{number:02}", frozenset(), "adi", NOW)
                gateways.enrol(db, gateway, fingerprint(gateway.name))
        self.clock.move_to(NOW)

    def _template(self) -> Change:
        """File one change by the book; the others are like it."""
        text = (ACME / "changes" / "support-prompt-v8.yaml").read_text()
        units.adopt(
            self.built.house, self.who("ana"), "customer-support-ai", unit_of("customer-support-ai", 7), "day zero"
        )
        form = read_change_form(text, home_zone="Europe/London")
        return change_acts.file_change(self.built.house, self.who("ana"), form)

    # ---------------------------------------------------------------------------------------------- changes

    def _changes(self, db: Db, template: Change) -> None:
        targets = [t for t in self.policy.catalog.targets.values() if t.id.startswith("feature-")]
        first, span = NOW - timedelta(days=365), timedelta(days=364) / self.count
        published: list[dict[str, Any]] = []
        for number in range(1, self.count):
            filed, target = first + span * number, targets[number % len(targets)]
            change = self._change(template, number, target, filed)
            changes.insert(db, change)
            self._beside(db, change, target, published)
            if number % 1000 == 0:
                self.say(f"{number:,} changes")
        self._publish(db, published)

    def _change(self, template: Change, number: int, target: Target, filed: datetime) -> Change:
        state, code = self._state(number)
        day = filed.replace(hour=10, minute=0, second=0, microsecond=0) + timedelta(days=1)
        if state in (State.ASSESS, State.AUTHORIZE, State.SCHEDULED):
            day = NOW.replace(hour=10, minute=0) + timedelta(days=1)
        settled = day + timedelta(hours=29) if state in (State.CLOSED, State.REVIEW) else None
        change = replace(
            template,
            id=f"CHG-{filed.year}-{number + 1:05}",
            title=f"Answer better about subject {number} in {target.title}",
            tier=target.tier,
            author=("ana", "cleo")[number % 2],
            targets=(target.id,),
            current={target.id: unit_of(target.id, number // FEATURES)},
            candidate={target.id: unit_of(target.id, number // FEATURES + 1)},
            blast_radius=replace(template.blast_radius, users=target.users, regions=target.regions),
            kill_switch=f"feature/{target.id}",
            start=StartWindow(day, day + timedelta(hours=2), day + timedelta(days=8)),
            filed_at=filed,
            state=state,
            settled_at=settled,
            close_code=code,
            armed_by="remi" if state is State.SCHEDULED else "",
            review=Review("remi", day + timedelta(days=3), code, "as forecast")
            if state is State.CLOSED and code
            else None,
        )
        self.ids.setdefault(state.value, "")
        self.ids[state.value] = change.id
        return change

    def _state(self, number: int) -> tuple[State, CloseCode | None]:
        left = self.count - 1 - number
        for state, many in (
            (State.IMPLEMENT, RAMPING),
            (State.AUTHORIZE, WAITING),
            (State.SCHEDULED, SCHEDULED),
            (State.ASSESS, ASSESSED),
        ):
            if left < many:
                return state, None
            left -= many
        if left < REVIEWED:
            return State.REVIEW, CloseCode.SUCCESSFUL
        if number % 50 == 0:
            return State.CANCELED, None
        return State.CLOSED, CloseCode.ROLLED_BACK if number % 23 == 0 else CloseCode.SUCCESSFUL

    def _beside(self, db: Db, change: Change, target: Target, published: list[dict[str, Any]]) -> None:
        if change.state is State.REVIEW:
            due = change.filed_at + timedelta(days=7)
            follow_ups.owe(db, change.id, REVIEW, due, "remi", "the change has settled", team=target.owner)
            follow_ups.owe(
                db, change.id, LATER_LOOK, NOW, "", "the policy asks for it", what="Look", team=target.owner
            )
        if change.state is State.ASSESS:
            lacks = [failed(gate, f"there is no {gate}", remedy="send it", who=change.author) for gate in LACKS]
            unmet.keep(db, change.id, change.state.value, lacks, change.filed_at)
            return
        if change.state in (State.CLOSED, State.CANCELED):
            spent.keep(
                db, change, self._spent(change), change.filed_at + timedelta(days=4), f"{change.filed_at:%Y-%m}"
            )
        digest = self._evidence(db, change)
        if change.state in (State.AUTHORIZE, State.CANCELED):
            return
        self._sign(db, change, digest)
        if change.state is not State.SCHEDULED:
            self._ramp(db, change, target, published)
            db.execute(outbox.messages.insert(), [self._message(change, n) for n in range(3)])
        if change.state is State.CLOSED:
            unit_rows.adopt(db, target.id, change.candidate[target.id], "clock", change.id, change.filed_at)

    def _spent(self, change: Change) -> SpentTime:
        """Return four days of which people have worked some hours."""
        names = ("preparing", "sign-offs", "window", "ramp", "watch and review")
        parts = tuple(SpentPart(name, change.filed_at, NOW, 1152.0) for name in names)
        return SpentTime(5760.0, parts, 30.0, float(self._dice.randint(1, 12)), "remi")

    def _evidence(self, db: Db, change: Change) -> str:
        digest = evidence.add_artefact(db, change.id, "promptfoo.json", change.id.encode())
        assert digest is not None
        evidence.add_results(db, change.id, digest, self._results(digest, 0.0), self._results(digest, 0.002))
        return digest

    def _results(self, digest: str, lower: float) -> Iterator[EvalResult]:
        for suite in ("production", "adversarial", "locale-fairness"):
            for metric, value in (("groundedness", 0.94), ("refusal_correctness", 0.97), ("latency_ms", 880.0)):
                better = Direction.LOWER if metric == "latency_ms" else Direction.HIGHER
                noise = self._dice.random() / 1000
                yield EvalResult(
                    suite,
                    metric,
                    240,
                    value - lower + noise,
                    better,
                    {},
                    "promptfoo",
                    "0.121",
                    digest,
                    standard_error=0.01,
                )

    def _sign(self, db: Db, change: Change, digest: str) -> None:
        read = content_digest(change, [digest])
        roles = (("platform_engineer", "cass"), ("feature_engineer", "sol"), ("release_manager", "remi"))
        rows = [
            {
                "subject": change.id,
                "person": person,
                "role": role,
                "content_digest": read,
                "at": change.filed_at + timedelta(hours=2),
                "comment": "",
                "void_because": "",
                "on_behalf_of": "",
            }
            for role, person in roles
        ]
        db.execute(sign_offs.sign_offs.insert(), rows)

    def _ramp(self, db: Db, change: Change, target: Target, published: list[dict[str, Any]]) -> None:
        running = change.state is State.IMPLEMENT
        stages = change.plan.stages
        reached = 2 + int(change.id[-2:]) % 2 if running else len(stages)
        begins = NOW - timedelta(hours=5) if running else change.start.opens_at
        times = [begins + timedelta(hours=h) for h in (0, 0.5, 4.5, 28.5)][:reached]
        rolled = change.close_code is CloseCode.ROLLED_BACK
        state = RampState.RAMPING if running else RampState.ROLLED_BACK if rolled else RampState.SETTLED
        held = HoldRow("clock", "no_data", "no score has come for 20 min", NOW) if running and reached == 3 else None
        ramp = Ramp(
            change=change.id,
            target=target.id,
            state=state,
            stage=reached,
            started_at=begins,
            stage_since=times[-1],
            salt=f"salt of {change.id}",
            published=dict.fromkeys(target.regions, times[-1]),
            hold=held,
            ended_at=None if running else times[-1],
        )
        ramps.insert(db, ramp)
        for stage, at in enumerate(times, start=1):
            share = stages[stage - 1].share_percent
            ramps.record_step(
                db, change.id, at, "promoted", stage, share, target.regions, "clock", "the bake is over"
            )
            published.append({"published_at": at, "because": f"{change.id} promoted to {share:g} %"})
            if running:
                self._counts(db, change, replace(ramp, stage=stage), target, stage)

    def _counts(self, db: Db, change: Change, ramp: Ramp, target: Target, stage: int) -> None:
        by_cell = shares(ramp, change.plan, target, change.blast_radius)
        outcomes.set_shares(db, change.id, stage, by_cell, ramp.stage_since)
        rows = []
        for cell, share in by_cell.items():
            for arm, part in (("candidate", share), ("control", 1 - share)):
                people = round(6000 * part)
                bad = {
                    "units": people,
                    "bad:feedback_negative": people // 25,
                    "first_bad:feedback_negative": people // 30,
                }
                bad |= {"bad:error": people // 400, "first_bad:error": people // 500, "bad:slow": people // 40}
                rows += [self._count(change, stage, cell, arm, name, n, n, n) for name, n in bad.items()]
                for metric in ("groundedness", "groundedness@en-GB", "groundedness@fr-FR", "cost_usd"):
                    mean = 0.004 if metric == "cost_usd" else 0.93
                    sums = (round(people * mean * 10**9), round(people * mean * mean * 10**9))
                    rows.append(self._count(change, stage, cell, arm, f"sum:{metric}", people, *sums))
        db.execute(counted.stage_counts.insert(), rows)

    def _count(
        self, change: Change, stage: int, cell: str, arm: str, name: str, n: int, total: int, squares: int
    ) -> dict:
        key = {"change": change.id, "stage": stage, "run": 1, "cell": cell, "arm": arm, "name": name}
        return {**key, "n": n, "total": total, "squares": squares}

    def _message(self, change: Change, number: int) -> dict[str, Any]:
        key = f"{change.id}/{number}"
        arrived = {"attempts": 1, "done_at": change.filed_at, "error": ""}
        return {"topic": "ramp.promoted", "key": key, "body": {"change": change.id}, **arrived}

    def _publish(self, db: Db, published: list[dict[str, Any]]) -> None:
        last = tables.newest_number(db)
        rows = sorted(published, key=lambda row: row["published_at"])
        numbered = [{**row, "epoch": last.epoch, "generation": last.generation + n} for n, row in enumerate(rows, 1)]
        db.execute(tables.route_tables.insert(), numbered)
        publish_table(self.built.house, db, NOW, "a year has passed")

    def _traffic(self, db: Db) -> None:
        """Write a week of every feature's traffic, by the hour."""
        rows = []
        for target in self.policy.catalog.targets:
            for hours in range(7 * 24):
                hour = (NOW - timedelta(hours=hours)).replace(minute=0)
                many = 1200 if 8 <= hour.hour < 20 else 120
                for name, n in (("units", many), ("bad:feedback_negative", many // 25), ("bad:error", many // 400)):
                    rows.append(
                        {"target": target, "hour": hour, "name": name, "n": n, "first_minute": 0, "last_minute": 59}
                    )
        db.execute(traffic.hour_counts.insert(), rows)

    # ---------------------------------------------------------------------------------------------- the log

    def _audit(self) -> int:
        """Write the log in the order of time: half of it about changes; return how many batches that is."""
        batch, batches = 10_000, 0
        begins, span = NOW - timedelta(days=365), timedelta(days=365) / self.entries
        while batches * batch < self.entries:
            many = range(batches * batch, min(self.entries, (batches + 1) * batch))
            with self.built.house.store.write() as db:
                db.execute(audit.entries.insert(), [self._entry(number, begins + span * number) for number in many])
            batches += 1
            if batches % 10 == 0:
                self.say(f"{batches * batch:,} audit entries")
        return batches + 1

    def _entry(self, number: int, at: datetime) -> dict[str, Any]:
        done, of = number % 20, max(1, number * self.count // self.entries)
        act, thing, facts = "session.opened", PEOPLE[number % len(PEOPLE)], {}
        if done < 10:
            act, thing = CHANGE_ACTS[done], f"CHG-{at.year}-{min(of, self.count - 1) + 1:05}"
            facts = {"stage": done % 4 + 1, "share_percent": str(done), "regions": ["everywhere"]}
        elif done == 10 and number % 400 == 10:
            act, thing = ("switch.thrown", "switch.set")[number // 400 % 2], f"tenant/tenant-{number % TENANTS:03}"
        elif done < 14:
            act, thing = "receipt.confirmed", f"table/1.{number}"
        entry = Entry(
            at, PEOPLE[number % 9], "release_manager", act, thing, "by the plan of its ticket, as forecast", facts
        )
        return {"at": at, "actor": entry.actor, "act": act, "object": thing, "body": audit.leaf_bytes(entry).decode()}


CHANGE_ACTS = (
    "change.filed",
    "evidence.added",
    "change.signed",
    "change.signed",
    "change.signed",
    "change.scheduled",
    "ramp.started",
    "ramp.promoted",
    "ramp.promoted",
    "change.reviewed",
)


def unit_of(target: str, version: int) -> Unit:
    """Return a feature's unit of some version."""
    if target == "customer-support-ai":
        return Unit(
            "customer-support@v7", "openai.gpt-4o-2024-11", "help-centre-2026-04", "support-assistant@9f3c2ab"
        )
    return Unit("customer-support@v7", "anthropic.claude-sonnet-4-5", f"index-{version}", f"{target}@{version}")


def a_bundle() -> dict[str, str]:
    """Return Acme's files with many more features and tenants."""
    files = read_folder(ACME)
    files = {path: text for path, text in files.items() if not path.startswith(("changes/", "evals/", "units/"))}
    # Nobody holds a game day in this year, and its changes are to ship all the same.
    files["policy.yaml"] = files["policy.yaml"].replace("kill_switch: enforce", "kill_switch: advise")
    files["policy.yaml"] = files["policy.yaml"].replace("bedrock.*]", "bedrock.*, anthropic.*]")
    files["catalog/more.yaml"] = "---\n".join(_feature(number) for number in range(FEATURES))
    path = "gateway-policies/kill-switches.yaml"
    before, after = files[path].replace("2026-04-14", "2025-04-14").split(MARK)
    levers = "".join(
        f"  feature-{n:03}:\n    enabled: true\n    fallback: help-centre-search\n" for n in range(FEATURES)
    )
    tenants = "".join(
        f"  tenant-{n:03}:\n    ai_disabled: {str(n % 4 == 0).lower()}\n"
        "    reason: compliance pause\n    expires: 2026-12-31\n"
        for n in range(TENANTS)
    )
    files[path] = f"{before}{levers}{MARK}{after}{tenants}"
    return files


def _feature(number: int) -> str:
    owner, tier = (
        ("support-ai", "search-ai", "insurance-ai")[number % 3],
        ("medium", "medium", "high", "low")[number % 4],
    )
    population = "uk: 90_000, eu: 60_000, us: 250_000" if number % 3 else "900_000"
    return f"""apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: feature-{number:03}
  title: Feature {number}
  annotations:
    leverframe.dev/tier: {tier}
    leverframe.dev/delivery: gateway
    leverframe.dev/population: "{population if number % 3 else "900_000"}"
    leverframe.dev/models: anthropic.claude-sonnet-4-5
    leverframe.dev/prompt: customer-support
    leverframe.dev/on-call: ai-feature-on-call
spec:
  type: ai-feature
  lifecycle: production
  owner: {owner}
"""
