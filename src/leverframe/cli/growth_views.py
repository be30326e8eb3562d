"""How is it shown on a terminal how a stage's evidence grew?"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.cli.output import count, heading, say, share, table, when, words
from leverframe.nouns.documents import from_document
from leverframe.nouns.growth import Against, Grown, Growth, LocaleSlice, Moment, Slice
from leverframe.rules.evidence.words import odds
from leverframe.rules.growth_words import between, figure_of, name_of, sentence_of

WORST_LOCALES = 3
"""So many locales of a limit on the worst one are shown; a document has them all."""
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
    locales = [each for each in growth.guardrails if each.metric not in ("", each.guardrail)]
    for each in growth.guardrails:
        if each not in locales[WORST_LOCALES:]:
            _say_grown(each, growth)
    if len(locales) > WORST_LOCALES:
        say(f"Of the locales, {len(locales) - WORST_LOCALES} more with --json.", style="dim")
    if growth.slices:
        _say_slices(growth.slices)
    if growth.locales:
        _say_locales(growth.locales)


def _say_grown(grown: Grown, growth: Growth) -> None:
    heading(name_of(grown))
    clock = partial(_clock, growth=growth)
    said = sentence_of(grown, clock)
    say(f"{said[:1].upper()}{said[1:]}.")
    say(f"Judged by {grown.method.name}, because {grown.method.because}.", style="dim")
    table(
        (">At", ">Candidate", ">Current", ESTIMATES[grown.against], ">Between", ">Evidence", "Says"),
        (tuple(_row(grown, moment, clock)) for moment in _thinned(grown.moments)),
        empty="Nothing was read yet.",
    )


ESTIMATES = {
    Against.CURRENT: ">Ratio",
    Against.LIMIT: ">Rate",
    Against.MEAN: ">Mean",
    Against.FALL: ">Lower by",
    Against.RISE: ">Higher by",
}


def _say_slices(slices: Sequence[Slice]) -> None:
    columns = ("Slice", "Guardrail", ">Candidate", ">Current", ">Ratio", ">Between")
    hint = "Watching only, not corrected for looking at many: none of them decides."
    _say_watched("By region, ring and cohort", hint, columns, [tuple(_slice(each)) for each in slices])


def _say_locales(locales: Sequence[LocaleSlice]) -> None:
    columns = ("Locale", ">Candidate", ">Current", ">Lower by", ">Between", ">Scores")
    hint = "Watching only, not corrected for looking at many. What is minus is higher than beside it."
    title = f"{words(locales[0].metric).capitalize()} by locale"
    _say_watched(title, hint, columns, [tuple(_locale(each)) for each in locales])


def _say_watched(title: str, hint: str, columns: Sequence[str], rows: Sequence[tuple[str, ...]]) -> None:
    """List what is read by itself and decides nothing, the worst first."""
    heading(title)
    say(hint)
    table(columns, rows[:ROWS], empty="")
    if len(rows) > ROWS:
        say(f"{len(rows) - ROWS} more with --json.", style="dim")


def _locale(each: LocaleSlice) -> Iterator[str]:
    yield each.locale
    for value in (each.candidate_mean, each.control_mean, each.estimate):
        yield "" if value is None else f"{value:.3g}"
    yield between(each.lowest, each.highest, lambda value: f"{value:.3g}").removeprefix("between ")
    yield count(each.scores)


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
    value = partial(figure_of, grown)
    yield clock(moment.at)
    yield from _arms(grown, moment)
    yield value(moment.estimate) if moment.estimate is not None else ""
    yield between(moment.lowest, moment.highest, value).removeprefix("between ")
    yield odds(moment.e_value) if moment.e_value >= 10 else f"{moment.e_value:.2g} to 1"
    yield words(moment.finding.value)


def _arms(grown: Grown, moment: Moment) -> Iterator[str]:
    """Say both arms: the people counted, or the means."""
    if grown.against.is_mean:
        yield from ("" if mean is None else f"{mean:.3g}" for mean in (moment.candidate_mean, moment.control_mean))
    else:
        yield f"{count(moment.candidate_bad)} of {count(moment.candidate_units)}"
        yield f"{count(moment.control_bad)} of {count(moment.control_units)}"


def _times(ratio: float) -> str:
    return f"{ratio:.3g}x"


def _clock(moment: datetime, growth: Growth) -> str:
    """Say a moment by its time; with its weekday where the visit is longer than a day."""
    local, since = (each.astimezone(ZoneInfo(growth.zone)) for each in (moment, growth.visit.since))
    return f"{local:%H:%M}" if local.date() == since.date() else f"{local:%a %H:%M}"
