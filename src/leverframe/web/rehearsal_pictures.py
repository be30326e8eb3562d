"""How is it drawn how the runs of a rehearsal ended?

One mark a run, over the time from its start to its end: a ring settled, a cross was rolled back, a square stood to
the end of its ticket. The table beside it tells the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from leverframe.rules.evidence.words import times
from leverframe.rules.moments import say_span
from leverframe.rules.rehearsed_people import Harm
from leverframe.rules.rehearsing import ROLLED_BACK, SETTLED, Rehearsal

WIDTH, LEFT, RIGHT = 420, 8, 24
STEP = 8
"""How far two marks lie apart, in both directions."""
MARKS = {
    SETTLED: '<circle class="ended settled" cx="{x}" cy="{y}" r="3"/>',
    ROLLED_BACK: '<path class="ended rolled-back" d="M{left} {top}l7 7m0 -7l-7 7"/>',
}
SQUARE = '<rect class="ended stands" x="{left}" y="{top}" width="7" height="7"/>'
TICKS = 3


def endings_figure(
    harmless: Sequence[Rehearsal], harmful: Sequence[Rehearsal], harm: Harm, counted: Sequence[Rehearsal] = ()
) -> Markup:
    """Draw each kind of runs over the same time."""
    longest = max((run.minutes for run in (*harmless, *harmful, *counted)), default=1.0) or 1.0
    harmed = f"{times(harm.ratio).capitalize()} as many"
    told = ((harmless, "No harm"), (harmful, harmed), (counted, "As it was counted"))
    return Markup("").join(_row(runs, name, longest) for runs, name in told if runs)


def _row(runs: Sequence[Rehearsal], name: str, longest: float) -> Markup:
    columns = [round((WIDTH - LEFT - RIGHT) * run.minutes / longest / STEP) for run in runs]
    height = STEP * max(Counter(columns).values()) + 22
    marks = Markup("").join(_marks(runs, columns, height - 22))
    drawn = Markup("").join((_axis(longest, height), marks))
    said = Markup('<svg class="endings" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>')
    picture = said.format(WIDTH, height, f"{name}: {say_endings(runs)}", drawn)
    return Markup("<figure><figcaption><strong>{}:</strong> {}</figcaption>{}</figure>").format(
        name, say_endings(runs), picture
    )


def _marks(runs: Sequence[Rehearsal], columns: Sequence[int], floor: int) -> Iterator[Markup]:
    stacked: Counter[int] = Counter()
    for run, column in sorted(zip(runs, columns, strict=True), key=lambda pair: (pair[1], pair[0].ended)):
        stacked[column] += 1
        x, y = LEFT + column * STEP, floor - STEP * stacked[column] + STEP / 2
        yield Markup(MARKS.get(run.ended, SQUARE)).format(x=x, y=y, left=x - 3.5, top=y - 3.5)


def _axis(longest: float, height: int) -> Markup:
    line = Markup('<path class="day" d="M{} {}H{}"/>').format(LEFT, height - 20, WIDTH - RIGHT)
    tick = Markup('<text class="{}" x="{}" y="{}">{}</text>')
    names = Markup("").join(
        tick.format(
            "middle" if part else "first",
            LEFT + (WIDTH - LEFT - RIGHT) * part / TICKS if part else 0,
            height - 5,
            say_span(longest * part / TICKS) if part else "start",
        )
        for part in range(TICKS + 1)
    )
    return line + names


def say_endings(runs: Sequence[Rehearsal]) -> str:
    """Say how many runs ended how."""
    words = {SETTLED: "settled", ROLLED_BACK: "rolled back"}
    counted = Counter(words.get(run.ended, "stood to the end of the ticket") for run in runs)
    return ", ".join(f"{count} {name}" for name, count in counted.most_common()) + f" of {len(runs)}"
