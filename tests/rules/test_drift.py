"""Where do the levers stand otherwise than the file says, why, and what would clear it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from leverframe.nouns.switch_files import Drift, Move, Outcome, Pending
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.rules.drift import DriftFacts, drifted, unlike
from leverframe.rules.switch_files import SET, THROWN

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
FEATURE = Switch(Layer.FEATURE, "search", fallback="keyword", owner="search-ai")
TENANT = Switch(Layer.TENANT, "contoso", owner="support", zone="UTC")
OFF = replace(FEATURE, thrown=True, because="it finds nothing")
PAUSED = replace(TENANT, thrown=True, because="they asked", ticket="SUP-1", expires_on=date(2026, 6, 30))


def rows(written: Switch | None, standing: Switch | None, **more: object) -> list[tuple[Drift, str, str]]:
    facts = DriftFacts(*({s.id: s for s in (one,) if s} for one in (written, standing)), **more)  # pyright: ignore
    assert unlike(facts.written, facts.standing) == tuple(
        row.switch for row in drifted(facts) if row.drift is not Drift.LOAD
    )
    return [(row.drift, row.file_says, row.stands) for row in drifted(facts)]


@pytest.mark.parametrize(
    ("written", "standing", "drift"),
    [
        (FEATURE, FEATURE, []),
        (OFF, OFF, []),
        (OFF, FEATURE, [(Drift.UNLIKE, "thrown", "set")]),
        (FEATURE, OFF, [(Drift.UNLIKE, "set", "thrown")]),
        (replace(OFF, because=""), OFF, []),
        (replace(OFF, because="other words"), OFF, [(Drift.UNLIKE, "thrown", "thrown")]),
        (PAUSED, PAUSED, []),
        (replace(PAUSED, expires_on=None), PAUSED, [(Drift.UNLIKE, "thrown", "thrown until 2026-06-30")]),
        (replace(PAUSED, on_expiry=OnExpiry.STAY), PAUSED, [(Drift.UNLIKE, *["thrown until 2026-06-30"] * 2)]),
        (replace(PAUSED, ticket="SUP-2"), PAUSED, [(Drift.UNLIKE, *["thrown until 2026-06-30"] * 2)]),
        (None, PAUSED, [(Drift.UNLIKE, "not named", "thrown until 2026-06-30")]),
        (None, TENANT, []),
        (None, FEATURE, [(Drift.LOAD, "not named", "set")]),
        (None, OFF, [(Drift.LOAD, "not named", "thrown")]),
        (FEATURE, None, [(Drift.LOAD, "set", "no such lever")]),
        (OFF, None, [(Drift.UNLIKE, "thrown", "no such lever")]),
        (replace(FEATURE, fallback="other"), FEATURE, [(Drift.LOAD, "set", "set")]),
        (replace(FEATURE, owner=""), FEATURE, []),
        (replace(FEATURE, owner="others"), FEATURE, [(Drift.LOAD, "set", "set")]),
        (replace(TENANT, zone=""), TENANT, []),
        (replace(TENANT, zone="Asia/Tokyo"), TENANT, [(Drift.LOAD, "set", "set")]),
        (replace(OFF, fallback="other"), FEATURE, [(Drift.UNLIKE, "thrown", "set"), (Drift.LOAD, "thrown", "set")]),
        (replace(FEATURE, exercised_on=date(2026, 1, 1)), FEATURE, []),
    ],
)
def test_a_lever_and_its_line_in_the_file(written: Switch | None, standing: Switch | None, drift: list):
    assert rows(written, standing) == drift


MOVED = Move(THROWN, NOON, "sol", "it insults", entry=7)
WAITS = Pending(FEATURE.id, Outcome.REFUSED, "ab" * 20, "ana", NOON, "ana may not", "ask sol", after=7)


def only(written: Switch, standing: Switch, **more: object):
    facts = DriftFacts({written.id: written}, {standing.id: standing}, **more)  # pyright: ignore[reportArgumentType]
    (row,) = drifted(facts)
    return row


def test_what_was_moved_elsewhere_says_who_did_it_and_how_the_file_comes_to_say_so():
    row = only(FEATURE, OFF, moves={FEATURE.id: MOVED}, zone="Europe/London")
    assert row.because == "it was thrown by sol on Tue 12 May 2026 13:00 Europe/London: it insults"
    assert row.remedy.startswith("let the file say how it stands: leverframe switch fmt FILE --write")
    assert row.remedy.endswith(f"leverframe switch set {FEATURE.id} --role ROLE")
    set_again = only(OFF, FEATURE, moves={FEATURE.id: replace(MOVED, act=SET, by="remi")})
    assert set_again.because.startswith("it was set again by remi")
    assert set_again.remedy.endswith(f"leverframe switch throw {FEATURE.id}")


def test_a_server_that_writes_back_says_that_it_will_or_why_it_cannot():
    known = {"moves": {FEATURE.id: MOVED}, "writes": True}
    assert only(FEATURE, OFF, **known).remedy == "the server writes it into the file by itself"
    kept = only(FEATURE, OFF, **known, kept="the file in the work tree has staged edits")
    assert "not written back, for the file in the work tree has staged edits" in kept.because


def test_what_a_commit_waits_for_stands_until_the_lever_is_moved_after_it():
    moves, later = {FEATURE.id: MOVED}, {FEATURE.id: replace(MOVED, entry=8)}
    waits = only(OFF, FEATURE, pending={FEATURE.id: WAITS}, moves=moves)
    assert (waits.drift, waits.because, waits.remedy) == (Drift.REFUSED, "ana may not", "ask sol")
    assert only(OFF, FEATURE, pending={FEATURE.id: WAITS}, moves=later).drift is Drift.MOVED


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_is_a_kind_of_drift(outcome: Outcome):
    row = only(OFF, FEATURE, pending={FEATURE.id: replace(WAITS, outcome=outcome)})
    assert row.drift.value == outcome.value


def test_levers_are_told_in_their_order():
    every = {s.id: s for s in (PAUSED, OFF, replace(OFF, key="answers"))}
    assert [row.switch for row in drifted(DriftFacts({}, every))] == [
        "feature/answers",
        "feature/search",
        "tenant/contoso",
    ]
