"""How is a kill switch proved, and what has its exercise shown?

A throw on a slice is asked for through each gateway before, while, and after it. The answers are judged here; what
was not asked or not answered proves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from leverframe.nouns.exercises import EXERCISE_TENANT, Answer, Asked, Finding, FindingCode, Phase, SliceKind
from leverframe.nouns.gateways import Receipt
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.tables import Number, Slice
from leverframe.nouns.units import Unit, allows
from leverframe.rules.exercised import meets

DUE_AFTER_DAYS, RED_AFTER_DAYS = 92, 183
"""A quarter, and half a year: the longest of each."""
DEFAULT_TEXT = "This is an exercise of a kill switch. Answer in one short sentence."
MOST_TRIED = 1_000_000
OFF = 503
BY_MODEL = frozenset(("model_fallback", "model_off", "candidate_model_thrown", "ramp_suspended"))
"""What a gateway says of a request that has met the thrown switch of a model."""


class Freshness(StrEnum):
    """How long ago a switch was last proved."""

    FRESH = "fresh"
    DUE = "due"
    RED = "red"
    NEVER = "never"

    @property
    def is_stale(self) -> bool:
        """Say whether nobody may rely on it any more."""
        return self in (Freshness.RED, Freshness.NEVER)


def freshness(switch: Switch, today: date) -> Freshness:
    """Say whether a switch was proved within a quarter (fresh), within half a year (due), or not (red)."""
    if switch.exercised_on is None:
        return Freshness.NEVER
    days = (today - switch.exercised_on).days
    if days > RED_AFTER_DAYS:
        return Freshness.RED
    return Freshness.DUE if days > DUE_AFTER_DAYS else Freshness.FRESH


def last_exercised(switch: Switch, today: date) -> str:
    """Say when a switch was last proved, as people read it: 14 Apr 2026, 28 days ago."""
    if switch.exercised_on is None:
        return "never"
    days = (today - switch.exercised_on).days
    ago = "today" if days == 0 else "1 day ago" if days == 1 else f"{days} days ago"
    return f"{switch.exercised_on.day} {switch.exercised_on:%b %Y}, {ago}"


@dataclass(frozen=True, slots=True)
class Expected:
    """What a slice's answers must say: the status; what serves (a model) or what users get instead (a fallback)."""

    status: int
    fallback: str = ""
    model: str = ""
    contains: str = ""
    url: str = ""
    command: str = ""


def expected_of(switch: Switch, slice: Slice, allowed: Collection[str] = ()) -> Expected:
    """Say what users get while a switch is thrown; what its file declares goes before what follows from the switch.

    With a `url` or a `command` the file speaks of the fallback itself, and the gateway's answer follows the switch.
    `allowed` are the models that the asked feature may use.
    """
    probe = switch.probe
    instead = next((model for model in slice.instead if allows(allowed, model)), "")
    elsewhere = bool(probe.url)
    return Expected(
        status=(0 if elsewhere else probe.status) or (200 if instead else OFF),
        fallback=switch.fallback if switch.layer is Layer.FEATURE else "",
        model=instead,
        contains="" if elsewhere else probe.contains,
        url=probe.url,
        command=probe.command,
    )


def asked_of(switch: Switch, slice: Slice, current: Mapping[str, Unit], kind: SliceKind) -> Asked:
    """Say what is asked, and as whom, so that the question falls into the slice.

    A feature's switch is asked for through its feature. A model's is asked for through the feature that its probe
    names, else the first whose current unit uses it, else by the model's own name. A tenant's is asked for through
    its probe's feature, else the first that has a unit. `current` leaves out what is being ramped, where it can.
    """
    feature = switch.probe.feature or _feature(switch, current)
    model = f"feature:{feature}" if feature else switch.key
    tenant = slice.tenant or EXERCISE_TENANT
    subject = _subject(slice, tenant) if kind is SliceKind.SHARE else EXERCISE_TENANT
    return Asked(model, tenant, subject, switch.probe.ask or DEFAULT_TEXT)


def _feature(switch: Switch, current: Mapping[str, Unit]) -> str:
    if switch.layer is Layer.FEATURE:
        return switch.key
    if switch.layer is Layer.MODEL:
        return next((feature for feature, unit in sorted(current.items()) if unit.model == switch.key), "")
    return next(iter(sorted(current)), "")


def _subject(slice: Slice, tenant: str) -> str:
    """Return a made-up subject whose bucket is in the slice."""
    names = (f"{EXERCISE_TENANT}-{place}" for place in range(MOST_TRIED))
    return next((name for name in names if meets(slice, name, tenant, None)), EXERCISE_TENANT)


def has_effect(answer: Answer, expected: Expected) -> bool:
    """Say whether an answer is that of a thrown switch, whatever its fallback is worth."""
    if answer.fault:
        return False
    if expected.model:
        return answer.reason in BY_MODEL or _serves(answer, expected.model)
    return answer.status == expected.status and answer.reason.endswith(("_thrown", "_off"))


def findings(
    expected: Expected, asked: Asked, number: Number, answers: Sequence[Answer], receipt: Receipt
) -> tuple[Finding, ...]:
    """Judge the answers of one switch: the last of each phase at each gateway, and who has not applied the flip."""
    last = {(answer.gateway, answer.phase): answer for answer in answers}
    gateways = dict.fromkeys(answer.gateway for answer in answers)
    found = [each for gateway in gateways for each in _of_gateway(gateway, last, expected, asked, number)]
    return (*found, *_not_applied(receipt))


def _of_gateway(
    gateway: str, last: Mapping[tuple[str, Phase], Answer], expected: Expected, asked: Asked, number: Number
) -> Iterator[Finding]:
    before, thrown = last.get((gateway, Phase.BEFORE)), last.get((gateway, Phase.THROWN))
    after = last.get((gateway, Phase.AFTER))
    if thrown is None or thrown.fault:
        fault = thrown.fault if thrown else before.fault if before else "it was not asked"
        yield Finding(FindingCode.UNREACHABLE, f"no answer: {fault}", "mend its address or the gateway", gateway)
        return
    if before is not None and not _served_before(before, asked):
        because = f"it did not serve before the switch was thrown: {before.fault or f'status {before.status}'}"
        yield Finding(FindingCode.NOT_SERVING, because, "mend what it serves; then exercise again", gateway)
    yield from _while_thrown(thrown, expected, number)
    if after is not None and not after.fault and before is not None and after.status != before.status:
        because = f"after it was set again it answers {after.status}, and {before.status} before"
        yield Finding(FindingCode.NOT_RESTORED, because, "see what it serves now; restart it", gateway)


def _served_before(before: Answer, asked: Asked) -> bool:
    """A model that no feature uses is not known to a gateway, until its switch is thrown."""
    unused = before.status == 404 and not asked.model.startswith("feature:")
    return not before.fault and (before.status < 400 or unused)


def _while_thrown(answer: Answer, expected: Expected, number: Number) -> Iterator[Finding]:
    """A gateway with an older table says nothing about the wiring; of the others the answer is looked at."""
    at = _number(answer.number)
    if at is not None and at < number:
        because = f"it answers from table {at}; the switch was thrown with {number}"
        yield Finding(FindingCode.STALE, because, "see why it hears no tables; restart it", answer.gateway)
        return
    if not has_effect(answer, expected):
        because = f"the switch is thrown, and it serves {answer.served or 'as before'} with status {answer.status}"
        remedy = "the switch does not reach what serves: compare its key with what the gateway asks for"
        yield Finding(FindingCode.MISWIRED, because, remedy, answer.gateway)
        return
    yield from _of_fallback(answer, expected)


def _of_fallback(answer: Answer, expected: Expected) -> Iterator[Finding]:
    if expected.fallback and answer.fallback != expected.fallback:
        because = f"users are sent to {answer.fallback or 'nothing'}; the switch says {expected.fallback}"
        remedy = "give both the same fallback"
        yield Finding(FindingCode.WRONG_FALLBACK, because, remedy, answer.gateway)
    if answer.status != expected.status:
        because = f"it answers {answer.status} where {expected.status} is expected: {answer.excerpt}"
        yield Finding(FindingCode.BROKEN_FALLBACK, because, "mend the fallback", answer.gateway)
    elif expected.contains and expected.contains not in answer.excerpt:
        because = f"the answer does not contain {expected.contains!r}: {answer.excerpt}"
        yield Finding(FindingCode.BROKEN_FALLBACK, because, "mend the fallback", answer.gateway)


def _not_applied(receipt: Receipt) -> Iterator[Finding]:
    for instance in receipt.waiting:
        because = f"{instance} reports, and has not applied the switch"
        yield Finding(FindingCode.NOT_APPLIED, because, "see why it does not apply tables; restart it", instance)


def _serves(answer: Answer, model: str) -> bool:
    return model in answer.served.split("; ")


def _number(text: str) -> Number | None:
    try:
        return Number.parse(text)
    except ValueError:
        return None
