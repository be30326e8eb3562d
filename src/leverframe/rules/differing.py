"""What differs from this target's last change?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, unified_diff

from leverframe.nouns.changes import Change
from leverframe.nouns.ramps import Clause, RampPlan, Stage
from leverframe.nouns.units import UNIT_PARTS, Unit
from leverframe.rules.moments import say, say_minutes

MOST_LINES = 200
"""So many lines of a prompt's difference are shown; the pull request has them all."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part that differs: what it was in the last change, and what it is in this one."""

    name: str
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Differing:
    """What sets a change apart from the last one of its target that has settled or ended.

    `last` is empty for the first change of a target. `prompt` is the difference of the two prompts' texts, line by
    line, where both are known.
    """

    last: str = ""
    title: str = ""
    ended: str = ""
    parts: tuple[Part, ...] = ()
    prompt: tuple[str, ...] = ()


def differing(
    change: Change,
    last: Change | None,
    signers: Mapping[str, Sequence[str]],
    texts: Mapping[str, str],
    zone: str,
) -> Differing:
    """Compare a change with the last one of its target.

    `signers` are by change, `texts` the prompts' texts by `name@version`, as far as they are known.
    """
    if last is None:
        return Differing()
    mine, theirs = _unit(change), _unit(last)
    pairs = (*_units(theirs, mine), *_rest(change, last, signers, zone))
    parts = tuple(Part(name, was or "nothing", now or "nothing") for name, was, now in pairs if was != now)
    return Differing(last.id, last.title, _ended(last, zone), parts, _prompt(theirs.prompt, mine.prompt, texts))


def _unit(change: Change) -> Unit:
    return change.candidate.get(change.target, Unit())


def _units(before: Unit, after: Unit) -> Iterator[tuple[str, str, str]]:
    for part in UNIT_PARTS:
        yield part.replace("_", " "), getattr(before, part), getattr(after, part)


def _rest(
    change: Change, last: Change, signers: Mapping[str, Sequence[str]], zone: str
) -> Iterator[tuple[str, str, str]]:
    yield "kind", last.kind.value.replace("_", " "), change.kind.value.replace("_", " ")
    yield "stages", said_plan(last.plan), said_plan(change.plan)
    yield "users", f"{last.blast_radius.users:,}", f"{change.blast_radius.users:,}"
    yield "regions", ", ".join(last.blast_radius.regions), ", ".join(change.blast_radius.regions)
    yield "rings", ", ".join(last.blast_radius.rings), ", ".join(change.blast_radius.rings)
    yield (
        "largest share",
        f"{last.blast_radius.max_share_percent:g} %",
        f"{change.blast_radius.max_share_percent:g} %",
    )
    yield ("rollback plan", *words_changed(last.rollback_plan, change.rollback_plan))
    yield "restored from", last.restore_from, change.restore_from
    yield "kill switch", last.kill_switch, change.kill_switch
    yield "begins", say(last.start.opens_at, zone), say(change.start.opens_at, zone)
    yield "written by", last.author, change.author
    yield "release manager", last.release_manager, change.release_manager
    yield "signed by", ", ".join(signers.get(last.id, ())), ", ".join(signers.get(change.id, ()))


def said_plan(plan: RampPlan) -> str:
    """Write the stages of a plan in one line."""
    return ", then ".join(_said_stage(stage) for stage in plan.stages)


def _said_stage(stage: Stage) -> str:
    shares = " and ".join(dict.fromkeys(_said_clause(clause) for clause in stage.clauses))
    return f"{shares} for {say_minutes(stage.bake_minutes)}" if stage.bake_minutes else shares


def _said_clause(clause: Clause) -> str:
    names = (*clause.cohorts, *clause.rings, *clause.regions)
    return f"{clause.share_percent:g} %" + (f" of {', '.join(names)}" if names else "")


def words_changed(before: str, after: str) -> tuple[str, str]:
    """Return which words of a text were taken out, and which came in; both empty where it reads the same."""
    old, new = before.split(), after.split()
    gone: list[str] = []
    came: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            gone += [" ".join(old[a:b])] if b > a else []
            came += [" ".join(new[c:d])] if d > c else []
    return " … ".join(gone), " … ".join(came)


def _prompt(before: str, after: str, texts: Mapping[str, str]) -> tuple[str, ...]:
    if before == after or before not in texts or after not in texts:
        return ()
    lines = unified_diff(
        texts[before].splitlines(), texts[after].splitlines(), fromfile=before, tofile=after, lineterm="", n=1
    )
    return tuple(lines)[:MOST_LINES]


def _ended(last: Change, zone: str) -> str:
    code = last.close_code or (last.review.close_code if last.review else None)
    how = code.value.replace("_", " ") if code else f"is in {last.state.value}"
    at = f", settled on {say(last.settled_at, zone)}" if last.settled_at else ""
    notes = f": {last.review.notes}" if last.review and last.review.notes else ""
    return f"{how}{at}{notes}"
