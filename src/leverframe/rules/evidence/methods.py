"""By which test is a guardrail judged, and why by that one?

The kind of the metric decides, before anything is counted: a test that is chosen by what the counts look like would
not keep its promise. `readings.py` reads each guardrail so.
"""

from __future__ import annotations

from leverframe.nouns.growth import Against, Method

LABELS = Method(
    "label e-process",
    "it is a rate beside the current unit's: of the people who met it as many have the candidate as its share of "
    "the buckets says, whatever the traffic and the hour; exact at every rate, however often it is looked at",
    "Lindon and Malek, arXiv:2011.03567",
)
ONE_SAMPLE = Method(
    "one-sample likelihood ratio",
    "it is a limit on a rate of its own: the first call of each person is one draw, and the limit takes the place of "
    "the share; exact however often it is looked at",
    "Howard and others, arXiv:1810.08240",
)
QUANTILE = Method(
    "frozen quantile",
    "it is a limit on a latency's quantile: at most so many of the calls may be slower, which is a rate; averages of "
    "latencies say nothing of the slow ones",
    "Howard and Ramdas, arXiv:1906.09712",
)
SEQUENCE = Method(
    "asymptotic confidence sequence",
    "it is a mean: single scores of one minute move together, so the scatter of the minutes says how sure their "
    "average is; from the twentieth minute on, however often it is looked at",
    "Waudby-Smith and others, arXiv:2103.06476",
)
BETS = Method(
    "bets on minutes, and an asymptotic confidence sequence",
    "it is the fall of a score whose bounds are known: bets need no twenty minutes and see a collapse; from the "
    "twentieth minute on the scatter of the minutes sees small falls",
    "Waudby-Smith and Ramdas, arXiv:2010.09686; Waudby-Smith and others, arXiv:2103.06476",
)


def method_of(guardrail: str, against: Against, *, is_bounded: bool = False) -> Method:
    """Return how a guardrail is judged against something; `is_bounded` says that its score has bounds."""
    match against:
        case Against.CURRENT:
            return LABELS
        case Against.LIMIT:
            return QUANTILE if guardrail == "slow" else ONE_SAMPLE
        case Against.FALL:
            return BETS if is_bounded else SEQUENCE
        case _:
            return SEQUENCE
