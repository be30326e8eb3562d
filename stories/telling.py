"""How is a story told?

A story is a text of lines; its record is the same lines, with what was seen after each.

    # …                                       words for the reader
    after first-day                           the house stands as that story has left it
    @ Tue 12 May 2026 09:30 Europe/London     the clock stands there, and readers are in that zone
    @ until Thu 14 May 2026 14:40[, looking every 30 minutes]
                                              the clock goes on, and what it does by itself is told
    ana$ leverframe …                         a person gives a command
    adi takes the one-time link               the first administrator's account is made
    traffic FEATURE [in REGION]: 10/min by day, 1/min by night, negative 4 %, candidate 12 %
                                              what is asked from here on, until `traffic …: stops`
    ask FEATURE [in REGION] [for TENANT]: 1,000 people
                                              what they get from every gateway now
    call FEATURE [in REGION] by NAME          one person asks, and gets an answer with a call id
    GATEWAY sends users of FEATURE to PLACE   whatever the switch says, while the feature is off
    GATEWAY answers FEATURE with PROMPT by hand: 40 people
                                              a service takes its own prompt, whatever the gateway told it
    copy PATH to PATH                         a file or a folder lies on the desk
    edit PATH                                 its lines `  - …` are replaced by the lines `  + …`
"""

from __future__ import annotations

import re
import shlex
import shutil
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from textwrap import wrap
from zoneinfo import ZoneInfo

from stories.crowd import Traffic, answer_by_hand, ask, call, send
from stories.masks import Masks
from stories.world import COLUMNS, ROOT, World

WHEN = "%a %d %b %Y %H:%M"


class Telling:
    """One story as it is told in a world; `lines` is its record so far."""

    def __init__(self, world: World) -> None:
        self._world, self._masks = world, Masks()
        self._traffic: dict[tuple[str, str], Traffic] = {}
        self._seen = False
        self.lines: list[str] = []

    def tell(self, story: str) -> str:
        """Tell a whole story and return its record."""
        _lay_out(self._world.scratch)
        for number, (line, below) in enumerate(_together(story)):
            try:
                self._line(line, below)
            except Exception as error:
                error.add_note(f"at line {number}: {line}\n" + "\n".join(self.lines[-40:]))
                raise
        return "\n".join(self.lines).rstrip() + "\n"

    def _line(self, line: str, below: list[str]) -> None:
        for pattern, act in WAYS:
            found = re.fullmatch(pattern, line)
            if found:
                self._write_down(line, below)
                act(self, *found.groups(), *below)
                return
        raise ValueError(f"nobody knows how to tell this line: {line}")

    def _write_down(self, line: str, below: list[str]) -> None:
        """Write a line of the story down, apart from what was seen before it."""
        if self._seen and line:
            self.lines.append("")
        self._seen = False
        self.lines += [line, *below]

    def _nothing(self, *_: str) -> None:
        """Keep a line as it is."""

    def _command(self, person: str, command: str) -> None:
        arguments = shlex.split(self._masks.reveal(command))
        assert arguments[0] == "leverframe", f"{command} is no command of ours"
        screen, code = self._world.say(person, arguments[1:])
        self._see(screen.rstrip("\n").splitlines() + ([f"(exit {code})"] if code else []))
        self._world.look()

    def _stand(self, text: str, zone: str | None) -> None:
        self._world.zone = zone or self._world.zone
        moment = self._moment(text)
        assert moment >= self._world.clock.now(), "the clock only goes forward"
        self._world.clock.move_to(moment)
        self._world.look()

    def _go_on(self, text: str, stride: str | None) -> None:
        until, since = self._moment(text), self._world.newest_entry()
        calls = Counter[str]()
        while self._world.clock.now() < until:
            minutes = self._world.minutes_to(until, {region for _, region in self._traffic}, int(stride or 0))
            calls += send(self._traffic.values(), self._world.gateways, self._world.clock.now(), minutes)
            self._world.go_on(minutes)
        for entry in self._world.done_by_the_clock(since):
            self._see(_folded(f"  {self._said(entry.at)}  {entry.act} {entry.object}: {entry.because}"))
        self._see([f"  {_count(calls)}"] if calls else [])

    def _take_link(self, name: str) -> None:
        self._world.first_administrator(name)

    def _carry(self, feature: str, region: str | None, said: str) -> None:
        if said == "stops":
            self._traffic.pop((feature, region or ""))
        else:
            self._traffic[feature, region or ""] = _traffic(feature, region or "", said)

    def _ask(self, feature: str, region: str | None, tenant: str | None, people: str) -> None:
        got = ask(self._world.gateways, feature, int(people.replace(",", "")), region or "", tenant or "")
        self._see([f"  {count:>6,}  {answer}" for answer, count in sorted(got.items())])

    def _call(self, feature: str, region: str | None, who: str) -> None:
        self._see([f"  {call(self._world.gateways, feature, who, region or '')}"])

    def _send(self, gateway: str, feature: str, place: str) -> None:
        self._world.edges.elsewhere[gateway, feature] = place

    def _answer_by_hand(self, gateway: str, feature: str, prompt: str, people: str) -> None:
        answer_by_hand(self._world.gateways[gateway], feature, prompt, int(people))
        self._world.look()

    def _copy(self, source: str, target: str) -> None:
        at, to = self._world.scratch / source, self._world.scratch / target
        to.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if at.is_dir() else shutil.copyfile)(at, to)

    def _edit(self, path: str, *changed: str) -> None:
        """Replace lines of a file: each run of `- ` lines, which it must have once, by the `+ ` lines after it."""
        file = self._world.scratch / path
        text = file.read_text("utf-8")
        for old, new in _replacements(changed):
            assert text.count(old) == 1, f"{path} does not have this once:\n{old}"
            text = text.replace(old, new)
        file.write_text(text, "utf-8")

    def _see(self, lines: list[str]) -> None:
        self._seen = self._seen or bool(lines)
        self.lines += [self._masks.hide(line).rstrip() for line in lines]

    def _moment(self, text: str) -> datetime:
        moment = datetime.strptime(text, WHEN).replace(tzinfo=ZoneInfo(self._world.zone))
        assert f"{moment:{WHEN}}" == text, f"write it as {moment:{WHEN}}"
        return moment

    def _said(self, at: datetime) -> str:
        return f"{at.astimezone(ZoneInfo(self._world.zone)):%a %d %b %H:%M}"


WAYS: tuple[tuple[str, Callable[..., None]], ...] = (
    (r"(?:#.*)?", Telling._nothing),
    (r"after [\w-]+", Telling._nothing),
    (r"@ until (\w+ \d+ \w+ \d+ \d+:\d+)(?:, looking every (\d+) minutes)?", Telling._go_on),
    (r"@ (\w+ \d+ \w+ \d+ \d+:\d+)(?: (\S+))?", Telling._stand),
    (r"(\w+)\$ (.+)", Telling._command),
    (r"(\w+) takes the one-time link", Telling._take_link),
    (r"traffic ([\w-]+)(?: in (\w+))?: (.+)", Telling._carry),
    (r"ask ([\w-]+)(?: in (\w+))?(?: for ([\w-]+))?: ([\d,]+) people", Telling._ask),
    (r"call ([\w-]+)(?: in (\w+))? by ([\w-]+)", Telling._call),
    (r"([\w-]+) sends users of ([\w-]+) to ([\w-]+)", Telling._send),
    (r"([\w-]+) answers ([\w-]+) with (\S+) by hand: (\d+) people", Telling._answer_by_hand),
    (r"copy (\S+) to (\S+)", Telling._copy),
    (r"edit (\S+)", Telling._edit),
)
PART = re.compile(r"(?P<rate>[\d.]+)/min by (?P<time>day|night)|(?P<name>\w+) (?P<value>[\d.]+)(?P<percent> %)?")
MEASURES = ("negative", "error", "slow", "groundedness")


def _together(story: str) -> list[tuple[str, list[str]]]:
    """Return each line with the lines of replacement below it."""
    lines: list[tuple[str, list[str]]] = []
    for line in story.splitlines():
        if line.startswith(("  - ", "  + ")):
            lines[-1][1].append(line)
        else:
            lines.append((line.rstrip(), []))
    return lines


def _replacements(changed: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return pairs of what stands and what is to stand, whole lines."""
    pairs: list[tuple[list[str], list[str]]] = []
    for line in changed:
        strikes, text = line.startswith("  - "), line[4:] + "\n"
        if strikes and (not pairs or pairs[-1][1]):
            pairs.append(([], []))
        pairs[-1][0 if strikes else 1].append(text)
    return [("".join(old), "".join(new)) for old, new in pairs]


def _traffic(feature: str, region: str, said: str) -> Traffic:
    """Read what is asked: rates, and each measure with the candidate's own after it."""
    rates: dict[str, float] = {"day": 0.0, "night": 0.0}
    usual: dict[str, float] = {}
    candidate: dict[str, float] = {}
    measure = ""
    for part in said.split(", "):
        found = PART.fullmatch(part)
        assert found, f"{part} is no rate and no measure"
        if found["rate"]:
            rates[found["time"]] = float(found["rate"])
            continue
        value = float(found["value"]) / (100 if found["percent"] else 1)
        if found["name"] == "candidate":
            candidate[measure] = value
        else:
            measure = found["name"]
            assert measure in MEASURES, f"{measure} is none of {', '.join(MEASURES)}"
            usual[measure] = value
    return Traffic(feature, region, rates["day"], rates["night"], usual, candidate)


def _folded(line: str) -> list[str]:
    """Fold what the clock has done, as wide as a person's screen."""
    return wrap(line, COLUMNS, subsequent_indent=" " * 18, drop_whitespace=True, break_on_hyphens=False)


def _count(calls: Counter[str]) -> str:
    by = ", ".join(f"{calls[arm]:,} {words}" for arm, words in ARMS.items() if calls[arm])
    return f"{calls.total():,} calls: {by}"


ARMS = {"current": "by the current unit", "candidate": "by the candidate", "off": "to a feature that is off"}


def _lay_out(desk: Path) -> None:
    """Put the example on the desk, as it is in the repository."""
    desk.mkdir(parents=True, exist_ok=True)
    if not (desk / "examples").exists():
        (desk / "examples").symlink_to(ROOT / "examples")
