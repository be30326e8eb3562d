"""How does what a git host says of a pull request get onto a ticket?"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leverframe.actions.bringing import may_bring
from leverframe.actions.changes import restate
from leverframe.actions.contents import alteration, void_signed
from leverframe.actions.facts import ship_facts
from leverframe.actions.house import House, permit, record, refuse, target_of, tell
from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest, to_document
from leverframe.nouns.people import Actor
from leverframe.nouns.pull_requests import CheckState, PullRequest, ReadPullRequest, SeenPullRequest
from leverframe.nouns.verdicts import Fault, Invalid, Verdict, failed
from leverframe.rules.code_review import LINK, is_same, seen, short
from leverframe.rules.sign_offs import authors
from leverframe.sources.pull_requests import read_pull_request
from leverframe.store import changes, evidence, pull_requests
from leverframe.store.database import Db


def tell_pull_request(house: House, actor: Actor, change_id: str, body: bytes) -> SeenPullRequest:
    """Record what the git host says now of the pull request that a ticket links: its newest commit, checks, reviews.

    The newest commit is signed with the ticket: where another was pushed, standing sign-offs are void. The same told
    twice is kept once. A pipeline's token with the scope evidence may post it, and whoever may file a change for this
    target and has not written this one. Raises Invalid with all faults of the file, and records nothing of it then.
    """
    told = read_pull_request(body)
    with house.store.write() as db:
        policy, change = house.policy(db), changes.get(db, change_id)
        role = permit(policy, actor, "change.file", target_of(policy, change.target))
        refuse([*may_bring(actor, change, *CLOSED), *may_tell(actor, change)])
        _need_the_linked(told, change)
        change = take_pull_request(house, db, actor, role, change, told)
        facts = ship_facts(house, db, change)
        found = seen(change, facts.pull_request, facts.asks, facts.policy, facts.targets)
        assert found is not None
        return found


def take_pull_request(house: House, db: Db, actor: Actor, role: str, change: Change, told: PullRequest) -> Change:
    """Record what was told, unless just that is known, and return the change with its newest commit."""
    now, known = house.clock.now(), pull_requests.newest(db, change.id)
    if known is not None and known.told == told:
        return change
    pull_requests.add(db, change.id, ReadPullRequest(told, now, actor.name))
    return _take_commit(house, db, actor, role, change, told, now)


def _take_commit(
    house: House, db: Db, actor: Actor, role: str, before: Change, told: PullRequest, now: datetime
) -> Change:
    """Write the newest commit on the ticket, void what was signed of another, and say so."""
    after = before if told.commit == before.commit else changes.update(db, replace(before, commit=told.commit))
    evals = evidence.digests(db, before.id)
    pushed = f"{short(told.commit)} was pushed to its pull request"
    altered = void_signed(db, before.id, alteration(before, after, evals, evals), now, pushed)
    facts = {**altered.facts, "pull_request": to_document(told)}
    decided = digest(to_document(told))
    record(db, now, actor, "pull_request.told", before.id, _said(told), role=role, facts=facts, decided=decided)
    if altered.voided:
        news = {"change": before.id, "because": pushed, "by": actor.name}
        tell(db, "change.sign_offs_void", news, key=f"{before.id}/void/{after.version}")
    db.after_commit(lambda: house.stir("change"))
    return restate(house, db, after, now)


def _said(told: PullRequest) -> str:
    ran = len(told.checks)
    passed = sum(check.state is CheckState.PASSED for check in told.checks)
    return f"{told.state} at {short(told.commit)}: {passed} of {ran} checks passed, {len(told.reviews)} reviews"


def _need_the_linked(told: PullRequest, change: Change) -> None:
    linked = change.artefacts.get(LINK, "")
    if not linked:
        because = f"{change.id} links no pull request"
        raise Invalid([Fault("url", because, f"put `{LINK}: {told.url}` under its artefacts first")])
    if not is_same(linked, told.url):
        because = f"{told.url:.200} is not the pull request that {change.id} links"
        raise Invalid([Fault("url", because, f"tell what the host says of {linked}, or edit the link")])


CLOSED = "its pull request is what was signed", "file a new change for what was pushed since"


def may_tell(actor: Actor, change: Change) -> list[Verdict]:
    """Say why this person may not tell who has reviewed it: they have written it."""
    if not actor.is_person or actor.name not in authors(change):
        return []
    because = f"{actor.name} has written {change.id} and may not say who has reviewed it"
    return [failed("segregation", because, remedy="let the pipeline's token post it, or another person")]
