"""How is it shown on a terminal how a stage's evidence grew?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.cli.output import count, heading, say, share, table, when, words
from leverframe.nouns.documents import from_document
from leverframe.nouns.growth import Against, Grown, Growth, Moment, Slice
from leverframe.rules.evidence.words import odds, percent
from leverframe.rules.growth_words import between, sentence_of

ROWS = 12
"""So many moments of a guardrail are shown; a document has them all."""


def grown(document: Mapping[str, Any]) -> None:
    """Show of each guardrail since when what is ruled out, and a dozen of its moments."""
    growth = from_document(Growth, document)
    visit, at = growth.visit, partial(when, zone=growth.zone)
    until = f"from {at(visit.since)} to {at(visit.until)}" if visit.until else f"since {at(visit.since)}"
    say(f"{growth.change} at stage {visit.stage} ({share(visit.share_percent)}), {until}", style="bold")
    if not growth.guardrails:
        say("No guardrail of this stage counts people.")
    for each in growth.guardrails:
        _say_grown(each, growth)
    if growth.slices:
        _say_slices(growth.slices)


def _say_grown(grown: Grown, growth: Growth) -> None:
    is_ratio = grown.against is Against.CURRENT
    beside = "against current" if is_ratio else f"limit {percent(grown.bound or 0.0)}"
    heading(f"{words(grown.guardrail)}, {beside}")
    clock = partial(_clock, growth=growth)
    said = sentence_of(grown, clock)
    say(f"{said[:1].upper()}{said[1:]}.")
    table(
        (">At", ">Candidate", ">Current", ">Ratio" if is_ratio else ">Rate", ">Between", ">Evidence", "Says"),
        (tuple(_row(grown, moment, clock)) for moment in _thinned(grown.moments)),
        empty="Nothing was read yet.",
    )


def _say_slices(slices: Sequence[Slice]) -> None:
    heading("By region, ring and cohort")
    say("Watching only, not corrected for looking at many: none of them decides.")
    table(
        ("Slice", "Guardrail", ">Candidate", ">Current", ">Ratio", ">Between"),
        (tuple(_slice(each)) for each in slices[:ROWS]),
        empty="",
    )
    if len(slices) > ROWS:
        say(f"{len(slices) - ROWS} more with --json.", style="dim")


def _slice(each: Slice) -> Iterator[str]:
    yield f"{each.by} {each.name}"
    yield words(each.guardrail)
    yield f"{count(each.candidate_bad)} of {count(each.candidate_units)}"
    yield f"{count(each.control_bad)} of {count(each.control_units)}"
    yield _times(each.estimate) if each.estimate is not None else ""
    yield between(each.lowest, each.highest, _times).removeprefix("between ")


def _thinned(moments: Sequence[Moment]) -> Sequence[Moment]:
    """Keep every n-th moment, counted from the last one back."""
    stride = -(-len(moments) // ROWS)
    return moments[::-1][::stride][::-1]


def _row(grown: Grown, moment: Moment, clock: Callable[[datetime], str]) -> Iterator[str]:
    value = _times if grown.against is Against.CURRENT else percent
    yield clock(moment.at)
    yield f"{count(moment.candidate_bad)} of {count(moment.candidate_units)}"
    yield f"{count(moment.control_bad)} of {count(moment.control_units)}"
    yield value(moment.estimate) if moment.estimate is not None else ""
    yield between(moment.lowest, moment.highest, value).removeprefix("between ")
    yield odds(moment.e_value) if moment.e_value >= 10 else f"{moment.e_value:.2g} to 1"
    yield words(moment.finding.value)


def _times(ratio: float) -> str:
    return f"{ratio:.3g}x"


def _clock(moment: datetime, growth: Growth) -> str:
    """Say a moment by its time; with its weekday where the visit is longer than a day."""
    local, since = (each.astimezone(ZoneInfo(growth.zone)) for each in (moment, growth.visit.since))
    return f"{local:%H:%M}" if local.date() == since.date() else f"{local:%a %H:%M}"
