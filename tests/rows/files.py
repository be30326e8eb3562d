"""How is a row edited that is set in a file: who proposes it, who signs it, and what is in force then?

The edits: the standard window closes half an hour earlier, stock is taken today (a freeze of one feature), the
support ramp's second stage is 5 % and not 10 %, and claims fall back to the help centre.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.rows import scenes
from tests.rows.acts import Act, No
from tests.rows.deeds import start
from tests.rows.doors import Deed
from tests.rows.sights import Sight, of_policy
from tests.served import Served
from tests.world import ACME

from leverframe.actions.proposed_policies import proposals
from leverframe.sources.policies import read_bundle, read_folder

STOCKTAKING = """freezes:
  - name: stocktaking
    starts: 2026-05-13 12:00
    ends: 2026-05-13 14:00
    only: {targets: [meeting-notes]}
    because: Stock is taken, and the people who would look are in the warehouse.
"""
EDITS = {
    "policy.yaml": (('closes: "16:00"', 'closes: "15:30"'), ("freezes:\n", STOCKTAKING)),
    "rollouts/customer-support-ai.yaml": (("traffic_pct: 10\n", "traffic_pct: 5\n"),),
    "gateway-policies/kill-switches.yaml": (("fallback: claims-file-view", "fallback: help-centre-search"),),
}
OTHER_PEOPLE = {
    "catalog/people.yaml": (
        ("memberOf: [release-managers]", "memberOf: [facilities]"),
        ("memberOf: [facilities] # no role", "memberOf: [facilities, release-managers] # one role"),
    )
}
A_FAULT = {"policy.yaml": (("home_zone: Europe/London", "home_zone: Mars/Olympus"),)}
Edits = dict[str, tuple[tuple[str, str], ...]]


def edited(edits: Edits) -> dict[str, str]:
    """Return the example's files with these edits."""
    files = read_folder(ACME)
    for name, changes in edits.items():
        for old, new in changes:
            assert old in files[name], f"{name} has no {old}"
            files[name] = files[name].replace(old, new)
    return files


KNOWN: dict[str, Edits] = {"edited": EDITS, "with a fault": A_FAULT}


def load(house: Served, name: str) -> Deed:
    """Send a policy."""
    files = edited(KNOWN[name])
    return Deed("POST", "/policy", "policy load {folder}", {"files": files}, folder=files)


def sign_as(role: str) -> Callable[[Served, str], Deed]:
    """Sign a proposed policy in a role."""

    def deed(house: Served, digest: str) -> Deed:
        path, command = f"/policy/proposals/{digest}/sign-offs", f"policy sign {digest} --role {role}"
        return Deed("POST", path, command, {"role": role}, page="/policy")

    return deed


def proposed(house: Served) -> str:
    """Return the digest of the policy that waits for its sign-offs."""
    (waiting,) = proposals(house.built.house, house.world.adi)
    return waiting.digest


def enforce_other_people(house: Served) -> None:
    """Put a policy into force in which Vic is the release manager, and Remi none any more."""
    files = edited(OTHER_PEOPLE)
    policy, faults = read_bundle(files, today=house.world.now.date())
    assert policy is not None, faults
    house.world.enforce(policy, files)


def signers(house: Served, digest: str) -> list[str]:
    """Return who has signed the policy that waits."""
    return [n for p in proposals(house.built.house, house.world.adi) for _, _, names in p.seats for n in names]


LOADING = Act(
    19,
    "an administrator proposes another policy",
    lambda house: "edited",
    load,
    by="adi",
    seen=lambda house, name: len(proposals(house.built.house, house.world.adi)),
    becomes=1,
    noes=(
        No("vic", 403, "vic may not propose a policy", "ask adi, cass"),
        No("adi", 422, "policy.yaml:", "Mars/Olympus", lambda house, name: load(house, "with a fault")),
    ),
)
SIGNING = (
    Act(
        53,
        "the release manager signs it, and one is not enough",
        proposed,
        sign_as("release_manager"),
        by="remi",
        seen=signers,
        becomes=["remi"],
        noes=(
            No("sol", 403, "sol does not hold the role release manager", "ask remi"),
            No("adi", 409, "adi proposed this policy", "another person must sign"),
        ),
    ),
    Act(
        20,
        "AI Risk signs it, and it is in force",
        proposed,
        sign_as("ai_risk"),
        by="rita",
        seen=lambda house, digest: house.world.policy.digest == digest,
        noes=(No("remi", 409, "remi has signed already", "another"),),
    ),
)
EDITED = (
    of_policy(
        19,
        "the edited window",
        says=("Tuesday, Wednesday, Thursday 10:00 to 15:30 Australia/Sydney",),
        facts={"windows.0": ["au", "Tuesday, Wednesday, Thursday 10:00 to 15:30 Australia/Sydney (standard hours)"]},
    ),
    of_policy(
        20,
        "the new freeze",
        says=("stocktaking", "meeting-notes", "the people who would look are in the warehouse"),
        facts={"freezes.0.name": "stocktaking", "freezes.0.scope.targets": ["meeting-notes"]},
    ),
    of_policy(
        27,
        "the lower cap",
        on_page=("rollouts/customer-support-ai 1 1 %",),
        on_screen=("rollouts/customer-support-ai 1 %, 5 %, 50 %, 100 %",),
        facts={"plans.rollouts/customer-support-ai.stages.*.clauses.0.share_percent": [1, 5, 50, 100]},
    ),
    Sight(
        34,
        "the other fallback",
        lambda house: scenes.LEVER,
        "/switches/{}",
        "/switches/{}",
        "switch show {}",
        says=("Fallback help-centre-search",),
        facts={"switch.fallback": "help-centre-search"},
    ),
)
STARTING = Act(20, "a signed ticket starts its ramp", scenes.signed, start, by="remi")
FROZEN = No("remi", 409, "stocktaking", "the next window opens Wed 13 May 2026 14:00 BST")
LOST_ROLE = No("vic", 409, "needs sign-offs: 1 from release manager", "ask release manager: vic")
