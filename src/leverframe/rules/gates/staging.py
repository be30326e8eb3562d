"""Has the candidate not been taken off staging since it was deployed there?"""

from __future__ import annotations

from datetime import datetime

from leverframe.nouns.changes import Change
from leverframe.nouns.staging import StagingState
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.gates.facts import ShipFacts, spoken_time


def staging(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no where the newest record of this candidate is a rollback; without a record nothing is asked."""
    if not facts.staging:
        return not_needed("staging", "no deployment to staging is recorded")
    of_this = [record for record in facts.staging if not record.earlier]
    if not of_this:
        return not_needed("staging", "what is recorded of staging is of an earlier candidate")
    newest = of_this[-1]
    when = f"{spoken_time(newest.at)} by {newest.by}"
    if newest.state is StagingState.DEPLOYED:
        return passed("staging", f"the candidate was deployed to staging {when}")
    because = f"the candidate was rolled back on staging {when}: {newest.because}"
    remedy = "mend the candidate, or deploy it to staging again and record that"
    return failed("staging", because, remedy=remedy, who=change.author, people=(change.author,))
