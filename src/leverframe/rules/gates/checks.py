"""Have the checks before merge passed on the newest commit of the pull request?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.pull_requests import CheckState, PullRequest
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.code_review import short, unusable
from leverframe.rules.gates.facts import ShipFacts

SAID = {
    CheckState.FAILED: ("failed on", "mend it, and push"),
    CheckState.RUNNING: ("still runs on", "wait for it, and let the pipeline post what it says"),
    CheckState.SKIPPED: ("was skipped on", "let it run"),
}


def checks(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no with each check that the policy asks for and that has not passed there."""
    asked = facts.asks.checks
    if not asked:
        return not_needed("checks", "the policy asks for no check of the pull request")
    because, remedy = unusable(change, facts.pull_request)
    if because or facts.pull_request is None:
        return failed(
            "checks",
            f"{because}: {', '.join(asked)} must have passed",
            remedy=remedy,
            who=change.author,
            people=(change.author,),
        )
    told = facts.pull_request.told
    noes = [(no, how) for name in asked for no, how in _noes(name, told)]
    if not noes:
        return passed("checks", f"{', '.join(asked)} have passed on {short(told.commit)}")
    because = "; ".join(no for no, _ in noes)
    remedy = "; ".join(dict.fromkeys(how for _, how in noes))
    return failed("checks", because, remedy=remedy, who=change.author, people=(change.author,))


def _noes(name: str, told: PullRequest) -> list[tuple[str, str]]:
    """Say why a check has not passed; several of one name must all have."""
    states = [check.state for check in told.checks if check.name == name]
    if not states:
        return [(f"{name} was not run on {short(told.commit)}", "let the pipeline run it, and post what it says")]
    others = dict.fromkeys(state for state in states if state is not CheckState.PASSED)
    return [(f"{name} {SAID[state][0]} {short(told.commit)}", SAID[state][1]) for state in others]
