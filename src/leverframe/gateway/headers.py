"""What does a caller say about a request, and what do we say back?"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from leverframe.nouns.tables import Decision
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid

FEATURE = "x-leverframe-feature"
TENANT = "x-leverframe-tenant"
SUBJECT = "x-leverframe-subject"
REGION = "x-leverframe-region"
LOCALE = "x-leverframe-locale"
CONVERSATION = "x-leverframe-conversation"
COHORTS = "x-leverframe-cohorts"
DECISION = "x-leverframe-decision"
SERVED = "x-leverframe-served"
VARIANT = "x-leverframe-variant"
REASON = "x-leverframe-reason"
NUMBER = "x-leverframe-number"
CALL = "x-leverframe-call"
SCORE = "x-leverframe-score"
FALLBACK = "x-leverframe-fallback"
INDEX = "x-leverframe-index"
CODE_REF = "x-leverframe-code-ref"

FEATURE_MODEL = "feature:"
"""A model name that begins so names a feature."""
LONGEST = 512
MOST_COHORTS = 32
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}")
_PRINTABLE = "".join(chr(code) for code in range(32, 127) if chr(code) != "%")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, from where, in which cohorts, and for which feature (None: for a model by its own name).

    `decision` is a call id that an embedded service passes on.
    """

    tenant: str | None
    subject: str | None
    region: str | None
    locale: str | None
    conversation: str | None
    decision: str | None
    cohorts: tuple[str, ...] = ()
    feature: str | None = None


def read_caller(headers: Mapping[str, str], user: Any = None, *, model: str = "") -> Caller:
    """Read the request's headers; the subject may also be OpenAI's `user` field. Raises Invalid.

    The feature is named by the model `feature:<id>`, or in a header by a client that cannot choose its model.
    """
    faults: list[Fault] = []
    subject = _text(headers, SUBJECT, faults) or _user(user, faults)
    caller = Caller(
        tenant=_text(headers, TENANT, faults),
        subject=subject,
        region=_place(headers, REGION, faults),
        locale=_place(headers, LOCALE, faults),
        conversation=_text(headers, CONVERSATION, faults),
        decision=_text(headers, DECISION, faults, longest=4 * LONGEST),
        cohorts=_cohorts(headers, faults),
        feature=_feature(headers, model, faults),
    )
    if faults:
        raise Invalid(faults)
    return caller


def say(decision: Decision, call: str) -> dict[str, str]:
    """Say what was served and why."""
    return {
        SERVED: served_name(decision.unit) if decision.unit else "",
        VARIANT: decision.variant.value,
        REASON: decision.reason.value,
        NUMBER: str(decision.number),
        CALL: call,
    }


def off_headers(decision: Decision, call: str) -> dict[str, str]:
    """Say that the feature is off and what users get; asking again at once would not help."""
    return {**say(decision, call), FALLBACK: ascii_only(decision.fallback), "x-should-retry": "false"}


def upstream_headers(unit: Unit) -> dict[str, str]:
    """Pass on to the upstream what it cannot see in the request's body."""
    named = ((INDEX, unit.index), (CODE_REF, unit.code_ref))
    return {name: ascii_only(value) for name, value in named if value}


@lru_cache(maxsize=4096)
def served_name(unit: Unit) -> str:
    """Name a unit in a header: its parts with `; ` between them."""
    return ascii_only(unit.name.replace(" · ", "; "))


def ascii_only(text: str) -> str:
    """Percent-encode what may not stand in a header: line ends, and all that is not ASCII."""
    return quote(text, safe=_PRINTABLE, errors="replace")


def _text(headers: Mapping[str, str], name: str, faults: list[Fault], longest: int = LONGEST) -> str | None:
    value = headers.get(name)
    if not value:
        return None
    if len(value) > longest:
        faults.append(Fault(name, f"it has {len(value)} characters.", f"At most {longest} are read."))
        return None
    return _utf8(value)


def _feature(headers: Mapping[str, str], model: str, faults: list[Fault]) -> str | None:
    named = _text(headers, FEATURE, faults)
    if not model.startswith(FEATURE_MODEL):
        return named
    by_model = model.removeprefix(FEATURE_MODEL)
    if named not in (None, by_model):
        faults.append(
            Fault(FEATURE, "it is not the feature that the model names.", "Name one feature, in one place.")
        )
    return by_model


def _place(headers: Mapping[str, str], name: str, faults: list[Fault]) -> str | None:
    value = headers.get(name)
    if not value or _PLACE.fullmatch(value):
        return value or None
    faults.append(
        Fault(name, "it is not a plain name.", "Use letters, digits, and . _ @ + - such as eu-west or de-DE.")
    )
    return None


def _cohorts(headers: Mapping[str, str], faults: list[Fault]) -> tuple[str, ...]:
    """Read names with commas between them."""
    named = tuple(dict.fromkeys(name for part in headers.get(COHORTS, "").split(",") if (name := part.strip())))
    if len(named) > MOST_COHORTS:
        faults.append(Fault(COHORTS, f"it names {len(named)} cohorts.", f"At most {MOST_COHORTS} are read."))
    elif not all(_PLACE.fullmatch(name) for name in named):
        remedy = "Use letters, digits, and . _ @ + -, with commas between names, such as internal, opted_in."
        faults.append(Fault(COHORTS, "it is not a list of plain names.", remedy))
    else:
        return named
    return ()


def _user(user: Any, faults: list[Fault]) -> str | None:
    if user is None or user == "":
        return None
    if not isinstance(user, str) or len(user) > LONGEST:
        faults.append(Fault("user", f"it must be a text of at most {LONGEST} characters."))
        return None
    return user


def _utf8(value: str) -> str:
    """Undo Latin-1, in which ASGI servers hand headers over: the same subject must fall the same way everywhere."""
    if value.isascii():
        return value
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
