"""How does a benchmark say what it measured, and whether that is good enough?

`figures` is a table: measures by name, by row. `goals` holds each goal beside its value, which is None where it could
not be measured. `notes` says what no number says. A run is void where others kept the machine busy before it began:
what it does itself is no reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from floors import HIGHEST_LOAD, load, median

Figures = dict[str, dict[str, float]]


@dataclass(slots=True)
class Report:
    """What one benchmark has measured, and the goals that it is held against."""

    figures: Figures = field(default_factory=dict)
    goals: dict[str, dict[str, object]] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, row: str, **measures: float) -> None:
        """Put measures into a row of the table."""
        self.figures.setdefault(row, {}).update({name: tidy(value) for name, value in measures.items()})

    def at_most(self, name: str, most: float, value: float) -> None:
        """Hold a value against the largest that is good enough."""
        self.goals[name] = {"goal": f"at most {most:g}", "value": tidy(value), "met": value <= most}

    def at_least(self, name: str, least: float, value: float | None) -> None:
        """Hold a value against the smallest that is good enough; None, not measured, is not."""
        met = value is not None and value >= least
        self.goals[name] = {
            "goal": f"at least {least:g}",
            "value": None if value is None else tidy(value),
            "met": met,
        }


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return the options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def finish(given: argparse.Namespace, report: Report, before: float) -> int:
    """Print a report, and say by the exit code whether the run counts and the goals are met."""
    void = before > HIGHEST_LOAD
    if given.json:
        said = {"figures": report.figures, "goals": report.goals, "notes": report.notes}
        print(json.dumps({**said, "load": tidy(before), "load_after": tidy(load()), "void": void}))
    else:
        _print(report.figures)
        print("\n".join(f"{about}: {note}" for about, note in report.notes.items()))
        print("\n".join(goal_lines(report.goals)))
        print(f"load {before:.2f} before, {load():.2f} after{'; this run is void' if void else ''}")
    return 0 if not void and all(goal["met"] for goal in report.goals.values()) else 1


def goal_lines(goals: Mapping[str, Mapping[str, object]]) -> list[str]:
    """Return each goal as a line: whether it is met, its value, what was asked."""
    return [
        f"{'met' if of['met'] else 'NOT MET':<8} {name}: {'not measured' if of['value'] is None else of['value']}"
        f" ({of['goal']})"
        for name, of in goals.items()
    ]


def medians(run: Callable[[], Mapping[str, float]], times: int = 3) -> dict[str, float]:
    """Run something so many times, and return the median of each measure."""
    return median_of([run() for _ in range(times)])


def median_of(runs: list[Mapping[str, float]]) -> dict[str, float]:
    """Return the median of each measure of several runs."""
    return {name: median([run[name] for run in runs]) for name in runs[0]}


def say(text: str) -> None:
    """Tell the person who waits how far it is."""
    print(text, file=sys.stderr, flush=True)


def tidy(value: float) -> float:
    """Round to three digits that say something."""
    return value if isinstance(value, int) else float(f"{value:.3g}") if abs(value) < 1000 else round(value)


def _print(figures: Figures) -> None:
    columns = list(dict.fromkeys(name for row in figures.values() for name in row))
    width = max(len(row) for row in figures) + 2
    print(" " * width + "".join(f"{name:>18}" for name in columns))
    for row, measures in figures.items():
        cells = (f"{measures[name]:,g}" if name in measures else "" for name in columns)
        print(f"{row:<{width}}" + "".join(f"{cell:>18}" for cell in cells))
