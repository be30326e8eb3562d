"""Through which stages does a feature's change widen?

Rollout files and the policy's templates have one form, the handbook's: `canary_stages` with `traffic_pct`,
`duration_min` and `slos`. Ours beside them: `regions`, `rings`, `cohorts`, `audience`, `floors`,
`longest_wait_min`. A stage inherits the slos of the stage before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from leverframe.nouns.metrics import Metric
from leverframe.nouns.ramps import Clause, Floor, RampPlan, Slo, Stage
from leverframe.sources.policies.reading import Report, Section, nearest, read_mapping
from leverframe.sources.policies.slos import read_slos

RATES = ("error", "slow", "feedback_negative")
FOLDER = "rollouts/"
UNREADABLE = math.nan
"""The share of a clause whose own could not be read: it is neither 0, nor wider or narrower than another."""


@dataclass(frozen=True, slots=True)
class RampDefaults:
    """What a plan takes where it says nothing: a template's floors by share, the longest wait.

    `metrics` are those that the policy declares, which a stage may limit.
    """

    longest_wait_minutes: int = 0
    floors_like: str = ""
    templates: Mapping[str, RampPlan] = field(default_factory=dict)
    metrics: Mapping[str, Metric] = field(default_factory=dict)

    def floors_at(self, share_percent: float, template: str) -> tuple[Floor, ...]:
        """Return the floors of the template's widest stage that is no wider than this one."""
        plan = self.templates.get(template)
        stages = [s for s in plan.stages[:-1] if s.share_percent <= share_percent] if plan else []
        return stages[-1].floors if stages else ()


def read_rollouts(files: Mapping[str, str], defaults: RampDefaults, report: Report) -> dict[str, RampPlan]:
    """Return the plan of each file under `rollouts/`, by `rollouts/<feature>`."""
    plans: dict[str, RampPlan] = {}
    for path in sorted(files):
        match = re.fullmatch(r"rollouts/([^/]+)\.ya?ml", path)
        if not match:
            continue
        name, title = FOLDER + match[1], f"The rollout of {match[1]}"
        report.remember(f"plan {name}", f"{path}:1")
        document = read_mapping(path, files[path], title, report)
        if document is None:
            continue
        with Section(report, document, title) as section:
            plans[name] = read_plan(section, defaults, name, report)
    return plans


def read_plan(section: Section, defaults: RampDefaults, name: str, report: Report) -> RampPlan:
    """Return one plan: all its stages, the last of which settles at 100 %."""
    floors_like = section.text("floors_like", default=defaults.floors_like)
    if floors_like and defaults.templates and floors_like not in defaults.templates:
        remedy = nearest(floors_like, defaults.templates, noun="templates")
        section.wrong("floors_like", f"names the template `{floors_like}`, which does not exist", remedy)
    stages = tuple(_read_stages(section, defaults, floors_like, name, report))
    _check_order(section, stages, name, report)
    return RampPlan(
        stages=stages,
        auto_rollback=section.flag("auto_rollback", default=True),
        template=name,
        notify=tuple(_read_notify(section, report)),
    )


def _read_stages(
    section: Section, defaults: RampDefaults, floors_like: str, name: str, report: Report
) -> Iterator[Stage]:
    written = section.sections("canary_stages", required=True)
    slos: dict[str, Slo] = {}
    for number, entry in enumerate(written, 1):
        report.remember(f"stage {name} {number}", entry.place)
        with entry as stage:
            last = number == len(written)
            slos = slos | read_slos(stage.section("slos"), defaults.metrics, _feature(name), report)
            clauses = _read_clauses(stage)
            bake = stage.whole("duration_min", required=not last, example="240")
            wait = stage.whole("longest_wait_min", default=0 if last else defaults.longest_wait_minutes)
            if not last and 0 < wait < bake:
                because = f"Stage {number} bakes for {bake} minutes and waits at most {wait}, so it can never pass."
                remedy = "Raise `longest_wait_min`, here or in the policy, or shorten `duration_min`."
                report.error(stage.place, because, remedy)
            share = max((clause.share_percent for clause in clauses), default=0.0)
            floors = () if last else defaults.floors_at(share, floors_like)
            floors = _read_floors(stage, slos, report) if stage.has("floors") else floors
            yield Stage(clauses, bake, tuple(slos.values()), floors, wait)


def _feature(name: str) -> str:
    """Return whose plan it is by name; a template is anybody's."""
    return name.removeprefix(FOLDER) if name.startswith(FOLDER) else ""


def _read_clauses(stage: Section) -> tuple[Clause, ...]:
    if not stage.has("audience"):
        return (_read_clause(stage),)
    clauses = []
    for entry in stage.sections("audience"):
        with entry as clause:
            clauses.append(_read_clause(clause))
    return tuple(clauses)


def _read_clause(section: Section) -> Clause:
    share = section.number("traffic_pct", required=True, default=UNREADABLE, high=100, example="10")
    if share == 0:
        section.wrong("traffic_pct", "is 0, which reaches nobody", "Write a share above 0, up to 100.")
    return Clause(share, section.names("regions"), section.names("rings"), section.names("cohorts"))


def _read_floors(stage: Section, slos: Mapping[str, Slo], report: Report) -> tuple[Floor, ...]:
    floors, section = [], stage.section("floors")
    watched = {slo.guardrail for slo in slos.values()}
    for key, value in section.entries():
        match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*x?", str(value.data))
        if key not in RATES:
            because = f"The floor `{key}` is no guardrail that counts people."
            report.error(value.place, because, nearest(key, RATES, noun="guardrails"))
        elif key == "slow" and "slow" not in watched:
            because = "The floor `slow` has no meaning: no stage up to here says what slow is."
            report.error(value.place, because, "Add the slo `p95_latency_ms_max`.")
        elif not match or float(match[1]) <= 1:
            because = f"The floor `{key}` is `{value.data}`, which is not a ratio above 1."
            report.error(value.place, because, "Write how many times as many people must be ruled out, such as `3x`.")
        else:
            floors.append(Floor(key, float(match[1])))
    return tuple(floors)


def _read_notify(section: Section, report: Report) -> Iterator[str]:
    for entry in section.sections("on_rollback_notify"):
        for channel, value in entry.entries():
            if isinstance(value.data, str) and value.data:
                yield f"{channel}:{value.data}"
            else:
                report.error(value.place, f"`{channel}` names nobody to tell.", "Write it as `channel: name`.")


def _check_order(section: Section, stages: tuple[Stage, ...], name: str, report: Report) -> None:
    if not stages:
        if section.has("canary_stages"):
            section.wrong("canary_stages", "holds no stage", "Write at least `- traffic_pct: 100`.")
        return
    last = stages[-1]
    if last.clauses != (Clause(100.0),) and not any(math.isnan(clause.share_percent) for clause in last.clauses):
        place = report.place(f"stage {name} {len(stages)}")
        because = "The last stage must settle: 100 % of everyone in the ticket."
        report.error(place, because, "End with `- traffic_pct: 100`.")
    for number, stage in enumerate(stages, 1):
        earlier = [clause for before in stages[: number - 1] for clause in before.clauses]
        if all(any(_covers(old, new) for old in earlier) for new in stage.clauses):
            place = report.place(f"stage {name} {number}")
            because = f"Stage {number} widens nothing: earlier stages reach the same people already."
            report.error(place, because, "Let every stage reach a larger share or further regions or rings.")


def _covers(old: Clause, new: Clause) -> bool:
    pairs = ((old.regions, new.regions), (old.rings, new.rings), (old.cohorts, new.cohorts))
    inside = all(not mine or (theirs and set(theirs) <= set(mine)) for mine, theirs in pairs)
    return inside and old.share_percent >= new.share_percent
