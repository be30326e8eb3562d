"""How is it told how a stage's evidence grew: in pictures, and in a table behind each?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import TypeVar

from markupsafe import Markup

from leverframe.nouns.growth import Against, Grown, Growth, LocaleSlice, Moment, Slice
from leverframe.rules.evidence.words import odds
from leverframe.rules.growth_words import between, figure_of, name_of, sentence_of
from leverframe.web.growth_pictures import growth_picture
from leverframe.web.marks import state_mark
from leverframe.web.times import say_sentence, say_time

T = TypeVar("T")
WORST_LOCALES = 3
"""So many locales of a limit on the worst one are drawn at once; they come the worst first."""


def growth_figures(growth: Growth, now: datetime, zone: str) -> Markup:
    """Draw and tell each guardrail of a visit, with one legend for all."""
    if not growth.guardrails:
        return Markup('<p class="none">No guardrail of this stage counts people.</p>')
    figures = [_figure(grown, growth, place, now, zone) for place, grown in enumerate(growth.guardrails, start=1)]
    locales = [place for place, grown in enumerate(growth.guardrails) if grown.metric not in ("", grown.guardrail)]
    rest = [figures[place] for place in locales[WORST_LOCALES:]]
    shown = Markup("").join(figure for figure in figures if figure not in rest)
    more = Markup('<details class="behind body"><summary>Of the locales, {} more</summary>{}</details>')
    growths = Markup('<div class="growths">{}</div>')
    behind = more.format(len(rest), growths.format(Markup("").join(rest))) if rest else ""
    return Markup("{}{}{}").format(_legend(), growths.format(shown), behind)


def _figure(grown: Grown, growth: Growth, place: int, now: datetime, zone: str) -> Markup:
    said = say_sentence(sentence_of(grown, lambda at: say_time(at, zone, now)))
    name = name_of(grown)
    whole = Markup(
        '<figure class="growth"><figcaption><span class="line"><span class="name">{}</span>{}</span>'
        '<span class="sub">{}</span></figcaption>{}{}</figure>'
    )
    picture = growth_picture(grown, growth, f"growth-{place}", name, said, zone)
    return whole.format(name, state_mark(grown.moments[-1].finding), said, picture, _table(grown, name, now, zone))


def slices_table(slices: Sequence[Slice]) -> Markup:
    """Tell how each region, ring and cohort reads by itself; all but the worst stand behind the first."""
    if not slices:
        return Markup("")
    hint = (
        "Watching only, not corrected for looking at many: each is read as if it were the only one, and none of them "
        "decides."
    )
    return _watched("By region, ring and cohort", hint, slices, _slices)


def locales_table(locales: Sequence[LocaleSlice]) -> Markup:
    """Tell how each locale reads by itself; all but the worst stand behind the first."""
    if not locales:
        return Markup("")
    name = locales[0].metric.replace("_", " ").capitalize()
    hint = "Watching only, not corrected for looking at many. What is minus is higher than beside it."
    return _watched(f"{name} by locale", hint, locales, _locales)


def _watched(title: str, hint: str, each: Sequence[T], shown: Callable[[Sequence[T]], Markup]) -> Markup:
    """Tell the worst, and behind them the rest."""
    whole = Markup('<div class="slices"><h3>{}</h3><p class="hint">{}</p>{}{}</div>')
    more = Markup('<details class="behind body"><summary>{} more</summary>{}</details>')
    rest = each[WORST:]
    return whole.format(title, hint, shown(each[:WORST]), more.format(len(rest), shown(rest)) if rest else "")


LOCALE_HEADS = ("Locale", "Candidate", "Current", "Lower by", "Between", "Scores")


def _locales(locales: Sequence[LocaleSlice]) -> Markup:
    return _rows(LOCALE_HEADS, 1, (_locale_cells(each) for each in locales))


def _locale_cells(locale: LocaleSlice) -> Iterator[Markup | str]:
    yield Markup('<strong class="name">{}</strong>').format(locale.locale)
    for value in (locale.candidate_mean, locale.control_mean, locale.estimate):
        yield "none yet" if value is None else f"{value:.3g}"
    yield between(locale.lowest, locale.highest, lambda value: f"{value:.3g}").removeprefix("between ")
    yield f"{locale.scores:,}"


WORST = 6
"""So many slices are shown at once."""
SLICE_HEADS = ("Slice", "Guardrail", "Candidate", "Current", "Ratio", "Between")


def _slices(slices: Sequence[Slice]) -> Markup:
    return _rows(SLICE_HEADS, 2, (_slice_cells(each) for each in slices))


def _rows(heads: Sequence[str], text: int, rows: Iterable[Iterable[Markup | str]]) -> Markup:
    """Make a table of which the first columns hold text and the others numbers."""
    cell = Markup('<td class="{}" data-label="{}">{}</td>')
    kinds = ["head-cell" if place < text else "num" for place in range(len(heads))]
    told = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(map(cell.format, kinds, heads, cells))) for cells in rows
    )
    whole = Markup('<table class="rows stack"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>')
    return whole.format(_heads(heads, text=text), told)


def _heads(names: Sequence[str], *, text: int) -> Markup:
    """Name columns, of which the first hold text and the others numbers."""
    head = Markup('<th class="{}">{}</th>')
    return Markup("").join(head.format("num" if place >= text else "", name) for place, name in enumerate(names))


def _slice_cells(slice: Slice) -> Iterator[Markup | str]:
    yield Markup('{} <strong class="name">{}</strong>').format(slice.by, slice.name)
    yield slice.guardrail.replace("_", " ")
    yield _counted(slice.candidate_bad, slice.candidate_units)
    yield _counted(slice.control_bad, slice.control_units)
    yield _times_as_many(slice.estimate) if slice.estimate is not None else "none yet"
    yield _between(slice, _times_as_many)


def _legend() -> Markup:
    key = Markup(
        '<span class="key"><svg class="growing" viewBox="0 0 22 8" width="22" height="8" aria-hidden="true">'
    )
    key += Markup('<path class="{}" d="{}"/></svg>{}</span>')
    line, block, flag = "M0 4H22", "M4 0H18V8H4Z", "M0 4H22l-8 -3.5v7l8 -3.5"
    keys = (
        ("estimate", line, "estimate"),
        ("possible", block, "still possible"),
        ("ruled-out", block, "ruled out"),
        ("bound", flag, "bound to rule out, or limit"),
        ("even", line, "as beside it"),
        ("rolls-back", line, "evidence that rolls back"),
    )
    return Markup('<p class="legend growth-keys">{}</p>').format(
        Markup("").join(key.format(kind, shape, word) for kind, shape, word in keys)
    )


RATIO_HEADS = ("At", "Candidate", "Current", "Ratio", "Between", "Ruled out", "Evidence of harm", "Says")
RATE_HEADS = ("At", "Candidate", "Current", "Rate", "Between", "Evidence of harm", "Says")
MEAN_HEADS = ("At", "Minutes", "Candidate", "Current", "Between", "Evidence of harm", "Says")
FALL_HEADS = ("At", "Minutes", "Candidate", "Current", "Lower by", "Between", "Evidence of harm", "Says")
RISE_HEADS = ("At", "Minutes", "Candidate", "Current", "Higher by", "Between", "Evidence of harm", "Says")
HEADS = {
    Against.CURRENT: RATIO_HEADS,
    Against.LIMIT: RATE_HEADS,
    Against.MEAN: MEAN_HEADS,
    Against.FALL: FALL_HEADS,
    Against.RISE: RISE_HEADS,
}


def _table(grown: Grown, name: str, now: datetime, zone: str) -> Markup:
    named, method = HEADS[grown.against], (grown.method.name, grown.method.because, grown.method.source)
    row, cell = Markup("<tr>{}</tr>"), Markup('<td class="num">{}</td>')
    rows = Markup("").join(
        row.format(Markup("").join(cell.format(said) for said in _cells(grown, moment, now, zone)))
        for moment in reversed(grown.moments)
    )
    return Markup(
        '<details class="behind"><summary>The same as a table</summary><div class="scroll" tabindex="0" '
        'role="region" aria-label="{}"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
        '<p class="sub">Judged by {}, because {} ({}).</p></details>'
    ).format(f"{name}, as a table", _heads(named, text=0), rows, *method)


def _cells(grown: Grown, moment: Moment, now: datetime, zone: str) -> Iterator[str]:
    say = partial(figure_of, grown)
    yield say_time(moment.at, zone, now)
    yield from _arms(grown, moment)
    if grown.against is not Against.MEAN:
        yield say(moment.estimate) if moment.estimate is not None else "none yet"
    yield _between(moment, say)
    if grown.against is Against.CURRENT:
        yield f"{moment.ruled_out:.3g}x" if moment.ruled_out is not None else "nothing yet"
    yield odds(moment.e_value) if moment.e_value >= 10 else f"{moment.e_value:.2g} to 1"
    yield moment.finding.value.replace("_", " ")


def _arms(grown: Grown, moment: Moment) -> Iterator[str]:
    """Say both arms: the people counted, or the means and over how many minutes."""
    if grown.against.is_mean:
        yield f"{moment.minutes:,}"
        yield from (
            "none yet" if mean is None else f"{mean:.3g}" for mean in (moment.candidate_mean, moment.control_mean)
        )
    else:
        yield _counted(moment.candidate_bad, moment.candidate_units)
        yield _counted(moment.control_bad, moment.control_units)


def _times_as_many(ratio: float) -> str:
    return f"{ratio:.3g}x"


def _counted(bad: int, units: int) -> str:
    return f"{bad:,} of {units:,}" if units else "none yet"


def _between(moment: Moment | Slice, say: Callable[[float], str]) -> str:
    return between(moment.lowest, moment.highest, say).removeprefix("between ")
