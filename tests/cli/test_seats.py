"""Is a person who has one seat not asked for its name, and told why where they have none?"""

from __future__ import annotations

import pytest

from leverframe.cli.seats import seat_of
from leverframe.nouns.verdicts import Invalid


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
        ((), "", "results of production are missing"),
        (("exec",), "rita", "for rita you answer in one of their seats"),
    ],
)
def test_otherwise_it_is_said_what_to_name_or_why_not(able, whose, because):
    with pytest.raises(Invalid) as refused:
        seat_of(Told(*able), "CHG-2026-00001", "", whose)  # pyright: ignore[reportArgumentType]
    (fault,) = refused.value.faults
    assert because in fault.because
    assert fault.remedy
