"""How is it told whether live calls score as staging promised?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from leverframe.nouns.baselines import Baseline
from leverframe.nouns.evidence import Comparison
from leverframe.rules.baselines import measured
from leverframe.rules.evidence.words import metric
from leverframe.web.marks import state_mark
from leverframe.web.times import say_sentence

HEADS = ("Against its evals", "On live calls", "Current", "Promised", "Says")
KINDS = ("head-cell", "num", "num", "num", "says")
LABELS = ("", "On live calls", "Current", "Promised", "")


def baselines_table(baselines: Sequence[Baseline]) -> Markup:
    """Tell each live mean that was measured before, the worst first."""
    if not baselines:
        return Markup("")
    head, cell = Markup('<th class="{}">{}</th>'), Markup('<td class="{}" data-label="{}">{}</td>')
    heads = Markup("").join(map(head.format, ("", "num", "num", "num", ""), HEADS))
    rows = Markup("").join(
        Markup("<tr>{}</tr>").format(Markup("").join(map(cell.format, KINDS, LABELS, _cells(each))))
        for each in baselines
    )
    whole = Markup('<table class="rows readings stack"><thead><tr>{}</tr></thead><tbody>{}</tbody></table>{}')
    hint = Markup(
        '<p class="hint">What the evals on this ticket measured of the candidate before it met people. '
        "It is told and decides nothing: harm is shown beside current alone.</p>"
    )
    return whole.format(heads, rows, hint)


def _cells(baseline: Baseline) -> Iterator[Markup | str]:
    mark = state_mark(baseline.comparison) if baseline.comparison is not Comparison.UNCHANGED else ""
    name = Markup('<span class="name">{}</span><span class="sub">{}</span>')
    yield name.format(f"{metric(baseline.metric)}, {baseline.suite}", mark)
    yield f"{baseline.live:.3g}, {baseline.scores:,} scores"
    yield "none yet" if baseline.beside is None else f"{baseline.beside:.3g}"
    yield measured(baseline.staging, error=baseline.staging_error)
    yield say_sentence(baseline.because)
