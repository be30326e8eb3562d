"""How is a change filed from a pull request, with no other word?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leverframe.actions.bringing import may_bring
from leverframe.actions.changes import Checked, check_change, file_in
from leverframe.actions.house import House, permit, target_of
from leverframe.actions.pull_requests import may_tell, take_pull_request
from leverframe.nouns.changes import Change, Kind, Path
from leverframe.nouns.forms import ChangeForm, Filled
from leverframe.nouns.people import Actor
from leverframe.nouns.policies import Policy
from leverframe.nouns.proposals import Proposal
from leverframe.nouns.targets import Target
from leverframe.nouns.units import UNIT_PARTS, Unit
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.rules.code_review import LINK
from leverframe.rules.kinds import RISING, kind_of
from leverframe.rules.proposals import block_of, target_faults, targets_of, unit_of
from leverframe.sources.changes import read_change_form
from leverframe.sources.pull_requests import read_proposal, read_pull_request
from leverframe.store import units

SOURCE = "pull request"
BODY = "body"
"""The place of what is wrong with the `leverframe` block in a pull request's body."""


def file_from_pull_request(house: House, actor: Actor, body: bytes, target: str = "") -> Change:
    """File a change from what a git host tells of a pull request; its fields say that they are from there.

    The feature is the one whose files were changed (`target` decides where that is none, or several), the candidate
    what runs with what was changed, the kind the highest of what differs. Its commit, checks and reviews come onto
    the ticket at once, unless who files it may not tell of them (they wrote it, or their token has no scope for it).
    Raises Invalid with all faults, and files nothing then.
    """
    told = read_pull_request(body)
    with house.store.write() as db:
        policy = house.policy(db)
        form = form_from(policy, units.all_current(db), read_proposal(body), target)
        change = file_in(house, db, actor, form)
        if not may_bring(actor, change, "", "") and not may_tell(actor, change):
            role = permit(policy, actor, "change.file", target_of(policy, change.target))
            change = take_pull_request(house, db, actor, role, change, told)
        return change


def check_pull_request(house: House, actor: Actor, body: bytes, target: str = "") -> Checked:
    """Say what a change that is filed from a pull request would need, and write nothing."""
    read_pull_request(body)
    with house.store.read() as db:
        form = form_from(house.policy(db), units.all_current(db), read_proposal(body), target)
    return check_change(house, actor, form)


def form_from(policy: Policy, running: Mapping[str, Unit], proposal: Proposal, target: str = "") -> ChangeForm:
    """Return the form that a pull request fills; raises Invalid with all faults at once."""
    typed, faults = _typed(proposal)
    found = targets_of(proposal.files, policy)
    named = target or typed.target or (found[0] if len(found) == 1 else "")
    if not named:
        faults += target_faults(found, policy)
    feature = policy.catalog.targets.get(named)
    candidate, kind = None, None
    if feature:
        candidate, wrong = _candidate(proposal, typed, feature, running.get(feature.id, Unit()))
        faults += wrong
        kind = kind_of(running.get(feature.id, Unit()), candidate)
    if faults:
        raise Invalid(faults)
    form = replace(
        typed,
        target=named,
        title=typed.title or proposal.title,
        kind=_highest(kind, typed.kind),
        candidate=candidate,
        artefacts={LINK: proposal.url, **_prompt(candidate), **typed.artefacts},
    )
    return replace(form, filled=_filled(form, policy.catalog.person_of_login(proposal.author), by_files=not target))


def _typed(proposal: Proposal) -> tuple[ChangeForm, list[Fault]]:
    """Read the block that the author of a pull request may have put into its body."""
    block = block_of(proposal.body)
    if not block.strip():
        return ChangeForm(), []
    try:
        return read_change_form(block, place=BODY), []
    except Invalid as wrong:
        return ChangeForm(), [*wrong.faults]


def _candidate(proposal: Proposal, typed: ChangeForm, target: Target, running: Unit) -> tuple[Unit, list[Fault]]:
    """Return what would run: what the block names, else what the files changed of what runs."""
    unit, faults = unit_of(proposal, target, running)
    if typed.candidate:
        said = {part: value for part in UNIT_PARTS if (value := getattr(typed.candidate, part))}
        return replace(unit, **said), []
    if unit == running and not faults:
        runs_one = running != Unit()
        because = f"it changes no part of the unit that runs on {target.id}" if runs_one else "no unit runs yet"
        remedy = "add a prompt version, or write `candidate: {…}` in a `leverframe` block of the pull request's body"
        faults = (Fault("candidate", because, remedy),)
    return unit, [*faults]


def _highest(differs: Kind | None, said: str) -> str:
    """Return the riskier of what differs and what was said; what differs is never played down."""
    found = [kind for kind in (differs, Kind(said) if said else None) if kind]
    return max(found, key=RISING.index).value if found else ""


def _prompt(candidate: Unit | None) -> dict[str, str]:
    return {"prompt_version": candidate.prompt} if candidate and candidate.prompt else {}


WRITTEN = ("title", "candidate", "artefacts", "rollback_plan", "restore_from", "kill_switch", "blast_radius", "start")
MORE_WRITTEN = ("release_manager", "coordinator", "bridge", "paging")


def _filled(form: ChangeForm, author: str, *, by_files: bool) -> dict[str, Filled]:
    """Say of each field that it is from the pull request, and who wrote that, where the catalog knows them."""
    wrote = Filled(author or "auto", SOURCE)
    parts = {name: wrote for name in (*WRITTEN, *MORE_WRITTEN) if getattr(form, name)}
    known = {"targets": Filled("auto", SOURCE)} if by_files else {}
    usual = {"path": Filled("auto", "default")} if form.path == Path.NORMAL else {"path": wrote}
    return {**parts, **known, **usual, "kind": Filled("auto", "what differs")}
