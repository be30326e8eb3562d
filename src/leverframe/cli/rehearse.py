"""How would this change's ramp go, and how often would it be wrong?"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from leverframe.cli.months import rehearse_month
from leverframe.cli.output import heading, indented, say, table
from leverframe.cli.policy_folder import read_files
from leverframe.cli.verbs import read_bytes, said, server, show, with_shared
from leverframe.client import Server
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.evidence.words import minutes, times
from leverframe.rules.moments import say_minutes

AT_ONCE = 10
"""So many runs of each kind are asked for in one request."""
COLUMNS = 60
A_DAY = 1440
IS_CHANGE = re.compile(r"CHG-\d{4}-\d{5,}").fullmatch
MARKS = {"settled": "o", "rolled_back": "x", "stands": "#"}


def add_to(parent: typer.Typer) -> None:
    """Add `rehearse`."""
    parent.command("rehearse", help=rehearse.__doc__)(with_shared(rehearse))


def rehearse(
    change: Annotated[
        str, typer.Argument(metavar="[CHG|FILE]", help="A change's id, or a change file as YAML.")
    ] = "",
    runs: Annotated[int, typer.Option(help="How many runs to play, without harm and with it.")] = 0,
    guardrail: Annotated[str, typer.Option(metavar="NAME", help="What people are harmed in.")] = "",
    ratio: Annotated[float, typer.Option(help="How many times as many are harmed.")] = 2.0,
    after: Annotated[float, typer.Option(metavar="MINUTES", help="From which minute on.")] = 0.0,
    per_minute: Annotated[float | None, typer.Option(help="People a minute, in place of what was measured.")] = None,
    rate: Annotated[list[str] | None, typer.Option(metavar="NAME=SHARE", help="How often people meet it.")] = None,
    policy: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Under this policy, which is not loaded.")
    ] = None,
    recorded: Annotated[
        str,
        typer.Option(
            metavar="CHG|FILE",
            help="People come as this earlier change counted them, or as your own .csv or .parquet file says.",
        ),
    ] = "",
    seed: Annotated[int, typer.Option(help="The first run's number; the same runs are played again by it.")] = 1,
    month: Annotated[bool, typer.Option("--month", help="Play a month's changes, each on its own minutes.")] = False,
    begins: Annotated[
        str, typer.Option("--from", metavar="DATE", help="The month's first day; without it, the last 30 days.")
    ] = "",
) -> None:
    """Say what each stage can rule out, and play whole ramps on an imagined clock. Nothing is written.

    With `--month` each change whose ramp began in 30 days, or is to begin, is played on the people who came in its
    own ramp, under the policy in force or another, and shown beside what was.
    """
    if month or begins:
        rehearse_month(change, begins, policy, seed)
        return
    if not change:
        raise Invalid([Fault("CHG|FILE", "no change is named", "name a change or a file, or ask for --month")])
    asked: dict[str, Any] = {"guardrail": guardrail, "ratio": ratio, "after_minutes": after, "per_minute": per_minute}
    asked |= {"rates": _rates(rate or []), "policy_files": read_files(policy) if policy else {}}
    asked |= _recorded(recorded) if recorded else {}
    if IS_CHANGE(change):
        asked["change"] = change
    else:
        asked |= {"file": read_bytes(Path(change)).decode("utf-8", "replace"), "name": Path(change).name}
    show(_all_of(server(), asked, runs, seed), _tell)


def _recorded(source: str) -> dict[str, Any]:
    """Return what says whose minutes come: a change's id, or the rows of a file."""
    from leverframe.sources.metrics.figures import read_file

    return {"recorded": source} if IS_CHANGE(source) else {"figures": read_file(Path(source))}


def _rates(given: Sequence[str]) -> dict[str, float]:
    """Read `feedback_negative=0.05`, all faults at once."""
    rates, faults = {}, []
    for text in given:
        name, _, number = text.partition("=")
        try:
            rates[name] = float(number)
        except ValueError:
            faults.append(Fault("--rate", f"`{text}` is no rate", "write it as feedback_negative=0.05"))
    if faults:
        raise Invalid(faults)
    return rates


def _all_of(one: Server, asked: Mapping[str, Any], runs: int, seed: int) -> dict[str, Any]:
    """Ask for the runs part by part, so that a person sees how far it is and the server is not held up."""
    found = one.post("/rehearsals", {**asked, "runs": 0})
    parts = range(0, runs, AT_ONCE)
    quiet = said().json or not sys.stderr.isatty()
    for first in track(parts, "Playing", console=Console(stderr=True), disable=quiet, transient=True):
        part = one.post("/rehearsals", {**asked, "runs": min(AT_ONCE, runs - first), "seed": seed + first})
        found["harmless"] += part["harmless"]
        found["harmful"] += part["harmful"]
        found["counted"] += part["counted"]
    return found


def _tell(found: Mapping[str, Any]) -> None:
    say(found["change"]["title"], style="bold")
    if found["forecast"]["text"]:
        say(f"Likely {found['forecast']['text']}.")
    heading("What each stage can rule out")
    for one in found["prospects"]:
        say(f"Stage {one['stage']}: {one['because']}.")
    if not found["prospects"]:
        say("No stage of this plan has a floor, so that nothing is compared with the current unit.")
    if recorded := found["recorded"]:
        _tell_recorded(recorded)
    if found["harmless"]:
        longest = max(run["minutes"] for run in (*found["harmless"], *found["harmful"], *found["counted"]))
        _tell_runs("No harm", found["harmless"], longest)
        harm = found["harm"]
        name = f"{times(harm['ratio']).capitalize()} as many in {harm['guardrail'].replace('_', ' ')}"
        _tell_runs(name, found["harmful"], longest)
        if found["counted"]:
            _tell_runs("As it was counted", found["counted"], longest)
        indented("o settled, x rolled back, # stood to the end of its ticket", style="dim")


def _tell_recorded(recorded: Mapping[str, Any]) -> None:
    days = " by whole days" if recorded["minutes"] >= A_DAY else ""
    say(
        f"People come minute by minute as {recorded['source']} counted them: {recorded['people']:,.0f} in"
        f" {say_minutes(recorded['minutes'])}. In a ramp that goes on for longer they come round again{days}."
    )


def _tell_runs(name: str, runs: Sequence[Mapping[str, Any]], longest: float) -> None:
    heading(name)
    for line in _picture(runs, longest):
        say(line)
    columns = ("Ended", "How many", ">Median time", ">Served the candidate", ">Harmed by it")
    table(columns, _rows(runs), empty="Nothing was played.")


def _picture(runs: Sequence[Mapping[str, Any]], longest: float) -> Iterator[str]:
    """Draw one mark a run, over the time from its start to its end, the earliest at the left."""
    columns: dict[int, list[str]] = {}
    for run in runs:
        columns.setdefault(round((COLUMNS - 1) * run["minutes"] / (longest or 1.0)), []).append(MARKS[run["ended"]])
    height = max(len(marks) for marks in columns.values())
    for row in range(height, 0, -1):
        line = (columns[x][row - 1] if len(columns.get(x, [])) >= row else " " for x in range(COLUMNS))
        yield "".join(line).rstrip()
    yield "-" * COLUMNS
    yield f"start{minutes(longest):>{COLUMNS - 5}}"


def _rows(runs: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    for ended, count in Counter(run["ended"] for run in runs).most_common():
        some = [run for run in runs if run["ended"] == ended]
        served, harmed = (median(run[name] for run in some) for name in ("exposed", "harmed"))
        time = minutes(median(run["minutes"] for run in some))
        yield ended.replace("_", " "), f"{count} of {len(runs)}", time, f"{served:,.0f}", f"{harmed:,.0f}"
