"""Does Prometheus hear how the house stands, and does the dashboard ask for what there is?"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.repositories import NEEDS_SSH, SUPPORT, a_repository, followed
from tests.test_one_door import client_of, entered
from tests.world import ON_SQLITE, World

from leverframe.actions import accounts
from leverframe.actions.following import Following
from leverframe.clock import monotonic
from leverframe.nouns.switch_files import SwitchFile
from leverframe.nouns.tables import Number
from leverframe.openai_gateway.status import _Edge  # pyright: ignore[reportPrivateUsage]
from leverframe.sources.git import Branch
from leverframe.store import switch_files

DASHBOARD = Path(__file__).parents[2] / "examples" / "grafana" / "leverframe.json"


@pytest.fixture
def world(world: World) -> World:
    """A house in which sol has an account."""
    accounts.add_account(world.house, world.adi, "sol", "correct horse battery staple")
    return world


def scraped(world: World, headers: dict[str, str]) -> dict[tuple[str, ...], float]:
    """Return each sample by its name and the values of its labels."""
    answer = client_of(world).get("/metrics", headers=headers)
    assert answer.headers["content-type"].startswith("text/plain")
    families = text_string_to_metric_families(answer.text)
    return {(s.name, *s.labels.values()): s.value for family in families for s in family.samples}


@ON_SQLITE
def test_the_house_is_scraped_with_a_token_that_reads(world: World):
    world.ramping()
    world.throw("sol", "feature/claims-summary")
    newest = world.table.number
    world.house.fleet.connected("edge", "edge-1", "boot", newest)
    world.house.fleet.report("edge", "edge-2", "boot", Number(1, newest.generation - 1))
    _, secret = accounts.add_token(world.house, world.sol, "prometheus", ("read",))
    found = scraped(world, {"authorization": f"Bearer {secret}"})
    assert found["leverframe_table_epoch",] == newest.epoch
    assert found["leverframe_table_generation",] == newest.generation
    assert [found["leverframe_fleet_newest", "edge", each] for each in ("edge-1", "edge-2")] == [1, 0]
    assert [found["leverframe_fleet_connected", "edge", each] for each in ("edge-1", "edge-2")] == [1, 0]
    assert [found["leverframe_fleet_silent", "edge", each] for each in ("edge-1", "edge-2")] == [0, 0]
    assert found["leverframe_ramps",] == 1
    assert found["leverframe_ramps_held",] == 0
    assert found["leverframe_switches_thrown", "feature"] == 1
    assert found["leverframe_switches_thrown", "model"] == 0
    assert found["leverframe_switches_stale", "feature"] == 1, "policy-search-v1 was never exercised"
    assert found["leverframe_messages_waiting",] > 0
    assert found["leverframe_tables_withheld",] == 0


@ON_SQLITE
def test_a_silent_process_and_a_held_ramp_are_told(world: World):
    change = world.ramping()
    world.hold("sol", change)
    world.house.fleet.connected("edge", "edge-1", "boot", world.table.number, at=monotonic() - 60)
    found = scraped(world, entered(world, "sol"))
    assert found["leverframe_fleet_silent", "edge", "edge-1"] == 1
    assert found["leverframe_ramps_held",] == 1


@NEEDS_SSH
@ON_SQLITE
def test_the_switch_file_in_git_is_told_while_one_is_followed(world: World, tmp_path: Path):
    def told() -> dict[str, float]:
        found = scraped(world, entered(world, "sol"))
        return {name: value for (name, *_), value in found.items() if name.startswith("leverframe_switch_file")}

    assert told() == {}
    repository = a_repository(tmp_path, world.now)
    followed(world, repository)
    world.round()
    known = told()
    assert known.pop("leverframe_switch_file_age_seconds") < 60
    assert known.pop("leverframe_switch_file_seen_timestamp_seconds") == world.now.timestamp()
    assert known == {f"leverframe_switch_file_{word}": 0 for word in ("drifted", "unreadable", "failing")}
    world.throw("sol", SUPPORT)
    assert told()["leverframe_switch_file_drifted"] == 1
    repository.commit("surprise: true\n", at=world.now)
    world.round()
    assert told()["leverframe_switch_file_unreadable"] == 1
    repository.path.rename(tmp_path / "moved")
    world.round()
    known = told()
    assert known["leverframe_switch_file_failing"] == 1
    assert known["leverframe_switch_file_failed_timestamp_seconds"] == world.now.timestamp()


@ON_SQLITE
def test_nobody_scrapes_without_being_known(world: World):
    client = client_of(world)
    assert client.get("/metrics").status_code == 401
    _, secret = accounts.add_token(world.house, world.sol, "thumbs", ("feedback",))
    assert client.get("/metrics", headers={"authorization": f"Bearer {secret}"}).status_code == 403


class Standing:
    """A gateway's own view, as far as it is told."""

    number, age_seconds, connected, dropped = Number(1, 7), 3.0, True, 0


@ON_SQLITE
def test_the_dashboard_asks_only_for_what_is_told(world: World, tmp_path: Path):
    world.house.following = Following(Branch(tmp_path))
    world.house.following.end()
    with world.store.write() as db:
        switch_files.put(db, SwitchFile(seen_at=world.now, failed_at=world.now, version=1), over=0)
    world.house.fleet.connected("edge", "edge-1", "boot", world.table.number)
    told = {name for name, *_ in scraped(world, entered(world, "sol"))}
    edge = _Edge(Standing(), {200: 1})  # pyright: ignore[reportArgumentType]
    told |= {sample.name for family in edge.collect() for sample in family.samples}
    panels = json.loads(DASHBOARD.read_text())["panels"]
    asked = {
        name
        for panel in panels
        for target in panel["targets"]
        for name in re.findall(r"leverframe_\w+", target["expr"])
    }
    assert asked <= told
    assert told - asked <= {"leverframe_table_epoch", "leverframe_gateway_table_epoch"}
    assert len({panel["id"] for panel in panels}) == len(panels)
