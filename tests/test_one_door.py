"""Is there one way in, for every write route, and does each ask who comes?

A store that notes which module opens each write transaction stands in the place of the usual one: whatever a door
writes, it writes through `actions`. The table of routes is complete, or its test fails: a new route needs a row.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.world import ON_SQLITE, World, a_key, acme
from tests.write_routes import OTHERS, PASSWORD, ROWS, TARGET, Row, form

from leverframe.actions import accounts, gateways
from leverframe.gateway.held import Held, NoTable
from leverframe.nouns.documents import to_document
from leverframe.nouns.outcomes import Batch, Feedback, Outcome
from leverframe.nouns.tables import Reason
from leverframe.store import Store
from leverframe.store import accounts as account_rows
from leverframe.store.database import Db
from leverframe.web.app import make_app
from leverframe.web.live import Events

pytestmark = ON_SQLITE
CSRF, COOKIE = "x-leverframe-csrf", "leverframe_session"
SAFE = {"GET", "HEAD", "OPTIONS"}


class WatchedStore(Store):
    """A store that notes who opens each write transaction: the first module outside the store itself."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.writers: list[str] = []

    def write(self) -> AbstractContextManager[Db]:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals["__name__"].startswith(("leverframe.store", "contextlib")):
            frame = frame.f_back
        self.writers.append(frame.f_globals["__name__"])
        return super().write()

    @property
    def strangers(self) -> list[str]:
        """List who wrote without being an action."""
        return [name for name in self.writers if not name.startswith("leverframe.actions.")]


@pytest.fixture
def store(store_url: str) -> Iterator[WatchedStore]:
    store = WatchedStore(store_url)
    yield store
    store.close()


@pytest.fixture
def client(world: World) -> TestClient:
    """A program that asks by HTTP, with no session yet."""
    for name in ("ana", "remi", "sol", "sam", "vic", "cass", "adi"):
        with world.store.write() as db:
            account_rows.add(db, account_rows.Account(name, "no password opens this", world.now))
    return client_of(world)


def client_of(world: World) -> TestClient:
    app = make_app(world.house, Events())
    app.state.runner, app.state.settled = world.runner, lambda: str(world.table.number)
    app.state.audit = (a_key().public, None)
    return TestClient(app, headers={"accept": "application/json"})


def entered(world: World, name: str) -> dict[str, str]:
    """Return the headers of a person's session."""
    session = accounts.open_session(world.house, name)
    return {"cookie": f"{COOKIE}={session.key}", CSRF: session.csrf}


def ask(client: TestClient, method: str, path: str, body: Any, headers: dict[str, str]):
    if isinstance(body, bytes):
        return client.request(method, path, content=body, headers=headers)
    return client.request(method, path, json=body, headers=headers)


NAMES = [f"{method} {path}" for method, path in ROWS]
every_route = pytest.mark.parametrize("row", ROWS.values(), ids=NAMES)


def write_routes(routes: Any) -> Iterator[tuple[str, str]]:
    for route in routes:
        inner = getattr(getattr(route, "original_router", None), "routes", None)
        if inner is not None:
            yield from write_routes(inner)
        else:
            methods = set(getattr(route, "methods", None) or ())
            yield from ((method, route.path) for method in methods - SAFE)


def test_the_table_names_every_write_route(client: TestClient):
    assert set(write_routes(client.app.routes)) == {*ROWS, *OTHERS}


def method_of(row: Row) -> str:
    return next(method for (method, _), known in ROWS.items() if known is row)


@every_route
def test_a_write_asks_who_comes_and_goes_through_actions(client: TestClient, world: World, row: Row):
    method, (path, body) = method_of(row), row.given(world)
    session, vic = entered(world, row.by), entered(world, "vic")
    _, reader = accounts.add_token(world.house, world.who(row.by), "reader", ("read", "feedback"))
    accounts.whose_token(world.house, reader)  # its use is noted once a minute
    entries, store = len(world.entries()), watched(world)
    refuse_strangers(client, method, path, body, session)
    refuse_forms(client, method, path, session)
    token = ask(client, method, path, body, {"authorization": f"Bearer {reader}"})
    assert (token.status_code, token.json()["type"]) == (403, "forbidden"), token.text
    assert (store.writers, len(world.entries())) == ([], entries)
    if row.keeps_out:
        refuse_vic(client, method, path, body, vic)
        assert len(world.entries()) == entries
    done = ask(client, method, path, body, session)
    assert done.status_code < 300, done.text
    assert store.strangers == []
    assert bool(store.writers) >= row.writes
    if row.writes and path != "/clock":
        assert len(world.entries()) > entries, "an act without an entry"


def watched(world: World) -> WatchedStore:
    """Return the store, which has forgotten who wrote so far."""
    assert isinstance(world.store, WatchedStore)
    world.store.writers.clear()
    return world.store


def refuse_strangers(client: TestClient, method: str, path: str, body: Any, session: dict[str, str]) -> None:
    """Nobody is told to log in; a session without its own csrf is told that this is not its form."""
    nobody = ask(client, method, path, body, {})
    assert (nobody.status_code, nobody.json()["type"]) == (401, "not-logged-in"), nobody.text
    for csrf in ({}, {CSRF: "guessed"}, {CSRF: ""}):
        forged = ask(client, method, path, body, {"cookie": session["cookie"], **csrf})
        assert (forged.status_code, forged.json()["type"]) == (403, "forbidden"), forged.text


def refuse_forms(client: TestClient, method: str, path: str, session: dict[str, str]) -> None:
    """A form that asks for another method is asked the same."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    asked = f"{path}?_method={method}" if method != "POST" else path
    assert client.post(asked, content="because=x", headers=kind).status_code == 401
    assert client.post(asked, content="because=x", headers={**kind, "cookie": session["cookie"]}).status_code == 403


def refuse_vic(client: TestClient, method: str, path: str, body: Any, vic: dict[str, str]) -> None:
    """Who has no role is refused, each reason with the way on."""
    refused = ask(client, method, path, body, vic)
    assert refused.status_code in (403, 409), refused.text
    assert refused.json()["verdicts"], refused.text
    assert all(verdict["because"] and verdict["remedy"] for verdict in refused.json()["verdicts"])


SIGNING = [
    ("POST", "/changes/{change_id}/sign-offs"),
    ("POST", "/changes/{change_id}/ramp/promotions"),
    ("POST", "/switches/{layer}/{key}/set"),
    ("POST", "/policy/proposals/{digest}/sign-offs"),
    ("POST", "/tokens"),
]


@pytest.mark.parametrize("route", SIGNING, ids=[path for _, path in SIGNING])
def test_no_token_signs_whatever_its_scopes(client: TestClient, world: World, route):
    path, body = ROWS[route].given(world)
    actor = world.who(ROWS[route].by)
    _, secret = accounts.add_token(world.house, actor, "all", accounts.SCOPES)
    answer = ask(client, route[0], path, body, {"authorization": f"Bearer {secret}"})
    assert answer.status_code == 403, answer.text
    assert [verdict["gate"] for verdict in answer.json()["verdicts"]] == ["session"]


def test_every_kind_of_no_has_its_own_status(client: TestClient, world: World):
    change = world.ready()
    at, cass, remi, vic = f"/changes/{change.id}", *(entered(world, name) for name in ("cass", "remi", "vic"))
    signature = {"role": "platform_engineer", "content_digest": world.view(change).digest}

    def status(method: str, path: str, body: Any, who: dict[str, str]) -> tuple[int, str]:
        answer = ask(client, method, path, body, who)
        assert answer.headers["content-type"].startswith("application/problem+json")
        return answer.status_code, answer.json()["type"]

    assert status("PUT", f"{at}/ramp", {}, remi) == (409, "refused")
    assert status("PUT", f"{at}/ramp", {}, vic) == (403, "forbidden")
    assert status("POST", f"{at}/sign-offs", signature, vic) == (403, "forbidden")
    assert status("POST", f"{at}/sign-offs", {**signature, "content_digest": "old"}, cass) == (412, "conflict")
    assert status("POST", f"{at}/sign-offs", {}, cass) == (422, "invalid")
    assert status("PUT", at, {**form(world), "version": 99}, entered(world, "ana")) == (412, "conflict")
    assert status("PUT", "/changes/CHG-2026-00099/ramp", {}, remi) == (404, "not-found")
    assert status("PUT", f"{at}/ramp", {}, {}) == (401, "not-logged-in")
    assert status("PUT", f"{at}/ramp", {}, {"cookie": remi["cookie"]}) == (403, "forbidden")


def test_a_file_with_faults_is_told_them_by_its_own_name(client: TestClient, world: World):
    who = {**entered(world, "ana"), "content-type": "application/yaml"}
    told = [
        client.post("/changes", content="title: x\nkind: nope\n", params=named, headers=who).json()["faults"][0][
            "place"
        ]
        for named in ({"name": "mine.yaml"}, {})
    ]
    assert told == ["mine.yaml:2", "change.yaml:2"]


def test_outcomes_come_from_an_enrolled_gateway_only(client: TestClient, world: World):
    world.ramping()
    token = gateways.enrol(world.house, world.adi, "edge", frozenset())
    call = world.call(TARGET, "somebody")
    batch = to_document(Batch("boot", 1, (Outcome(call, 900.0),)))
    for headers in ({}, {"authorization": "Bearer guessed"}, entered(world, "adi")):
        assert client.post("/gateways/outcomes", json=batch, headers=headers).status_code == 401
    store = watched(world)
    answer = client.post("/gateways/outcomes", json=batch, headers={"authorization": f"Bearer {token}"})
    assert answer.json() == {"acknowledged": 1, "recorded": 1, "late": 0, "unknown": 0, "refused": 0}
    assert set(store.writers) == {"leverframe.actions.outcomes"}


def test_a_poll_is_for_enrolled_gateways_and_is_a_report(client: TestClient, world: World):
    """Who polls without a line to the stream is told what it lacks, and counts among those that report."""
    token, report = gateways.enrol(world.house, world.adi, "edge", frozenset()), {"instance": "e1", "boot": "b"}
    for headers in ({}, {"authorization": "Bearer guessed"}, entered(world, "adi")):
        assert client.post("/gateways/me/poll", json={**report, "number": "0.0"}, headers=headers).status_code == 401
    world.adopt()
    headers = {"authorization": f"Bearer {token}"}
    whole = client.post("/gateways/me/poll", json={**report, "number": "0.0", "traffic": True}, headers=headers)
    held = Held(NoTable({}, {}, {}))
    assert held.offer(whole.content.splitlines())
    assert held.number == world.table.number
    same = client.post("/gateways/me/poll", json={**report, "number": str(held.number)}, headers=headers)
    assert (same.status_code, same.content) == (204, b"")
    (seen,) = world.house.fleet.seen()
    assert (seen.gateway, seen.instance, seen.number, seen.connected) == ("edge", "e1", str(held.number), False)
    world.throw("sol", "feature/customer-support-ai")
    change = client.post("/gateways/me/poll", json={**report, "number": str(held.number)}, headers=headers)
    assert held.offer(change.content.splitlines())
    assert held.router.route("customer-support-ai").reason is Reason.FEATURE_THROWN
    renewed = client.post(
        "/gateways/me/poll", json={**report, "number": str(held.number), "whole": True}, headers=headers
    )
    fresh = Held(NoTable({}, {}, {}))
    assert fresh.offer(renewed.content.splitlines())
    assert fresh.number == held.number


@pytest.mark.parametrize(
    ("report", "places"),
    [
        ({"instance": "", "boot": "b", "number": "1.x"}, {"instance", "number"}),
        ({"instance": "e", "boot": "b\n", "number": "1.1"}, {"boot"}),
        ({"instance": 7, "number": "1.1"}, {"instance", "boot"}),
        ({"instance": "e", "boot": "b", "number": "1.99999999999"}, {"number"}),
    ],
)
def test_what_is_no_poll_is_told_its_faults(client: TestClient, world: World, report, places):
    token = gateways.enrol(world.house, world.adi, "edge", frozenset())
    answer = client.post("/gateways/me/poll", json=report, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    assert {fault["place"] for fault in answer.json()["faults"]} == places


BATCHES = [
    {"boot": 7, "sequence": 1, "outcomes": []},
    {"boot": "b", "sequence": "first", "outcomes": []},
    {"boot": "b", "sequence": 1, "outcomes": [{"call": 7, "latency_ms": "slow"}]},
    {"boot": "b", "sequence": 1, "outcomes": [{"call": "x", "latency_ms": 1, "bad": "error"}]},
    {"boot": "b", "sequence": 1},
    {},
]


@pytest.mark.parametrize("batch", BATCHES)
def test_what_is_no_batch_is_told_its_faults(client: TestClient, world: World, batch):
    token = gateways.enrol(world.house, world.adi, "edge", frozenset())
    answer = client.post("/gateways/outcomes", json=batch, headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 422
    assert answer.json()["faults"]


def test_feedback_comes_from_gateways_and_tokens_with_the_scope(client: TestClient, world: World):
    world.ramping()
    said = to_document([Feedback(world.call(TARGET, "somebody"), negative=True)])
    _, reader = accounts.add_token(world.house, world.ana, "reader", ("read", "change", "admin"))
    _, scorer = accounts.add_token(world.house, world.ana, "scorer", ("feedback",))
    gateway = gateways.enrol(world.house, world.adi, "edge", frozenset())
    assert client.post("/feedback", json=said).status_code == 401
    assert client.post("/feedback", json=said, headers=entered(world, "adi")).status_code == 401
    assert client.post("/feedback", json=said, headers={"authorization": f"Bearer {reader}"}).status_code == 403
    for secret in (scorer, gateway):
        answer = client.post("/feedback", json=said, headers={"authorization": f"Bearer {secret}"})
        assert answer.json() == {"recorded": 1, "late": 0, "unknown": 0, "refused": 0}
    for wrong in ([{"call": 7}], [{"call": "x", "negative": [1]}], 5, [[]]):
        answer = client.post("/feedback", json=wrong, headers={"authorization": f"Bearer {scorer}"})
        assert answer.status_code == 422, answer.text


def test_a_session_is_opened_by_a_password_only(client: TestClient, world: World):
    accounts.add_account(world.house, world.adi, "rita", PASSWORD)
    assert client.post("/sessions", json={"name": "rita", "password": "guess"}).status_code == 403
    assert client.post("/sessions", json={"name": "ana", "password": ""}).status_code == 403
    opened = client.post("/sessions", json={"name": "rita", "password": PASSWORD})
    assert (opened.status_code, opened.json()["name"]) == (201, "rita")
    cookie = opened.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_the_first_administrator_comes_by_the_one_time_link_only(store: WatchedStore):
    world = World(store)
    client, body = client_of(world), {"name": "adi", "password": PASSWORD}
    earlier, key = accounts.first_link(world.house), accounts.first_link(world.house)
    opens = [client.get(f"/first-administrator?key={one}").status_code for one in ("guessed", earlier, key)]
    assert opens == [403, 403, 200], "a server that is started again prints a new link, and only that opens"
    assert client.post("/first-administrator?key=guessed", json=body).status_code == 403
    assert client.post(f"/first-administrator?key={key}", json={**body, "password": "short"}).status_code == 422
    made = client.post(f"/first-administrator?key={key}", json=body)
    assert made.status_code == 201
    assert client.post(f"/first-administrator?key={key}", json=body).status_code == 403
    assert "there is an administrator already" in client.get(f"/first-administrator?key={key}").text
    headers = {"cookie": f"{COOKIE}={made.cookies[COOKIE]}", CSRF: made.json()["csrf"]}
    loaded = client.post("/policy", json={"files": acme()[1]}, headers=headers)
    assert loaded.json()["in_force"] is True
    assert store.strangers == []


def test_outside_the_demo_nobody_acts_as_another_nor_moves_the_clock(client: TestClient, world: World):
    headers = entered(world, "vic")
    for sent in (headers, {}):
        assert client.post("/demo/act-as", json={"name": "remi"}, headers=sent).status_code == 404
    assert client.post("/clock", json={"minutes": 1}, headers=headers).status_code == 404


def test_in_the_demo_a_visitor_acts_as_the_cast_and_as_nobody_else(client: TestClient, world: World):
    world.house.demo = True
    for name in ("nobody", "rita", ""):
        assert client.post("/demo/act-as", json={"name": name}).status_code == 404, name
    assert client.post("/demo/act-as", json={"name": "remi"}).json()["name"] == "remi"


def test_the_clocks_own_writes_go_through_actions_too(client: TestClient, world: World):
    change = world.armed()
    store = watched(world)
    world.at("Wed 10:00")
    world.round()
    world.rounds_until("Wed 11:00")
    assert world.timeline(change) == "Wed 10:00 1%"
    assert store.strangers == []
    assert "leverframe.actions.starting" in store.writers


def test_only_health_and_the_ways_in_are_open(client: TestClient):
    for path in ("/health/live", "/health/ready", "/login"):
        assert client.get(path).status_code == 200, path
    assert client.get("/first-administrator?key=x").status_code == 403
    for path in ("/", "/changes", "/switches", "/policy", "/audit", "/accounts", "/targets", "/route-tables/newest"):
        assert client.get(path).status_code == 401, path
