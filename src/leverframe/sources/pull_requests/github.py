"""What does GitHub's own command line tell of a pull request?

    gh pr view 1482 --json url,headRefOid,state,author,commits,reviews,statusCheckRollup
    gh pr view 1482 --json …,title,body,files,mergeCommit      where a change is filed from it

A check that ran several times in a workflow counts by its newest run. A reviewer counts by their last opinion: a
comment is none, and one that was dismissed is none any more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from leverframe.nouns.proposals import Proposal
from leverframe.nouns.pull_requests import Check, CheckState, CodeReview, Opinion, PullRequest, PullState
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources import json_values

NAME = "gh"
STATES = {"OPEN": PullState.OPEN, "MERGED": PullState.MERGED, "CLOSED": PullState.CLOSED}
CONCLUSIONS = {
    "SUCCESS": CheckState.PASSED,
    "NEUTRAL": CheckState.SKIPPED,
    "SKIPPED": CheckState.SKIPPED,
    "PENDING": CheckState.RUNNING,
    "EXPECTED": CheckState.RUNNING,
}
"""How a check ended; every other word is a failure (timed out, cancelled, action required, stale …)."""
OPINIONS = {"APPROVED": Opinion.APPROVED, "CHANGES_REQUESTED": Opinion.CHANGES_REQUESTED, "DISMISSED": None}
"""What takes the place of a reviewer's earlier opinion."""

_member = partial(json_values.member, tool=NAME)


def recognise(document: Mapping[str, Any]) -> bool:
    """Say whether this looks like what gh prints."""
    return "headRefOid" in document


def read(document: Mapping[str, Any]) -> PullRequest:
    """Read what gh has printed; raises Invalid with every fault."""
    faults: list[Fault] = []
    texts = {key: _member(document, key, str, key, faults) for key in ("url", "headRefOid", "state")}
    state = STATES.get(texts["state"])
    if texts["state"] and state is None:
        faults.append(Fault("state", f"{texts['state']:.40} is no state of a pull request", ", ".join(STATES)))
    author = _login(document.get("author"), "author", faults)
    wrote = tuple(dict.fromkeys(_wrote(_member(document, "commits", list, "commits", faults), faults)))
    checks = _checks(_listed(document, "statusCheckRollup", faults), faults)
    reviews = _reviews(_listed(document, "reviews", faults), faults)
    if faults:
        raise Invalid(faults)
    return PullRequest(texts["url"], texts["headRefOid"], state or PullState.OPEN, author, wrote, checks, reviews)


def propose(document: Mapping[str, Any]) -> Proposal:
    """Read what a ticket is filled from; raises Invalid with every fault."""
    faults: list[Fault] = []
    texts = {key: _member(document, key, str, key, faults) for key in ("url", "headRefOid", "title")}
    given = _member(document, "files", list, "files", faults)
    files = tuple(_member(one, "path", str, f"files[{n}]", faults) for n, one in enumerate(given))
    author, body = _login(document.get("author"), "author", faults), json_values.word(document, "body", "", faults)
    merged = document.get("mergeCommit")
    commit = _member(merged, "oid", str, "mergeCommit", faults) if merged is not None else texts["headRefOid"]
    if faults:
        raise Invalid(faults)
    return Proposal(texts["url"], texts["title"].strip(), author, commit, files, body)


def _listed(document: Mapping[str, Any], key: str, faults: list[Fault]) -> list[Any]:
    """Return a list that gh leaves null where nothing is in it."""
    if key in document and document[key] is None:
        return []
    return _member(document, key, list, key, faults)


def _login(holder: Any, place: str, faults: list[Fault]) -> str:
    """Return who somebody is at the host; a deleted account has no login."""
    if holder is None:
        return ""
    return _member(holder, "login", str, place, faults)


def _wrote(commits: list[Any], faults: list[Fault]) -> Iterator[str]:
    for n, commit in enumerate(commits):
        place = f"commits[{n}]"
        for author in _member(commit, "authors", list, place, faults):
            if login := _login(author, f"{place}.authors", faults):
                yield login


def _checks(given: list[Any], faults: list[Fault]) -> tuple[Check, ...]:
    newest: dict[tuple[str, str], tuple[str, Check]] = {}
    for n, one in enumerate(given):
        place = f"statusCheckRollup[{n}]"
        holder = one if isinstance(one, dict) else {}
        is_status = holder.get("__typename") == "StatusContext"
        name = _member(holder, "context" if is_status else "name", str, place, faults)
        check = Check(name, *(_status if is_status else _run)(holder, place, faults))
        began, key = str(holder.get("startedAt") or ""), (str(holder.get("workflowName") or ""), name)
        if key not in newest or began >= newest[key][0]:
            newest[key] = (began, check)
    return tuple(check for _, check in newest.values())


def _status(holder: Mapping[str, Any], place: str, faults: list[Fault]) -> tuple[CheckState, str]:
    state = _member(holder, "state", str, place, faults)
    return CONCLUSIONS.get(state, CheckState.FAILED), json_values.word(holder, "targetUrl", place, faults)


def _run(holder: Mapping[str, Any], place: str, faults: list[Fault]) -> tuple[CheckState, str]:
    url = json_values.word(holder, "detailsUrl", place, faults)
    if _member(holder, "status", str, place, faults) != "COMPLETED":
        return CheckState.RUNNING, url
    return CONCLUSIONS.get(_member(holder, "conclusion", str, place, faults), CheckState.FAILED), url


def _reviews(given: list[Any], faults: list[Fault]) -> tuple[CodeReview, ...]:
    last: dict[str, CodeReview | None] = {}
    for n, one in enumerate(given):
        place = f"reviews[{n}]"
        said = _member(one, "state", str, place, faults)
        login = _login(one.get("author") if isinstance(one, dict) else None, f"{place}.author", faults)
        if said not in OPINIONS or not login:
            continue
        opinion = OPINIONS[said]
        commit = _member(_member(one, "commit", dict, place, faults), "oid", str, f"{place}.commit", faults)
        last[login] = CodeReview(login, opinion, commit) if opinion else None
    return tuple(review for review in last.values() if review)
