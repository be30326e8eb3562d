"""What does a person look at, by which row of the acceptance map; and who is not shown it?

A row that is only read is read by page, by HTTP and on the command line, with the same facts. Nobody reads anything
without a session; the audit log is read by those whom the policy gives it to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.rows import scenes
from tests.rows.acts import No
from tests.rows.doors import Answer
from tests.served import Served


@dataclass(frozen=True, slots=True)
class Sight:
    """One thing to look at: where it is for each door, which words page and CLI say, which facts the document holds.

    `{}` in the addresses is the id of what the scene has made. `facts` maps a place in the document
    (`change.blast_radius.users`) to its value. `on_page` and `on_screen` are words of one door alone.
    """

    row: int
    what: str
    scene: Callable[[Served], str]
    page: str
    http: str
    command: str
    says: tuple[str, ...] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)
    on_page: tuple[str, ...] = ()
    on_screen: tuple[str, ...] = ()
    closed_to: No | None = None

    def address(self, door: str, thing: str) -> str:
        """Say where a door shows it."""
        return {"page": self.page, "HTTP": self.http, "CLI": self.command}[door].format(thing)


def faults_of(sight: Sight, door: str, answer: Answer) -> list[str]:
    """List what an answer lacks."""
    if door == "HTTP":
        told = {place: at(answer.document, place) for place in sight.facts}
        return [f"{place} is {told[place]!r}" for place, value in sight.facts.items() if told[place] != value]
    wanted = (*sight.says, *(sight.on_page if door == "page" else sight.on_screen))
    return [f"it does not say {words!r}" for words in wanted if words.casefold() not in answer.words.casefold()]


def at(document: Any, place: str) -> Any:
    """Return what stands at a place; `*` collects it from all members of a list, `name=value` finds one of them."""
    head, _, rest = place.partition(".")
    if not head:
        return document
    if head == "*":
        return [at(member, rest) for member in document]
    if isinstance(document, list):
        name, _, value = head.partition("=")
        return at(next(m for m in document if m[name] == value) if value else document[int(head)], rest)
    return at(document[head], rest)


def a_change(name: str) -> Callable[[Served], str]:
    """Name one of the day's changes."""
    return lambda house: house.ids[name]


def ticket(row: int, what: str, name: str, **told: Any) -> Sight:
    """Return the sight of one of the day's changes."""
    return Sight(row, what, a_change(name), "/changes/{}", "/changes/{}", "change show {}", **told)


FREEZES = [
    "close of Q2 2026",
    "Acme Day",
    "close of Q3 2026",
    "open enrolment",
    "peak shopping",
    "year end",
    "close of Q4 2026",
    "close of Q1 2027",
]
"""The freezes of the year from May 2026 on, in their order."""


def of_policy(row: int, what: str, **told: Any) -> Sight:
    """Return the sight of the policy in force."""
    return Sight(row, what, lambda house: "", "/policy", "/policy", "policy show", **told)


NO_READER = No("vic", 403, "vic may not read the audit log", "ask adi, cass, cleo, remi, rita, sam, sol")


def log(what: str, page: str, http: str, command: str, **told: Any) -> Sight:
    """Return the sight of the audit log, which is not everybody's."""
    return Sight(105, what, lambda house: "", page, http, command, closed_to=NO_READER, **told)


def receipt_of_a_throw(house: Served) -> str:
    """Throw a lever; returns the number of the table that says so."""
    scenes.thrown_lever(house)
    return str(house.world.table.number)


SIGHTS = (
    Sight(
        1,
        "what proves that each change of a day was approved before it began",
        lambda house: "from=2026-05-12&to=2026-05-12",
        "/population?{}",
        "/population?{}",
        "population --from 2026-05-12 --to 2026-05-12",
        says=("CHG-2026-00001", "every sign-off that the policy asked for came before it began"),
        facts={
            "counts.changes": 1,
            "counts.failures.no_ticket": 0,
            "rows.*.approved_before_start": ["yes"],
            "rows.*.segregated": ["yes"],
        },
        on_page=("in production with no ticket", "clock, armed by remi"),
        on_screen=("No ticket",),
        closed_to=NO_READER,
    ),
    Sight(
        108,
        "a unit that no change explains, with its evidence",
        scenes.an_unauthorised_unit,
        "/population/unauthorised",
        "/population/unauthorised",
        "population unauthorised",
        says=("meeting-notes@by-hand-", "no change, no adoption and no former unit has this name", "edge"),
        facts={"units.0.target": "meeting-notes", "units.0.explanation.what": "nothing", "units.0.settled": None},
        on_page=("unauthorised", "why this answer"),
        closed_to=NO_READER,
    ),
    Sight(
        7,
        "eval results against the deployed unit",
        a_change("ramping"),
        "/changes/{}",
        "/changes/{}/evidence",
        "evidence list --change {}",
        says=("production", "groundedness", "unchanged"),
        facts={"deltas.suite=production.metric": "groundedness", "deltas.suite=production.deployed": 1.0},
    ),
    Sight(
        15,
        "what became of the candidate on staging",
        scenes.staged,
        "/changes/{}",
        "/changes/{}/evidence",
        "evidence list --change {}",
        says=("deployed", "built from 1ab90f3"),
        facts={"staging.0.state": "deployed", "staging.0.by": "cass", "answers.gate=staging.outcome": "met"},
    ),
    Sight(
        16,
        "which checks its pull request has passed before it was merged",
        a_change("ramping"),
        "/changes/{}",
        "/changes/{}/evidence",
        "evidence list --change {}",
        says=("eval-smoke", "adversarial", "policy-lint", "security-scan", "passed"),
        facts={
            "pull_request.read.told.checks.name=policy-lint.state": "passed",
            "pull_request.asked": ["eval-smoke", "adversarial", "policy-lint", "security-scan"],
            "answers.gate=checks.outcome": "met",
        },
    ),
    Sight(
        17,
        "who has reviewed its code, and who of them for the prompt review committee",
        a_change("ramping"),
        "/changes/{}",
        "/changes/{}/evidence",
        "evidence list --change {}",
        says=("cleo has approved", "cass has approved", "prompt reviewer"),
        facts={
            "pull_request.reviewers.person=cleo.roles": ["prompt_reviewer"],
            "pull_request.reviewers.person=cass.counts": True,
            "answers.gate=code_review.outcome": "met",
        },
    ),
    Sight(
        18,
        "the suites that ran on staging, a slice for each locale among them",
        a_change("ramping"),
        "/changes/{}",
        "/changes/{}/evidence",
        "evidence list --change {}",
        says=("production", "adversarial", "locale-fairness", "en-GB"),
        facts={"answers.gate=evals.outcome": "met", "deltas.suite=locale-fairness.metric": "groundedness"},
    ),
    ticket(
        55,
        "where the time went",
        "settled",
        says=("Where the time went", "Elapsed", "Watch and review"),
        facts={"spent.parts.*.name": ["preparing", "sign-offs", "window", "ramp", "watch and review"]},
    ),
    ticket(
        76,
        "what users get since it was rolled back",
        "bad",
        says=("What users get", "since it rolled back"),
        facts={"effect.effect.what": "rolled_back"},
    ),
    ticket(
        3,
        "the id of a ticket is its year and a running number",
        "ramping",
        says=("CHG-2026-00002",),
        facts={"change.id": "CHG-2026-00002"},
    ),
    ticket(
        5,
        "the tier of a ticket",
        "waiting",
        on_page=("high risk", "Tier high"),
        on_screen=("high tier",),
        facts={"change.tier": "high"},
    ),
    ticket(
        6,
        "the kind of a ticket",
        "waiting",
        says=("model swap",),
        facts={"change.kind": "model_swap"},
    ),
    ticket(
        8,
        "the rollback plan of a ticket",
        "ramping",
        says=("Remi aborts the ramp: every gateway serves customer-support@v7",),
        facts={"requirements.gate=rollback_plan.outcome": "met"},
    ),
    ticket(
        9,
        "the kill switch of a ticket, and what users would get",
        "waiting",
        says=("feature/underwriting-decision-v2 is set; users would get human-review-queue",),
        facts={
            "change.kill_switch": "feature/underwriting-decision-v2",
            "requirements.gate=kill_switch.outcome": "met",
        },
    ),
    ticket(
        10,
        "the blast radius of a ticket",
        "waiting",
        says=("150,000 users in uk, eu, at most 50 % before settlement",),
        facts={
            "change.blast_radius.users": 150_000,
            "change.blast_radius.regions": ["uk", "eu"],
            "change.blast_radius.max_share_percent": 50,
        },
    ),
    ticket(
        12,
        "window, bridge and paging list of a ticket",
        "waiting",
        says=(
            "19 May 2026 10:00 BST",
            "https://meet.acme.example/underwriting-releases",
            "ai-feature-on-call, ai-risk",
        ),
        facts={
            "change.start.opens_at": "2026-05-19T09:00:00Z",
            "change.bridge": "https://meet.acme.example/underwriting-releases",
            "change.paging": ["ai-feature-on-call", "ai-risk"],
            "change.coordinator": "sol",
        },
    ),
    Sight(
        12,
        "whom a ticket pages now, until when, and who is next",
        scenes.paging_a_rota,
        "/changes/{}/paging",
        "/changes/{}/paging",
        "change paging {}",
        says=("sol until", "next cass from", "#ai-incidents", "as it is written"),
        facts={"paged.0.kind": "rota", "paged.0.people.*.who": ["sol"], "paged.0.next.*.who": ["cass"]},
    ),
    of_policy(
        19,
        "the standard window, in the zone of each region",
        says=("Tuesday, Wednesday, Thursday 10:00 to 16:00 Australia/Sydney", "10:00 to 16:00 America/New_York"),
        facts={"windows.0": ["au", "Tuesday, Wednesday, Thursday 10:00 to 16:00 Australia/Sydney (standard hours)"]},
    ),
    Sight(
        20,
        "a declared freeze, what may move while it holds, and whom it meets",
        scenes.a_freeze,
        "/freezes/{}",
        "/freezes/{}",
        "freeze show {}",
        says=(
            "board meeting",
            "all changes in us",
            "At any hour one person may stop",
            "No open change would go otherwise",
        ),
        facts={"line.freeze.name": "board meeting", "line.declared.declared_by": "cass", "hits": []},
    ),
    Sight(
        20,
        "the calendar of changes and freezes",
        scenes.a_freeze,
        "/calendar?period=2026-07",
        "/calendar?period=2026-07",
        "calendar 2026-07",
        says=("board meeting", "all changes in us"),
        facts={"freezes.*.freeze.name": ["close of Q2 2026", "board meeting"]},
    ),
    Sight(
        23,
        "the starts of a change, the best first: when it would settle, and what it would pass",
        scenes.filed,
        "/changes/{}/slots",
        "/changes/{}/slots",
        "change slots {}",
        says=("regions", "not legal"),
        on_page=("legal starts", "Start then"),
        on_screen=("it settles",),
        facts={"plan.beyond": False, "plan.slots.0.refused": ""},
    ),
    Sight(
        25,
        "which other changes are in its way at a start, and why",
        scenes.in_the_way,
        "/changes/{}",
        "/changes/{}/why",
        "change why {}",
        says=("alters meeting-notes too", "choose another start"),
        facts={"requirements.gate=conflicts.outcome": "not_met", "requirements.gate=conflicts.mode": "advise"},
    ),
    of_policy(
        20,
        "the freezes of the policy, each with whom it is of",
        says=("close of Q2 2026", "peak shopping", "open enrolment", "claims-summary, underwriting-decision-v2"),
        on_page=("Tue 24 Nov",),
        on_screen=("Tue 24 Nov 2026 00:00", "of customer-support-ai; high, medium", "of everything"),
        facts={
            "freezes.*.name": FREEZES,
            "freezes.name=peak shopping.scope.targets": ["customer-support-ai"],
        },
    ),
    of_policy(
        27,
        "the caps of the stages",
        says=("rollouts/customer-support-ai",),
        on_screen=("1 %, 10 %, 50 %, 100 %",),
        on_page=("rollouts/customer-support-ai 1 1 %",),
        facts={"plans.handbook.stages.*.clauses.0.share_percent": [1, 10, 50, 100]},
    ),
    ticket(
        23,
        "when the ramp would widen and settle, round the weekend",
        "waiting",
        says=("Tue 10:00 1%, Tue 12:00 5%",),
        facts={"forecast.settles_p50": "2026-05-27T09:00:00Z"},
    ),
    Sight(
        24,
        "why it may not start yet, what would help, and the next legal slot",
        a_change("waiting"),
        "/changes/{}",
        "/changes/{}",
        "change why {}",
        says=("the start window has not opened", "it opens on Tue 19 May 2026 10:00 BST", "the clock"),
        on_screen=("Next legal slot Tue 19 May 2026 10:00 BST",),
        facts={
            "requirements.gate=window.outcome": "not_met",
            "requirements.gate=window.remedy": "it opens on Tue 19 May 2026 10:00 BST",
            "forecast.p50.0.at": "2026-05-19T09:00:00Z",
        },
    ),
    ticket(
        31,
        "the cap that the route table keeps",
        "ramping",
        on_page=("at most 50 % before settlement",),
        on_screen=("at most 50 % before settlement",),
        facts={"change.blast_radius.max_share_percent": 50, "ramp.share_percent": 10},
    ),
    Sight(
        32,
        "where the clock has promoted a ramp by itself, and why it stands",
        a_change("ramping"),
        "/changes/{}",
        "/changes/{}/ramp",
        "change show {} --ramp",
        says=("the bake of 30 minutes is over, no guardrail shows harm",),
        on_screen=("Wed 10:00 1%, Wed 10:30 10%",),
        facts={"steps.*.share_percent": [1, 10], "steps.*.by": ["clock", "clock"], "ramp.state": "ramping"},
    ),
    Sight(
        33,
        "a ramp that was rolled back by rule, and why",
        a_change("bad"),
        "/changes/{}",
        "/changes/{}/ramp",
        "change show {} --ramp",
        says=("rolled back", "12.5 times as many people met negative feedback", "40 to 1 rolls back"),
        facts={"ramp.state": "rolled_back", "steps.kind=rolled_back.by": "clock"},
    ),
    Sight(
        33,
        "how the evidence grew until the ramp was rolled back",
        a_change("bad"),
        "/changes/{}",
        "/changes/{}/ramp/evidence",
        "change show {} --evidence",
        says=("harm is shown since", "feedback negative, against current", "evidence"),
        on_page=("the same as a table",),
        facts={"guardrails.0.guardrail": "feedback_negative", "guardrails.0.against": "current"},
    ),
    Sight(
        32,
        "what each stage can rule out, before the ramp begins",
        a_change("waiting"),
        "/changes/{}/rehearsal",
        "/changes/{}/rehearsal",
        "rehearse {}",
        says=("hat each stage can rule out",),
        facts={"prospects.0.guardrail": "feedback_negative", "prospects.0.stage": 1},
    ),
    Sight(
        33,
        "what today's rules say of a ramp that was rolled back",
        a_change("bad"),
        "/changes/{}/replay",
        "/changes/{}/replay",
        "replay {}",
        says=("every verdict is the same", "cannot be asked", "12.5 times as many people met negative feedback"),
        facts={"same": True, "steps.kind=rolled_back.today.guardrail": "feedback_negative"},
    ),
    Sight(
        34,
        "three layers of kill switches",
        lambda house: "",
        "/switches",
        "/switches",
        "switch list",
        says=("customer-support-ai", "openai.gpt-4o-2024-11", "enterprise-tenant-12891"),
        on_page=("feature", "model", "tenant"),
        on_screen=("feature/customer-support-ai", "model/openai.gpt-4o-2024-11", "tenant/enterprise-tenant-12891"),
        facts={"layers.*.0": ["Tenants", "Features", "Models"]},
    ),
    Sight(
        34,
        "where in the file under review a switch is named",
        lambda house: "model/openai.gpt-4o-2024-11",
        "/switches/{}",
        "/switches/{}",
        "switch show {}",
        says=("gateway-policies/kill-switches.yaml:31",),
        facts={"switch.place": "gateway-policies/kill-switches.yaml:31"},
    ),
    Sight(
        36,
        "the fallback of a switch, and whether it is sound",
        scenes.lever,
        "/switches/{}",
        "/switches/{}",
        "switch show {}",
        says=("Fallback claims-file-view", "feature/claims-summary falls back to claims-file-view"),
        facts={"switch.fallback": "claims-file-view", "fallback_ok.outcome": "met"},
    ),
    Sight(
        38,
        "who has signed that a lever is set again, and who has still to",
        scenes.asked_lever,
        "/switches/{}",
        "/switches/{}",
        "switch show {}",
        says=("release manager 1 of 1 remi", "feature owner 0 of 1"),
        facts={"switch.thrown": True, "request.seats.0.0": "feature_owner", "request.seats.1.2": ["remi"]},
    ),
    Sight(
        39,
        "how long ago a switch was exercised, and that nobody may rely on one that never was",
        lambda house: "feature/policy-search-v1",
        "/switches/{}",
        "/switches/{}",
        "switch show {}",
        on_page=("Last exercised never",),
        on_screen=("Exercised never",),
        facts={"freshness": "never", "switch.exercised_on": None},
    ),
    Sight(
        40,
        "what a game day has proved of a switch, and for whom it was thrown",
        scenes.proved,
        "/game-days/{}",
        "/game-days/{}",
        "game-day show {}",
        says=("feature/claims-summary", "passed", "applied by 3 of 3 reporting"),
        on_page=("leverframe-exercise", "1 of 1 exercised", "feature thrown", "claims-file-view"),
        on_screen=("for a synthetic tenant", "1 of 1"),
        facts={
            "day.state": "done",
            "day.slice": "synthetic",
            "exercises.*.state": ["passed"],
            "exercises.0.asked.tenant": "leverframe-exercise",
            "exercises.0.answers.*.status": [200, 200, 503, 503, 200, 200],
        },
    ),
    Sight(
        43,
        "a gateway that answers from an older table is found, with what would mend it",
        scenes.found_stale,
        "/game-days/{}",
        "/game-days/{}",
        "game-day show {}",
        says=("edge-uk", "it answers from table", "see why it hears no tables; restart it"),
        facts={
            "exercises.*.state": ["failed"],
            "exercises.0.findings.*.gateway": ["edge-uk"],
            "exercises.0.findings.*.code": ["stale"],
            "exercises.0.effect_ms": None,
        },
    ),
    Sight(
        43,
        "by how many gateways a throw was obeyed",
        receipt_of_a_throw,
        "/receipts/{}",
        "/receipts/{}",
        "table receipt {}",
        says=("3 of 3 reporting",),
        facts={"confirmed": True, "applied": 3, "reporting": 3},
    ),
    Sight(
        50,
        "which sign-off an edit has voided, and why",
        scenes.edited,
        "/changes/{}",
        "/changes/{}",
        "change show {}",
        says=("rollback plan was edited",),
        facts={"sign_offs.*.person": ["remi"], "seats.0.2": []},
    ),
    Sight(
        52,
        "which requirements are met and which are not",
        a_change("waiting"),
        "/changes/{}",
        "/changes/{}/requirements",
        "change show {}",
        says=(
            "sign offs",
            "ask platform engineer: cass; feature engineer: cleo",
            "ana wrote it; others sign and run it",
            "policy.yaml:",
        ),
        facts={
            "requirements.gate=sign_offs.outcome": "not_met",
            "requirements.gate=segregation.outcome": "met",
            "requirements.gate=evals.outcome": "met",
        },
    ),
    Sight(
        14,
        "what each field is for, and which tier must write it by hand and have it reviewed",
        a_change("waiting"),
        "/changes/fields",
        "/changes/fields",
        "change fields",
        says=(
            "How exactly the change is taken back",
            "High, on the normal or standard path: reviewed by another person",
            "policy.yaml:",
        ),
        facts={"fields.5.field.name": "rollback_plan", "fields.5.signed": True, "fields.15.signed": False},
    ),
    Sight(
        54,
        "how a ticket was closed",
        scenes.reviewed,
        "/changes/{}",
        "/changes/{}",
        "change show {}",
        says=("closed", "aborted"),
        facts={"change.state": "closed", "change.close_code": "aborted", "change.review.notes": "Nobody was hurt."},
    ),
    log(
        "who did what, and when",
        "/audit?act=policy.activated",
        "/audit?act=policy.activated",
        "audit list --act policy.activated",
        says=("adi", "the first policy"),
        facts={"entries.0.actor": "adi"},
    ),
    log(
        "one entry with the proof that it is in the signed tree",
        "/audit/3",
        "/audit/3",
        "audit show 3",
        says=("Leaf 3",),
        facts={"entry.leaf": 3, "verified": True},
    ),
    log(
        "that nothing is wrong with the log",
        "/audit/verification",
        "/audit/verification",
        "audit verify",
        on_page=("The whole log, verified it holds",),
        on_screen=("Nothing is wrong with the log",),
        facts={"faults": []},
    ),
)


def ramp_at_night(
    row: int, what: str, change: Callable[[Served], str], because: str, until: str, at_utc: str
) -> Sight:
    """Return the sight of a ramp that waits."""
    return Sight(
        row,
        what,
        change,
        "/changes/{}",
        "/changes/{}/ramp",
        "change show {} --ramp",
        says=(because, until),
        facts={"next.because": because, "next.until": at_utc},
    )


AT_NIGHT = (
    ramp_at_night(
        22,
        "a further stage waits for the next window",
        scenes.on_notes,
        "it is outside the release window",
        "Thu 14 May 2026 10:00",
        "2026-05-14T09:00:00Z",
    ),
    ramp_at_night(
        23,
        "a stage at 50 % waits until it would not stand over the weekend",
        a_change("ramping"),
        "stage 3 (50 %) bakes for 1 day and could not be left before the closed stretch from"
        " Thu 14 May 2026 16:00 Europe/London to Tue 19 May 2026 10:00 Europe/London",
        "Tue 19 May 2026 10:00",
        "2026-05-19T09:00:00Z",
    ),
)
"""What keeps a ramp after the window has closed."""
NOT_PROVED = Sight(
    32,
    "a stage that people have promoted, and which was not proved",
    a_change("ramping"),
    "/changes/{}",
    "/changes/{}/ramp",
    "change show {} --ramp",
    says=("not proved",),
    facts={"ramp.stage": 3},
)
