"""Who may bring evidence to a ticket, and until when?"""

from __future__ import annotations

from leverframe.actions.changes import EDITABLE
from leverframe.nouns.changes import Change
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.verdicts import Verdict, failed

SCOPE = "evidence"


def may_bring(actor: Actor, change: Change, closed: str, remedy: str, *, owed: bool = False) -> list[Verdict]:
    """Say all that stands against it: the ticket is under way (`closed` says what of it), or the token's scope.

    `remedy` is what to do instead where the ticket is under way. What is `owed`, since a break-glass passed its gate,
    may be brought later.
    """
    answers = []
    if change.state not in EDITABLE and not owed:
        answers.append(failed("state", f"{change.id} is in {change.state.value}; {closed}", remedy=remedy))
    if actor.kind is ActorKind.TOKEN and SCOPE not in actor.scopes:
        answers.append(failed("may", "this token may not post evidence", remedy=f"ask for the scope {SCOPE}"))
    return answers
