"""Is a rota that was sent in force at once, and does a change page whoever it names at that moment?"""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.world import World, no_of

from leverframe.actions import changes as change_acts
from leverframe.actions import paging, rotas, today
from leverframe.nouns.rotas import PagedAs, RotaState
from leverframe.nouns.verdicts import Invalid

NAME = "ai-feature-on-call"
WEEK = b"""zone: Europe/London
shifts:
  - {who: sol@acme.example, from: 2026-05-11 08:00, until: 2026-05-15 08:00}
  - {who: Cass, from: 2026-05-15 08:00, until: 2026-05-22 08:00}
"""


def put(world: World, body: bytes = WEEK, *, by: str = "sol", name: str = NAME) -> rotas.RotaLine:
    return rotas.put_rota(world.house, world.who(by), name, body)


def paged(world: World, change) -> list[tuple[str, list[str], str]]:
    view = paging.show_paging(world.house, change.id)
    return [(one.name, [each.who for each in one.people], one.fault) for one in view.paged]


def alarms(world: World) -> list[str]:
    return [said for said in today.today(world.house, world.remi).alarms if "rota" in said]


def faults(world: World, body: bytes, **named: str) -> list[str]:
    with pytest.raises(Invalid) as told:
        put(world, body, **named)
    return [fault.because for fault in told.value.faults]


def test_a_change_pages_whoever_is_on_call_at_that_moment(world: World):
    change = world.ready()
    put(world)
    assert paged(world, change) == [(NAME, ["sol"], "")]
    world.at("Fri 08:00")
    assert paged(world, change) == [(NAME, ["cass"], "")]


def test_the_page_of_a_change_says_the_same(world: World):
    change = world.ready()
    put(world)
    (one,) = world.view(change).paging
    assert (one.kind, one.people[0].who, one.next[0].who) == (PagedAs.ROTA, "sol", "cass")


def test_without_a_rota_the_group_of_the_catalog_is_paged(world: World):
    assert paged(world, world.ready()) == [(NAME, ["sol"], "")]


def test_a_person_an_address_and_a_word_that_is_none_of_these(world: World):
    change = world.ready(paging=("cass", "ops@acme.example", "no-such-rota"))
    assert [one[1] for one in paged(world, change)] == [["cass"], ["ops@acme.example"], []]
    assert paged(world, change)[2][2].startswith("it is no rota")


def test_a_rota_that_has_ended_pages_the_group_and_is_an_alarm(world: World):
    change = world.ready()
    put(world)
    assert alarms(world) == []
    world.clock.move_to(world.now + timedelta(days=11))
    ((_, people, fault),) = paged(world, change)
    assert people == ["sol"]
    assert fault.startswith("the rota has ended on Fri 22 May 2026 08:00 Europe/London; everybody of the group")
    ended = "the rota has ended on Fri 22 May 2026 08:00 Europe/London"
    assert alarms(world) == [f"The rota {NAME} has nobody: {ended}; {change.id} pages it."]


def test_a_gap_is_an_alarm_with_who_is_next_and_only_while_an_open_change_pages_it(world: World):
    late = WEEK.replace(b"2026-05-11 08:00", b"2026-05-13 08:00")
    line = put(world, late)
    assert (line.now.state, line.now.next[0].who) == (RotaState.NOBODY, "sol")
    assert alarms(world) == []
    change = world.ready()
    assert "nobody is on call before Wed 13 May 2026 08:00 Europe/London" in alarms(world)[0]
    change_acts.cancel_change(world.house, world.ana, change.id, "another way was found")
    assert alarms(world) == []


def test_a_file_with_faults_is_refused_with_all_of_them_and_the_former_one_stays(world: World):
    change = world.ready()
    put(world)
    broken = b"- {who: sol}\n- {who: cass, from: 2026-05-12 08:00, until: 2026-05-11 08:00}\n"
    said = faults(world, broken)
    assert len(said) == 4
    assert said[-1] == "the rota that sol sent Tue 12 May 2026 09:00 Europe/London stays in force"
    assert paged(world, change) == [(NAME, ["sol"], "")]
    assert len(world.entries("rota.put")) == 1


def test_the_same_text_again_writes_nothing(world: World):
    put(world)
    world.clock.move_to(world.now + timedelta(hours=1))
    assert put(world, by="cass").put_by == "sol"
    assert len(world.entries("rota.put")) == 1


def test_another_text_takes_its_place_and_says_of_which(world: World):
    first, second = put(world), put(world, WEEK.replace(b"sol@", b"cass@"))
    entry = world.entries("rota.put")[0]
    assert (entry.object, entry.role, entry.because) == (f"rota/{NAME}", "on_call", "cass on call now")
    assert (entry.facts["digest"], entry.facts["before"]) == (second.digest, first.digest)
    assert [line.put_by for line in rotas.list_rotas(world.house, world.ana).rotas] == ["sol"]


@pytest.mark.parametrize(
    ("name", "because"),
    [
        ("../etc", "../etc cannot name a rota"),
        ("", " cannot name a rota"),
        ("sol", "sol is a person of the catalog, who is paged as such"),
    ],
)
def test_a_name_that_no_paging_list_could_mean_is_refused(world: World, name: str, because: str):
    assert faults(world, WEEK, name=name) == [because]


def test_bytes_that_are_no_text_are_refused(world: World):
    assert faults(world, b"\xff\xfe") == ["it is no UTF-8 text: invalid start byte"]
    assert faults(world, b"BEGIN:VCALENDAR\nX:\0\nEND:VCALENDAR") == ["it holds bytes that are no text"]


def test_who_has_no_such_role_sends_none(world: World):
    refusal = no_of(lambda: put(world, by="vic"))
    assert refusal["may"].startswith("vic may not send a rota")
    assert rotas.list_rotas(world.house, world.vic).rotas == ()
    assert rotas.list_rotas(world.house, world.vic).unsent == (NAME,)
