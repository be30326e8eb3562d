"""Does a game day find what is wrong with a switch, and leave everything as it was?"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import exercising, game_days, gateways, holding, levers, switches
from leverframe.actions.exercising import Driver
from leverframe.actions.today import today
from leverframe.gateway.held import Held, NoTable
from leverframe.nouns.exercises import EXERCISE_TENANT, ExerciseState, FindingCode, GameDayState, Phase, Proof, Said
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.tables import Number, Reason
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Conflict, Invalid
from leverframe.rules.exercising import Freshness
from leverframe.rules.parts import parts_of
from leverframe.store import exercises as rows
from leverframe.store import switches as lever_rows
from leverframe.store import tables as number_rows

SUPPORT, SEARCH = "customer-support-ai", "policy-search-v1"
CLAUDE = "anthropic.claude-sonnet-4-5"


@dataclass
class Edge:
    """A gateway as a user meets it: it routes by what it has applied, and says what it did."""

    world: World
    name: str
    held: Held = field(default_factory=lambda: Held(NoTable({}, {}, {})))
    is_stale: bool = False
    drops_the_tenant: bool = False
    says_fallback: str = ""
    broken_model: str = ""
    reports: bool = True

    def hear(self, frame) -> None:
        if not self.is_stale:
            assert self.held.offer(frame.text.splitlines(), at=0.0), self.held.refused
        if self.reports:
            self.world.house.fleet.report(self.name, self.name, "boot", self.held.number)

    def answer(self, asked) -> Said:
        tenant = None if self.drops_the_tenant else asked.tenant
        if not asked.model.startswith("feature:"):
            return self._model(asked.model, tenant, asked.subject)
        decision = self.held.router.route(asked.model[8:], asked.subject, tenant, None, None, True)
        told = {"number": str(decision.number), "reason": decision.reason.value}
        if not decision.serve:
            return Said(503, fallback=self.says_fallback or decision.fallback, excerpt="feature-off", **told)
        served = decision.unit.name.replace(" · ", "; ")
        status = 502 if decision.unit.model == self.broken_model else 200
        return Said(status, served=served, excerpt="Here you are." if status == 200 else "upstream", **told)

    def _model(self, model, tenant, subject) -> Said:
        table = self.held.router.table_for(subject, tenant, None)
        told = {"number": str(table.number)}
        if model not in table.thrown_models:
            return Said(404, excerpt="model_not_found", **told)
        if not table.thrown_models[model]:
            return Said(503, reason="model_off", excerpt="feature-off", **told)
        return Said(200, reason="model_fallback", served=table.thrown_models[model][0], excerpt="Here.", **told)


class Asking:
    """The ways to ask the edges of a world, and what users are sent to."""

    def __init__(self, world: World, *edges: Edge) -> None:
        self.edges = {f"http://{edge.name}/v1": edge for edge in edges}
        self.pages: dict[str, Said] = {}
        self.asked: list = []
        self.meanwhile = lambda: None

    def ask(self, address, key_env, asked) -> Said:
        self.asked.append(asked)
        self.meanwhile()
        edge = self.edges.get(address)
        return edge.answer(asked) if edge else Said(fault="ConnectError: nobody listens")

    def fetch(self, url) -> Said:
        return self.pages.get(url, Said(fault="ConnectError: nobody listens"))

    def run(self, command, known) -> Said:
        return Said(500, excerpt=f"{command} says that {known['LEVERFRAME_FALLBACK']} is down")


@pytest.fixture
def day(world: World):
    """A world with the units of two features adopted, and two gateways that can be asked."""
    world.adopt()
    world.adopt(SEARCH, Unit(prompt="policy-search@v3", model="anthropic.claude-sonnet-4-5"))
    edges = [Edge(world, "edge"), Edge(world, "core")]
    for edge in edges:
        gateways.enrol(world.house, world.adi, edge.name, frozenset(), address=f"http://{edge.name}/v1")
        whole = exercising_frame(world)
        edge.hear(whole)
    publish = world.house.publish

    def published(frame) -> None:
        publish(frame)
        for edge in edges:
            edge.hear(frame)

    world.house.publish = published
    asking = Asking(world, *edges)
    driver = Driver(world.house, asking, "here", BrieflyWaiting())
    return world, edges, asking, driver


class BrieflyWaiting(threading.Event):
    """Waits so little that a game day that finds nothing takes no time."""

    def wait(self, timeout: float | None = None) -> bool:
        return super().wait(min(timeout or 0.0, 0.001))


def exercising_frame(world: World):
    from leverframe.actions import tables

    return tables.whole_frame(world.house)


def held_day(world: World, driver: Driver, *switch_ids: str, **given):
    day = game_days.begin(world.house, world.sol, switch_ids, "the quarterly game day", **given)
    driver.drive(day.id)
    return game_days.show_game_day(world.house, world.sol, day.id)


def quick(world: World, monkeypatch, seconds: float = 0.05) -> None:
    """Give gateways less time than the policy does: those that will never obey are waited for so long."""
    known = exercising.plan_of

    def planned(house, db, exercise):
        from dataclasses import replace

        plan = known(house, db, exercise)
        return plan and replace(plan, seconds=seconds)

    monkeypatch.setattr(exercising, "plan_of", planned)


def test_a_switch_that_works_passes_at_every_gateway_and_is_fresh_from_today_on(day):
    world, edges, asking, driver = day
    before = parts_of(world.table)
    view = held_day(world, driver, f"feature/{SUPPORT}")
    (exercise,) = view.exercises
    assert (view.day.state, exercise.state, exercise.findings) == (GameDayState.DONE, ExerciseState.PASSED, ())
    assert {(a.gateway, a.phase, a.status) for a in exercise.answers} == {
        (edge.name, phase, status)
        for edge in edges
        for phase, status in ((Phase.BEFORE, 200), (Phase.THROWN, 503), (Phase.AFTER, 200))
    }
    assert exercise.effect_ms is not None
    assert exercise.receipt.startswith("applied by 2 of 2 reporting")
    assert parts_of(world.table) == before
    with world.house.store.read() as db:
        assert lever_rows.get(db, f"feature/{SUPPORT}").exercised_on == world.clock.now().date()
    (entry,) = world.entries("switch.exercised")
    assert entry.decided_digest.startswith("sha256:")
    assert entry.facts["number"] == exercise.number
    assert {asked.tenant for asked in asking.asked} == {EXERCISE_TENANT}


def test_while_a_switch_is_exercised_nobody_else_meets_it(day):
    world, edges, asking, driver = day
    seen = []

    def users() -> None:
        if world.table.exercises:
            router = edges[0].held.router
            seen.append(router.route(SUPPORT, "vic", "acme-staff", None, None, True).reason)
            seen.append(router.route(SUPPORT, EXERCISE_TENANT, EXERCISE_TENANT, None, None, True).reason)

    asking.meanwhile = users
    held_day(world, driver, f"feature/{SUPPORT}")
    assert set(seen) == {Reason.CURRENT, Reason.FEATURE_THROWN}


def test_all_switches_in_three_layers_are_exercised_in_their_order(day):
    world, _, _, driver = day
    view = held_day(world, driver)
    with world.house.store.read() as db:
        known = [switch.id for switch in lever_rows.all_switches(db) if not switch.thrown]
    assert sorted(each.switch for each in view.exercises) == sorted(known)
    layers = [each.switch.split("/")[0] for each in view.exercises]
    assert layers == sorted(layers, key=["feature", "model", "tenant"].index)
    states = {each.switch: each.state for each in view.exercises}
    assert states["model/anthropic.claude-sonnet-4-5"] is ExerciseState.PASSED
    assert states["model/bedrock.anthropic.claude-haiku-4-5"] is ExerciseState.PASSED


def test_a_gateway_in_which_the_switch_has_no_effect_is_found(day, monkeypatch):
    world, edges, _, driver = day
    edges[1].drops_the_tenant = True
    quick(world, monkeypatch)
    (exercise,) = held_day(world, driver, f"feature/{SUPPORT}").exercises
    assert [(f.gateway, f.code) for f in exercise.findings] == [("core", FindingCode.MISWIRED)]
    assert exercise.state is ExerciseState.FAILED
    with world.house.store.read() as db:
        assert str(lever_rows.get(db, f"feature/{SUPPORT}").exercised_on) == "2026-04-14"


def test_a_gateway_with_a_stale_table_is_found_by_what_it_answers(day, monkeypatch):
    world, edges, _, driver = day
    edges[0].is_stale = True
    quick(world, monkeypatch)
    (exercise,) = held_day(world, driver, f"feature/{SUPPORT}").exercises
    found = {(f.gateway, f.code) for f in exercise.findings}
    assert found == {("edge", FindingCode.STALE), ("edge", FindingCode.NOT_APPLIED)}


def test_users_that_are_sent_elsewhere_than_the_switch_says_are_found(day, monkeypatch):
    world, edges, _, driver = day
    edges[0].says_fallback = "an-old-page"
    (exercise,) = held_day(world, driver, f"feature/{SUPPORT}").exercises
    assert [(f.gateway, f.code) for f in exercise.findings] == [("edge", FindingCode.WRONG_FALLBACK)]
    assert "an-old-page" in exercise.findings[0].because


def test_a_fallback_model_that_does_not_answer_is_found(day, monkeypatch):
    world, edges, _, driver = day
    for edge in edges:
        edge.broken_model = "bedrock.anthropic.claude-sonnet-4-5"
    quick(world, monkeypatch)
    (exercise,) = held_day(world, driver, "model/anthropic.claude-sonnet-4-5").exercises
    assert {(f.gateway, f.code) for f in exercise.findings} == {
        ("edge", FindingCode.BROKEN_FALLBACK),
        ("core", FindingCode.BROKEN_FALLBACK),
    }


def test_a_gateway_that_does_not_answer_is_found(day, monkeypatch):
    world, _, _, driver = day
    gateways.set_address(world.house, world.adi, "core", "http://away/v1", "")
    quick(world, monkeypatch)
    (exercise,) = held_day(world, driver, f"feature/{SUPPORT}").exercises
    assert [(f.gateway, f.code) for f in exercise.findings] == [("core", FindingCode.UNREACHABLE)]


def test_a_share_of_the_buckets_meets_the_switch_and_the_question_falls_into_it(day):
    world, edges, asking, driver = day
    met = []

    def users() -> None:
        if world.table.exercises:
            route = edges[0].held.router.route
            off = sum(not route(SUPPORT, f"user-{n}", None, None, None, True).serve for n in range(20_000))
            met.append(off / 20_000)
            asking.meanwhile = lambda: None

    asking.meanwhile = users
    (exercise,) = held_day(world, driver, f"feature/{SUPPORT}", slice="share", share_percent=0.5).exercises
    assert exercise.state is ExerciseState.PASSED
    assert 0.003 < met[0] < 0.008


def test_a_tenants_switch_is_exercised_for_a_made_up_subject_of_that_tenant(day):
    world, _, asking, driver = day
    with world.house.store.write() as db:
        lever_rows.put(db, Switch(Layer.TENANT, "northwind"))
    (exercise,) = held_day(world, driver, "tenant/northwind").exercises
    assert exercise.state is ExerciseState.PASSED
    assert {(asked.tenant, asked.subject) for asked in asking.asked} == {("northwind", EXERCISE_TENANT)}


def test_a_pause_sets_again_at_once_and_resuming_begins_that_switch_anew(day):
    world, _, asking, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "the quarterly game day")

    def pausing() -> None:
        if world.table.exercises:
            asking.meanwhile = lambda: None
            game_days.pause(world.house, world.sol, begun.id, "lunch")

    asking.meanwhile = pausing
    driver.drive(begun.id)
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert (view.day.state, view.exercises[0].state) == (GameDayState.PAUSED, ExerciseState.INTERRUPTED)
    assert world.table.exercises == {}
    game_days.resume(world.house, world.sol, begun.id, "lunch is over")
    driver.drive(begun.id)
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert (view.day.state, view.exercises[0].state) == (GameDayState.DONE, ExerciseState.PASSED)


def test_an_abort_restores_everything_at_once_and_ends_the_day(day):
    world, _, asking, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}", f"feature/{SEARCH}"], "game day")

    def aborting() -> None:
        if world.table.exercises:
            asking.meanwhile = lambda: None
            game_days.abort(world.house, world.sol, begun.id, "a customer calls")
            assert world.table.exercises == {}

    asking.meanwhile = aborting
    driver.drive(begun.id)
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert view.day.state is GameDayState.ABORTED
    assert {each.state for each in view.exercises} == {ExerciseState.ABORTED}
    with pytest.raises(Conflict, match="is aborted"):
        game_days.resume(world.house, world.sol, begun.id, "again")


def test_what_a_dead_holder_has_thrown_is_set_again_and_the_day_waits_to_be_resumed(day):
    """The process is killed between the throw and setting again: no line of ours runs after that."""
    world, _, asking, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "game day")
    assert holding.to_hold(world.house, "dead") == begun.id
    with world.house.store.read() as db:
        plan = exercising.plan_of(world.house, db, rows.of_day(db, begun.id)[0])
    Driver(world.house, asking, "dead")._throw(plan)
    assert set(world.table.exercises) == {f"feature/{SUPPORT}"}
    assert holding.to_hold(world.house, "here") is None
    assert set(world.table.exercises) == {f"feature/{SUPPORT}"}
    assert holding.to_hold(world.house, "here", held_seconds=0.0) is None
    assert world.table.exercises == {}
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert (view.day.state, view.exercises[0].state) == (GameDayState.PAUSED, ExerciseState.INTERRUPTED)
    assert len(world.entries("game_day.interrupted")) == 1
    game_days.resume(world.house, world.sol, begun.id, "the server is back")
    assert holding.to_hold(world.house, "here") == begun.id
    driver.drive(begun.id)
    assert game_days.show_game_day(world.house, world.sol, begun.id).day.state is GameDayState.DONE


def test_a_fault_while_asking_still_sets_the_switch_again(day):
    world, _, asking, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "game day")

    def fails() -> None:
        if world.table.exercises:
            raise RuntimeError("the prober is broken")

    asking.meanwhile = fails
    with pytest.raises(RuntimeError, match="broken"):
        driver.drive(begun.id)
    assert world.table.exercises == {}


def test_a_server_that_is_stopped_judges_nothing_and_the_next_one_goes_on(day):
    """A restart in the middle of an exercise is no finding: nobody had the time to obey."""
    world, edges, asking, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "game day")
    edges[0].drops_the_tenant = True

    def stops() -> None:
        if world.table.exercises:
            driver.stopping.set()

    asking.meanwhile = stops
    driver.drive(holding.to_hold(world.house, "here"))
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert (view.day.state, view.exercises[0].state) == (GameDayState.RUNNING, ExerciseState.INTERRUPTED)
    assert world.table.exercises == {}
    edges[0].drops_the_tenant, asking.meanwhile = False, lambda: None
    following = Driver(world.house, asking, "next", BrieflyWaiting())
    following.drive(holding.to_hold(world.house, "next"))
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert (view.day.state, view.exercises[0].state) == (GameDayState.DONE, ExerciseState.PASSED)


def test_a_game_day_is_paused_where_no_table_goes_out(day):
    world, _, _, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "game day")
    with world.house.store.write() as db:
        number_rows.set_alarm(db, Number(1, 900), world.clock.now())
    driver.drive(begun.id)
    assert game_days.show_game_day(world.house, world.sol, begun.id).day.state is GameDayState.PAUSED
    (entry,) = world.entries("game_day.interrupted")
    assert "no table goes out" in entry.because


def test_a_switch_that_no_file_names_any_more_is_left_out_and_the_day_goes_on(day):
    world, _, _, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SEARCH}", f"feature/{SUPPORT}"], "game day")
    with world.house.store.write() as db:
        lever_rows.remove(db, f"feature/{SEARCH}")
    driver.drive(begun.id)
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert [each.state for each in view.exercises] == [ExerciseState.ABORTED, ExerciseState.PASSED]
    assert [found.code for found in view.exercises[0].findings] == [FindingCode.GONE]


def test_a_game_day_whose_switches_are_gone_can_still_be_aborted(day):
    world, _, _, _ = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SEARCH}"], "game day")
    with world.house.store.write() as db:
        lever_rows.remove(db, f"feature/{SEARCH}")
    assert game_days.abort(world.house, world.sol, begun.id, "nothing is left").state is GameDayState.ABORTED


def test_who_may_not_throw_a_switch_may_not_exercise_it(day):
    world = day[0]
    because = " ".join(
        no_of(
            lambda: game_days.begin(
                world.house, world.cass, [f"feature/{SUPPORT}", "model/openai.gpt-4o-2024-11"], "game day"
            )
        ).values()
    )
    assert "cass may not throw a feature kill switch" in because


def test_every_fault_of_a_game_day_is_told_at_once(day):
    world = day[0]
    world.throw("sol", f"feature/{SEARCH}")
    with pytest.raises(Invalid) as no:
        game_days.begin(world.house, world.sol, ["feature/nothing", f"feature/{SEARCH}"], "game day")
    assert [fault.because for fault in no.value.faults] == [
        "there is no switch feature/nothing",
        f"feature/{SEARCH} is thrown in earnest: there is nothing to exercise",
    ]
    with pytest.raises(Invalid, match="share"):
        game_days.begin(world.house, world.sol, [], "game day", slice="share", share_percent=50.0)


def test_a_switch_is_exercised_by_one_game_day_at_a_time(day):
    world = day[0]
    game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "game day")
    because = " ".join(no_of(lambda: game_days.begin(world.house, world.sol, [], "another")).values())
    assert "already being exercised" in because


@ON_SQLITE
@pytest.mark.parametrize("percent", [0.0, 1e-9, 1.1, float("nan"), float("inf")])
def test_a_share_is_small_and_still_somebody(day, percent):
    """Of too small a share no made-up subject is found: the switch would look broken."""
    world = day[0]
    on = {"slice": "share", "share_percent": percent}
    assert "share_percent" in faults_of(lambda: game_days.begin(world.house, world.sol, [], "game day", **on))


@ON_SQLITE
def test_without_a_gateway_to_ask_nothing_is_thrown(world: World):
    world.adopt()
    because = " ".join(no_of(lambda: game_days.begin(world.house, world.sol, [], "game day")).values())
    assert "no gateway has an address" in because


@ON_SQLITE
def test_switches_that_rot_are_an_alarm_until_they_are_exercised(day):
    """Kill-switch rot: half a year after the last game day nobody may rely on a switch any more."""
    world, _, _, driver = day
    rotten = "1 kill switch was not exercised for six months: feature/policy-search-v1; hold a game day"
    assert rotten in today(world.house, world.sol).alarms
    world.clock.advance(timedelta(days=160))
    (alarm,) = [each for each in today(world.house, world.sol).alarms if "kill switches" in each]
    assert alarm.startswith("9 kill switches were not exercised for six months: ")
    assert alarm.endswith(" and 4 more; hold a game day")
    held_day(world, driver, f"feature/{SEARCH}", f"feature/{SUPPORT}")
    (alarm,) = [each for each in today(world.house, world.sol).alarms if "kill switches" in each]
    assert alarm.startswith("7 kill switches")
    assert f"feature/{SEARCH}" not in alarm


@ON_SQLITE
def test_the_lever_frame_says_how_fresh_each_switch_is_and_where_its_newest_proof_is(day, monkeypatch):
    world, edges, _, driver = day
    search, support = f"feature/{SEARCH}", f"feature/{SUPPORT}"
    held_day(world, driver, search)
    edges[1].drops_the_tenant = True
    quick(world, monkeypatch)
    world.clock.advance(timedelta(days=70))
    failed = held_day(world, driver, support).day.id
    line = levers.show_switch(world.house, world.sol, search)
    assert (line.freshness, line.exercised_text) == (Freshness.FRESH, "12 May 2026, 70 days ago")
    assert line.proof is not None
    assert (line.proof.place, line.proof.passed) == ("001", True)
    line = levers.show_switch(world.house, world.sol, support)
    assert line.freshness is Freshness.DUE
    assert line.proof == Proof(failed, "001", passed=False)


@ON_SQLITE
def test_what_is_under_way_is_told_on_the_lever_frame_and_today_until_it_is_over(day):
    world, _, _, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "the quarterly game day")
    for view in (levers.lever_frame(world.house, world.sol), today(world.house, world.vic)):
        assert [(each.day.id, each.over, each.switches) for each in view.game_days] == [(begun.id, 0, 1)]
    driver.drive(begun.id)
    assert levers.lever_frame(world.house, world.sol).game_days == today(world.house, world.vic).game_days == ()
    (line,) = game_days.list_game_days(world.house)
    assert (line.over, line.failed) == (1, 0)
    assert (game_days.may_hold(world.house, world.sol), game_days.may_hold(world.house, world.vic)) == (True, False)


def test_a_switch_that_is_thrown_in_earnest_before_its_turn_is_left_out_and_proves_nothing(day):
    """Its fallback model serves before, while and after: it would pass without having been thrown for an exercise."""
    world, _, _, driver = day
    model = f"model/{CLAUDE}"
    begun = game_days.begin(world.house, world.sol, [model, f"feature/{SUPPORT}"], "game day")
    with world.house.store.read() as db:
        proved_on = lever_rows.get(db, model).exercised_on
    switches.throw(world.house, world.sol, model, "it leaks", received_at=0.0)
    driver.drive(begun.id)
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert [each.state for each in view.exercises] == [ExerciseState.ABORTED, ExerciseState.PASSED]
    assert [found.code for found in view.exercises[0].findings] == [FindingCode.IN_EARNEST]
    with world.house.store.read() as db:
        assert lever_rows.get(db, model).exercised_on == proved_on


def test_a_switch_that_is_thrown_in_earnest_while_it_is_being_exercised_proves_nothing(day):
    world, _, asking, driver = day
    model = f"model/{CLAUDE}"
    begun = game_days.begin(world.house, world.sol, [model], "game day")

    def throws() -> None:
        if world.table.exercises:
            asking.meanwhile = lambda: None
            switches.throw(world.house, world.sol, model, "it leaks", received_at=0.0)

    asking.meanwhile = throws
    driver.drive(begun.id)
    (exercise,) = game_days.show_game_day(world.house, world.sol, begun.id).exercises
    assert exercise.state is not ExerciseState.PASSED
    assert FindingCode.IN_EARNEST in [found.code for found in exercise.findings]


def test_a_game_day_waits_where_no_gateway_can_be_asked_any_more(day):
    world, _, _, driver = day
    begun = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "game day")
    for name in ("edge", "core"):
        gateways.set_address(world.house, world.adi, name, "", "")
    driver.drive(begun.id)
    view = game_days.show_game_day(world.house, world.sol, begun.id)
    assert (view.day.state, view.exercises[0].state) == (GameDayState.PAUSED, ExerciseState.WAITING)
    assert "no gateway has an address" in world.entries("game_day.interrupted")[0].because


def test_two_processes_hold_no_two_game_days_at_once(day):
    """Both ask as the same made-up tenant, which would meet only one of the two switches: the other looked broken."""
    world, _, _, _ = day
    first = game_days.begin(world.house, world.sol, [f"feature/{SUPPORT}"], "game day")
    second = game_days.begin(world.house, world.sol, [f"feature/{SEARCH}"], "another")
    assert holding.to_hold(world.house, "here") == first.id
    assert holding.to_hold(world.house, "there") is None
    game_days.pause(world.house, world.sol, first.id, "lunch")
    assert holding.to_hold(world.house, "there") == second.id
    game_days.resume(world.house, world.sol, first.id, "back")
    assert holding.to_hold(world.house, "here") is None
