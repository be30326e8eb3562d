"""Who pushed a commit of the switch file, as the git host tells it?"""

from __future__ import annotations

from dataclasses import dataclass

from leverframe.actions.house import House, permit, record
from leverframe.nouns.people import Actor
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.sources.git import is_commit
from leverframe.store import switch_files
from leverframe.store.switch_files import Push

NO_COMMIT = "0"
"""What git hosts send as the commit before, where a branch is new: nothing but noughts."""


@dataclass(frozen=True, slots=True)
class PushTold:
    """A push as it was taken: the person of the catalog whom the login is; empty where it is nobody."""

    commit: str
    login: str
    person: str


def tell_push(
    house: House, actor: Actor, commit: str, pusher: str, *, before: str = "", branch: str = ""
) -> PushTold:
    """Write down that somebody pushed a commit, with all that came after `before`, to the branch that is followed.

    Whoever tells it names other people, so it takes what managing accounts takes. It signs nothing, and moves nothing
    by itself: the clock looks at the branch, and asks what the policy lets that person do. Raises Invalid, Refused.
    """
    commit, before = commit.strip().lower(), before.strip().lower()
    before = "" if not before.strip(NO_COMMIT) else before
    _refuse(house, commit, pusher, before, branch)
    with house.store.write() as db:
        now, policy = house.clock.now(), house.policy(db)
        role = permit(policy, actor, "account.manage")
        switch_files.note_push(db, Push(commit, before, pusher.strip(), actor.name, now))
        person = policy.catalog.person_of_login(pusher.strip())
        because = f"the git host says that {pusher.strip()} pushed it"
        facts = {"before": before, "person": person}
        record(db, now, actor, "switch.file_pushed", f"commit/{commit}", because, role=role, facts=facts)
        if house.following is not None:
            db.after_commit(house.following.hurry)
    return PushTold(commit, pusher.strip(), person)


def _refuse(house: House, commit: str, pusher: str, before: str, branch: str) -> None:
    faults = []
    if not is_commit(commit):
        faults.append(Fault("commit", f"`{commit[:80]}` is no whole id of a commit", "send all its figures"))
    if before and not is_commit(before):
        faults.append(Fault("before", f"`{before[:80]}` is no whole id of a commit", "send all its figures, or none"))
    if not pusher.strip() or not pusher.isprintable() or len(pusher) > 200:
        faults.append(Fault("pusher", "nobody is named who pushed it", "send the login that the git host knows"))
    followed = house.following.branch if house.following else None
    if branch and followed and branch.removeprefix("refs/heads/") != followed.name:
        faults.append(Fault("branch", f"{branch} is not followed", f"tell pushes of {followed.name} only"))
    if faults:
        raise Invalid(faults)
