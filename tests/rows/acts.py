"""Who does what, by which row of the acceptance map; what is different then; and what is the wrong person told?

A row is done by the right person at each door, and its effect is looked for in the house. Before that the wrong
person tries it (or the right one sends what is wrong): each door says no, with the reason and the way on, and nothing
is different.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.rows import scenes
from tests.rows.deeds import (
    Made,
    Seen,
    abort,
    adopt,
    answer_of,
    approve_passing,
    ask_to_pass,
    ask_to_pass_segregation,
    asked_to_set,
    declare,
    declare_of_nobody,
    do_follow_up,
    do_without_note,
    drop_follow_up,
    exercise,
    exercise_without_reason,
    file_from_no_feature,
    file_from_pull_request,
    hand_over,
    hand_over_to_nobody,
    hand_over_without_reason,
    hold,
    hold_without_reason,
    import_freezes,
    is_met,
    is_proved,
    is_served,
    judge,
    judge_as_owner,
    judged_by,
    later_look_is,
    lengthen,
    lift,
    nudge,
    nudge_who_is_not_waited_for,
    nudged,
    outcome,
    put_rota,
    put_rota_that_ends_first,
    review,
    review_plan,
    review_without_comment,
    set_as,
    settle_as_incident,
    settle_of_another_target,
    sign,
    sign_what_was_read,
    signers,
    stands,
    start,
    start_of_none,
    tell_of_another,
    tell_pull_request,
    throw,
    throw_without_reason,
)
from tests.rows.scenes import CLAIMS, NOTES, STEPS, editing, filing, form
from tests.served import Served

from leverframe.nouns.changes import BlastRadius, CloseCode, Kind, State
from leverframe.nouns.ramps import RampState
from leverframe.nouns.targets import Tier
from leverframe.nouns.verdicts import Outcome

ALL = ("page", "HTTP", "CLI")


@dataclass(frozen=True, slots=True)
class No:
    """Who is told no: with which HTTP status, why, and what would help; `deed` is what they send instead."""

    who: str
    status: int
    because: str
    remedy: str
    deed: Made | None = None
    doors: tuple[str, ...] = ALL


@dataclass(frozen=True, slots=True)
class Act:
    """One act of one row: in which scene, who does what, and what is `seen` before (not `becomes`) and after it.

    Without `by` there is nobody who may. Without `seen` the act writes nothing. `says` is what every door answers.
    """

    row: int
    what: str
    scene: Callable[[Served], str]
    deed: Made
    by: str = ""
    seen: Seen | None = None
    becomes: Any = True
    noes: tuple[No, ...] = ()
    says: tuple[str, ...] = ()


# ------------------------------------------------------------------------------------------------ who is told no

FILERS = "ask cass, remi"
VIC_FILES_NOT = No("vic", 403, "vic may not file a change", FILERS)
VIC_STARTS_NOT = No("vic", 403, "vic may not start a ramp", "ask remi")


def mended(row: int, what: str, gate: str, no: No, *, typed: dict[str, str], wrong: dict, right: dict) -> Act:
    """Return the act of mending a field of a ticket: before that it does not start, and nobody else may mend it."""
    return Act(
        row,
        what,
        lambda house: scenes.filed(house, **wrong),
        lambda house, change: editing(house, change, form(house, **right), typed),
        by="cass",
        seen=answer_of(gate),
        becomes="met",
        noes=(VIC_FILES_NOT, no),
    )


def starts_not(because: str, remedy: str) -> No:
    """Return the no to the right person who starts what is not ready."""
    return No("remi", 409, because, remedy, start)


# ------------------------------------------------------------------------------------------------ the table

THE_TICKET = (
    Act(
        1,
        "a signed ticket starts its ramp",
        scenes.signed,
        start,
        by="remi",
        seen=is_served,
        noes=(VIC_STARTS_NOT,),
    ),
    Act(
        1,
        "nothing starts that nobody signed, or for which there is no ticket",
        scenes.ready,
        start,
        noes=(
            No("remi", 409, "needs sign-offs: 1 from release manager", "ask release manager: remi"),
            No("remi", 404, "There is no change CHG-2026-09999", "the list of changes has them all", start_of_none),
        ),
    ),
    Act(
        1,
        "no second unit is adopted past the ticket",
        lambda house: NOTES,
        adopt,
        noes=(
            No("cass", 409, "meeting-notes runs an adopted unit already", "file a change to alter it"),
            No("vic", 403, "vic may not adopt the unit that runs", "ask cass"),
        ),
    ),
    Act(
        3,
        "a ticket gets the next number, and never that of a canceled one",
        scenes.next_id,
        lambda house, change: filing(form(house)),
        by="cass",
        seen=stands,
        noes=(VIC_FILES_NOT,),
    ),
    Act(
        13,
        "a Low change is filed from its pull request with no other word",
        scenes.nothing,
        file_from_pull_request,
        by="cass",
        seen=lambda house, title: [house.world.verdict(c, "complete").outcome for c in scenes.titled(house, title)],
        becomes=["met"],
        noes=(
            VIC_FILES_NOT,
            No("cass", 422, "changes no prompt, rollout file", "say which feature it is of", file_from_no_feature),
        ),
    ),
    Act(
        4,
        "a High change is written by one person, and run by another",
        scenes.nothing,
        lambda house, title: filing(form(house, "underwriting-model", title=title)),
        by="ana",
        seen=lambda house, title: [
            house.world.verdict(c, "segregation").outcome for c in scenes.titled(house, title)
        ],
        becomes=[Outcome.MET],
        noes=(
            No("vic", 403, "vic may not file a change", "ask ana, cass, cleo, remi"),
            No(
                "ana",
                422,
                "ana is no release manager",
                "name one of remi",
                lambda house, title: filing(form(house, "underwriting-model", release_manager="ana")),
            ),
        ),
    ),
    Act(
        4,
        "who wrote a High change does not start it",
        lambda house: scenes.filed(house, "underwriting-model", "remi"),
        start,
        noes=(
            starts_not("remi wrote this High change and may not run it", "name another release manager"),
            VIC_STARTS_NOT,
        ),
    ),
    Act(
        5,
        "a ticket has the tier of its feature, whoever says another",
        scenes.nothing,
        lambda house, title: filing(form(house, "underwriting-model", title=title)),
        by="ana",
        seen=lambda house, title: [house.world.change(c).tier for c in scenes.titled(house, title)],
        becomes=[Tier.HIGH],
        noes=(
            No("vic", 403, "vic may not file a change", "ask ana, cass, cleo, remi"),
            No(
                "ana",
                422,
                "`tier` of The change is not for a ticket to say",
                "leave it out: it is that of the target",
                lambda house, title: filing(form(house, "underwriting-model", title=title), tier="low"),
                doors=("HTTP", "CLI"),
            ),
        ),
    ),
    Act(
        6,
        "a ticket says which kind of change it is",
        scenes.nothing,
        lambda house, title: filing(form(house, title=title, kind="schema")),
        by="cass",
        seen=lambda house, title: [house.world.change(c).kind for c in scenes.titled(house, title)],
        becomes=[Kind.SCHEMA],
        noes=(
            VIC_FILES_NOT,
            No(
                "cass",
                422,
                "wizardry",
                "retrieval_index",
                lambda house, title: filing(form(house, title=title, kind="wizardry")),
            ),
        ),
    ),
    Act(
        14,
        "a field of a High change is reviewed by another person than who wrote it",
        lambda house: scenes.filed(house, "underwriting-model", "ana"),
        review_plan,
        by="rita",
        seen=lambda house, change: [
            seen.review.by for seen, _ in house.world.view(change).field_reviews if seen.review
        ],
        becomes=["rita"],
        noes=(
            No("ana", 409, "ana wrote the rollback plan", "another person must review it"),
            No("vic", 403, "vic may not review a field of this change", "ask cass, cleo, remi, rita"),
            No("rita", 422, "it is not said what was checked", "say in a few words", review_without_comment),
        ),
    ),
    Act(
        14,
        "nobody starts a High change of which a field is not reviewed",
        lambda house: scenes.filed(house, "underwriting-model", "ana"),
        start,
        noes=(
            starts_not("nobody has reviewed the rollback plan", "to review it on the change"),
            VIC_STARTS_NOT,
        ),
    ),
    mended(
        8,
        "the rollback plan names its steps",
        "rollback_plan",
        starts_not("the plan names no steps", "write at least 2 concrete steps"),
        typed={"rollback_plan": STEPS, "restore_from": "backup:2026-05-11"},
        wrong={"kind": "schema", "rollback_plan": "revert"},
        right={"kind": "schema", "rollback_plan": STEPS, "restore_from": "backup:2026-05-11"},
    ),
    mended(
        109,
        "a plan that says that a schema is reversible is none, and neither is one that restores from nothing",
        "rollback_plan",
        starts_not("the plan says that it is reversible", "write what is restored instead"),
        typed={"rollback_plan": STEPS, "restore_from": "backup:2026-05-11"},
        wrong={"kind": "schema", "rollback_plan": f"{STEPS} It is trivially reversible."},
        right={"kind": "schema", "rollback_plan": STEPS, "restore_from": "backup:2026-05-11"},
    ),
    mended(
        11,
        "a prompt version that is linked is the one that the candidate runs",
        "artefacts",
        starts_not("the candidate does not run the prompt meeting-notes@v2", "link meeting-notes@v1"),
        typed={"artefacts": "prompt_version: meeting-notes@v1"},
        wrong={"artefacts": {"prompt_version": "meeting-notes@v2"}},
        right={"artefacts": {"prompt_version": "meeting-notes@v1"}},
    ),
    mended(
        9,
        "the kill switch is one that exists",
        "kill_switch",
        starts_not("feature/meeting-nodes is no switch that exists", "name feature/meeting-notes"),
        typed={"kill_switch": "feature/meeting-notes"},
        wrong={"kill_switch": "feature/meeting-nodes"},
        right={"kill_switch": "feature/meeting-notes"},
    ),
    mended(
        10,
        "the blast radius counts the users that there are",
        "blast_radius",
        starts_not("9,000 users are named, and 8,000 are", "correct the blast radius"),
        typed={"users": "8000"},
        wrong={"blast_radius": BlastRadius(9000, ("everywhere",), 50)},
        right={"blast_radius": BlastRadius(8000, ("everywhere",), 50)},
    ),
    mended(
        31,
        "the cap of the ticket bounds every stage before settlement",
        "blast_radius",
        starts_not("its ticket allows 20%", "correct the blast radius or the plan"),
        typed={"max_share_percent": "50"},
        wrong={"blast_radius": BlastRadius(8000, ("everywhere",), 20)},
        right={"blast_radius": BlastRadius(8000, ("everywhere",), 50)},
    ),
    Act(
        12,
        "bridge and paging list are on the ticket, and are no part of what is signed",
        scenes.signed,
        lambda house, change: editing(
            house,
            change,
            scenes.same_form(house, change, bridge="https://meet.acme.example/x", paging=("cass", "sol")),
            {"bridge": "https://meet.acme.example/x", "paging": "cass, sol"},
        ),
        by="cass",
        seen=lambda house, change: (
            house.world.change(change).bridge,
            house.world.change(change).paging,
            signers(house, change),
        ),
        becomes=("https://meet.acme.example/x", ("cass", "sol"), ["remi"]),
        noes=(VIC_FILES_NOT,),
    ),
)

THE_BRIDGE = (
    Act(
        12,
        "a rota is sent, and says from then on who is on call",
        scenes.no_rota,
        put_rota,
        by="sol",
        seen=scenes.on_call_by,
        becomes=["sol"],
        noes=(
            No("vic", 403, "vic may not send a rota", "ask cass, remi, sol"),
            No("sol", 422, "is not after its start", "Swap the two", put_rota_that_ends_first),
        ),
        says=("sol",),
    ),
    Act(
        52,
        "whoever a change waits for is nudged",
        scenes.ready,
        nudge,
        by="cass",
        seen=nudged,
        becomes=["remi"],
        noes=(
            No("vic", 403, "vic may not file a change", FILERS),
            No(
                "cass",
                409,
                "does not wait for sol",
                "it waits for remi",
                nudge_who_is_not_waited_for,
                ("HTTP", "CLI"),
            ),
        ),
    ),
    Act(
        26,
        "exactly one coordinates a change, and hands it over with a reason",
        scenes.filed_for_remi,
        hand_over,
        by="remi",
        seen=lambda house, change: (house.world.change(change).coordinator, scenes.coordinated(house, change)),
        becomes=("sol", ["remi", "sol"]),
        noes=(
            No("vic", 409, "vic does not coordinate", "ask remi"),
            No("remi", 422, "a reason is missing", "say in a few words why", hand_over_without_reason),
            No("remi", 409, "vic may not coordinate a change", "name cass", hand_over_to_nobody, ("HTTP", "CLI")),
        ),
    ),
)

THE_SIGN_OFFS = (
    Act(
        17,
        "what the git host says of the pull request is put on the ticket",
        scenes.reviewed_elsewhere,
        tell_pull_request,
        by="cass",
        seen=is_met("checks", "code_review"),
        noes=(
            No("ana", 409, "ana has written", "let the pipeline's token post it, or another person"),
            No("vic", 403, "vic may not file a change", "ask ana, cass, cleo, remi"),
            No("cass", 422, "is not the pull request that", "edit the link", tell_of_another),
        ),
    ),
    Act(
        50,
        "an edit of what was signed voids the sign-offs",
        scenes.signed,
        lambda house, change: editing(house, change, form(house), {"code_ref": "another"}),
        by="cass",
        seen=signers,
        becomes=[],
        noes=(VIC_FILES_NOT,),
    ),
    Act(
        50,
        "what stands now is signed, and not what was read before an edit",
        scenes.edited,
        sign,
        by="remi",
        seen=signers,
        becomes=["remi"],
        noes=(No("remi", 412, "has changed since you opened it", "read it again", sign_what_was_read),),
    ),
    Act(
        51,
        "another person signs what one has written",
        scenes.by_cass,
        lambda house, change: sign(house, change, "feature_engineer"),
        by="cleo",
        seen=signers,
        becomes=["cleo"],
        noes=(
            No("vic", 403, "vic does not hold the role feature engineer", "ask cleo"),
            No(
                "cass",
                409,
                "cass is the author of",
                "another person must sign",
                lambda house, change: sign(house, change, "platform_engineer"),
            ),
        ),
    ),
    Act(
        51,
        "one person signs once",
        scenes.signed_by_remi,
        sign,
        noes=(No("remi", 409, "remi has signed already", "another person must sign"),),
    ),
    Act(
        52,
        "what is needed is told before anything is filed",
        scenes.nothing,
        lambda house, title: filing(form(house, title=title), check=True),
        by="cass",
        says=("results of production are missing", "post the suite's results", "segregation", "policy.yaml:"),
        noes=(VIC_FILES_NOT,),
    ),
)

THE_RAMP = (
    Act(
        23,
        "the planner says when a ramp would end, and what keeps it over a weekend",
        scenes.nothing,
        lambda house, title: filing(scenes.thursday(house), check=True),
        by="ana",
        says=("Thu 10:00 1%, Thu 10:30 10%", "would stand at 10 %"),
        noes=(No("vic", 403, "vic may not file a change", "ask ana, cass, cleo, remi"),),
    ),
    Act(
        24,
        "a start too early is told the next legal moment",
        scenes.for_tomorrow,
        start,
        noes=(No("remi", 409, "the start window has not opened", "it opens on Thu 14 May 2026 10:00 BST"),),
    ),
    Act(
        32,
        "no stage is promoted before its bake is over",
        scenes.ramping,
        judge,
        noes=(
            No("remi", 409, "the bake has 60 min to go", "judge after the bake"),
            No("vic", 409, "vic does not hold the role release manager", "ask remi"),
        ),
    ),
    Act(
        33,
        "on-call holds a ramp",
        scenes.ramping,
        hold,
        by="sol",
        seen=lambda house, change: getattr(house.world.ramp(change).hold, "by", ""),
        becomes="sol",
        noes=(
            No("vic", 403, "vic may not hold a ramp", "ask cass, remi, sol"),
            No("sol", 422, "a reason is missing", "say in a few words why", hold_without_reason),
        ),
    ),
    Act(
        33,
        "Security aborts a ramp, and current serves all",
        scenes.ramping,
        abort,
        by="sam",
        seen=lambda house, change: (house.world.ramp(change).state, is_served(house, change)),
        becomes=(RampState.ABORTED, False),
        noes=(No("vic", 403, "vic may not stop a ramp", "ask cass, remi, sam, sol"),),
    ),
    Act(
        54,
        "the review closes the ticket with its outcome",
        scenes.aborted,
        review,
        by="remi",
        seen=outcome,
        becomes=(State.CLOSED, CloseCode.ABORTED, "remi"),
        noes=(
            No("vic", 403, "vic may not record a change review", "ask cass, remi"),
            No("remi", 422, "successful is not how", "it is aborted", lambda h, c: review(h, c, "successful")),
        ),
    ),
    Act(
        54,
        "what is to be looked at later is done, with what was found",
        scenes.settled_notes,
        do_follow_up,
        by="cass",
        seen=later_look_is,
        becomes=(True, False),
        noes=(
            No("vic", 403, "vic may not record a change review", "ask cass, remi"),
            No("cass", 422, "a reason is missing", "say in a few words", do_without_note),
        ),
    ),
    Act(
        54,
        "nobody but a release manager drops it",
        scenes.settled_notes,
        drop_follow_up,
        by="remi",
        seen=later_look_is,
        becomes=(True, True),
        noes=(No("cass", 403, "cass may not drop a follow-up", "ask remi"),),
    ),
)

THE_LEVERS = (
    Act(
        36,
        "who is cut off gets the switch's fallback",
        scenes.lever,
        throw,
        by="sol",
        seen=lambda house, switch: scenes.thrown(house) and house.world.decide(CLAIMS, "somebody", "eu").fallback,
        becomes="claims-file-view",
        noes=(No("vic", 403, "vic may not throw", "ask ana, cleo, remi, sam, sol"),),
    ),
    Act(
        38,
        "one person throws a switch, with one reason",
        scenes.lever,
        throw,
        by="sol",
        seen=lambda house, switch: scenes.thrown(house),
        noes=(No("sol", 422, "a reason is missing", "say in a few words why", throw_without_reason),),
    ),
    Act(
        38,
        "one person does not set it again",
        scenes.thrown_lever,
        set_as("release_manager"),
        by="remi",
        seen=asked_to_set,
        becomes=(True, ["remi"]),
        noes=(No("sol", 403, "sol does not hold the role release manager", "ask remi"),),
    ),
    Act(
        38,
        "the second of two roles sets it again",
        scenes.asked_lever,
        set_as("feature_owner"),
        by="cleo",
        seen=lambda house, switch: scenes.thrown(house),
        becomes=False,
        noes=(
            No("remi", 409, "remi has signed already", "another must", set_as("release_manager")),
            No("vic", 403, "vic does not hold the role feature owner", "ask ana, cleo"),
        ),
    ),
    Act(
        40,
        "a kill switch is exercised on a slice",
        scenes.exercisable,
        exercise,
        by="sol",
        seen=scenes.is_exercised,
        noes=(
            No("vic", 403, "vic may not throw", "ask ana, cleo, remi, sam, sol"),
            No("sol", 422, "a reason is missing", "say in a few words why", exercise_without_reason),
        ),
    ),
    Act(
        41,
        "nothing starts whose kill switch was never exercised",
        scenes.on_search,
        start,
        noes=(
            No(
                "remi",
                409,
                "feature/policy-search-v1 was never exercised",
                "leverframe switch exercise feature/policy-search-v1",
            ),
            VIC_STARTS_NOT,
        ),
    ),
    Act(
        43,
        "a throw is proved by all gateways that report",
        scenes.lever,
        throw,
        by="sol",
        seen=is_proved,
        noes=(No("vic", 403, "vic may not throw", "ask ana, cleo, remi, sam, sol"),),
    ),
)

VIC_DECLARES_NOT = No("vic", 403, "vic may not declare a freeze", "ask cass, remi, sol")

THE_CALENDAR = (
    Act(
        20,
        "one person declares a freeze, and it holds",
        scenes.no_freeze,
        declare,
        by="sol",
        seen=lambda house, nothing: scenes.standing(house),
        becomes=[("board meeting", "")],
        noes=(
            VIC_DECLARES_NOT,
            No("sol", 422, "the catalog has no group or person the-moon", "name a group", declare_of_nobody),
        ),
    ),
    Act(
        20,
        "a freeze that forbids more takes the place of another at once",
        scenes.a_freeze,
        lengthen,
        by="sol",
        seen=lambda house, freeze: scenes.ends_of_freezes(house),
        becomes=["2026-07-22"],
        noes=(VIC_DECLARES_NOT,),
    ),
    Act(
        20,
        "a freeze is lifted by all whom the policy asks, and not by one",
        scenes.a_freeze_that_ai_risk_would_lift,
        lift,
        by="remi",
        seen=lambda house, freeze: scenes.standing(house),
        becomes=[],
        noes=(No("vic", 403, "vic may not declare a freeze", "ask cass, remi, sol"),),
    ),
    Act(
        20,
        "the freezes of a file are imported",
        scenes.no_freeze,
        lambda house, nothing: import_freezes(house, "closes.csv"),
        by="remi",
        seen=lambda house, nothing: scenes.standing(house),
        becomes=[("close of July", "closes.csv")],
        noes=(VIC_DECLARES_NOT,),
    ),
)

VIC_PASSES_NOT = No("vic", 403, "vic may not ask to bypass gates", "ask remi, sol")

THE_EMERGENCY = (
    Act(
        21,
        "somebody on call asks that a change may pass a gate",
        scenes.after_hours,
        ask_to_pass,
        by="sol",
        seen=scenes.glass_of,
        becomes="asked",
        noes=(
            VIC_PASSES_NOT,
            No("sol", 422, "segregation is never bypassed", "meet it", ask_to_pass_segregation),
        ),
    ),
    Act(
        21,
        "an executive lets a change start outside its window",
        scenes.asked_to_pass,
        approve_passing,
        by="rita",
        seen=scenes.gate_of("window"),
        becomes="bypassed",
        noes=(
            No("sol", 409, "sol has asked for it", "ask rita"),
            No("vic", 403, "vic is not asked: it needs exec", "ask rita"),
        ),
    ),
)

THE_POPULATION = (
    Act(
        108,
        "a unit that no change explains is settled as an incident",
        scenes.an_unauthorised_unit,
        settle_as_incident,
        by="remi",
        seen=scenes.settlement,
        becomes="incident, by remi",
        noes=(
            No("vic", 403, "vic may not settle a unit that no change explains", "ask"),
            No("remi", 422, "and not of meeting-notes", "name a change of this target", settle_of_another_target),
        ),
    ),
)

ACTS = THE_TICKET + THE_BRIDGE + THE_SIGN_OFFS + THE_RAMP + THE_LEVERS + THE_CALENDAR + THE_EMERGENCY + THE_POPULATION

AT_NIGHT = (
    Act(
        22,
        "a first stage",
        scenes.for_today,
        start,
        noes=(
            No("remi", 409, "it is outside the release window in uk", "opens Thu 14 May 2026 10:00 CEST"),
            VIC_STARTS_NOT,
        ),
    ),
    Act(
        32,
        "a further stage, which one of two has judged",
        lambda house: house.ids["ramping"],
        judge,
        by="remi",
        seen=judged_by,
        becomes=(2, ["remi"]),
        noes=(
            No("vic", 403, "vic does not hold the role release manager", "ask remi"),
            No("ana", 409, "ana wrote", "another person must", judge_as_owner),
        ),
    ),
    Act(
        38,
        "a switch that both have signed to set again",
        scenes.asked_lever,
        set_as("feature_owner"),
        by="cleo",
        seen=asked_to_set,
        becomes=(True, ["cleo", "remi"]),
        noes=(No("sol", 403, "sol does not hold the role feature owner", "ask ana, cleo"),),
    ),
)
"""What waits for the window after it has closed, whoever has signed it."""
