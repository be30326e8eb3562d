"""Does the page tell live scores beside what was promised of them?"""

from __future__ import annotations

import re

from leverframe.nouns.baselines import Baseline
from leverframe.nouns.evidence import Comparison
from leverframe.web.baselines import baselines_table

BASELINE = Baseline(
    "groundedness@fr-FR", "production", 0.87, 1412, None, None, 0.91, None, 400, True, Comparison.WORSE, "it is lower"
)


def test_each_row_has_both_arms_what_was_promised_and_the_sentence():
    html = str(baselines_table((BASELINE,)))
    cells = [re.sub("<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", html)]
    assert cells[1:] == ["0.87, 1,412 scores", "none yet", "0.91", "It is lower."]
    assert "groundedness in fr-FR, production" in cells[0]
    assert "worse" in cells[0]
    assert "decides nothing" in html


def test_without_any_there_is_no_table():
    assert baselines_table(()) == ""
