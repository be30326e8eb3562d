"""What do gateways have to obey, and what if they obey more than we know?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import tables
from leverframe.actions.today import today
from leverframe.gateway.held import Held, NoTable
from leverframe.nouns.documents import to_document
from leverframe.nouns.tables import HIGHEST, Number
from leverframe.rules.parts import parts_of
from leverframe.rules.tables import compile_table
from leverframe.store import tables as rows

pytestmark = ON_SQLITE
TARGET = "customer-support-ai"


def test_a_table_is_published_only_where_something_that_gateways_obey_has_changed(world: World):
    world.adopt()
    before = len(world.tables)
    change = world.ready()
    world.sign_all(change)
    assert len(world.tables) == before
    world.throw("sol", f"feature/{TARGET}")
    assert len(world.tables) == before + 1
    assert [table.number.generation for table in world.tables] == list(range(1, before + 2))


def test_the_share_of_calls_that_is_scored_reaches_gateways_with_the_policy(world: World):
    world.enforce(replace(world.policy, scored_percent=10.0, digest="sha256:a tenth"))
    assert world.table.scored_percent == 10
    world.throw("sol", "feature/customer-support-ai")
    assert world.table.scored_percent == 10
    world.enforce(replace(world.policy, scored_percent=100.0, digest="sha256:all"))
    assert world.table.scored_percent == 100


def test_the_newest_frame_is_what_gateways_get_at_connect(world: World):
    world.adopt()
    whole = tables.whole_frame(world.house)
    assert whole is not None
    assert whole.number == world.table.number == tables.newest_number(world.house)
    held = Held(NoTable({}, {}, {}))
    assert held.offer(whole.text.splitlines())
    assert to_document(held.router.table) == to_document(world.table)  # pyright: ignore[reportAttributeAccessIssue]
    assert world.table.features[TARGET].current.prompt == "customer-support@v7"


def test_what_gateways_hold_after_every_change_is_what_would_be_compiled_now(world: World):
    """The parts are kept one by one; together they are the compiled truth, whatever was published."""
    world.adopt()
    change = world.ready()
    world.sign_all(change)
    world.throw("sol", f"feature/{TARGET}")
    world.throw("cass", "model/bedrock.anthropic.claude-haiku-4-5")
    world.throw("sol", "tenant/acme-staff")
    with world.house.store.read() as db:
        compiled = compile_table(world.table.number, tables.table_facts(world.house, db))
    assert parts_of(world.table) == parts_of(compiled)


def test_who_holds_an_older_table_of_this_epoch_gets_only_what_has_changed(world: World):
    world.adopt()
    held = world.table.number
    world.throw("sol", f"feature/{TARGET}")
    frame = tables.frame_since(world.house, held)
    assert frame is not None
    assert (frame.after, frame.number) == (held, world.table.number)
    assert frame.text.splitlines()[2:] == [b'{"thrown_features":{"customer-support-ai":true}}']
    assert tables.frame_since(world.house, world.table.number) is None
    assert tables.frame_since(world.house, Number(7, 1)) is None
    stranger = tables.frame_since(world.house, Number(0, 999))
    assert stranger is not None
    assert stranger.after is None


def test_a_throw_compiles_one_switch_and_reads_no_feature(world: World, monkeypatch: pytest.MonkeyPatch):
    world.adopt()

    def compiled(*_: object, **__: object) -> None:
        raise AssertionError("a throw compiles no feature")

    monkeypatch.setattr(tables, "compile_table", compiled)
    world.throw("sol", f"feature/{TARGET}")
    assert world.table.thrown_features == {TARGET}


def test_a_gateway_that_reports_a_newer_table_raises_the_alarm_and_nothing_is_published(world: World):
    world.adopt()
    heard = Number(world.table.number.epoch, world.table.number.generation + 5)
    tables.heard(world.house, world.table.number)
    assert world.entries("table.alarm") == []
    tables.heard(world.house, heard)
    tables.heard(world.house, heard)
    assert [entry.object for entry in world.entries("table.alarm")] == [f"table/{heard}"]
    assert world.told("page.number_alarm")[0]["number"] == str(heard)
    before = len(world.tables)
    _, number = world.throw("sol", f"feature/{TARGET}")
    assert number is None
    assert len(world.tables) == before
    facts = world.entries("switch.thrown")[0].facts
    assert facts["number"] == ""
    assert "its database was restored" in str(facts["withheld"])
    assert "its database was restored" in world.told("switch.thrown")[-1]["withheld"]
    assert "leverframe table raise-epoch" in tables.why_withheld(world.house)
    assert any("this database was restored" in alarm for alarm in today(world.house, world.sol).alarms)


def test_an_administrator_goes_on_with_the_next_epoch_and_what_was_decided_meanwhile_is_obeyed(world: World):
    world.adopt()
    tables.heard(world.house, Number(3, 7))
    world.throw("sol", f"feature/{TARGET}")
    assert set(no_of(lambda: tables.raise_epoch(world.house, world.remi, "restored"))) == {"may"}
    assert "because" in faults_of(lambda: tables.raise_epoch(world.house, world.adi, " "))
    number = tables.raise_epoch(world.house, world.adi, "the backup of yesterday is the truth")
    assert number is not None
    assert tables.why_withheld(world.house) == ""
    assert number.epoch == 4
    assert TARGET in world.table.thrown_features
    with world.store.read() as db:
        assert rows.alarm(db) is None
    entry = world.entries("table.epoch_raised")[0]
    assert (entry.actor, entry.facts["heard"], entry.facts["number"]) == ("adi", "3.7", str(number))


def test_an_epoch_past_belief_raises_no_alarm_and_its_gateway_is_at_fault(world: World):
    world.adopt()
    said = Number(10**9, 1)
    world.house.fleet.report("edge", "edge-1", "boot", said)
    for _ in range(2):
        tables.heard(world.house, said, "edge", "edge-1")
    with world.store.read() as db:
        assert rows.alarm(db) is None
    assert world.throw("sol", f"feature/{TARGET}")[1] is not None
    assert tables.raise_epoch(world.house, world.adi, "to be sure") is not None
    (entry,) = world.entries("gateway.faulty")
    assert (entry.object, entry.facts["number"]) == ("gateway/edge", str(said))
    assert "no restore explains" in entry.because
    assert world.told("page.gateway_faulty")[0]["instance"] == "edge-1"
    assert any(
        "edge-1 says that it obeys table 1000000000.1" in each for each in today(world.house, world.sol).alarms
    )


@pytest.mark.parametrize(("epoch", "believed"), [(1, True), (101, True), (102, False), (HIGHEST, False)])
def test_only_so_many_epochs_are_believed_to_be_lost_and_the_next_one_can_always_begin(
    world: World, epoch: int, believed: bool
):
    world.adopt()
    tables.heard(world.house, Number(epoch, HIGHEST), "edge", "edge-1")
    with world.store.read() as db:
        assert (rows.alarm(db) is not None) is believed
    number = tables.raise_epoch(world.house, world.adi, "the backup of yesterday is the truth")
    assert number is not None
    assert number.epoch == (epoch if believed else 1) + 1


def test_a_set_waits_while_the_number_alarm_stands(world: World):
    world.at("Wed 11:00")
    world.throw("sol", f"feature/{TARGET}")
    tables.heard(world.house, Number(3, 7))
    world.set_again("cleo", f"feature/{TARGET}")
    assert not world.set_again("remi", f"feature/{TARGET}").done
    tables.raise_epoch(world.house, world.adi, "restored")
    world.round()
    assert TARGET not in world.table.thrown_features
