"""What does a service embed, and how does it ask?"""

from __future__ import annotations

import logging
import secrets
import socket
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from leverframe.gateway.asking import read_address
from leverframe.gateway.calls import read_call, salted, sign_call
from leverframe.gateway.hands import Hands, unwatch_forks, watch_forks
from leverframe.gateway.held import Held, NoTable
from leverframe.gateway.listening import Identity
from leverframe.gateway.outcomes import FLUSH_SECONDS, Telling
from leverframe.gateway.trust import Trust
from leverframe.nouns.outcomes import CallFacts, Feedback, Outcome
from leverframe.nouns.tables import Decision, Number, Reason, RouteTable, Variant
from leverframe.nouns.units import Unit
from leverframe.rules.sampling import is_sampled

log = logging.getLogger("leverframe.gateway")

LONGEST_NAME = 64


class Gateway:
    """Which unit serves this request? One object, one call, never an exception.

    `control_plane` is its address and `token` this gateway's own; without them the gateway lives on its disk or
    snapshot. The last good table is kept in `state_dir`; `snapshot` is a table for cold starts, a file or an http(s)
    address. Where `keys` are given (as `leverframe key show` prints them), a table that none of them has signed is
    refused; that needs the extra `signed`. `fallbacks` name what users get where a feature is off and no table says
    so; `on_no_table` maps a feature to "current" where its unit in `current` is to serve even without any table.
    """

    def __init__(
        self,
        control_plane: str | None = None,
        token: str | None = None,
        *,
        state_dir: Path | None = None,
        instance: str | None = None,
        on_no_table: Mapping[str, str] | None = None,
        snapshot: Path | str | None = None,
        keys: Sequence[str] = (),
        current: Mapping[str, Unit] | None = None,
        fallbacks: Mapping[str, str] | None = None,
        flush_seconds: float = FLUSH_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if (control_plane is None) != (token is None):
            raise ValueError("a control plane and a token go together")
        if control_plane is not None:
            read_address(control_plane)
        on_no_table, current = on_no_table or {}, current or {}
        if missing := [
            feature for feature, what in on_no_table.items() if what == "current" and feature not in current
        ]:
            raise ValueError(f"current has no unit for {', '.join(missing)}, which on_no_table declares")
        self._control_plane, self._token = control_plane, token or ""
        self._instance = instance or socket.gethostname()
        is_address = isinstance(snapshot, str) and snapshot.startswith(("http://", "https://"))
        self._snapshot_file = Path(snapshot) if snapshot and not is_address else None
        self._snapshot_address = str(snapshot) if is_address else ""
        self._fallbacks = dict(fallbacks or {})
        self._flush_seconds, self._monotonic = flush_seconds, monotonic
        self._held = Held(NoTable(on_no_table, current, self._fallbacks), state_dir, Trust(keys))
        self._hands: Hands | None = None
        self._asked = False

    def start(self) -> Self:
        """Take the table from disk, and begin to listen, to report and to send. Waits for nothing."""
        if self._hands is not None:
            return self
        self._held.load(self._snapshot_file)
        self._begin()
        watch_forks(self)
        return self

    def reopen(self) -> None:
        """In a forked child: be a boot of its own, with its own line and its own outcomes."""
        if self._hands is not None:
            self._hands.abandon()
        self._begin()

    def close(self, timeout: float = 2.0) -> None:
        """Send what is left for at most `timeout` seconds, say goodbye, and end. Answers go on as they were."""
        unwatch_forks(self)
        hands, self._hands = self._hands, None
        if hands is not None:
            hands.stop(timeout)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()

    @property
    def number(self) -> Number:
        """Return the number of the table that is obeyed; 0.0 without one."""
        return self._held.number

    @property
    def table(self) -> RouteTable | None:
        """Return the table that is obeyed, or None."""
        router = self._held.router
        return None if isinstance(router, NoTable) else router.table

    def table_for(
        self, *, subject: str | None = None, tenant: str | None = None, conversation: str | None = None
    ) -> RouteTable | None:
        """Return the table as it stands for one caller: with what is thrown for it while a switch is exercised."""
        router = self._held.router
        if isinstance(router, NoTable):
            return None
        return router.table_for(subject, tenant, conversation, self._monotonic() < self._held.lease_until)

    @property
    def connected(self) -> bool:
        """Say whether the line to the control plane is open."""
        return self._hands is not None and self._hands.listening.connected

    @property
    def age_seconds(self) -> float:
        """Return the seconds since the control plane was last heard; infinite if it never was."""
        return self._monotonic() - self._hands.listening.heard_at if self._hands is not None else float("inf")

    @property
    def dropped(self) -> int:
        """Count the outcomes and feedback that could not be kept."""
        return self._hands.telling.dropped if self._hands is not None else 0

    def route(
        self,
        feature: str,
        *,
        subject: str | None = None,
        tenant: str | None = None,
        region: str | None = None,
        conversation: str | None = None,
        cohorts: Collection[str] = (),
    ) -> Decision:
        """Say which unit serves this request, and why. Never raises.

        `subject` is who is bucketed: the same person falls the same way on every gateway. `cohorts` are the named
        sets of users that this one is in, such as `("internal",)`.
        """
        self._asked = True
        held = self._held
        try:
            lease_ok = self._monotonic() < held.lease_until
            return held.router.route(feature, subject, tenant, region, conversation, lease_ok, cohorts)
        except Exception:
            return self._anyway(feature, tenant)

    def call_id(
        self,
        decision: Decision,
        feature: str,
        *,
        subject: str | None = None,
        tenant: str | None = None,
        region: str | None = None,
        locale: str = "",
        conversation: str | None = None,
    ) -> str:
        """Return the id under which what comes of this call is told; "" while there is no key to seal it."""
        me = self._hands.listening.me if self._hands is not None else None
        if me is None:
            return ""
        try:
            facts = self._facts(me.name, decision, feature, subject or conversation or tenant, tenant, region, locale)
            return sign_call(facts, me.call_key)
        except Exception:
            log.exception("a call id could not be made for %r", feature)
            return ""

    def read_call(self, call_id: str) -> CallFacts | None:
        """Return what a call id says that this gateway, or another process of the same name, has signed."""
        me = self._hands.listening.me if self._hands is not None else None
        if me is None:
            return None
        return read_call(call_id, lambda gateway: me.call_key if gateway == me.name else None)

    def is_to_be_scored(self, call_id: str) -> bool:
        """Say whether a call is in the share that the policy has scored; the same on every gateway.

        Without a table nothing is known of a share, and every call is.
        """
        table = self.table
        return is_sampled(call_id, table.scored_percent if table is not None else 100.0)

    def record(self, call_id: str, *, latency_ms: float, cost_usd: float = 0.0, bad: Sequence[str] = ()) -> None:
        """Tell what came of a call: the whole answer's latency, its cost, the guardrails that it tripped.

        Never raises: what cannot be counted (no number, or beyond 1e9) is dropped, logged, and counted in `dropped`.
        """
        self._tell(
            call_id, lambda tell: tell.record(Outcome(call_id, float(latency_ms), float(cost_usd), _names(bad)))
        )

    def feedback(
        self, call_id: str, *, negative: bool | None = None, metric: str = "", value: float | None = None
    ) -> None:
        """Tell what came later: a thumb, or a score. Never raises; drops what cannot be counted, as `record` does."""
        self._tell(call_id, lambda tell: tell.feedback(Feedback(call_id, _thumb(negative), metric, _score(value))))

    def flush(self, timeout: float = 5.0) -> bool:
        """Send all outcomes now; say whether they were acknowledged within `timeout` seconds."""
        return self._hands is None or self._hands.telling.flush(timeout)

    def _tell(self, call_id: str, tell: Callable[[Telling], None]) -> None:
        if (hands := self._hands) is None:
            return
        try:
            if call_id:
                tell(hands.telling)
        except Exception as fault:
            hands.telling.refuse(f"{type(fault).__name__}: {fault}")

    def _begin(self) -> None:
        if self._control_plane is None:
            return
        self._hands = Hands(
            self._control_plane,
            self._token,
            Identity(self._instance, secrets.token_hex(8)),
            self._held,
            monotonic=self._monotonic,
            take_traffic=self._take_traffic,
            flush_seconds=self._flush_seconds,
            snapshot=self._snapshot_address,
        )
        self._hands.start()

    def _take_traffic(self) -> bool:
        asked, self._asked = self._asked, False
        return asked

    def _anyway(self, feature: str, tenant: object) -> Decision:
        """Answer what could not be decided: current, with all switches asked, or off."""
        log.warning("a request for %r could not be decided; current serves", feature, exc_info=True)
        try:
            known = tenant if isinstance(tenant, str) else None
            decision = self._held.router.route(feature, None, known, None, None, False)
            return replace(decision, reason=Reason.ERROR, change="", stage=0) if decision.serve else decision
        except Exception:
            fallback = self._fallbacks.get(feature, "") if isinstance(feature, str) else ""
            return Decision(False, None, Variant.OFF, Reason.ERROR, fallback=fallback, number=self._held.number)

    def _facts(
        self,
        gateway: str,
        decision: Decision,
        feature: str,
        key: str | None,
        tenant: str | None,
        region: str | None,
        locale: str,
    ) -> CallFacts:
        router = self._held.router
        place, ring = router.cell(feature, tenant, region)
        return CallFacts(
            gateway=gateway,
            target=feature,
            change=decision.change,
            stage=decision.stage,
            arm=decision.variant.value,
            number=str(decision.number),
            unit=decision.unit.name if decision.unit is not None else "",
            subject=salted(router.salt(feature, decision.change), key),
            region=place[:LONGEST_NAME],
            ring=ring,
            locale=locale[:LONGEST_NAME],
            reason=decision.reason.value,
            nonce=secrets.token_hex(8),
            cohort=decision.cohort,
        )


def _names(bad: Sequence[str]) -> tuple[str, ...]:
    """Return guardrails as an outcome holds them; one that was not put into a list is one."""
    return (bad,) if isinstance(bad, str) else tuple(bad)


def _thumb(negative: object) -> bool | None:
    return None if negative is None else bool(negative)


def _score(value: float | None) -> float | None:
    return None if value is None else float(value)
