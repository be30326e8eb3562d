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
    if len(able) == 1:
        return able[0]
    if able:
        raise Invalid([Fault("--role", f"you may sign {change} as {' and as '.join(able)}", "name one of them")])
    remedy = f"what it waits for, and for whom: leverframe change why {change}"
    raise Refused([failed("sign", document["may"]["sign"]["because"], remedy=remedy)])
