"""Does the switch file say how the levers stand, and keep every other byte?"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.world import ACME

from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.nouns.verdicts import Invalid
from leverframe.sources.policies.switch_file import rewritten, switches_in

TEXT = (ACME / "gateway-policies" / "kill-switches.yaml").read_text("utf-8")
FLOW = """\
feature_kill_switches: {search: {enabled: true, fallback: keyword}} # in one line
model_kill_switches: [{disabled: true, reason: "slow", model: openai.gpt-4o, fallback_model: openai.o1}]
tenant_kill_switches: {contoso: {reason: "they asked", ai_disabled: true, expires: 2026-06-30}}
"""
ODD = """\
# No section of tenants; a block, and quotes of their author's.
feature_kill_switches:
    "search":
        enabled:   false   # since Tuesday
        reason: >
          It answers nonsense,
          and nobody knows why.

        fallback: 'keyword'


model_kill_switches:
- fallback_model: openai.o1
  disabled: false # fine
  model: openai.gpt-4o
"""
FILES = {
    "acme": TEXT,
    "flow": FLOW,
    "odd": ODD,
    "crlf": TEXT.replace("\n", "\r\n"),
    "no last line break": TEXT.rstrip(),
}


def changed(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if line[0] in "+-" and line[:3] not in ("+++", "---")]


def said(switches: Mapping[str, Switch]) -> dict[str, tuple]:
    """Return what is to be told of each lever: of one that is set, only that it is."""
    return {
        id: (True, s.because, s.ticket, s.expires_on, s.on_expiry) if s.thrown else (False,)
        for id, s in switches.items()
    }


def remarks(text: str) -> list[str]:
    """Return what its author has remarked, on lines of its own and behind what a lever says."""
    lines = [line for line in text.splitlines() if line.lstrip().startswith("# ")]
    return lines + [
        each for each in ("# in one line", "# since Tuesday", "# fine", "# the last game day") if each in text
    ]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_says_how_the_levers_stand_is_the_same_to_the_byte(name: str):
    text = FILES[name]
    assert rewritten(text, switches_in(text).values()) == (text, ())


def test_a_thrown_lever_differs_in_its_own_lines_only():
    thrown = replace(
        switches_in(TEXT)["feature/customer-support-ai"], thrown=True, because="it insults", ticket="INC-7"
    )
    after, differs = rewritten(TEXT, [thrown])
    assert differs == ("feature/customer-support-ai",)
    assert changed(TEXT, after) == [
        "-    enabled: true",
        "+    enabled: false",
        '+    reason: "it insults"',
        '+    ticket: "INC-7"',
    ]
    assert "exercised_on: 2026-04-14 # the last game day" in after


def test_a_lever_that_was_set_again_tells_nothing_any_more():
    tenant = replace(switches_in(TEXT)["tenant/enterprise-tenant-12891"], thrown=False)
    after, _ = rewritten(TEXT, [tenant])
    assert changed(TEXT, after) == [
        "-    ai_disabled: true",
        '-    reason: "tenant compliance pause; ticket SUP-44012"',
        "-    expires: 2026-06-30",
        "+    ai_disabled: false",
    ]


def test_a_pause_that_was_thrown_by_hand_is_named():
    pause = Switch(Layer.TENANT, "contoso", True, because="they asked; ticket SUP-1", ticket="SUP-1")
    after, differs = rewritten(TEXT, [replace(pause, expires_on=date(2026, 7, 1), on_expiry=OnExpiry.STAY)])
    assert differs == ("tenant/contoso",)
    assert changed(TEXT, after) == [
        "+  contoso:",
        "+    ai_disabled: true",
        '+    reason: "they asked; ticket SUP-1"',
        "+    expires: 2026-07-01",
        "+    on_expiry: stay",
    ]


def test_levers_that_only_people_may_name_are_not_named():
    others = [Switch(Layer.FEATURE, "new", True, because="x"), Switch(Layer.TENANT, "set-again", False)]
    assert rewritten(TEXT, others) == (TEXT, ())


@pytest.mark.parametrize("empty", ["", "tenant_kill_switches:\n", "tenant_kill_switches: {}\n"])
def test_the_first_pause_of_all_finds_its_place(empty: str):
    text = TEXT[: TEXT.index("tenant_kill_switches")] + empty
    after, _ = rewritten(text, [Switch(Layer.TENANT, "contoso", True, because="they asked")])
    assert after.rstrip().endswith(
        'tenant_kill_switches:\n  contoso:\n    ai_disabled: true\n    reason: "they asked"'
    )


def test_a_file_with_faults_is_told_them_by_its_own_name():
    with pytest.raises(Invalid) as wrong:
        rewritten(TEXT.replace("    enabled: true", "    enabled: maybe", 1), [], "mine.yaml")
    assert [fault.place for fault in wrong.value.faults] == ["mine.yaml:11"]


words = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=30).filter(lambda text: text.strip())
tenants = st.sampled_from(["contoso", "12891", "true", "a: b", "- odd", "Zoë's", "#7"])


@st.composite
def standing(draw: st.DrawFn) -> tuple[str, list[Switch]]:
    """Return one of the files, some of its levers as they may stand by now, and some new pauses."""
    text = draw(st.sampled_from(sorted(FILES.values())))
    levers = draw(st.lists(st.sampled_from(sorted(switches_in(text).values(), key=lambda s: s.id)), unique=True))
    levers += [Switch(Layer.TENANT, key) for key in draw(st.lists(tenants, unique=True, max_size=3))]
    return text, [_as_it_may_stand(draw, lever) for lever in levers]


def _as_it_may_stand(draw: st.DrawFn, lever: Switch) -> Switch:
    told = {"because": "", "ticket": "", "expires_on": None, "on_expiry": OnExpiry.LAPSE}
    if not draw(st.booleans()):
        return replace(lever, thrown=False, **told)
    told |= {"because": draw(words).strip(), "ticket": draw(st.sampled_from(["", "INC-7", "a # b"]))}
    if lever.layer is Layer.TENANT:
        told |= {
            "expires_on": draw(st.none() | st.dates(date(2026, 1, 1), date(2040, 1, 1))),
            "on_expiry": draw(st.sampled_from(OnExpiry)),
        }
    return replace(lever, thrown=True, **told)


@settings(deadline=None)
@given(standing())
def test_what_is_written_is_what_stands_and_nothing_else_is_touched(given: tuple[str, list[Switch]]):
    text, levers = given
    after, differs = rewritten(text, levers)
    found, named = switches_in(after), switches_in(text)
    wanted = {s.id: s for s in levers if s.id in named or s.thrown}
    assert said(found) == said(named | wanted)
    assert set(differs) == {id for id, s in said(wanted).items() if id not in named or s != said(named)[id]}
    assert remarks(after) == remarks(text)
    assert rewritten(after, levers) == (after, ())
