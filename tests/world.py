"""What does a test need of a whole house: its people, its clock, its files, its users?

A real House on a real store with a clock that stands until it is moved, in which the policy of examples/acme is in
force. Nothing in it is a mock: users are bucketed by the published route table, call ids are sealed, and what came of
calls goes through the same action as a gateway's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from leverframe.actions import changes as change_acts
from leverframe.actions import (
    evidence,
    field_reviews,
    outcomes,
    pull_requests,
    ramps,
    schedules,
    setting,
    showing,
    sign_offs,
    switches,
    units,
)
from leverframe.actions.activation import activate
from leverframe.actions.fleet import Fleet
from leverframe.actions.house import House
from leverframe.clock import VirtualClock, monotonic
from leverframe.gateway.calls import gateway_key, salted, sign_call
from leverframe.gateway.held import Held, NoTable
from leverframe.nouns.audit import Entry
from leverframe.nouns.changes import Change
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.frames import Frame
from leverframe.nouns.outcomes import Batch, CallFacts, Feedback, Outcome
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import Ramp, RampState
from leverframe.nouns.tables import Decision, RouteTable
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid, Refused
from leverframe.rules.policies import roles_of
from leverframe.rules.routing import Router
from leverframe.runner import Runner
from leverframe.sources.changes import read_change_form, read_unit
from leverframe.sources.policies import read_bundle, read_folder
from leverframe.store import Store, audit, outbox
from leverframe.store import changes as change_rows
from leverframe.store import ramps as ramp_rows
from leverframe.store.notes import SigningKey, new_key

ACME = Path(__file__).resolve().parents[1] / "examples" / "acme"
LONDON = ZoneInfo("Europe/London")
TUESDAY = datetime(2026, 5, 12, 9, 0, tzinfo=LONDON)
PEOPLE = ("ana", "remi", "rita", "sol", "sam", "vic", "cass", "cleo", "adi")
SUITES = ("production", "adversarial", "locale-fairness", "eval-smoke")
SEATS = {
    "platform_engineer": "cass",
    "feature_engineer": "cleo",
    "release_manager": "remi",
    "ai_risk": "rita",
    "security": "sam",
}
ENDS = ("rolled_back", "aborted", "went_back")
ENOUGH, FEW = 1200, 300
"""So many people prove a stage of the ramp where one in twenty dislikes the answers; stage 1 has none."""
SCORED = 40
"""So many answers of each arm are scored in one go: enough for a mean, little enough to be quick."""


ON_SQLITE = pytest.mark.parametrize("store_url", ["sqlite"], indirect=True)
"""For files whose acts ask the database nothing that another file has not asked of both."""


@cache
def acme() -> tuple[Policy, dict[str, str]]:
    """Return the example's policy and its files; read once for all tests."""
    files = read_folder(ACME)
    policy, faults = read_bundle(files, today=TUESDAY.date())
    assert policy is not None, faults
    return policy, files


@cache
def _form(name: str) -> ChangeForm:
    """Return one of the example's change files as it is read."""
    return read_change_form((ACME / "changes" / f"{name}.yaml").read_text(), home_zone="Europe/London")


@cache
def _unit(target: str) -> Unit:
    """Return what runs on one of the example's targets on day zero."""
    return read_unit((ACME / "units" / f"{target}.yaml").read_text())


@cache
def a_key() -> SigningKey:
    """Return the key that signs the checkpoints of all tests."""
    return new_key("leverframe")


@dataclass(slots=True)
class World:
    """One house with its cast; `world.ana` is ana now, with the roles that the policy in force gives her."""

    store: Store
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(TUESDAY))
    tables: list[RouteTable] = field(default_factory=list)
    held: Held = field(default_factory=lambda: Held(NoTable({}, {}, {})))
    house: House = field(init=False)
    runner: Runner = field(init=False)
    _users: int = 0
    _batches: int = 0

    def __post_init__(self) -> None:
        self.house = House(self.store, self.clock, Fleet(), call_key=bytes(range(32)), publish=self._published)
        self.house.salt = lambda change: f"salt of {change}"
        self.runner = Runner(self.house, a_key().sign, secrets={})

    def __getattr__(self, name: str) -> Actor:
        if name in PEOPLE:
            return self.who(name)
        raise AttributeError(name)

    def _published(self, frame: Frame) -> None:
        """Obey it as a gateway does: what changed is applied to what is held."""
        assert self.held.offer(frame.text.splitlines()), self.held.refused
        table = self.held.router.table  # pyright: ignore[reportAttributeAccessIssue]
        self.tables.append(replace(table, thrown_tenants=frozenset(table.thrown_tenants)))

    # ------------------------------------------------------------------------------------------ people and policy

    def open(self) -> World:
        """Put the example's policy into force, as the first administrator does."""
        policy, files = acme()
        self.enforce(policy, files)
        return self

    def enforce(self, policy: Policy, files: dict[str, str] | None = None) -> None:
        """Put a policy into force whole, as complete sign-offs would."""
        adi = Actor(ActorKind.PERSON, "adi", roles=frozenset({"administrator"}))
        with self.store.write() as db:
            activate(self.house, db, adi, "administrator", policy, files or {}, self.now, "a test's policy")

    def of_targets(self, **parts: object) -> None:
        """Put a policy into force in which every target has these parts."""
        catalog = self.policy.catalog
        targets = {name: replace(target, **parts) for name, target in catalog.targets.items()}  # pyright: ignore
        other = replace(self.policy, catalog=replace(catalog, targets=targets), digest=f"sha256:{sorted(parts)}")
        self.enforce(other)

    @property
    def policy(self) -> Policy:
        with self.store.read() as db:
            return self.house.policy(db)

    def who(self, name: str) -> Actor:
        """Return a person's own session."""
        groups = self.policy.catalog.people[name].groups
        return Actor(ActorKind.PERSON, name, groups, roles_of(self.policy, groups))

    def token(self, name: str, *scopes: str) -> Actor:
        """Return a token of a person."""
        return replace(self.who(name), kind=ActorKind.TOKEN, scopes=frozenset(scopes))

    # ------------------------------------------------------------------------------------------ tickets

    def adopt(self, target: str = "customer-support-ai", unit: Unit | None = None) -> Unit:
        """Write down what runs on day zero, as the example's unit file says it."""
        chosen = unit or _unit(target)
        owner = self.policy.catalog.targets[target].owner
        person = next(p.name for p in self.policy.catalog.people.values() if owner in p.groups)
        return units.adopt(self.house, self.who(person), target, chosen, "it runs today")

    def form(self, name: str = "support-prompt-v8", **other: object) -> ChangeForm:
        """Read one of the example's change files; `other` fields replace the file's."""
        return replace(_form(name), **other)  # pyright: ignore[reportArgumentType]

    def file(self, name: str = "support-prompt-v8", by: str = "ana", **other: object) -> Change:
        """File one of the example's changes."""
        return change_acts.file_change(self.house, self.who(by), self.form(name, **other))

    def ready(self, name: str = "support-prompt-v8", **other: object) -> Change:
        """File a change against what runs, with its evals: all that it needs before people are asked."""
        if self.form(name).target not in self.running:
            self.adopt(self.form(name).target)
        change = self.file(name, **other)
        self.proved(change)
        return self.change(change)

    def high(self) -> Change:
        """File a High change of Ana's of which nobody has reviewed a field."""
        self.adopt("underwriting-decision-v2")
        return self.file("underwriting-model")

    def proved(self, change: Change | str) -> None:
        """Post all that a pipeline knows of a change: its evals, and its pull request where it links one."""
        self.evals(change)
        if "pull_request" in self.change(change).artefacts:
            self.pull_request(change)
        self.reviewed(change)

    def reviewed(self, change: Change | str, by: str = "cass") -> None:
        """Have every field reviewed that the policy wants reviewed."""
        for seen, _ in self.view(change).field_reviews:
            if seen.review is None:
                self.review_field(by, change, seen.field)

    def review_field(
        self, by: str, change: Change | str, field: str, comment: str = "I have tried it", value: str = ""
    ):
        """Have somebody review one field."""
        return field_reviews.review_field(self.house, self.who(by), _id(change), field, comment, value)

    def evals(self, change: Change | str, *, by: Actor | None = None, groundedness: float = 1.0, nonce: str = ""):
        """Post a run of all suites for the candidate and the deployed unit."""
        stands = self.change(change)
        body = eval_run(stands, groundedness=groundedness, nonce=nonce)
        author = by or self.who(stands.author)
        return evidence.add_evidence(self.house, author, stands.id, f"promptfoo{nonce}.json", body)

    def pull_request(self, change: Change | str, *, by: Actor | None = None, **other: object):
        """Post what the git host says of its pull request, as a pipeline does: approved, all checks passed."""
        stands = self.change(change)
        body = {**pull_request(stands.artefacts.get("pull_request", "none")), **other}
        who = by or self.token(stands.author, "evidence")
        return pull_requests.tell_pull_request(self.house, who, stands.id, json.dumps(body).encode())

    def sign(self, name: str, change: Change | str, role: str = "", comment: str = ""):
        """Read a change and sign what it says, in the role that this person has on it."""
        id, person = _id(change), self.who(name)
        view = showing.show_change(self.house, person, id)
        wanted = role or next((seat for seat, who in SEATS.items() if who == name), "")
        return sign_offs.sign(self.house, person, id, wanted, view.digest, comment)

    def sign_all(self, change: Change | str) -> Change:
        """Have every open seat signed by whoever of the cast sits there."""
        view = showing.show_change(self.house, self.remi, _id(change))
        for role, _, _, open_ in view.seats:
            if open_:
                sign_offs.sign(self.house, self.who(SEATS[role]), _id(change), role, view.digest)
        return self.change(change)

    def armed(self, name: str = "support-prompt-v8", **other: object) -> Change:
        """File, prove, sign and arm a change."""
        change = self.sign_all(self.ready(name, **other))
        return schedules.schedule(self.house, self.remi, change.id)

    def ramping(self, name: str = "support-prompt-v8", at: str = "Wed 10:00", **other: object) -> Change:
        """Arm a change and let the clock start it at the opening."""
        change = self.armed(name, **other)
        self.at(at)
        self.round()
        assert self.ramp(change).stage == 1
        return self.change(change)

    def change(self, change: Change | str) -> Change:
        """Return a change as it stands."""
        with self.store.read() as db:
            return change_rows.get(db, _id(change))

    def ramp(self, change: Change | str) -> Ramp:
        """Return a change's ramp as it stands."""
        with self.store.read() as db:
            ramp = ramp_rows.get(db, _id(change))
        assert ramp is not None
        return ramp

    def view(self, change: Change | str, by: str = "remi") -> showing.ChangeView:
        """Return what a person sees of a change."""
        return showing.show_change(self.house, self.who(by), _id(change))

    def verdict(self, change: Change | str, gate: str):
        """Return a gate's answer about a change now."""
        return next(v for v in self.view(change).requirements if v.gate == gate)

    @property
    def running(self) -> dict[str, Unit]:
        """Return what runs on each target."""
        return {v.target.id: v.current for v in units.list_targets(self.house) if v.current is not None}

    # ------------------------------------------------------------------------------------------ time

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def at(self, text: str) -> datetime:
        """Move the clock on to the next `Wed 10:00` in London; nothing is done on the way."""
        return self.clock.move_to(self.moment(text))

    def moment(self, text: str) -> datetime:
        """Return the next `Wed 10:00` in London, this moment included."""
        local = self.now.astimezone(LONDON)
        for days in range(8):
            day = (local + timedelta(days=days)).date()
            hour, minute = map(int, text.split()[1].split(":"))
            moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)
            if f"{moment:%a}" == text.split()[0] and moment >= local:
                return moment
        raise ValueError(text)

    def round(self) -> None:
        """Let the clock look at everything once."""
        self.runner.round()

    def rounds_until(self, text: str, every: float = 30.0) -> None:
        """Let the clock go on to the next `Thu 14:30`, looking at everything each so many minutes and at the end."""
        end = self.moment(text)
        while self.now < end:
            self.clock.move_to(min(self.now + timedelta(minutes=every), end))
            self.round()

    # ------------------------------------------------------------------------------------------ users

    @property
    def table(self) -> RouteTable:
        """Return the newest table that gateways were given."""
        return self.tables[-1]

    def decide(self, feature: str, subject: str, region: str | None = None) -> Decision:
        """Answer one request as a gateway with the newest table does."""
        return Router(self.table).route(feature, subject, region=region)

    def call(self, feature: str, subject: str, region: str | None = None, gateway: str = "edge", **other) -> str:
        """Serve one request and return its sealed call id; `other` facts replace the true ones."""
        router = Router(self.table)
        return self._seal(router, feature, subject, region, gateway, **other)

    def _seal(
        self,
        router: Router,
        feature: str,
        subject: str,
        region: str | None,
        gateway: str,
        cohorts: tuple[str, ...] = (),
        **other,
    ) -> str:
        decision = router.route(feature, subject, region=region, cohorts=cohorts)
        place, ring = router.cell(feature, None, region)
        self._users += 1
        facts = CallFacts(
            gateway=gateway,
            target=feature,
            change=decision.change,
            stage=decision.stage,
            arm=decision.variant.value,
            number=str(decision.number),
            unit=decision.unit.name if decision.unit else "",
            subject=salted(router.salt(feature, decision.change), subject),
            region=place,
            ring=ring,
            locale=("en-GB", "fr-FR")[self._users % 2],
            reason=decision.reason.value,
            nonce=f"{self._users:x}",
            cohort=decision.cohort,
        )
        return sign_call(replace(facts, **other) if other else facts, gateway_key(self.house.call_key, gateway))

    def outcomes(
        self,
        change: Change | str,
        *,
        minutes: float = 1.0,
        per_minute: float = 0.0,
        negative: float = 0.049,
        candidate_negative: float | None = None,
        latency_ms: float = 900.0,
        groundedness: tuple[float, float] = (0.9, 0.9),
        regions: tuple[str, ...] = (),
        cohorts: tuple[str, ...] = (),
    ) -> list[str]:
        """Let new people ask, so many a minute; so many of them in a hundred dislike the answer, by arm.

        All that comes of it is counted at this moment. Without `per_minute` there are enough of them to prove the
        stage. `groundedness` is the current unit's and the candidate's.
        """
        per_minute = per_minute or (ENOUGH if self.ramp(change).stage > 1 else FEW)
        target, router = self.change(change).target, Router(self.table)
        places = regions or self.policy.catalog.targets[target].regions
        first = self._users
        asked = [
            self._seal(router, target, f"user {first + n}", places[n % len(places)], "edge", cohorts)
            for n in range(round(minutes * per_minute))
        ]
        self.tell([Outcome(call, latency_ms, 0.004) for call in asked])
        arms: dict[bool, list[str]] = {False: [], True: []}
        for call in asked:
            arms[read(call).arm == "candidate"].append(call)
        rates = {False: negative, True: negative if candidate_negative is None else candidate_negative}
        said = [row for is_candidate, calls in arms.items() for row in _thumbs(calls, rates[is_candidate])]
        for is_candidate, calls in arms.items():
            said += [Feedback(c, metric="groundedness", value=groundedness[is_candidate]) for c in calls[:SCORED]]
        outcomes.accept_feedback(self.house, said)
        return asked

    def settle(self, change: Change | str) -> Change:
        """Let a harmless candidate go all the way, from its first stage on Wednesday at 10:00."""
        for until in ("Wed 10:30", "Wed 14:30", "Thu 14:30"):
            self.outcomes(change)
            self.rounds_until(until, every=120)
        assert self.ramp(change).state is RampState.SETTLED
        return self.change(change)

    def tell(self, told: list[Outcome], gateway: str = "edge", targets: frozenset[str] = frozenset()):
        """Send outcomes as a gateway's next numbered batch."""
        self._batches += 1
        return outcomes.accept_batch(self.house, gateway, targets, Batch("boot", self._batches, tuple(told)))

    # ------------------------------------------------------------------------------------------ what happened

    def timeline(self, change: Change | str, *, holds: bool = False) -> str:
        """Write a ramp as one line: `Wed 10:00 1%, Wed 10:30 10%, Wed 11:00 rolled back`."""
        return ", ".join(self._spoken(change, holds))

    def _spoken(self, change: Change | str, holds: bool) -> Iterator[str]:
        with self.store.read() as db:
            steps = ramp_rows.steps(db, _id(change))
        every = {region for step in steps for region in step.regions}
        for step in steps:
            at = f"{step.at.astimezone(LONDON):%a %H:%M}"
            some = f" ({', '.join(step.regions)})" if step.regions and set(step.regions) != every else ""
            if step.kind in ("promoted", "widened"):
                yield f"{at} {step.share_percent:g}%{some}"
            elif step.kind == "narrowed":
                yield f"{at} narrowed to {step.share_percent:g}%"
            elif step.kind in ENDS or (holds and step.kind != "settled"):
                yield f"{at} {step.kind.replace('_', ' ')}"

    def entries(self, act: str = "", thing: str = "") -> list[Entry]:
        """List the audit entries, the newest first."""
        with self.store.read() as db:
            return audit.find(db, act=act, object=thing, limit=1000)

    def acts(self, thing: str = "") -> list[str]:
        """List what was done, in order."""
        return [entry.act for entry in reversed(self.entries(thing=thing))]

    def told(self, topic: str) -> list[dict]:
        """List what the outside was told of, delivered or not, the first first."""
        rows = outbox.messages.c
        with self.store.read() as db:
            return list(db.execute(select(rows.body).where(rows.topic == topic).order_by(rows.id)).scalars())

    # ------------------------------------------------------------------------------------------ short words

    def throw(self, name: str, switch: str, because: str = "it answers nonsense", **more):
        """Throw a switch."""
        known = {"received_at": monotonic(), **more}
        return switches.throw(self.house, self.who(name), switch, because, **known)

    def set_again(self, name: str, switch: str, role: str = ""):
        """Sign the request to set a switch again."""
        return setting.set_again(self.house, self.who(name), switch, role, "it is mended")

    def hold(self, name: str, change: Change | str, because: str = "something looks odd") -> Ramp:
        """Hold a ramp."""
        return ramps.hold_ramp(self.house, self.who(name), _id(change), because)

    def abort(self, name: str, change: Change | str, because: str = "it answers nonsense") -> Ramp:
        """Abort a ramp."""
        return ramps.abort_ramp(self.house, self.who(name), _id(change), because)[0]


def no_of(act: Callable[[], object]) -> dict[str, str]:
    """Return every reason why an act is refused, by gate."""
    try:
        act()
    except Refused as no:
        return {verdict.gate: verdict.because for verdict in no.verdicts}
    raise AssertionError("it was not refused")


def faults_of(act: Callable[[], object]) -> dict[str, str]:
    """Return every fault of an input, by place."""
    try:
        act()
    except Invalid as wrong:
        return {fault.place: fault.because for fault in wrong.faults}
    raise AssertionError("nothing was wrong")


def read(call: str) -> CallFacts:
    """Return what a call id of this world says."""
    from leverframe.gateway.calls import read_call

    facts = read_call(call, lambda gateway: gateway_key(bytes(range(32)), gateway))
    assert facts is not None
    return facts


def _thumbs(calls: list[str], rate: float) -> list[Feedback]:
    """Say which of these people dislike the answer: exactly the rate, evenly spread."""
    return [Feedback(call, negative=True) for n, call in enumerate(calls, 1) if int(n * rate) > int((n - 1) * rate)]


def _id(change: Change | str) -> str:
    return change if isinstance(change, str) else change.id


def pull_request(url: str) -> dict[str, Any]:
    """Return a merged pull request of Ana's that three have approved, two of the prompt review committee."""
    commit = hashlib.sha1(url.encode()).hexdigest()
    names = ("eval-smoke", "adversarial", "policy-lint", "security-scan")
    return {
        "format": "leverframe-pull-request/1",
        "url": url,
        "commit": commit,
        "state": "merged",
        "author": "ana-acme",
        "wrote": ["ana-acme"],
        "checks": [{"name": name, "state": "passed", "url": ""} for name in names],
        "reviews": [
            {"login": f"{name}-acme", "opinion": "approved", "commit": commit} for name in ("cleo", "cass", "rita")
        ],
    }


def eval_run(change: Change, *, groundedness: float = 1.0, nonce: str = "") -> bytes:
    """Return a promptfoo run of all suites; the candidate's answers are grounded in such a share of cases."""
    candidate, deployed = change.candidate[change.target], change.current.get(change.target)
    columns = [(candidate, groundedness)] + ([(deployed, 1.0)] if deployed else [])
    prompts = [
        {"label": unit.prompt, "raw": unit.prompt, "provider": unit.model.replace(".", ":", 1)} for unit, _ in columns
    ]
    rows = [
        {
            "promptIdx": column,
            "testCase": {"vars": {"q": f"{suite} {case}"}, "metadata": {"suite": suite, "locale": "en-GB"}},
            "success": True,
            "namedScores": {"groundedness": 1 if case < 30 * share else 0},
        }
        for suite in SUITES
        for case in range(30)
        for column, (_, share) in enumerate(columns)
    ]
    results = {"version": 3, "prompts": prompts, "results": rows}
    return json.dumps(
        {"evalId": f"eval{nonce}", "results": results, "metadata": {"promptfooVersion": "0.121.20"}}
    ).encode()
