"""How do people and services go on, though the control plane may die under any of their requests?

Whoever got no answer starts it again (as a supervisor does), looks whether the act was done, and repeats it if not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx2
from tests.soak import bundle
from tests.soak.processes import Died, EdgeProcess, Killer, Plane, until
from tests.soak.receiver import SECRET, Receiver

from leverframe.client import SESSION_COOKIE, Credentials, Problem, Server, Unreachable, document_of
from leverframe.store import Store, outbox, tables

STARTS_AT = "2026-05-13T09:00:00+01:00"
EDGES = ("edge-a", "edge-b")
PASSWORD = "correct horse battery staple"
T = TypeVar("T")


class NotEnrolled(Exception):
    """A service of this name is enrolled already."""


@dataclass(slots=True)
class Served:
    """What the services have served and told: each call with what it tripped and its score."""

    calls: list[tuple[str, tuple[str, ...], float | None]] = field(default_factory=list)
    off: int = 0


class World:
    """One house of processes on a fresh store, with its people, services and its listener."""

    def __init__(
        self,
        folder: Path,
        database: str,
        killer: Killer | None = None,
        *,
        lease_seconds: float = 2.0,
        starts_at: str = STARTS_AT,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.killer = folder, killer
        self.url = database or f"sqlite:///{folder / 'plane' / 'leverframe.db'}"
        self.receiver = Receiver()
        self.plane = Plane(folder / "plane", database, {bundle.SECRET_NAME: SECRET}, starts_at, lease_seconds)
        self.people: dict[str, Server] = {}
        self.sessions: dict[str, Credentials] = {}
        self.edges: dict[str, EdgeProcess] = {}
        self.served = Served()
        self.minutes = 0
        self.policy: dict[str, int] = {}

    def __enter__(self) -> Self:
        self.receiver.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for edge in self.edges.values():
            edge.close()
        self.plane.kill()
        self.receiver.__exit__(kind, fault, trace)

    # ------------------------------------------------------------------------------------------ acts

    def act(self, do: Callable[[], T], is_done: Callable[[], Any] = lambda: False) -> T | None:
        """Do something once: repeat it where it was cut off, unless it was done; None where only that is known."""
        while True:
            try:
                if self.killer is not None:
                    self.killer.before(self.plane)
                return do()
            except Unreachable:
                self.revive()
                if self.look(is_done):
                    return None

    def look(self, see: Callable[[], T]) -> T:
        """Read something, as often as it takes."""
        while True:
            try:
                return see()
            except Unreachable:
                self.revive()

    def revive(self) -> None:
        """Start the control plane again, if it has died, and wait until the services hear it again."""
        until(lambda: not self.plane.is_alive or self._answers(), "the control plane to die or to answer")
        while not self.plane.is_alive:
            with suppress(Died):
                if self.killer is not None:
                    self.killer.at_start(self.plane)
                self.plane.start()
                self.wait_heard()

    def _answers(self) -> bool:
        with suppress(httpx2.TransportError):
            return httpx2.get(f"{self.plane.address}/health/ready", trust_env=False, timeout=2.0).is_success
        return False

    def wait_heard(self) -> None:
        """Wait until every service has its line to the control plane; raises Died where that has ended again."""

        def all_hear() -> bool:
            if not self.plane.is_alive:
                raise Died("the control plane")
            return all(edge.tell("stand")["connected"] for edge in self.edges.values())

        until(all_hear, "the services to hear the control plane again")

    def ask(self, name: str) -> Server:
        """Return the server as this person asks it."""
        return self.people[name]

    def ask_at(self, plane: Plane, name: str) -> Server:
        """Return another control plane on the same store, as the same person's session asks it."""
        return Server(plane.address, self.sessions[name])

    # ------------------------------------------------------------------------------------------ the first day

    def open(self, edges: Sequence[str] = EDGES, **policy: int) -> Self:
        """Start everything, load the policy, give everybody a session, adopt the unit, enrol the services."""
        self.policy |= policy
        self.revive()
        self.act(self._first_administrator, self._first_session)
        self.load()
        for name in bundle.PEOPLE:
            if name != "adi":
                body = {"name": name, "password": PASSWORD}
                self.act(lambda b=body: self.ask("adi").post("/accounts", b), lambda n=name: self._sit_down(n))
                self.act(lambda n=name: self._sit_down(n))
        self.adopt()
        for name in edges:
            self.start_edge(name)
        return self

    def _first_administrator(self) -> None:
        body, url = {"name": "adi", "password": PASSWORD}, f"{self.plane.address}/first-administrator"
        self._keep("adi", self._post(url, body, key=self.plane.first_key()))

    def _first_session(self) -> bool:
        """Open the first administrator's session by the password, if the account was made."""
        return self._sit_down("adi", by_password=True)

    def _sit_down(self, name: str, *, by_password: bool = False) -> bool:
        """Open a session, by the demo's own door where there is one; say whether there is an account."""
        if self.plane.starts_at and not by_password:
            answer = self._post(f"{self.plane.address}/demo/act-as", {"name": name})
        else:
            answer = self._post(f"{self.plane.address}/sessions", {"name": name, "password": PASSWORD})
        return answer.is_success and self._keep(name, answer)

    def _post(self, url: str, body: dict[str, str], **asked: str) -> httpx2.Response:
        headers = {"accept": "application/json"}
        try:
            return httpx2.post(url, json=body, params=asked, headers=headers, trust_env=False, timeout=30.0)
        except httpx2.TransportError as fault:
            raise Unreachable(url, str(fault)) from None

    def _keep(self, name: str, answer: httpx2.Response) -> bool:
        told = document_of(answer)
        cookie = answer.cookies[SESSION_COOKIE]
        self.sessions[name] = Credentials(name=name, cookie=cookie, csrf=told["csrf"])
        self.people[name] = Server(self.plane.address, self.sessions[name])
        return True

    def load(self, **policy: int) -> dict[str, Any]:
        """Load or propose the policy with what is altered: the same one twice is the same."""
        self.policy |= policy
        body = {"files": bundle.files(self.receiver.url, **self.policy)}
        return self.act(lambda: self.ask("adi").post("/policy", body)) or self.load(**policy)

    def adopt(self) -> None:
        """Write down what runs on day zero."""
        path = f"/targets/{bundle.FEATURE}"
        body = {"unit": {"prompt": f"{bundle.FEATURE}@v1", "model": "mock.small"}, "because": "it runs today"}
        self.act(
            lambda: self.ask(bundle.OWNER).put(f"{path}/unit", body),
            lambda: self.ask("adi").get(path)["current"],
        )

    def start_edge(self, name: str, plane: Plane | None = None) -> None:
        """Enrol a service and start it, by default at the first control plane."""
        token = self.act(lambda: self._enrol(name)) or ""
        (self.folder / name).mkdir(exist_ok=True)
        self.edges[name] = EdgeProcess((plane or self.plane).address, token, name, self.folder / name)
        with suppress(Died):
            until(lambda: self._has_table(name), f"{name} to have a table")

    def _enrol(self, name: str) -> str:
        """Enrol a service and return its token; one that was shown to nobody, because all was cut off, is revoked."""
        with suppress(NotEnrolled):
            return self._token(name)
        self.ask("adi").delete(f"/gateways/{name}", {"because": "its token was lost"})
        return self._token(name)

    def _token(self, name: str) -> str:
        try:
            return self.ask("adi").post("/gateways", {"name": name, "targets": []})["token"]
        except Problem as no:
            if no.status == 412:
                raise NotEnrolled(name) from None
            raise

    def _has_table(self, name: str) -> bool:
        if not self.plane.is_alive:
            self.revive()
        stands = self.edges[name].tell("stand")
        return stands["connected"] and stands["number"] != "0.0"

    # ------------------------------------------------------------------------------------------ changes

    def file(self, version: int, opens_at: str) -> str:
        """File a change and return its id."""
        body = bundle.change_file(version, opens_at)
        filed = self.act(
            lambda: self.ask(bundle.OWNER).post("/changes", body), lambda: self._filed(str(body["title"]))
        )
        return filed["id"] if filed else self.look(lambda: self._filed(str(body["title"])))

    def _filed(self, title: str) -> str:
        found = self.ask("remi").get("/changes", text=title)["changes"]
        return found[0]["id"] if found else ""

    def sign_and_arm(self, change: str) -> None:
        """Have every seat signed, and the start armed."""
        for role, name in bundle.SIGNERS.items():
            self.act(
                lambda n=name, r=role: self._sign(n, change, r), lambda r=role: r not in self._open_seats(change)
            )
        self.act(
            lambda: self.ask("remi").put(f"/changes/{change}/schedule"),
            lambda: self.view(change)["change"]["state"] not in ("assess", "authorize"),
        )

    def _sign(self, name: str, change: str, role: str) -> Any:
        body = {"role": role, "content_digest": self.ask(name).get(f"/changes/{change}")["digest"]}
        return self.ask(name).post(f"/changes/{change}/sign-offs", body)

    def _open_seats(self, change: str) -> list[str]:
        return [role for role, _, _, is_open in self.view(change)["seats"] if is_open]

    def view(self, change: str) -> dict[str, Any]:
        """Return a change as remi sees it."""
        return self.look(lambda: self.ask("remi").get(f"/changes/{change}"))

    def stands(self, change: str) -> tuple[str, int]:
        """Return the state and the stage of a change's ramp; ("", 0) before it has begun."""
        found = self.view(change)["ramp"]
        return (found["ramp"]["state"], found["ramp"]["stage"]) if found else ("", 0)

    def hold(self, change: str) -> None:
        """Have sol hold a ramp."""
        path = f"/changes/{change}/ramp/hold"
        self.act(lambda: self.ask("sol").put(path, {"because": "a customer rang"}), lambda: self._held_by(change))

    def release(self, change: str) -> None:
        """Have remi release it."""
        path = f"/changes/{change}/ramp/hold"
        self.act(
            lambda: self.ask("remi").delete(path, {"because": "it was nothing"}),
            lambda: self._held_by(change) != "sol",
        )

    def _held_by(self, change: str) -> str:
        hold = self.ask("remi").get(f"/changes/{change}")["ramp"]["ramp"]["hold"]
        return hold["by"] if hold else ""

    def review(self, change: str, close_code: str) -> None:
        """Have remi record the review."""
        body = {"close_code": close_code, "notes": "the evidence was plain"}
        self.act(
            lambda: self.ask("remi").put(f"/changes/{change}/review", body),
            lambda: self.ask("remi").get(f"/changes/{change}")["change"]["review"],
        )

    # ------------------------------------------------------------------------------------------ levers

    def throw(self, switch: str = bundle.SWITCH) -> str:
        """Throw a switch and return the number of the table that carries it, or "" where only that is known."""
        body = {"because": "it answers nonsense"}
        done = self.act(
            lambda: self.ask("sol").put(f"/switches/{switch}/throw", body), lambda: self.is_thrown(switch)
        )
        return done["number"] if done else ""

    def is_thrown(self, switch: str = bundle.SWITCH) -> bool:
        """Say whether a switch is thrown."""
        return self.look(lambda: self.ask("sol").get(f"/switches/{switch}")["switch"]["thrown"])

    def set_again(self, switch: str = bundle.SWITCH) -> None:
        """Have a switch set again by everybody who is asked."""
        for name, role in ((bundle.OWNER, "feature_owner"), ("remi", "release_manager")):
            body = {"because": "it is mended", "role": role}
            self.act(
                lambda n=name, b=body: self.ask(n).post(f"/switches/{switch}/set", b),
                lambda r=role: self._is_set_signed(switch, r),
            )

    def _is_set_signed(self, switch: str, role: str) -> bool:
        found = self.ask("sol").get(f"/switches/{switch}")
        seats = found["request"]["seats"] if found["request"] else []
        return not found["switch"]["thrown"] or any(seat[0] == role and seat[2] for seat in seats)

    def wait_off(self) -> None:
        """Wait until every service gives way to the fallback."""

        def all_off() -> bool:
            if not self.plane.is_alive:
                self.revive()
            return not any(edge.tell("decide", subject="person-a")["serve"] for edge in self.edges.values())

        until(all_off, "the kill to arrive")

    def next_policy(self, longest_wait_minutes: int) -> None:
        """Propose the next policy and have it signed."""
        digest = self.load(longest_wait_minutes=longest_wait_minutes)["digest"]
        for role, name in bundle.SIGNERS.items():
            path = f"/policy/proposals/{digest}/sign-offs"
            self.act(
                lambda n=name, r=role, p=path: self.ask(n).post(p, {"role": r}),
                lambda r=role: r not in self._open_policy_seats(digest),
            )

    def _open_policy_seats(self, digest: str) -> list[str]:
        waiting = self.ask("remi").get("/policy/proposals")["proposals"]
        seats = [seat for proposal in waiting if proposal["digest"] == digest for seat in proposal["seats"]]
        return [role for role, count, people in seats if len(people) < count]

    # ------------------------------------------------------------------------------------------ time

    def now(self) -> datetime:
        """Return what the control plane's clock says."""
        return datetime.fromisoformat(self.look(lambda: self.ask("adi").get("/clock"))["now"])

    def minute(self, rates: dict[str, float], requests: int = 60) -> None:
        """Let a virtual minute pass: people ask, outcomes are acknowledged, the clock steps."""
        self.serve(rates, requests)
        self.flush()
        self.step()

    def serve(self, rates: dict[str, float], requests: int = 60) -> None:
        """Let people ask for a minute, at all services."""
        for place, (name, edge) in enumerate(self.edges.items()):
            subjects = [_subject(self.minutes, n, place) for n in range(requests // len(self.edges))]
            told = edge.tell("ask", subjects=subjects, rates=rates, seed=f"{name} {self.minutes}")
            self.served.calls += [(call, tuple(bad), score) for call, bad, score in told["calls"]]
            self.served.off += told["off"]
        self.minutes += 1

    def flush(self, names: Sequence[str] = ()) -> None:
        """Wait until every outcome of these services is acknowledged; of all where none is named."""
        for edge in [self.edges[name] for name in names or self.edges]:
            if self.killer is not None:
                self.killer.before(self.plane)
            until(lambda edge=edge: self._flushed(edge), "outcomes to be acknowledged")

    def _flushed(self, edge: EdgeProcess) -> bool:
        if not self.plane.is_alive:
            self.revive()
        return edge.tell("flush", timeout=1.0)["flushed"]

    def step(self, minutes: int = 1) -> None:
        """Move the clock, once, and have the runner step."""
        before = self.now()
        self.act(
            lambda: self.ask("adi").post("/clock", {"minutes": minutes}),
            lambda: datetime.fromisoformat(self.ask("adi").get("/clock")["now"]) > before,
        )

    # ------------------------------------------------------------------------------------------ the end

    def settle_accounts(self, names: Sequence[str] = EDGES) -> None:
        """Let the clock go on until every message has arrived, and these services obey the newest table."""
        store = Store(self.url)
        try:
            for _ in range(30):
                self.flush()
                self.step()
                with store.read() as db:
                    if not outbox.waiting(db):
                        break
            with store.read() as db:
                newest = str(tables.newest_number(db))
        finally:
            store.close()
        until(lambda: self._reporting() == dict.fromkeys(names, (newest, True)), "every service to report")

    def _reporting(self) -> dict[str, tuple[str, bool]]:
        found = self.look(lambda: self.ask("adi").get("/gateways"))["gateways"]
        return {row["gateway"]["name"]: (seen["number"], seen["connected"]) for row in found for seen in row["seen"]}


def _subject(minute: int, n: int, place: int) -> str:
    """Name who asks: mostly somebody new, now and then somebody who asked a few minutes ago, at any edge."""
    return f"person {minute - n % 3}-{n // 4}" if n % 4 == 0 else f"person {minute}-{place}-{n}"
