"""Is a person who has one seat not asked for its name, and told why where they have none?"""

from __future__ import annotations

import pytest

from leverframe.cli.seats import proposal_and_seat, seat_of
from leverframe.nouns.verdicts import Invalid, Refused


class Told:
    """A server that says in which seats this person may sign."""

    def __init__(self, *able: str) -> None:
        self.able = able

    def get(self, path: str) -> dict:
        why = {"because": "it is not ready: results of production are missing"}
        return {"can_sign_as": list(self.able), "may": {"sign": why}}


def test_the_only_seat_is_taken():
    assert seat_of(Told("cab_engineer"), "CHG-2026-00001", "") == "cab_engineer"  # pyright: ignore[reportArgumentType]


def test_a_seat_that_is_named_is_taken_without_a_question():
    assert seat_of(None, "CHG-2026-00001", "exec") == "exec"  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("able", "whose", "because"),
    [
        (("feature_owner", "exec"), "", "as feature_owner and as exec"),
        (("exec",), "rita", "for rita you answer in one of their seats"),
    ],
)
def test_of_several_it_is_said_which_to_name(able, whose, because):
    with pytest.raises(Invalid) as refused:
        seat_of(Told(*able), "CHG-2026-00001", "", whose)  # pyright: ignore[reportArgumentType]
    (fault,) = refused.value.faults
    assert because in fault.because
    assert fault.remedy


def test_whoever_has_none_is_told_why_as_for_any_act_that_is_refused():
    with pytest.raises(Refused) as refused:
        seat_of(Told(), "CHG-2026-00001", "")  # pyright: ignore[reportArgumentType]
    (verdict,) = refused.value.verdicts
    assert "results of production are missing" in verdict.because
    assert "leverframe change why CHG-2026-00001" in verdict.remedy


@pytest.mark.parametrize(
    ("digest", "named", "found"),
    [
        ("sha256:ab", "", ("sha256:abcd", "ai_risk")),
        ("sha256:ab", "exec", ("sha256:abcd", "exec")),
        ("sha256:99", "", ("sha256:9999", "")),
        ("sha256:", "", ("sha256:", "")),
    ],
)
def test_a_proposed_policy_is_named_by_its_beginning_and_signed_in_the_only_seat(digest, named, found):
    class Proposed:
        def get(self, path: str) -> dict:
            one = {"digest": "sha256:abcd", "can_sign_as": ["ai_risk"]}
            return {"proposals": [one, {"digest": "sha256:9999", "can_sign_as": []}]}

    assert proposal_and_seat(Proposed(), digest, named) == found  # pyright: ignore[reportArgumentType]
