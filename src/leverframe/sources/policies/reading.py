"""How is a value asked for, so that every fault is told with its place, why and the remedy?"""

from __future__ import annotations

import difflib
import math
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from types import TracebackType
from typing import TypeVar
from zoneinfo import ZoneInfo, available_timezones

from leverframe.nouns.verdicts import Fault
from leverframe.sources.policies.yaml_values import Value, read_yaml

E = TypeVar("E", bound=StrEnum)

YEARS = range(2000, 2200)
"""Years that a date can mean; beyond them there is a slip of the hand, and times that no zone can turn."""


@dataclass(slots=True)
class Report:
    """What was found so far: faults, and the places of things that other files speak of."""

    faults: list[Fault] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)

    def error(self, place: str, because: str, remedy: str = "") -> None:
        """Add a fault that refuses the whole."""
        self.faults.append(Fault(place, because, remedy))

    def warn(self, place: str, because: str, remedy: str = "") -> None:
        """Add a fault that people should know of."""
        self.faults.append(Fault(place, because, remedy, "warning"))

    def remember(self, key: str, place: str) -> None:
        """Keep the place of a thing, for the checks across files."""
        self.places.setdefault(key, place)

    def place(self, key: str) -> str:
        """Return the place of a thing that was read; the policy's first line where no file names it."""
        return self.places.get(key, "policy.yaml:1")


def nearest(word: str, known: Collection[str], *, noun: str = "names") -> str:
    """Return a remedy: the known word that was probably meant, or all of them."""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    if not known:
        return f"There are no known {noun} yet."
    shown = sorted(known)
    tail = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
    return f"The known {noun} are: {', '.join(shown[:12])}{tail}."


def read_mapping(path: str, text: str, name: str, report: Report) -> Value | None:
    """Return the one mapping of a YAML file; None where there is none, which is told."""
    before = len(report.faults)
    documents = read_yaml(path, text, report.faults)
    if len(documents) > 1:
        report.error(documents[1].place, "There is more than one document in this file.", "Write one file for each.")
    elif documents and isinstance(documents[0].data, dict):
        return documents[0]
    elif len(report.faults) == before:
        report.error(f"{path}:1", f"{name} is not a mapping of keys to values.", "Write it as `key: value` lines.")
    return None


class Section:
    """One mapping being read, used as a context manager: a key that nobody asked for is a fault at its end."""

    def __init__(self, report: Report, value: Value | None, name: str, *, place: str = "") -> None:
        self.report, self.name = report, name
        self.place = value.place if value else place
        self._entries: dict[str, Value] = {}
        self._asked: set[str] = set()
        if value and isinstance(value.data, dict):
            self._entries = value.data
        elif value and value.data is not None:
            report.error(
                value.place, f"{name} is not a mapping of keys to values.", "Write it as `key: value` lines."
            )

    def __enter__(self) -> Section:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for key, value in self._entries.items():
            if key not in self._asked:
                self.report.error(
                    value.place, f"{self.name} has no key `{key}`.", nearest(key, self._asked, noun="keys")
                )

    def __bool__(self) -> bool:
        return bool(self._entries)

    def has(self, key: str) -> bool:
        """Say whether the key is written; asking makes it known."""
        self._asked.add(key)
        return key in self._entries and self._entries[key].data is not None

    def place_of(self, key: str) -> str:
        """Return the place of a key, else of the mapping."""
        return self._entries[key].place if key in self._entries else self.place

    def places(self, keys: Iterable[str]) -> dict[str, str]:
        """Return the place of each of these keys that is written; asking does not make them known."""
        return {key: self._entries[key].place for key in keys if key in self._entries}

    def value(self, key: str, *, required: bool = False, example: str = "") -> Value | None:
        """Return the value of a key, None where it is not written."""
        if self.has(key):
            return self._entries[key]
        if required:
            shown = f"`{key}: {example}`" if example else f"`{key}`"
            self.report.error(self.place_of(key), f"{self.name} does not say its `{key}`.", f"Add {shown}.")
        return None

    def text(self, key: str, *, required: bool = False, default: str = "", example: str = "") -> str:
        """Return a text of at least one character."""
        value = self.value(key, required=required, example=example)
        if value is None:
            return default
        if isinstance(value.data, str) and value.data.strip():
            return value.data
        if isinstance(value.data, str):
            self.wrong(key, "is empty", "Fill it in, or leave it out.")
        else:
            self.wrong(key, "is not a text", "Write it in quotation marks.")
        return default

    def flag(self, key: str, *, required: bool = False, default: bool = False) -> bool:
        """Return true or false."""
        value = self.value(key, required=required, example="true")
        if value is None or isinstance(value.data, bool):
            return default if value is None else value.data
        self.wrong(key, f"is {_shown(value)}, which is neither true nor false", "Write `true` or `false`.")
        return default

    def number(
        self,
        key: str,
        *,
        required: bool = False,
        default: float = 0.0,
        low: float = 0.0,
        high: float = math.inf,
        example: str = "",
    ) -> float:
        """Return a finite number between `low` and `high`, both allowed."""
        value = self.value(key, required=required, example=example)
        if value is None:
            return default
        number = value.data
        if not _is_number(number):
            self.wrong(key, f"is {_shown(value)}, which is not a number", f"Write a number {_between(low, high)}.")
        elif not low <= number <= high:
            self.wrong(key, f"is {number:g}, which is out of bounds", f"Write a number {_between(low, high)}.")
        else:
            return float(number)
        return default

    def whole(
        self,
        key: str,
        *,
        required: bool = False,
        default: int = 0,
        low: int = 0,
        high: float = 10**9,
        example: str = "",
    ) -> int:
        """Return a whole number between `low` and `high`, both allowed."""
        number = self.number(key, required=required, default=default, low=low, high=high, example=example)
        if number != int(number):
            self.wrong(key, f"is {number:g}, which is not a whole number", "Round it.")
        return int(number)

    def names(self, key: str, *, required: bool = False, known: Collection[str] = ()) -> tuple[str, ...]:
        """Return a list of names; one name alone is a list of one. With `known`, each must be among them."""
        value = self.value(key, required=required, example="[...]")
        if value is None:
            return ()
        items = value.data if isinstance(value.data, list) else [value]
        return tuple(name for item in items if (name := self.name_in(key, item, known)))

    def name_in(self, key: str, item: Value, known: Collection[str] = ()) -> str:
        """Return one name of a list; empty where it is none, which is told."""
        if isinstance(item.data, bool) or not isinstance(item.data, str | int) or not str(item.data).strip():
            self.report.error(item.place, f"`{key}` of {self.name} holds {_shown(item)}, which is not a name.")
            return ""
        name = str(item.data)
        if known and name not in known:
            because = f"`{key}` of {self.name} names `{name}`, which does not exist."
            self.report.error(item.place, because, nearest(name, known))
            return ""
        return name

    def choice(self, key: str, kind: type[E], *, default: E | None = None, required: bool = False) -> E | None:
        """Return one of an enum's values."""
        example = next(iter(kind)).value
        text = self.text(key, required=required, example=example)
        if not text:
            return default
        known = [member.value for member in kind]
        if text in known:
            return kind(text)
        self.wrong(key, f"is `{text}`, which is none of its values", nearest(text, known, noun="values"))
        return default

    def section(self, key: str, *, required: bool = False) -> Section:
        """Return the mapping under a key; an empty one where it is not written."""
        return Section(self.report, self.value(key, required=required), f"`{key}`", place=self.place_of(key))

    def sections(self, key: str, *, required: bool = False) -> list[Section]:
        """Return the list of mappings under a key."""
        value = self.value(key, required=required, example="[...]")
        if value is None:
            return []
        if not isinstance(value.data, list):
            self.wrong(key, "is not a list", "Begin each of its entries with `- `.")
            return []
        return [Section(self.report, item, f"`{key}` {n}") for n, item in enumerate(value.data, 1)]

    def entries(self) -> Iterator[tuple[str, Value]]:
        """Walk a mapping whose keys are names; all of them are known."""
        self._asked.update(self._entries)
        yield from self._entries.items()

    def free(self) -> Iterator[str]:
        """Walk the keys of a mapping whose keys are names."""
        for key, _ in self.entries():
            yield key

    def zone(self, key: str, *, required: bool = False) -> str:
        """Return the name of an IANA time zone."""
        text = self.text(key, required=required, example="Europe/London")
        if text and not is_zone(text):
            remedy = nearest(text, available_timezones(), noun="zones")
            self.wrong(key, f"is `{text}`, which is not an IANA time zone", remedy)
            return ""
        return text

    def clock_time(self, key: str) -> time:
        """Return a required wall time such as 10:00."""
        text = self.text(key, required=True, example='"10:00"')
        try:
            return time.fromisoformat(text) if text else time(0)
        except ValueError:
            self.wrong(key, f"is `{text}`, which is not a time of day", 'Write hours and minutes, such as "16:00".')
            return time(0)

    def wall_time(self, key: str) -> datetime | None:
        """Return a date with a time of day, with its offset where one is written."""
        value = self.value(key)
        if value is None:
            return None
        try:
            long = isinstance(value.data, str) and len(value.data) > len("2026-05-12")
            moment = datetime.fromisoformat(value.data) if long else value.data
            if isinstance(moment, datetime) and moment.year in YEARS:
                return moment
        except ValueError:
            pass
        self.wrong(key, f"is {_shown(value)}, which is not a date with a time", "Write it as `2026-05-13 10:00`.")
        return None

    def day(self, key: str) -> date | None:
        """Return a date."""
        value = self.value(key)
        if value is None:
            return None
        try:
            day = date.fromisoformat(value.data) if isinstance(value.data, str) else value.data
            if isinstance(day, date) and not isinstance(day, datetime) and day.year in YEARS:
                return day
        except ValueError:
            pass
        self.wrong(key, f"is {_shown(value)}, which is not a date", "Write it as `2026-06-30`.")
        return None

    def wrong(self, key: str, what: str, remedy: str = "") -> None:
        """Add an error about a key, as `key of name what.`"""
        self.report.error(self.place_of(key), f"`{key}` of {self.name} {what}.", remedy)


def is_zone(name: str) -> bool:
    """Say whether a name is a zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _is_number(data: object) -> bool:
    if isinstance(data, bool) or not isinstance(data, int | float):
        return False
    return math.isfinite(data) if isinstance(data, float) else abs(data) < 10**18


def _shown(value: Value) -> str:
    data = value.data
    if isinstance(data, dict):
        return "a mapping"
    if isinstance(data, list):
        return "a list"
    return "empty" if data is None else f"`{data}`"


def _between(low: float, high: float) -> str:
    return f"from {low:g} to {high:g}" if high < 10**9 else f"of at least {low:g}"
