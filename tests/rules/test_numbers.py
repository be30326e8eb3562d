"""Which texts are a table's number?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.tables import HIGHEST, Number


@given(number=st.builds(Number, st.integers(0, HIGHEST), st.integers(0, HIGHEST)))
def test_a_number_is_read_as_it_is_written(number: Number):
    assert Number.parse(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "1", "1.", ".1", "1.2.3", "-1.2", "1.-2", "+1.2", " 1.2", "1_0.2", "¹.2", "٣.1", "1.7e1", "None"]
)
def test_what_is_no_number_is_told_so(text: str):
    with pytest.raises(ValueError, match="written epoch"):
        Number.parse(text)


@pytest.mark.parametrize("text", [f"{HIGHEST + 1}.1", f"1.{HIGHEST + 1}", "9" * 25 + ".1", "1." + "9" * 5000])
def test_a_number_above_what_a_database_holds_is_told_so(text: str):
    with pytest.raises(ValueError, match="at most 2147483647"):
        Number.parse(text)
