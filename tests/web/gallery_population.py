"""What do the pages of the population look like with a quarter of changes, and with units that no change explains?"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from leverframe.actions.population import PopulationView
from leverframe.actions.unauthorised import UnauthorisedView
from leverframe.nouns.population import Failure, Passage, Period, PopulationCounts, PopulationRow, Signed
from leverframe.nouns.unauthorised import Explains, Explanation, Settlement, Sighting, UnauthorisedUnit
from leverframe.nouns.verdicts import Fault, failed, passed
from leverframe.web.problems import Problem


def at(day: int, hour: int, minute: int = 0, month: int = 5) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


QUARTER = Period(date(2026, 4, 1), date(2026, 6, 30), at(1, 0, month=4), at(1, 0, month=7))
ROW = PopulationRow(
    change="CHG-2026-00012",
    title="Answer questions about the new product line, Acme Home",
    target="customer-support-ai",
    tier="medium",
    kind="prompt",
    path="normal",
    passed=(Passage.FILED, Passage.BEGUN, Passage.ENDED, Passage.CLOSED),
    outcome="settled",
    author="ana",
    release_manager="remi",
    candidate="customer-support@v8",
    filed_at=at(12, 9),
    edited_at=at(12, 9, 5),
    sign_offs=(
        Signed("platform_engineer", "cass", at(12, 10), 14),
        Signed("feature_engineer", "cleo", at(12, 10, 12), 15),
        Signed("release_manager", "remi", at(12, 11), 16),
    ),
    open_seats=(),
    approved_at=at(12, 11),
    window_opens_at=at(13, 9),
    window_closes_at=at(13, 11),
    started_at=at(13, 9),
    started_by="clock, armed by remi",
    settled_at=at(14, 13, 30),
    rolled_back_at=None,
    aborted_at=None,
    went_back_at=None,
    reviewed_at=at(15, 14),
    reviewed_by="remi",
    closed_at=at(15, 14),
    close_code="successful",
    approved_before_start="yes",
    approval_because="every sign-off that the policy asked for came before it began",
    segregated="yes",
    segregation_because="who signed did not write it",
    policy="sha256:1f0c",
    content_digest="sha256:77aa",
    bypassed=(),
    debts=(),
    failures=(),
    altered=(),
    unauthorised=(),
    leaf_filed=12,
    leaves_signed=(14, 15, 16),
    leaf_started=21,
)
EMERGENCY = replace(
    ROW,
    change="CHG-2026-00031",
    title="Stop quoting the withdrawn price list",
    path="emergency",
    outcome="rolled_back",
    close_code="rolled_back",
    settled_at=None,
    rolled_back_at=at(20, 18),
    reviewed_at=None,
    reviewed_by="",
    approved_before_start="no",
    approval_because="the sign-offs were bypassed; missing: platform engineer",
    bypassed=("sign_offs", "window"),
    debts=("sign_offs due 22 May 2026",),
    failures=(Failure.APPROVAL_AFTER_START, Failure.EMERGENCY_WITHOUT_REVIEW),
)
LATE = replace(
    ROW,
    change="CHG-2026-00033",
    title="Tone of voice for the enterprise tenants",
    passed=(Passage.FILED,),
    outcome="not_begun",
    approved_before_start="not begun",
    approval_because="feature engineer still to sign",
    segregated="not begun",
    segregation_because="it has not begun",
    sign_offs=(),
    approved_at=None,
    started_at=None,
    started_by="",
    settled_at=None,
    reviewed_at=None,
    reviewed_by="",
    closed_at=None,
    close_code="",
    failures=(Failure.NO_TICKET,),
    altered=("filed by whom and when",),
    unauthorised=("UNA-3",),
    leaf_started=None,
)
COUNTS = PopulationCounts(
    changes=214,
    by_tier={"low": 120, "medium": 71, "high": 23},
    by_kind={"prompt": 140, "model_swap": 31, "config": 43},
    by_outcome={"settled": 190, "rolled_back": 15, "aborted": 5, "not_begun": 4},
    failures={**dict.fromkeys(Failure, 0), Failure.APPROVAL_AFTER_START: 1, Failure.NO_TICKET: 1},
)
STRANGE = UnauthorisedUnit(
    id="UNA-3",
    target="customer-support-ai",
    unit="customer-support@v9-hotfix · openai.gpt-4o-2024-11",
    found_at=at(20, 8, 1),
    first_at=at(20, 8),
    last_at=at(20, 17, 44),
    sightings=(
        Sighting("edge-eu", "1.42", at(20, 8), at(20, 17, 44), 18231, "lf1.abc.def"),
        Sighting("edge-uk", "1.40", at(20, 9, 30), at(20, 17, 40), 902, "lf1.ghi.jkl"),
    ),
    explanation=Explanation(
        Explains.TICKET_AFTER,
        "ticket filed after the deploy: CHG-2026-00033 came 3 h after the first call",
        "CHG-2026-00033",
    ),
)
LINKED = replace(
    STRANGE,
    id="UNA-2",
    unit="meeting-notes@v1",
    target="meeting-notes",
    explanation=Explanation(
        Explains.FORMER_UNIT, "it was the current unit until Tue 12 May 2026 10:00 UTC", "CHG-2026-00007"
    ),
    settled=Settlement("remi", at(21, 9), "a laptop in the lab held an old table", ""),
)
YES = passed("may", "remi may settle a unit that no change explains as release manager")
NO = failed("may", "vic may not settle a unit that no change explains", remedy="ask remi", who="remi")
WRONG = Problem(
    "invalid",
    "This cannot be read",
    422,
    "Nothing was changed.",
    faults=(Fault("change", "which change is it of?", "name it, such as CHG-2026-00001"),),
)


def population(*rows: PopulationRow, counts: PopulationCounts = COUNTS, **filters: str) -> PopulationView:
    return PopulationView(
        QUARTER, filters, counts, rows, len(rows), rows[-1].change if rows else None, "Europe/London"
    )


def units(*found: UnauthorisedUnit, may=YES) -> UnauthorisedView:
    named = dict.fromkeys(("customer-support-ai", "meeting-notes"), may)
    return UnauthorisedView(QUARTER, found, len(found), "Europe/London", named)


def samples() -> dict[str, tuple]:
    """Return each page by name: its template, its view, its address."""
    empty = PopulationCounts(0, failures=dict.fromkeys(Failure, 0))
    here = "/population/unauthorised"
    return {
        "population": ("population.html", population(LATE, EMERGENCY, ROW), "/population"),
        "population-empty": ("population.html", population(counts=empty), "/population"),
        "population-filtered": ("population.html", population(EMERGENCY, tier="medium"), "/population?tier=medium"),
        "unauthorised": ("unauthorised.html", units(STRANGE, LINKED), here),
        "unauthorised-empty": ("unauthorised.html", units(), here),
        "unauthorised-refused": (
            "unauthorised.html",
            units(STRANGE),
            here,
            {"problem": WRONG, "form": "POST UNA-3/settlement", "typed": {"as": "change", "because": "by hand"}},
        ),
    }
