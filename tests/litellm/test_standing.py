"""Does a proxy go on obeying when the control plane is away, and does each of its workers obey?"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.litellm.conftest import Plane, World, environment
from tests.litellm.proxy import Proxy, a_key
from tests.litellm.upstream import Upstream
from tests.litellm.world import FALLBACK, SEARCH, V8_TEXT, config, ramping, table
from tests.openai_gateway.conftest import wait_until
from tests.openai_gateway.control_plane import Served

from leverframe.gateway import Gateway

FEATURE = f"feature:{SEARCH}"
TWO_WORKERS = ("--num_workers", "2", "--timeout_worker_healthcheck", "120")
"""uvicorn ends a worker that is busy for five seconds, which importing LiteLLM may take on a busy machine."""
BACK_SECONDS, STARTED_SECONDS = 20.0, 90.0


def test_the_last_table_holds_while_the_control_plane_is_away(world):
    """Nothing is asked of it during a call, so that nothing waits for it either."""
    world.publish(table(thrown_models={"openai.gpt-4.1": ()}))
    world.plane.away = True
    try:
        said = world.ask(FEATURE, subject="ana")
        assert (said.status_code, said.headers["x-leverframe-reason"]) == (200, "current")
        assert world.ask("openai.gpt-4.1").status_code == 503
        assert world.ask("openai.gpt-4o").status_code == 200
    finally:
        world.plane.away = False
    number = str(table(thrown_features=frozenset({SEARCH})).number)
    world.plane.publish(table(thrown_features=frozenset({SEARCH})))
    wait_until(lambda: world.ask(FEATURE).status_code == 503, BACK_SECONDS)
    assert world.ask(FEATURE).headers["x-leverframe-number"] > number
    assert world.outcomes(said.headers["x-leverframe-call"])[0]["bad"] == []


def test_the_last_table_is_on_disk_for_a_start_while_the_control_plane_is_away(world):
    number = world.publish(table()).number
    wait_until(lambda: Gateway(state_dir=world.proxy.folder / "state").start().number == number)


@pytest.mark.soak
def test_two_workers_are_two_gateways_that_both_obey_and_say_goodbye(
    litellm_installed: None, upstream: tuple[Upstream, str], tmp_path: Path
):
    """The plug-in is loaded as a guardrail here; each worker loads it anew."""
    plane = Plane()
    with Served(plane.app()) as served:
        plane.address = served.address
        given = config(upstream[1], loaded="guardrail")
        with Proxy(tmp_path, given, environment(tmp_path, plane), *TWO_WORKERS) as proxy:
            world = World(proxy, plane, upstream[0])
            wait_until(lambda: len(boots(plane)) == 2, STARTED_SECONDS)
            assert len({instance for instance, _ in boots(plane)}) == 2
            a_guardrail_serves_and_is_listed(world)
            the_same_person_falls_the_same_way_in_each(world)
            each_obeys_a_switch(world)
            assert proxy.end() == 0
            assert goodbyes(plane) == boots(plane)


def a_guardrail_serves_and_is_listed(world: World) -> None:
    said = world.ask(FEATURE, subject="ana")
    assert said.headers["x-leverframe-variant"] == "current"
    assert V8_TEXT in str(world.upstream.last["body"])
    assert world.outcomes(said.headers["x-leverframe-call"])[0]["bad"] == []
    admin = {"authorization": f"Bearer {a_key(user_role='proxy_admin')}"}
    listed = world.proxy.http.get("/guardrails/list", headers=admin).json()
    assert [each["guardrail_name"] for each in listed["guardrails"]] == ["leverframe"]


def the_same_person_falls_the_same_way_in_each(world: World) -> None:
    publish_to_both(world, ramping(50))
    for person in ("u-1", "u-2", "u-3", "u-4"):
        assert len({world.ask_anew(FEATURE, subject=person).headers["x-leverframe-variant"] for _ in range(4)}) == 1


def each_obeys_a_switch(world: World) -> None:
    publish_to_both(world, table(thrown_features=frozenset({SEARCH}), thrown_models={"openai.gpt-4o": ()}))
    said = [world.ask_anew(FEATURE) for _ in range(12)]
    assert {(each.status_code, each.headers["x-leverframe-fallback"]) for each in said} == {(503, FALLBACK)}
    assert {world.ask_anew("openai.gpt-4o").status_code for _ in range(12)} == {503}


def publish_to_both(world: World, table) -> None:
    world.plane.publish(table)
    number = str(table.number)
    wait_until(lambda: len({r["boot"] for r in world.plane.reports if r["number"] == number}) == 2)


def boots(plane: Plane) -> set[tuple[str, str]]:
    return {(report["instance"], report["boot"]) for report in plane.reports}


def goodbyes(plane: Plane) -> set[tuple[str, str]]:
    return {(report["instance"], report["boot"]) for report in plane.reports if report["goodbye"]}
