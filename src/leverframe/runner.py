"""What does the clock do, and when?

A level-triggered reconciler: each round looks at every row that may need something and steps it. What it finds is
in the database, so that a second process may take over at any moment: ramps are leased, and every write is fenced
by the row's version.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leverframe.actions import (
    audits,
    break_glass,
    cab_agenda,
    debts,
    deliveries,
    effects,
    exercising,
    expiring,
    frozen_changes,
    holding,
    receipts,
    reminding,
    reports,
    reviews,
    setting,
    starting,
    stepping,
    switch_files,
    tables,
    unauthorised,
    write_back,
)
from leverframe.actions.due import Due, give_back, lease, what_is_due
from leverframe.actions.following import TROUBLE
from leverframe.actions.house import House
from leverframe.actions.metric_reading import Measuring
from leverframe.actions.watching import Watch
from leverframe.clock import monotonic
from leverframe.nouns.tables import NO_NUMBER, Number
from leverframe.nouns.verdicts import Conflict, SourceFailed

log = logging.getLogger("leverframe.runner")

ROUND_SECONDS = 1.0
BREATH_SECONDS = 0.1
"""Between two rounds, ramps whose moment has come are looked at together, so often at most."""
CHECKPOINT_SECONDS = 10.0
FOLLOW_SECONDS = 0.5
"""So often it is asked whether it is time to look at the switch file: soon after somebody has told of a push."""
MEASURE_SECONDS = 1.0
"""So often it is asked which metrics are due; each has a turn of its own, of a minute or more."""
LEASE_SECONDS = 15.0
LEAVING_SECONDS = 10.0
"""What hangs when the clock stops is waited for so long, and then left."""


@dataclass(slots=True)
class Runner:
    """The clock's hand. `sign` signs checkpoints, `secrets` are the webhooks'; `owner` holds its leases.

    What a process that has died has leased is free after `lease_seconds`, a game day after twice as long.
    """

    house: House
    sign: Callable[[str], str]
    checkpoints: Path | None = None
    secrets: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    owner: str = field(default_factory=lambda: f"{os.uname().nodename}-{os.getpid()}")
    lease_seconds: float = LEASE_SECONDS
    published: Number = NO_NUMBER
    asking: exercising.Asking | None = None
    """How a game day asks the gateways; without it none is held here."""
    measuring: Measuring | None = None
    """How outside sources of metrics are asked; without it none is asked here."""
    watch: Watch = field(default_factory=Watch)
    lookout: unauthorised.Lookout = field(default_factory=unauthorised.Lookout)
    collector: debts.Collector = field(default_factory=debts.Collector)
    _stop: threading.Event = field(default_factory=threading.Event)
    _checkpoint_at: float = 0.0
    _round_at: float = 0.0
    _leased: frozenset[str] = frozenset()
    _leased_at: float = 0.0
    _thread: threading.Thread | None = None
    _follower: threading.Thread | None = None
    _measurer: threading.Thread | None = None
    _stepping: threading.Lock = field(default_factory=threading.Lock)
    _holding: threading.Thread | None = None

    def start(self) -> None:
        """Begin to run rounds in a thread of its own."""
        if self.house.following is not None:
            self._follower = threading.Thread(target=self._keep_following, name="switch file", daemon=True)
            self._follower.start()
        if self.measuring is not None:
            self._measurer = threading.Thread(target=self._keep_measuring, name="metrics", daemon=True)
            self._measurer.start()
        self._thread = threading.Thread(target=self._run, name="clock", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End after the present round, and sign what has been committed."""
        self._stop.set()
        for thread in (self._thread, self._follower, self._measurer, self._holding):
            if thread is not None:
                thread.join(LEAVING_SECONDS)
        self._guarded("reports", reports.end, self.house)
        self._guarded("leases", give_back, self.house, self.owner)
        self._guarded("checkpoint", self._checkpoint)

    def _run(self) -> None:
        while not self._stop.wait(self._pause()):
            if monotonic() >= self._round_at:
                self.round()
            else:
                self._between_rounds()

    def _pause(self) -> float:
        """Return the seconds to the next round, or to the next ramp's moment or receipt if that is sooner."""
        moment, left = self.watch.next_moment(), self._round_at - monotonic()
        if moment is not None:
            left = min(left, (moment - self.house.clock.now()).total_seconds())
        return BREATH_SECONDS if self.house.opened else max(BREATH_SECONDS, left)

    def _between_rounds(self) -> None:
        with self._stepping:
            self._step(None)
            if self.house.opened:
                self._guarded("receipts", receipts.close_receipts, self.house)

    def round(self) -> None:
        """Do everything that is due now, once. A virtual clock calls this after each of its minutes."""
        with self._stepping:
            self._round_at = monotonic() + ROUND_SECONDS
            self._guarded("reports", self._exchange)
            due = self._look()
            if due.newest is not None and due.newest > self.published:
                self._guarded("tables", self._catch_up)
            for change_id in due.scheduled:
                self._guarded(change_id, starting.start_due, self.house, change_id)
            mine = self._mine(due.ramping)
            if self.measuring is not None and self._measurer is None:
                self._guarded("metrics", self.measuring.finish, self.house, mine)
            self._step(mine)
            for change_id in due.closing:
                self._guarded(change_id, reviews.close_due, self.house, change_id)
            for switch_id in due.setting:
                self._guarded(switch_id, setting.set_signed, self.house, switch_id)
            for switch_id in due.lapsing:
                self._guarded(switch_id, setting.lapse, self.house, switch_id)
            for switch_id in due.expiring:
                self._guarded(switch_id, expiring.tell_expiring, self.house, switch_id)
            for change_id in due.let_past:
                self._guarded(change_id, break_glass.expire, self.house, change_id)
            for freeze_id in due.freezes:
                self._guarded(freeze_id, frozen_changes.tell_whom_it_meets, self.house, freeze_id)
            if due.cab != cab_agenda.NOTHING_DUE:
                self._guarded("the CAB", cab_agenda.serve, self.house, due.cab)
            for change_id in due.effects:
                self._guarded(change_id, effects.tell_effect, self.house, change_id)
            for duty in due.reminding:
                self._guarded(f"follow-up {duty}", reminding.remind, self.house, duty)
            self._guarded("units that no change explains", unauthorised.look_out, self.house, self.lookout)
            self._guarded("debts", debts.collect, self.house, self.collector)
            if self._follower is None:
                self._follow()
            self._finish(due)

    def _finish(self, due: Due) -> None:
        """Write down what gateways have obeyed, hold game days, tell people, sign the log."""
        if due.exercising:
            self._guarded("game days", self._hold_game_days)
        if self.house.opened:
            self._guarded("receipts", receipts.close_receipts, self.house)
        if due.telling:
            self._guarded("outbox", deliveries.deliver, self.house, self.secrets)
        if monotonic() - self._checkpoint_at >= CHECKPOINT_SECONDS:
            self._guarded("receipts left open", receipts.take_over, self.house)
            self._guarded("checkpoint", self._checkpoint)

    def _hold_game_days(self) -> None:
        """Carry out a game day in a thread of its own: it waits for gateways, and the clock does not wait for it."""
        if self.asking is None or (self._holding is not None and self._holding.is_alive()):
            return
        held = 2 * self.lease_seconds
        day = holding.to_hold(self.house, self.owner, held)
        if day is not None:
            driver = exercising.Driver(self.house, self.asking, self.owner, self._stop, held)
            self._holding = threading.Thread(
                target=self._guarded, args=(day, driver.drive, day), name="game-day", daemon=True
            )
            self._holding.start()

    def _look(self) -> Due:
        try:
            return what_is_due(self.house)
        except Exception:
            log.exception("could not look at what is due; trying again next round")
            return Due()

    def _step(self, driven: Mapping[str, int] | None) -> None:
        """Step the ramps for which something follows: of those driven, or only of those whose moment has come."""
        try:
            found = stepping.worth_a_step(self.house, self.watch, driven)
        except Exception:
            log.exception("could not look at the ramps; trying again next round")
            return
        for change_id in found:
            self._guarded(change_id, stepping.act_on, self.house, change_id)

    def _mine(self, ramping: Mapping[str, int]) -> dict[str, int]:
        """Keep the running ramps that this process leases; leases are renewed well before they end."""
        stale = monotonic() - self._leased_at > self.lease_seconds / 3
        if ramping and (stale or not self._leased.issuperset(ramping)):
            self._guarded("leases", self._lease)
        return {change_id: version for change_id, version in ramping.items() if change_id in self._leased}

    def _lease(self) -> None:
        """Take the leases that are free, and renew our own; where that fails, nothing is ours."""
        self._leased, asked_at = frozenset(), monotonic()
        self._leased, self._leased_at = lease(self.house, self.owner, self.lease_seconds), asked_at

    def _guarded(self, what: str, act: Callable[..., object], *arguments: object) -> None:
        """Run one act; what fails is an alarm until it works, and is tried again next round.

        A row that somebody else has just written is no trouble: it is looked at again next round.
        """
        try:
            act(*arguments)
            self.house.troubles.pop(what, None)
        except Conflict:
            log.info("%s was written by somebody else; looking again next round", what)
        except SourceFailed as silent:
            if self.house.troubles.get(what) != str(silent):
                log.warning("%s does not answer: %s", what, silent)
            self.house.troubles[what] = str(silent)
        except Exception as error:
            log.exception("%s failed; trying again next round", what)
            self.house.troubles[what] = f"{type(error).__name__}: {error}"

    def _catch_up(self) -> None:
        """Hand on a table that another process has published."""
        frame = tables.frame_since(self.house, self.published)
        if frame is not None:
            self.published = frame.number
            self.house.publish(frame)

    def _keep_following(self) -> None:
        """Look at the switch file in git in a thread of its own: a disk that hangs keeps no ramp waiting."""
        while not self._stop.wait(FOLLOW_SECONDS):
            self._follow()

    def _keep_measuring(self) -> None:
        """Ask outside sources in threads of their own: one that is slow keeps no ramp waiting."""
        while self.measuring is not None and not self._stop.wait(MEASURE_SECONDS):
            self._guarded("metrics", self.measuring.begin, self.house, self._leased)

    def _follow(self) -> None:
        if self.house.following is not None and self.house.following.is_due:
            self._guarded(TROUBLE, self._look_at_file)

    def _look_at_file(self) -> None:
        switch_files.follow(self.house)
        write_back.write_back(self.house)

    def _exchange(self) -> None:
        """Write what the gateways here have reported, and read what those of other processes have."""
        reports.share(self.house)
        reports.learn(self.house)

    def _checkpoint(self) -> None:
        self._checkpoint_at = monotonic()
        audits.checkpoint(self.house, self.sign, self.checkpoints)
