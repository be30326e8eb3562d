"""What came of the calls, told once each?

Outcomes go in numbered batches, each repeated under its number until it is acknowledged. What does not fit is
dropped and leaves a gap in the numbers, so that the control plane can count it. A process that is killed loses
what it had not sent: one flush, while the control plane answers.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from typing import Any

from leverframe.gateway.asking import Asker, Denied, Unreachable, Waits
from leverframe.nouns.documents import to_document
from leverframe.nouns.outcomes import Batch, Feedback, Outcome

log = logging.getLogger("leverframe.gateway")

FLUSH_SECONDS = 1.0
BATCH_OUTCOMES = 200
MOST_OPEN = 10_000
MOST_BATCHES = 200


class Telling:
    """The thread that sends outcomes and feedback. `record` and `feedback` may be called from any thread."""

    def __init__(self, control_plane: str, token: str, boot: str, flush_seconds: float = FLUSH_SECONDS) -> None:
        self.dropped = 0
        self._asker = Asker(control_plane, token)
        self._boot, self._flush_seconds = boot, flush_seconds
        self._open: deque[Outcome] = deque()
        self._feedback: deque[Feedback] = deque()
        self._batches: deque[Batch] = deque()
        self._sequence = 0
        self._lost = False
        self._lock = threading.Condition()
        self._hurry = False
        self._stopping = False
        self._waits = Waits()
        self._thread = threading.Thread(target=self._run, name="leverframe-outcomes", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def record(self, outcome: Outcome) -> None:
        """Take one outcome that can be counted; the oldest goes where there is no room."""
        if outcome.fault:
            self.refuse(outcome.fault)
            return
        with self._lock:
            if len(self._open) >= MOST_OPEN:
                self._open.popleft()
                self.dropped, self._lost = self.dropped + 1, True
            self._open.append(outcome)
            if len(self._open) >= BATCH_OUTCOMES:
                self._lock.notify_all()

    def feedback(self, feedback: Feedback) -> None:
        """Take one thumb or score that can be counted."""
        if feedback.fault:
            self.refuse(feedback.fault)
            return
        with self._lock:
            if len(self._feedback) >= MOST_OPEN:
                self._feedback.popleft()
                self.dropped += 1
            self._feedback.append(feedback)

    def refuse(self, because: str) -> None:
        """Count and log what could not be taken: it would only be refused by the control plane."""
        with self._lock:
            self.dropped += 1
        log.warning("an outcome or feedback is dropped: %s", because)

    def flush(self, timeout: float) -> bool:
        """Send all there is now; say whether it was acknowledged within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        with self._lock:
            self._hurry = True
            self._lock.notify_all()
            while not self._is_empty() and time.monotonic() < deadline and self._thread.is_alive():
                self._lock.wait(min(0.1, max(0.0, deadline - time.monotonic())))
            return self._is_empty()

    def stop(self, timeout: float) -> None:
        """Send what there is, for at most `timeout` seconds, and end."""
        self.flush(timeout)
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        self._thread.join(1.0)

    def abandon(self) -> None:
        """In a forked child: let go of the parent's connection; the parent sends its own outcomes."""
        self._asker.abandon()

    def _is_empty(self) -> bool:
        return not self._open and not self._batches and not self._feedback

    def _run(self) -> None:
        wait = self._flush_seconds
        while True:
            with self._lock:
                if not self._stopping and not self._hurry and len(self._open) < BATCH_OUTCOMES:
                    self._lock.wait(wait)
                if self._stopping:
                    break
                self._hurry = False
                self._seal()
            wait = self._send()
            if wait > self._flush_seconds or self._batches:
                self._pause(wait)
        self._asker.close()

    def _pause(self, seconds: float) -> None:
        """Wait out a failure; new outcomes do not shorten it, a flush or the end does."""
        deadline = time.monotonic() + seconds
        with self._lock:
            while not self._stopping and not self._hurry and time.monotonic() < deadline:
                self._lock.wait(max(0.0, deadline - time.monotonic()))

    def _seal(self) -> None:
        """Number what is open; a number is passed over for what was lost."""
        while self._open:
            outcomes = tuple(self._open.popleft() for _ in range(min(BATCH_OUTCOMES, len(self._open))))
            self._sequence += 2 if self._lost else 1
            self._lost = False
            self._batches.append(Batch(self._boot, self._sequence, outcomes))
        while len(self._batches) > MOST_BATCHES:
            self.dropped += len(self._batches.popleft().outcomes)

    def _send(self) -> float:
        """Send until nothing is left or something fails; return how long to wait."""
        try:
            while self._batches:
                self._send_batch(self._batches[0])
            while self._feedback:
                self._send_feedback()
        except (Unreachable, Denied) as fault:
            log.debug("outcomes are kept: %s", fault)
            return self._waits.next()
        self._waits.reset()
        return self._flush_seconds

    def _send_batch(self, batch: Batch) -> None:
        answer = self._ask("/gateways/outcomes", to_document(batch), len(batch.outcomes))
        if isinstance(answer, dict) and answer.get("acknowledged", 0) < batch.sequence:
            raise Unreachable(f"batch {batch.sequence} was not acknowledged")
        self._count_refused(answer)
        self._done(self._batches, 1)

    def _send_feedback(self) -> None:
        with self._lock:
            some = [self._feedback[place] for place in range(min(BATCH_OUTCOMES, len(self._feedback)))]
        self._count_refused(self._ask("/feedback", to_document(some), len(some)))
        self._done(self._feedback, len(some))

    def _ask(self, path: str, document: Any, count: int) -> Any:
        """Ask; what the control plane will never take is dropped and counted."""
        try:
            return self._asker.ask("POST", path, document)
        except Denied as fault:
            if not fault.permanent:
                raise
            self.dropped += count
            log.warning("%d outcomes are dropped: %s", count, fault)
            return None

    def _count_refused(self, answer: Any) -> None:
        """Count the rows that the control plane did not take, of a batch of which it took the rest."""
        refused = answer.get("refused") if isinstance(answer, dict) else None
        if isinstance(refused, int) and refused > 0:
            self.dropped += refused
            log.warning("%d outcomes or feedback were refused by the control plane", refused)

    def _done(self, queue: deque[Any], count: int) -> None:
        with self._lock:
            for _ in range(min(count, len(queue))):
                queue.popleft()
            self._lock.notify_all()
