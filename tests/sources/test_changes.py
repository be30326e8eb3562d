"""Are change files read as they were meant, and are all their mistakes told at once?"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from leverframe.nouns.calendar import Subject
from leverframe.nouns.changes import BlastRadius
from leverframe.nouns.documents import to_document
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.targets import Tier
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid
from leverframe.rules.forecasting import forecast
from leverframe.sources.changes import read_change_form, read_unit
from leverframe.sources.policies import read_bundle

ACME = Path(__file__).resolve().parents[2] / "examples" / "acme"
CHANGES = sorted(path.name for path in (ACME / "changes").glob("*.yaml"))
UNITS = sorted(path.name for path in (ACME / "units").glob("*.yaml"))


def read(name):
    return read_change_form((ACME / "changes" / name).read_text("utf-8"), place=name)


def faults_of(source, **options):
    with pytest.raises(Invalid) as refused:
        read_change_form(source, **options)
    return [(fault.place, fault.because) for fault in refused.value.faults]


def test_the_worked_example_starts_on_wednesday_at_ten_in_london():
    form = read("support-prompt-v8.yaml")
    assert form.start.opens_at == datetime(2026, 5, 13, 9, tzinfo=UTC)
    assert (form.target, form.kind, form.path) == ("customer-support-ai", "prompt", "normal")
    assert form.candidate.prompt == "customer-support@v8"
    assert form.blast_radius == BlastRadius(4_000_000, ("everywhere",), 50.0)
    assert form.kill_switch == "feature/customer-support-ai"


def test_australia_opens_at_ten_in_sydney():
    assert read("claims-regions.yaml").start.opens_at == datetime(2026, 5, 19, 0, tzinfo=UTC)


LOW = "meeting-notes-v2.yaml"


@pytest.mark.parametrize("name", [name for name in CHANGES if name != LOW])
def test_an_example_fits_the_policy_it_is_sent_to(name, acme):
    policy, _ = read_bundle(acme)
    form = read(name)
    target = policy.catalog.targets[form.target]
    assert form.candidate.prompt in policy.prompts
    assert form.candidate.prompt.startswith(f"{target.prompt}@")
    assert form.candidate.model in target.models
    assert form.ramp in policy.plans
    assert form.kill_switch in {switch.id for switch in policy.switches}
    assert form.blast_radius.users == target.users
    assert form.blast_radius.regions == target.regions
    assert {form.release_manager, form.coordinator} <= set(policy.catalog.people)
    assert form.start.opens_at < form.start.closes_at < form.start.not_after


def test_a_low_example_leaves_to_the_house_what_the_house_knows(acme):
    policy, _ = read_bundle(acme)
    form = read(LOW)
    assert policy.catalog.targets[form.target].tier is Tier.LOW
    assert form.candidate.prompt in policy.prompts
    assert form.ramp in policy.plans
    left_out = (form.kill_switch, form.blast_radius, form.start, form.release_manager, form.coordinator)
    assert left_out == ("", None, None, "", "")


@pytest.mark.parametrize(
    ("name", "ramp"),
    [
        ("support-prompt-v8.yaml", "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%"),
        ("support-prompt-v9.yaml", "Thu 14:40 1%, Thu 15:10 10%, Tue 10:00 50%, Wed 10:00 100%"),
        (
            "claims-regions.yaml",
            "Tue 01:00 50% (au), Tue 09:00 50% (eu), Tue 15:00 50% (us), "
            "Wed 11:00 100% (eu), Wed 15:00 100% (us), Thu 01:00 100% (au)",
        ),
        (
            "underwriting-model.yaml",
            "Tue 10:00 1%, Tue 12:00 5%, Wed 12:00 10%, Tue 26 May 10:00 50%, Wed 27 May 10:00 100%",
        ),
    ],
)
def test_an_example_would_ramp_as_its_comments_say(name, ramp, acme):
    policy, _ = read_bundle(acme)
    form = read(name)
    target = policy.catalog.targets[form.target]
    subject = Subject(target.id, target.tier.value, form.kind)
    regions, start = form.blast_radius.regions, form.start
    plan, cells = policy.plans[form.ramp], target.population
    course = forecast(plan, subject, regions, policy.calendar, start.opens_at, start.not_after, None, cells, policy)
    assert course.text == ramp
    assert not any(verdict.refuses for verdict in course.verdicts)


@pytest.mark.parametrize("name", UNITS)
def test_an_example_unit_is_one_that_its_feature_can_run(name, acme):
    policy, _ = read_bundle(acme)
    unit = read_unit((ACME / "units" / name).read_text("utf-8"), place=name)
    target = policy.catalog.targets[name.removesuffix(".yaml")]
    assert unit.prompt in policy.prompts
    assert unit.model in target.models


def test_every_feature_has_a_unit_for_its_first_day(acme):
    policy, _ = read_bundle(acme)
    assert {f"{name}.yaml" for name in policy.catalog.targets} == set(UNITS)


def test_a_draft_may_leave_everything_out_but_must_be_something():
    assert read_change_form("title: Later") == ChangeForm(title="Later")
    assert faults_of("") == [("change.yaml:1", "This file is empty.")]


def test_what_a_form_left_blank_counts_as_not_given():
    sent = {"title": "Later", "kind": "", "candidate": {"prompt": "", "model": None}, "start": {"opens_at": ""}}
    assert read_change_form(sent) == ChangeForm(title="Later")


@pytest.mark.parametrize("name", CHANGES)
def test_a_form_read_back_from_its_document_is_the_same(name):
    form = read(name)
    assert read_change_form(to_document(form)) == form


def test_all_faults_of_a_change_are_told_at_once_with_their_lines():
    text = """\
target: customer-support-ai
kind: promt
titel: A slip
candidate: {prompt: customer-support, model: gpt}
blast_radius:
  users: -1
  regions: [everywhere]
  max_share_percent: 150
start:
  opens_at: 2026-05-13 10:00
  closes_at: soon
  zone: Europe/Londn
"""
    places = [place for place, _ in faults_of(text, place="c.yaml")]
    assert sorted(set(places)) == sorted(f"c.yaml:{line}" for line in (2, 3, 4, 6, 8, 9, 10, 11, 12))


def test_a_mapping_from_json_names_its_fields_instead_of_lines():
    told = faults_of({"kind": "promt", "blast_radius": {"users": "many", "regions": ["au"], "max_share_percent": 5}})
    assert [place for place, _ in told] == ["kind", "blast_radius.users"]


def test_a_part_of_the_blast_radius_is_enough_and_a_share_of_nobody_is_a_fault():
    assert read_change_form({"blast_radius": {"max_share_percent": 50}}).blast_radius == BlastRadius(0, (), 50.0)
    assert faults_of({"blast_radius": {"max_share_percent": 0}})[0][0] == "blast_radius.max_share_percent"


def test_wall_time_needs_a_zone_and_takes_the_houses_where_it_is_known():
    start = {"opens_at": "2026-05-13 10:00", "closes_at": "2026-05-13 12:00", "not_after": "2026-05-20 12:00"}
    assert {place for place, _ in faults_of({"start": start})} == {
        "start.opens_at",
        "start.closes_at",
        "start.not_after",
    }
    form = read_change_form({"start": start}, home_zone="America/New_York")
    assert form.start.opens_at == datetime(2026, 5, 13, 14, tzinfo=UTC)


def test_an_offset_wins_over_the_zone():
    start = {
        "opens_at": "2026-05-13T10:00:00Z",
        "closes_at": "2026-05-13T12:00+01:00",
        "not_after": "2026-05-20 12:00",
    }
    form = read_change_form({"start": start | {"zone": "Australia/Sydney"}})
    assert form.start.opens_at == datetime(2026, 5, 13, 10, tzinfo=UTC)
    assert form.start.closes_at == datetime(2026, 5, 13, 11, tzinfo=UTC)
    assert form.start.not_after == datetime(2026, 5, 20, 2, tzinfo=UTC)


def test_a_time_that_the_clocks_skip_is_refused():
    start = {"opens_at": "2026-03-29 01:30", "closes_at": "2026-03-31 12:00", "not_after": "2026-04-02 12:00"}
    ((place, because),) = faults_of({"start": start | {"zone": "Europe/London"}})
    assert place == "start.opens_at"
    assert "which the clocks skip in Europe/London" in because


@pytest.mark.parametrize(
    "text", ["[1, 2]", "just words", "a: [", "title: x\n---\ntitle: y", "title: {a: b}", "title: 7"]
)
def test_what_is_no_change_is_refused(text):
    assert faults_of(text)


def test_a_unit_names_at_least_one_part_and_no_other():
    assert read_unit({"prompt": "a@v1"}) == Unit(prompt="a@v1")
    for bad in ({}, {"promt": "a@v1"}, {"prompt": "a"}, {"model": "gpt"}):
        with pytest.raises(Invalid):
            read_unit(bad)
