"""What does any other git host tell of a pull request, in our own words? (docs/reference/pull-request.schema.json)"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any, TypeVar

from leverframe.nouns.proposals import Proposal
from leverframe.nouns.pull_requests import Check, CheckState, CodeReview, Opinion, PullRequest, PullState
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources import json_values

NAME = "leverframe"
FORMAT = "leverframe-pull-request/1"
MEMBERS = ("format", "url", "commit", "state", "author", "wrote", "checks", "reviews", "title", "body", "files")
CHECK_MEMBERS = ("name", "state", "url")
REVIEW_MEMBERS = ("login", "opinion", "commit")

E = TypeVar("E", bound=StrEnum)
_member = partial(json_values.member, tool=NAME)


def recognise(document: Mapping[str, Any]) -> bool:
    """Say whether this says that it is ours."""
    return str(document.get("format", "")).startswith("leverframe-pull-request/")


def read(document: Mapping[str, Any]) -> PullRequest:
    """Read it; raises Invalid with every fault."""
    _need_known(document)
    faults = _unknown(document, MEMBERS, "")
    url, commit, author = (_filled(document, key, "", faults) for key in ("url", "commit", "author"))
    state = _one_of(PullState, document, "state", "", faults)
    wrote = [_text(one, f"wrote[{n}]", faults) for n, one in enumerate(_member(document, "wrote", list, "", faults))]
    checks = [_check(one, f"checks[{n}]", faults) for n, one in enumerate(_list(document, "checks", faults))]
    reviews = [_review(one, f"reviews[{n}]", faults) for n, one in enumerate(_list(document, "reviews", faults))]
    faults += _twice("checks", [check.name for check in checks])
    faults += _twice("reviews", [review.login.casefold() for review in reviews])
    if faults:
        raise Invalid(faults)
    return PullRequest(url, commit, state, author, tuple(wrote), tuple(checks), tuple(reviews))


def propose(document: Mapping[str, Any]) -> Proposal:
    """Read what a ticket is filled from; raises Invalid with every fault."""
    _need_known(document)
    faults: list[Fault] = []
    url, commit, author, title = (_filled(document, key, "", faults) for key in ("url", "commit", "author", "title"))
    files = [_path(one, n, faults) for n, one in enumerate(_list(document, "files", faults))]
    body = json_values.word(document, "body", "", faults)
    if faults:
        raise Invalid(faults)
    return Proposal(url, title, author, commit, tuple(files), body)


def _need_known(document: Mapping[str, Any]) -> None:
    if document["format"] != FORMAT:
        raise Invalid([Fault("format", f"only {FORMAT} is known", f"write it as {FORMAT}")])


def _path(one: Any, n: int, faults: list[Fault]) -> str:
    if isinstance(one, str) and one.strip():
        return one.strip()
    faults.append(Fault(f"files[{n}]", f"{one!r:.40} is no path", "write the path of a changed file"))
    return ""


def _list(document: Mapping[str, Any], key: str, faults: list[Fault]) -> list[Any]:
    return _member(document, key, list, key, faults)


def _check(one: Any, place: str, faults: list[Fault]) -> Check:
    faults += _unknown(one, CHECK_MEMBERS, f"{place}.")
    url = json_values.word(one, "url", place, faults) if isinstance(one, dict) else ""
    return Check(_filled(one, "name", place, faults), _one_of(CheckState, one, "state", place, faults), url)


def _review(one: Any, place: str, faults: list[Fault]) -> CodeReview:
    faults += _unknown(one, REVIEW_MEMBERS, f"{place}.")
    login, commit = (_filled(one, key, place, faults) for key in ("login", "commit"))
    return CodeReview(login, _one_of(Opinion, one, "opinion", place, faults), commit)


def _unknown(one: Any, known: tuple[str, ...], prefix: str) -> list[Fault]:
    names = sorted(one.keys() - set(known)) if isinstance(one, dict) else []
    return [Fault(f"{prefix}{name}", "it is not known", f"known are {', '.join(known)}") for name in names]


def _filled(one: Any, key: str, place: str, faults: list[Fault]) -> str:
    """Return a text that must be there."""
    before = len(faults)
    text = _member(one, key, str, place or key, faults).strip()
    if not text and len(faults) == before:
        faults.append(Fault(place or key, f"{key} is empty", "fill it in"))
    return text


def _text(one: Any, place: str, faults: list[Fault]) -> str:
    if isinstance(one, str) and one.strip():
        return one.strip()
    faults.append(Fault(place, f"{one!r:.40} is no login", "write the login of who wrote a commit"))
    return ""


def _one_of(kind: type[E], one: Any, key: str, place: str, faults: list[Fault]) -> E:
    """Return one of an enum's values; the first, where it is none, which is told."""
    text, known = _filled(one, key, place, faults), [str(each) for each in kind]
    if text and text not in known:
        faults.append(Fault(f"{place}.{key}".lstrip("."), f"{text:.40} is none of its values", ", ".join(known)))
    return kind(text) if text in known else next(iter(kind))


def _twice(place: str, names: list[str]) -> list[Fault]:
    repeated = [name for name, times in Counter(names).items() if name and times > 1]
    return [Fault(place, f"{name} is there twice", "keep the newest") for name in repeated]
