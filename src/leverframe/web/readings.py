"""How is a stage's evidence told: each guardrail beside the current unit, and each absolute limit?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from leverframe.nouns.evidence import Reading
from leverframe.nouns.ramps import LimitKind
from leverframe.rules.evidence.words import minutes
from leverframe.web.marks import state_mark
from leverframe.web.pictures import interval_axis, interval_bar
from leverframe.web.times import say_sentence, say_share

SAMPLE_RATIO = "sample_ratio"
NAMES = {
    "cost_usd": "cost per call",
    "fairness_locale_delta": "groundedness of the worst locale",
    SAMPLE_RATIO: "people served",
}
Cells = Iterable[tuple[str, str, Markup | str]]
"""What stands in one row: each cell's label, its classes and its words."""


def interval_bars(readings: Sequence[Reading]) -> Markup:
    """Tell each guardrail's ratio to current in a picture and numbers, then each absolute limit."""
    if not readings:
        return Markup('<p class="none">No guardrail has been read in this stage.</p>')
    beside = [each for each in readings if _is_beside(each)]
    limits = [each for each in readings if not _is_beside(each)]
    return Markup("{}{}").format(_beside(beside) if beside else "", _limits(limits) if limits else "")


def guardrail_name(reading: Reading) -> str:
    """Name what a reading reads: `error, limit 1 %` is another test than `error, against current`."""
    name = NAMES.get(reading.guardrail, reading.guardrail).replace("_", " ")
    return f"{name}, against current" if _is_beside(reading) else f"{name}, {_limit(reading)}"


def _is_beside(reading: Reading) -> bool:
    return reading.limit is None and reading.guardrail != SAMPLE_RATIO


def _beside(readings: Sequence[Reading]) -> Markup:
    head = Markup(
        "<thead><tr><th>Against current</th><th class=num>Candidate</th><th class=num>Current</th><th>{}</th>"
        "<th class=num>To rule out</th><th>Says</th></tr></thead>"
    ).format(interval_axis())
    return _table(head, (_beside_row(reading) for reading in readings))


def _beside_row(reading: Reading) -> Cells:
    bar = Markup('{}<span class="sub">{}</span>').format(interval_bar(reading), _estimate(reading))
    yield "", "head-cell", _name(reading)
    yield "Candidate", "num", _counted(reading.candidate_bad, reading.candidate_units)
    yield "Current", "num", _counted(reading.control_bad, reading.control_units)
    yield "", "bar head-cell", bar
    yield "To rule out", "num", f"{reading.bound:.3g}x" if reading.bound is not None else "watched only"
    yield "", "says", _countdown(reading) or say_sentence(reading.because)


def _limits(readings: Sequence[Reading]) -> Markup:
    head = Markup(
        "<thead><tr><th>Absolute limits</th><th class=num>Candidate</th><th class=num>Current</th>"
        "<th>Says</th></tr></thead>"
    )
    return _table(head, (_limit_row(reading) for reading in readings))


def _limit_row(reading: Reading) -> Cells:
    yield "", "head-cell", _name(reading)
    if reading.value is None:
        yield "Candidate", "num", _rate(reading, reading.candidate_bad, reading.candidate_units)
        yield "Current", "num", _rate(reading, reading.control_bad, reading.control_units)
    else:
        beside = reading.control_value
        yield "Candidate", "num", f"{_mean(reading, reading.value)}, {reading.scores:,} scores"
        yield "Current", "num", "none yet" if beside is None else f"{beside:.3g}"
    yield "", "says", say_sentence(reading.because)


def _table(head: Markup, rows: Iterable[Cells]) -> Markup:
    cell = Markup('<td class="{}" data-label="{}">{}</td>')
    told = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(cell.format(kind, label, said) for label, kind, said in cells))
        for cells in rows
    )
    return Markup('<table class="rows readings stack">{}<tbody>{}</tbody></table>').format(head, told)


def _name(reading: Reading) -> Markup:
    said = Markup('<span class="name">{}</span><span class="sub">{}</span>')
    return said.format(guardrail_name(reading), state_mark(reading.finding))


def _limit(reading: Reading) -> str:
    """Say an absolute limit in its own unit: a share of people, dollars, or a distance from current."""
    if reading.limit is None:
        return "as the buckets share them"
    match reading.limit_kind:
        case LimitKind.RATE:
            return f"limit {say_share(100 * reading.limit)}"
        case LimitKind.FALL:
            return f"limit {reading.limit:.3g} below current"
        case LimitKind.RISE:
            return f"limit {reading.limit:.3g} above current"
        case _:
            return f"limit ${reading.limit:.3g}" if reading.guardrail == "cost_usd" else f"limit {reading.limit:.3g}"


def _is_rate(reading: Reading) -> bool:
    """Say whether people are counted."""
    return reading.limit_kind is LimitKind.RATE


def _rate(reading: Reading, bad: int, units: int) -> str:
    if not units:
        return "none yet"
    return f"{say_share(100 * bad / units)} of {units:,}" if _is_rate(reading) else f"{units:,} people"


def _mean(reading: Reading, value: float) -> str:
    """Say a mean, or how far it lies from current's."""
    if reading.limit_kind not in (LimitKind.FALL, LimitKind.RISE):
        return f"{value:.3g}"
    is_lower = (value > 0) is (reading.limit_kind is LimitKind.FALL)
    return f"{abs(value):.3g} {'lower' if is_lower else 'higher'}"


def _counted(bad: int, units: int) -> str:
    return f"{bad:,} of {units:,}" if units else "none yet"


def _estimate(reading: Reading) -> str:
    if reading.ratio is None:
        return "no ratio yet"
    ruled_out = f"{reading.ruled_out:.3g}x and more ruled out" if reading.ruled_out else "nothing ruled out yet"
    return f"{reading.ratio:.3g}x; {ruled_out}"


def _countdown(reading: Reading) -> Markup:
    if not reading.wait_minutes or reading.bound is None:
        return Markup("")
    said = f"{minutes(reading.wait_minutes)} more at this traffic to rule out {reading.bound:.3g}x"
    return Markup('<strong class="countdown">{}</strong>').format(said)
