"""Who is told, and was it delivered? A second implementation of a receiver answers on a socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from sqlalchemy import select
from standardwebhooks import Webhook
from tests.world import ON_SQLITE, World

from leverframe.actions.deliveries import TRIES, deliver
from leverframe.actions.today import today
from leverframe.nouns.policies import WebhookRule
from leverframe.store import outbox

pytestmark = ON_SQLITE
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
SUPPORT = "feature/customer-support-ai"


@dataclass
class Receiver:
    """A webhook's other end: keeps what it got, answers as it is told to."""

    status: int = 200
    got: list[tuple[str, dict]] = field(default_factory=list)

    def take(self, headers: dict[str, str], body: bytes) -> int:
        Webhook(SECRET).verify(body, headers)
        self.got.append((headers["webhook-id"], json.loads(body)))
        return self.status


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            self.send_response(receiver.take({k.lower(): v for k, v in self.headers.items()}, body))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield receiver, f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    server.server_close()


def listening(world: World, url: str, *topics: str) -> None:
    hook = WebhookRule("incidents", url, "HOOK_SECRET", topics)
    with world.store.write() as db:
        db.execute(__import__("leverframe.store.outbox", fromlist=["messages"]).messages.delete())
    world.enforce(replace(world.policy, webhooks=(hook,), digest=f"hooks {url} {topics}"))
    deliver(world.house, {"HOOK_SECRET": SECRET})


def test_what_is_told_arrives_signed_and_once(world: World, receiver):
    receiver, url = receiver
    listening(world, url)
    world.throw("sol", SUPPORT, "it insults customers")
    assert deliver(world.house, {"HOOK_SECRET": SECRET}) == 1
    ((id, event),) = receiver.got
    assert event["type"] == "dev.leverframe.switch.thrown.v1"
    assert event["data"]["because"] == "it insults customers"
    assert id == event["id"]
    assert deliver(world.house, {"HOOK_SECRET": SECRET}) == 0


def test_a_webhook_gets_the_topics_that_it_asked_for(world: World, receiver):
    receiver, url = receiver
    listening(world, url, "switch")
    world.adopt()
    world.file()
    world.throw("sol", SUPPORT)
    deliver(world.house, {"HOOK_SECRET": SECRET})
    assert [event["type"] for _, event in receiver.got] == ["dev.leverframe.switch.thrown.v1"]


def test_a_failure_is_tried_again_later_each_time_under_the_same_id(world: World, receiver):
    receiver, url = receiver
    listening(world, url)
    receiver.status = 500
    world.throw("sol", SUPPORT)
    deliver(world.house, {"HOOK_SECRET": SECRET})
    assert deliver(world.house, {"HOOK_SECRET": SECRET}) == 0
    world.clock.advance(timedelta(seconds=11))
    deliver(world.house, {"HOOK_SECRET": SECRET})
    receiver.status = 200
    world.clock.advance(timedelta(seconds=11))
    assert deliver(world.house, {"HOOK_SECRET": SECRET}) == 0
    world.clock.advance(timedelta(seconds=11))
    assert deliver(world.house, {"HOOK_SECRET": SECRET}) == 1
    assert len(receiver.got) == 3
    assert len({id for id, _ in receiver.got}) == 1
    world.clock.advance(timedelta(days=1))
    assert deliver(world.house, {"HOOK_SECRET": SECRET}) == 0


def test_what_never_arrives_is_given_up_and_stands_on_today(world: World, receiver):
    receiver, url = receiver
    listening(world, url)
    receiver.status = 500
    world.throw("sol", SUPPORT)
    for _ in range(TRIES):
        deliver(world.house, {"HOOK_SECRET": SECRET})
        world.clock.advance(timedelta(hours=2))
    assert deliver(world.house, {"HOOK_SECRET": SECRET}) == 0
    assert len(receiver.got) == TRIES
    assert any("could not be delivered" in alarm for alarm in today(world.house, world.sol).alarms)


def test_a_dead_webhook_is_asked_twice_a_round_not_once_for_each_message(world: World, receiver):
    receiver, url = receiver
    listening(world, url)
    receiver.status = 503
    for _ in range(6):
        world.throw("sol", SUPPORT)
        world.clock.advance(timedelta(seconds=1))
    deliver(world.house, {"HOOK_SECRET": SECRET})
    assert len(receiver.got) == 2


def test_a_message_that_one_webhook_refuses_stops_no_other(world: World, receiver):
    receiver, url = receiver
    listening(world, url)
    receiver.status = 422
    for _ in range(4):
        world.throw("sol", SUPPORT)
        world.clock.advance(timedelta(seconds=1))
    deliver(world.house, {"HOOK_SECRET": SECRET})
    assert len(receiver.got) == 4


BAD_HOOKS = [
    ({"secret": "abcde"}, "no Standard Webhooks secret: set it to whsec_"),
    ({"secret": "whsec_abcde"}, "no Standard Webhooks secret"),
    ({"secret": "whsec_"}, "no Standard Webhooks secret"),
    ({"secret": "päss"}, "no Standard Webhooks secret"),
    ({"secret": ""}, "holds no secret"),
    ({"secret": SECRET, "url": "http://[::1/hook"}, "is no address"),
]


@pytest.mark.parametrize(("bad", "said"), BAD_HOOKS, ids=str)
def test_a_webhook_that_cannot_be_told_is_its_own_failure_and_others_are_told(world: World, receiver, bad, said):
    receiver, url = receiver
    listening(world, url)
    hooks = (WebhookRule("broken", bad.get("url", url), "BAD", ()), WebhookRule("incidents", url, "HOOK_SECRET", ()))
    world.enforce(replace(world.policy, webhooks=hooks, digest="two hooks"))
    secrets = {"BAD": bad["secret"], "HOOK_SECRET": SECRET}
    deliver(world.house, secrets)
    receiver.got.clear()
    for _ in range(3):
        world.throw("sol", SUPPORT)
    assert deliver(world.house, secrets) == 3
    assert len(receiver.got) == 3
    with world.store.read() as db:
        errors = {error for error in db.execute(select(outbox.messages.c.error)).scalars() if error}
    assert errors
    assert all(error.startswith("broken: ") and said in error for error in errors)


def test_without_a_webhook_nothing_waits(world: World):
    world.throw("sol", SUPPORT)
    world.round()
    assert deliver(world.house, {}) == 0
