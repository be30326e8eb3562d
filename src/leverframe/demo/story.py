"""What do the people of the show do, and when?"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from leverframe.demo.cast import Cast

LONDON = ZoneInfo("Europe/London")
FIRST, SECOND = "support-prompt-v8", "support-prompt-v9"
LEVER = "model/openai.gpt-4o-2024-11"
FRIDAY_ENDS = datetime(2026, 5, 15, 14, 32, tzinfo=LONDON)
RECEIPT_WAITS_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Told:
    """What the show proved: the first change's staircase, the second's rollback, the lever's receipt, the log.

    `replayed` says of each change whether today's rules decide all of its steps as they were decided.
    """

    timeline: list[str] = field(default_factory=list)
    rollback: Mapping[str, Any] | None = None
    replayed: Mapping[str, bool] = field(default_factory=dict)
    receipt: Mapping[str, Any] | None = None
    audit: Mapping[str, Any] | None = None

    @property
    def complete(self) -> bool:
        """Say whether everything happened that the show promises."""
        obeyed = bool(self.receipt) and self.receipt["applied"] == self.receipt["gateways"] > 0
        return (
            bool(self.timeline)
            and self.rollback is not None
            and bool(self.replayed)
            and all(self.replayed.values())
            and obeyed
            and bool(self.audit and self.audit["verified"])
        )


class Story:
    """The acts of the cast, each at its moment; some follow from what the house has done by itself."""

    def __init__(self, cast: Cast, acme: Path, say: Callable[[str], None], *, whole: bool) -> None:
        self._cast, self._acme, self._say, self._whole = cast, acme, say, whole
        self.first = self.second = ""
        self._seen = 0
        self._number = ""
        self._over_at: datetime | None = None
        self._acts: dict[str, Callable[[datetime], None]] = {
            "Tue 09:30": self._file_first,
            "Tue 10:00": self._sign_first,
            "Fri 10:00": self._review_first,
        }

    def is_over(self, now: datetime) -> bool:
        """Say whether the story has been told: once the lever is thrown, or on Friday where it is told whole."""
        if not self._number:
            return False
        return not self._whole or (f"{now:%a %H:%M}" >= "Fri 14:32" and now.weekday() == 4)

    def minute(self, now: datetime) -> None:
        """Do what is to be done in the minute that begins now."""
        act = self._acts.pop(f"{now.astimezone(LONDON):%a %H:%M}", None)
        if act is not None:
            act(now)
        elif now.minute % 10 == 0 and self.first:
            self._follow(now)

    def _follow(self, now: datetime) -> None:
        """Tell the newest steps, and do what follows from them."""
        self._tell_steps()
        if not self.second and self._ramp_state(self.first) == "settled":
            self._file_second(now)
        elif self.second and not self._number and self._ramp_state(self.second) in ("rolled_back", "settled"):
            self._throw_lever()

    def _file_first(self, now: datetime) -> None:
        self.first = self._file(FIRST, "support-v8-against-v7.json", "support-1482.json")
        self._say(f"{now:%a %H:%M}  ana files {self.first}: answer questions about the new product line")

    def _sign_first(self, now: datetime) -> None:
        self._cast.sign_all(self.first)
        self._cast.act("remi").put(f"/changes/{self.first}/schedule")
        self._say(f"{now:%a %H:%M}  the CAB signs {self.first}; remi arms it for its window on Wednesday")

    def _file_second(self, now: datetime) -> None:
        self.second = self._file(SECOND, "support-v9-against-v8.json", "support-1497.json")
        self._cast.sign_all(self.second)
        self._cast.act("remi").put(f"/changes/{self.second}/schedule")
        self._say(f"{now:%a %H:%M}  {self.second}, whose candidate is worse, is filed, signed and armed")

    def _file(self, name: str, results: str, pull_request: str) -> str:
        change = self._cast.file("ana", self._acme / "changes" / f"{name}.yaml")
        self._cast.post_evals(change, self._acme / "evals" / results)
        self._cast.tell_pull_request(change, self._acme / "pull-requests" / pull_request)
        return change

    def _review_first(self, now: datetime) -> None:
        body = {"close_code": "successful", "notes": "The metrics held; ten minutes."}
        self._cast.act("remi").put(f"/changes/{self.first}/review", body)
        self._say(f"{now:%a %H:%M}  remi reviews {self.first}; it closes when its 24 h watch has ended")

    def _throw_lever(self) -> None:
        body = {"because": "the provider reports wrong answers of this model; its fallback serves"}
        self._number = self._cast.act("sol").put(f"/switches/{LEVER}/throw", body)["number"]
        deadline = time.monotonic() + RECEIPT_WAITS_SECONDS
        while not self._receipt()["confirmed"] and time.monotonic() < deadline:
            time.sleep(0.02)
        self._say(f"           sol throws {LEVER}: {self._receipt()['sentence']}")

    def _receipt(self) -> dict[str, Any]:
        return self._cast.act("sol").get(f"/receipts/{self._number}")

    def _ramp_state(self, change: str) -> str:
        found = self._cast.act("remi").get(f"/changes/{change}")["ramp"]
        return found["ramp"]["state"] if found else ""

    def _steps(self, change: str) -> list[dict[str, Any]]:
        found = self._cast.act("remi").get(f"/changes/{change}")["ramp"]
        return found["steps"] if found else []

    def _tell_steps(self) -> None:
        steps = [(c, s) for c in (self.first, self.second) if c for s in self._steps(c)]
        for change, step in steps[self._seen :]:
            self._say(
                f"{_moment(step):%a %H:%M}  {change} {step['kind']} {step['share_percent']:g} %: {step['because']}"
            )
        self._seen = len(steps)

    def told(self) -> Told:
        """Return what the show proved, read back from the house itself."""
        receipt = self._receipt()
        verified = self._cast.act("remi").get("/audit/verification")
        kept = {
            "gateways": receipt["reporting"],
            "applied": receipt["applied"],
            "milliseconds": receipt["milliseconds"],
        }
        log = {"entries": verified["entries"], "verified": not verified["faults"] and verified["verified"] > 0}
        replayed = {c: self._cast.act("remi").get(f"/changes/{c}/replay")["same"] for c in (self.first, self.second)}
        return Told(self._timeline(), self._rollback(), replayed, kept, log)

    def _timeline(self) -> list[str]:
        widened = [s for s in self._steps(self.first) if s["kind"] == "promoted"]
        return [f"{_moment(s):%a %H:%M} {s['share_percent']:g}%" for s in widened]

    def _rollback(self) -> dict[str, Any] | None:
        steps = self._steps(self.second)
        ended = next((step for step in steps if step["kind"] == "rolled_back"), None)
        if ended is None:
            return None
        began = _moment(steps[0])
        share = [step["share_percent"] for step in steps if step["kind"] == "promoted"][-1]
        entries = self._cast.act("remi").get("/audit", act="ramp.rolled_back", object=self.second)["entries"]
        return {
            "change": self.second,
            "metric": entries[0]["facts"]["guardrail"],
            "share_percent": share,
            "minutes": round((_moment(ended) - began).total_seconds() / 60),
            "because": ended["because"],
            "entry": entries[0],
        }


def _moment(step: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(step["at"]).astimezone(LONDON)
