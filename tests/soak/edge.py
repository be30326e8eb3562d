"""What does a service do that embeds the gateway, in a process of its own?

It is told by lines of JSON on its input and answers each by one line. Beside that a thread asks for the same people
all the time, and keeps what changed in the answers: what users met while the control plane was down.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
from pathlib import Path
from typing import Any

from leverframe.gateway import Gateway
from leverframe.nouns.tables import Decision

ASK_EVERY_SECONDS = 0.005
WATCHED = ("person-a", "person-b", "person-c", "person-d")


class Watch:
    """The thread that asks all the time."""

    def __init__(self, gateway: Gateway, feature: str) -> None:
        self.asked = 0
        self.changes: list[dict[str, Any]] = []
        self._gateway, self._feature = gateway, feature
        self._last: dict[str, tuple[Any, ...]] = {}
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            for subject in WATCHED:
                self._note(subject, self._gateway.route(self._feature, subject=subject))
            time.sleep(ASK_EVERY_SECONDS)

    def _note(self, subject: str, decision: Decision) -> None:
        self.asked += 1
        unit = decision.unit.name if decision.unit else ""
        seen = (decision.serve, decision.reason.value, unit, decision.stage, str(decision.number))
        if self._last.get(subject) != seen:
            self._last[subject] = seen
            names = ("serve", "reason", "unit", "stage", "number")
            change = dict(zip(names, seen, strict=True))
            self.changes.append({"at": time.monotonic(), "subject": subject, **change})


class Edge:
    """The service: it asks, serves and tells what came of it."""

    def __init__(self, control_plane: str, token: str, instance: str, folder: Path, feature: str) -> None:
        self._gateway = Gateway(control_plane, token, state_dir=folder, instance=instance).start()
        self._feature = feature
        self._watch = Watch(self._gateway, feature)

    def ask(self, subjects: list[str], rates: dict[str, float], seed: str) -> dict[str, Any]:
        """Serve a request of each subject; `rates` says how often an answer of a prompt fails."""
        dice, calls, off = random.Random(seed), [], 0
        for subject in subjects:
            decision = self._gateway.route(self._feature, subject=subject)
            if not decision.serve or decision.unit is None:
                off += 1
                continue
            call = self._gateway.call_id(decision, self._feature, subject=subject, locale="en-GB")
            bad = ["error"] if dice.random() < rates[decision.unit.prompt] else []
            self._gateway.record(call, latency_ms=20.0, cost_usd=0.001, bad=bad)
            score = round(dice.random(), 6) if dice.random() < 0.2 else None
            if score is not None:
                self._gateway.feedback(call, metric="groundedness", value=score)
            calls.append([call, bad, score])
        return {"calls": calls, "off": off}

    def decide(self, subject: str) -> dict[str, Any]:
        """Decide about one subject, and serve nobody."""
        decision = self._gateway.route(self._feature, subject=subject)
        unit = decision.unit.name if decision.unit else ""
        return {"serve": decision.serve, "unit": unit, "reason": decision.reason.value, "stage": decision.stage}

    def flush(self, timeout: float) -> dict[str, Any]:
        """Wait until everything is acknowledged."""
        return {"flushed": self._gateway.flush(timeout), "dropped": self._gateway.dropped}

    def stand(self) -> dict[str, Any]:
        """Say which table is obeyed, and whether the control plane is heard."""
        return {"number": str(self._gateway.number), "connected": self._gateway.connected}

    def watched(self) -> dict[str, Any]:
        """Tell what the watched people met since the start, and how often they asked."""
        return {"asked": self._watch.asked, "changes": list(self._watch.changes)}

    def close(self) -> dict[str, Any]:
        """Say goodbye."""
        self._gateway.close()
        return {}


def main(control_plane: str, token: str, instance: str, folder: str, feature: str) -> None:
    """Answer each line until the input ends."""
    edge = Edge(control_plane, token, instance, Path(folder), feature)
    for line in sys.stdin:
        told = json.loads(line)
        answer = getattr(edge, told.pop("do"))(**told)
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
