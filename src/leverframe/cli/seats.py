"""In which seat does a person answer who has not named one?"""

from __future__ import annotations

from leverframe.client import Server, at
from leverframe.nouns.verdicts import Fault, Invalid, Refused, failed


def seat_of(one: Server, change: str, named: str, whose: str = "") -> str:
    """Return the seat that was named, else the only one in which this person may sign the change now.

    Raises Invalid where there are several, with what to name, and Refused where there is none, with why.
    """
    if named:
        return named
    if whose:
        raise Invalid([Fault("--role", f"for {whose} you answer in one of their seats", "name it")])
    document = one.get(at("changes", change))
    able = document["can_sign_as"]
    if able:
        return _only(able, change)
    remedy = f"what it waits for, and for whom: leverframe change why {change}"
    raise Refused([failed("sign", document["may"]["sign"]["because"], remedy=remedy)])


def proposal_and_seat(one: Server, digest: str, named: str) -> tuple[str, str]:
    """Return the whole digest of a proposed policy, of which its beginning is enough, and the seat as for a change.

    Whoever has none is told why by the server, as it is asked for the sign-off.
    """
    found = [each for each in one.get("/policy/proposals")["proposals"] if each["digest"].startswith(digest)]
    if len(found) != 1:
        return digest, named
    able = found[0]["can_sign_as"]
    return found[0]["digest"], named or (_only(able, "the policy") if able else "")


def _only(able: list[str], what: str) -> str:
    if len(able) == 1:
        return able[0]
    raise Invalid([Fault("--role", f"you may sign {what} as {' and as '.join(able)}", "name one of them")])
