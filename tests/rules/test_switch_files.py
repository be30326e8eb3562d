"""What does a commit of the switch file ask, and may it have it?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.switch_files import Behind, FileCommit, Move
from leverframe.nouns.switches import Layer, OnExpiry, Switch
from leverframe.rules.switch_files import (
    LAPSED,
    SET,
    THROWN,
    asked_by,
    has_lapsed,
    is_known,
    is_newer,
    narrows,
    said_of,
    stays_longer,
    widens,
)

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
JUNE, JULY = date(2026, 6, 30), date(2026, 7, 10)
SETTLED = Switch(Layer.TENANT, "contoso")
OFF = replace(SETTLED, thrown=True, because="they asked", expires_on=JUNE)
STAYS = replace(OFF, on_expiry=OnExpiry.STAY)
COMMIT = FileCommit("ab" * 20, NOON, "Sol", "Stop it", Behind("sol", "signed with SHA256:x"))
LEVER = "tenant/contoso"


def by_id(*switches: Switch) -> dict[str, Switch]:
    return {switch.id: switch for switch in switches}


@pytest.mark.parametrize(
    ("before", "after", "asks"),
    [
        (SETTLED, SETTLED, False),
        (SETTLED, OFF, True),
        (OFF, SETTLED, True),
        (OFF, OFF, False),
        (OFF, replace(OFF, because="other words", ticket="SUP-2"), False),
        (OFF, replace(OFF, expires_on=JULY), True),
        (OFF, STAYS, True),
        (SETTLED, replace(SETTLED, fallback="other", owner="others"), False),
        (SETTLED, replace(SETTLED, expires_on=JULY), False),
        (None, OFF, True),
        (None, SETTLED, True),
        (OFF, None, True),
        (SETTLED, None, False),
    ],
)
def test_a_commit_asks_for_what_it_changes(before: Switch | None, after: Switch | None, asks: bool):
    asked = asked_by(by_id(*filter(None, [before])), by_id(*filter(None, [after])))
    assert asked == ({LEVER} if asks else set())


def test_a_feature_that_is_taken_out_of_the_file_is_for_a_policy():
    assert asked_by(by_id(Switch(Layer.FEATURE, "search", True)), {}) == set()


@pytest.mark.parametrize(
    ("written", "standing", "narrow", "wide"),
    [
        (OFF, SETTLED, True, False),
        (OFF, None, True, False),
        (OFF, OFF, False, False),
        (replace(OFF, expires_on=JULY), OFF, True, False),
        (OFF, replace(OFF, expires_on=JULY), False, False),
        (OFF, replace(OFF, expires_on=None), False, False),
        (replace(OFF, expires_on=None), OFF, False, False),
        (STAYS, OFF, True, False),
        (OFF, STAYS, False, False),
        (SETTLED, OFF, False, True),
        (SETTLED, SETTLED, False, False),
        (SETTLED, None, False, False),
        (None, OFF, False, True),
        (None, SETTLED, False, False),
        (None, None, False, False),
    ],
)
def test_what_narrows_and_what_widens(written: Switch | None, standing: Switch | None, narrow: bool, wide: bool):
    assert (narrows(written, standing), widens(written, standing)) == (narrow, wide)


switches = st.none() | st.builds(
    Switch,
    layer=st.just(Layer.TENANT),
    key=st.just("contoso"),
    thrown=st.booleans(),
    expires_on=st.none() | st.dates(date(2026, 1, 1), date(2027, 1, 1)),
    on_expiry=st.sampled_from(OnExpiry),
)


@given(switches, switches)
def test_nothing_narrows_and_widens_and_what_is_off_narrows_only_by_staying_longer(
    written: Switch | None, standing: Switch | None
):
    narrow, wide = narrows(written, standing), widens(written, standing)
    assert not (narrow and wide)
    assert not wide or (standing is not None and standing.thrown)
    if narrow and written is not None and standing is not None and standing.thrown:
        assert stays_longer(written, standing)
        assert not stays_longer(standing, written) or written.on_expiry is not standing.on_expiry


@pytest.mark.parametrize(
    ("written", "now", "lapsed"),
    [
        (OFF, "2026-07-01 04:59", False),
        (OFF, "2026-07-01 05:00", True),
        (replace(OFF, zone="UTC"), "2026-07-01 00:00", True),
        (STAYS, "2026-07-02 00:00", False),
        (replace(OFF, expires_on=None), "2026-07-02 00:00", False),
        (SETTLED, "2026-07-02 00:00", False),
        (None, "2026-07-02 00:00", False),
    ],
)
def test_a_last_day_is_over_in_the_tenants_zone(written: Switch | None, now: str, lapsed: bool):
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert has_lapsed(written, "America/Chicago", moment) == lapsed


def test_a_commit_is_known_by_who_stands_behind_it():
    assert not is_known(COMMIT, LEVER).refuses
    unknown = is_known(replace(COMMIT, behind=Behind(because="it is not signed")), LEVER)
    assert unknown.refuses
    assert unknown.because.endswith("nobody known stands behind it: it is not signed")
    assert unknown.remedy


@pytest.mark.parametrize(
    ("act", "minutes", "throws", "newer"),
    [
        (SET, 5, True, False),
        (SET, -5, True, True),
        (SET, 0, True, True),
        (LAPSED, 5, True, False),
        (THROWN, 5, True, True),
        (THROWN, 5, False, False),
        (THROWN, -5, False, True),
        (SET, 5, False, True),
    ],
)
def test_what_came_after_a_commit_outweighs_it_where_it_went_the_other_way(act, minutes, throws, newer):
    moved = Move(act, NOON + timedelta(minutes=minutes), "remi", "mended")
    verdict = is_newer(COMMIT, LEVER, moved, "Europe/London", throws=throws)
    assert verdict.refuses != newer
    assert newer or (said_of(moved) in verdict.because and "Tue 12 May 2026 13:05 Europe/London" in verdict.because)


def test_git_counts_whole_seconds_and_a_lever_that_never_moved_outweighs_nothing():
    moved = Move(SET, NOON.replace(microsecond=900_000), "remi", "mended")
    assert not is_newer(COMMIT, LEVER, moved, "UTC", throws=True).refuses
    assert not is_newer(COMMIT, LEVER, None, "UTC", throws=True).refuses
