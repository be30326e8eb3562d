"""What does a week of sixty changes need: their features, their policy, their people, and a late freeze?

Twenty-four features in three regions, of all tiers, with a policy made of the example's. On Monday to Thursday sixty
changes are filed, proved, signed and armed, as their own numbers decide: some lack something, some do harm, some are
never signed. The clock is virtual; between rounds people use the features, and every morning they see the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.world import World, acme

from leverframe.actions import changes, freezes, schedules
from leverframe.actions.facts import subject_of
from leverframe.clock import VirtualClock
from leverframe.nouns.calendar import Freeze
from leverframe.nouns.changes import BlastRadius, Change, StartWindow, State
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import RampState
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid, Refused
from leverframe.rules.calendar import next_opening
from leverframe.sources.policies import read_bundle
from leverframe.store import Store, ramps

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2025, 1, 6, 8, 0, tzinfo=LONDON)
FRIDAY = datetime(2025, 1, 17, 18, 0, tzinfo=LONDON)
"""The week's changes are filed until Thursday; their ramps may go on into the next week."""

CHANGES = 60
NINE = time(9)
"""When people look each morning at what came back to them."""

TIERS = ("low", "low", "medium", "low", "medium", "low", "high", "low", "medium", "low", "medium", "low")
REGIONS = (("us",), ("eu",), ("uk",), ("uk", "eu"), ("us", "eu", "uk"))
RAMPS = {"low": "internal", "medium": "handbook", "high": "careful"}
FEATURES = 24
DAYS = ("tue", "wed", "thu")
MODELS = "bedrock.anthropic.claude-sonnet-4-5, bedrock.anthropic.claude-haiku-4-5"
OWNER = "support-ai"

MOURNING = Freeze(
    name="National day of mourning",
    starts=datetime.fromisoformat("2025-01-09 00:00"),
    ends=datetime.fromisoformat("2025-01-10 00:00"),
    because="added a week before: va.gov-team#99845",
    owner="release-managers",
)
"""The late freeze: a real one, which that site's team had announced a week before."""


def feature(number: int) -> str:
    return f"feature-{number % FEATURES:02d}"


def tier(number: int) -> str:
    return TIERS[number % FEATURES % len(TIERS)]


def regions(number: int) -> tuple[str, ...]:
    return REGIONS[number % FEATURES % len(REGIONS)]


def bundle() -> tuple[Policy, dict[str, str]]:
    """Return the week's policy with its files: the example's, with the week's features, regions and holidays."""
    files = dict(acme()[1])
    text = files["policy.yaml"]
    text = text[: text.index("freezes:\n")] + _HOLIDAYS + text[text.index("# ---", text.index("fiscal_closes")) :]
    text = text.replace("  au: Australia/Sydney\n", "").replace("[[au], [eu, uk], [us]]", "[[eu, uk, us]]")
    files["policy.yaml"] = text.replace("openai.gpt-4o-2024-11, bedrock.*", "bedrock.*")
    files["catalog/features.yaml"] = "---\n".join(_feature(number) for number in range(FEATURES))
    files["catalog/fallbacks.yaml"] = _FALLBACK
    files["gateway-policies/kill-switches.yaml"] = _switches()
    kept = {path: text for path, text in files.items() if not path.startswith(("prompts/", "rollouts/"))}
    kept |= {f"prompts/notes/v{version}.md": f"Answer in version {version}." for version in range(6)}
    policy, faults = read_bundle(kept)
    assert policy is not None, [str(fault) for fault in faults]
    return policy, kept


_HOLIDAYS = """holiday_freezes:
  - {country: RO, only: {regions: [eu]}, because: The region's on-call is at home.}

"""


def _feature(number: int) -> str:
    population = ", ".join(f"{region}: {40_000 * (1 + number % 3)}" for region in regions(number))
    return f"""apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: {feature(number)}
  annotations:
    leverframe.dev/tier: {tier(number)}
    leverframe.dev/delivery: embedded
    leverframe.dev/population: "{population}"
    leverframe.dev/models: {MODELS}
    leverframe.dev/prompt: notes
    leverframe.dev/on-call: ai-feature-on-call
spec:
  type: ai-feature
  lifecycle: production
  owner: {OWNER}
"""


_FALLBACK = """apiVersion: backstage.io/v1alpha1
kind: Component
metadata: {name: plain-search}
spec: {type: ai-fallback, lifecycle: production, owner: support-ai}
"""


def _switches() -> str:
    lines = ["feature_kill_switches:"]
    for number in range(FEATURES):
        lines += [f"  {feature(number)}:", "    enabled: true", "    fallback: plain-search"]
        lines += ["    exercised_on: 2024-11-20"]
    lines += ["model_kill_switches:"]
    for model in MODELS.split(", "):
        lines += [f"  - model: {model}", "    disabled: false", "    exercised_on: 2024-11-20"]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Plan:
    """What becomes of one of the week's changes: when it is filed, when it may start, and what goes wrong with it."""

    number: int
    filed_at: datetime
    opens_at: datetime
    trouble: str = ""

    @property
    def target(self) -> str:
        return feature(self.number)


TROUBLES = {
    7: "no evals",
    10: "harm",
    17: "unsigned",
    22: "harm",
    28: "vague",
    31: "canceled",
    41: "unsigned",
    44: "harm",
}


def plans() -> Iterator[Plan]:
    """Plan sixty changes over Monday to Thursday, each to start within a day or two."""
    for number in range(CHANGES):
        filed = MONDAY + timedelta(days=number // 16, hours=1, minutes=5 * (number % 16))
        day = (filed + timedelta(days=1 + number % 2)).replace(hour=10 + number % 4, minute=0)
        while day.weekday() not in (1, 2, 3):
            day += timedelta(days=1)
        yield Plan(number, filed, day, TROUBLES.get(number, ""))


@dataclass
class Week:
    """A week as it went: the house, each change's id by its number, and the late freeze's, where there was one."""

    world: World
    ids: dict[int, str]
    freeze: str = ""


def live(store: Store, *, late_freeze: bool = True, until: datetime = FRIDAY) -> Week:
    """Live the week, half an hour at a time."""
    world = World(store, clock=VirtualClock(MONDAY))
    world.enforce(*bundle())
    week = Week(world, {})
    for number in range(FEATURES):
        world.adopt(feature(number), Unit(prompt="notes@v0", model="bedrock.anthropic.claude-haiku-4-5"))
    waiting = sorted(plans(), key=lambda plan: plan.filed_at)
    declared_at = MONDAY + timedelta(days=1, hours=7)
    while world.now < until:
        while waiting and waiting[0].filed_at <= world.now:
            _prepare(week, waiting.pop(0))
        if late_freeze and not week.freeze and world.now >= declared_at:
            week.freeze = freezes.declare(world.house, world.sol, MOURNING).id
        world.round()
        _use(week)
        if world.now.astimezone(LONDON).time() == NINE:
            _tend(week)
        world.clock.move_to(world.now + timedelta(minutes=30 if 7 <= world.now.astimezone(LONDON).hour < 23 else 120))
    world.round()
    return week


def _prepare(week: Week, plan: Plan) -> None:
    """File a change, put its evidence on it, have it signed and armed, as far as its trouble lets it."""
    world = week.world
    change = changes.file_change(world.house, world.ana, form_of(plan))
    week.ids[plan.number] = change.id
    if plan.trouble != "no evals":
        world.evals(change)
    if "pull_request" in change.artefacts:
        world.pull_request(change)
    if plan.trouble == "canceled":
        changes.cancel_change(world.house, world.ana, change.id, "another team does it")
    else:
        world.reviewed(change)
    if plan.trouble not in ("", "harm"):
        return
    world.sign_all(change)
    with suppress(Refused):  # its start window may pass in a holiday: it says so, and waits for a new start
        schedules.schedule(world.house, world.remi, change.id)


def _tend(week: Week) -> None:
    """Do what people do in the morning: what came back because another change settled is proved and signed again."""
    world = week.world
    for plan in plans():
        change = world.change(week.ids[plan.number]) if plan.number in week.ids else None
        if change is None or change.state not in (State.ASSESS, State.AUTHORIZE) or plan.trouble not in ("", "harm"):
            continue
        with suppress(Refused, Invalid):
            if world.verdict(change, "same_current").refuses:
                changes.refresh_change(world.house, world.ana, change.id)
                world.evals(change, nonce=f"{world.now:%j}")
            schedules.move_start(world.house, world.remi, change.id, _next_start(week, change))
            world.sign_all(change)
            schedules.schedule(world.house, world.remi, change.id)


def _next_start(week: Week, change: Change) -> StartWindow:
    """Choose the next opening of the first region, and the hours after it."""
    policy, place = week.world.policy, change.blast_radius.regions[0]
    opens = next_opening(policy.calendar, subject_of(change), place, week.world.now + timedelta(minutes=20))
    assert opens is not None
    return StartWindow(opens, opens + timedelta(hours=5), change.start.not_after)


def form_of(plan: Plan) -> ChangeForm:
    """Return the form of one of the week's changes."""
    number, opens = plan.number, plan.opens_at
    prompt, high = f"notes@v{1 + number % 5}", tier(number) == "high"
    form = ChangeForm(
        target=plan.target,
        kind="prompt",
        title=f"The week's change {number}",
        candidate=Unit(prompt=prompt, model="bedrock.anthropic.claude-haiku-4-5", code_ref=f"w@{number}"),
        ramp=RAMPS[tier(number)],
        start=StartWindow(opens, opens.replace(hour=15, minute=30), opens + timedelta(days=20)),
        release_manager="remi",
    )
    if tier(number) == "low":
        return form
    links = {"pull_request": f"https://git.acme.example/week/pull/{number}", "prompt_version": prompt}
    links |= {
        "ai_risk_review": f"AIR-{number}",
        **({"model_card": "https://cards.acme.example/notes"} if high else {}),
    }
    steps = "1. Remi aborts the ramp: the former prompt serves from the next table on.\n2. Sol looks at the levers."
    return replace(
        form,
        artefacts=links,
        rollback_plan="revert" if plan.trouble == "vague" else steps,
        bridge="https://meet.acme.example/week",
        coordinator="sol",
        paging=("ai-feature-on-call",),
        **(_by_hand(plan) if high else {}),
    )


def _by_hand(plan: Plan) -> dict:
    users = sum(40_000 * (1 + plan.number % FEATURES % 3) for _ in regions(plan.number))
    return {"kill_switch": f"feature/{plan.target}", "blast_radius": BlastRadius(users, regions(plan.number), 50.0)}


def _use(week: Week) -> None:
    """Let people use the features whose ramps wait for evidence; those of a harmful candidate dislike it."""
    by_id = {id: number for number, id in week.ids.items()}
    with week.world.store.read() as db:
        moving = [ramp for ramp in ramps.active(db) if ramp.state is RampState.RAMPING]
    for ramp in moving:
        harmful = TROUBLES.get(by_id[ramp.change]) == "harm"
        fresh = week.world.now - ramp.stage_since < timedelta(minutes=30)
        if fresh and tier(by_id[ramp.change]) != "high":
            week.world.outcomes(ramp.change, candidate_negative=0.4 if harmful else None, groundedness=(0.9, 0.9))
