"""What do people do, as each door takes it; and what is looked at in the house, to see whether it was done?"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.rows import scenes
from tests.rows.doors import Deed
from tests.rows.scenes import NOTES
from tests.served import Served
from tests.world import ACME, pull_request

from leverframe.actions import levers
from leverframe.actions.receipts import latest_receipt
from leverframe.nouns.follow_ups import LATER_LOOK
from leverframe.nouns.verdicts import Outcome
from leverframe.store import follow_ups, nudges

BECAUSE = {"because": "the tests ask for it"}
SAID = "--because 'the tests ask for it'"
Made = Callable[[Served, str], Deed]
Seen = Callable[[Served, str], Any]


# ------------------------------------------------------------------------------------------------ the deeds


def start(house: Served, change: str) -> Deed:
    return Deed("PUT", f"/changes/{change}/ramp", f"change ramp {change}")


def start_of_none(house: Served, change: str) -> Deed:
    return start(house, "CHG-2026-09999")


def adopt(house: Served, target: str) -> Deed:
    unit, command = {"prompt": "meeting-notes@v1"}, f"targets adopt {target} --prompt meeting-notes@v1 {SAID}"
    return Deed("PUT", f"/targets/{target}/unit", command, {"unit": unit, **BECAUSE}, typed={**unit, **BECAUSE})


def sign(house: Served, change: str, role: str = "release_manager", digest: str = "") -> Deed:
    body = {"role": role, "content_digest": digest or house.world.view(change).digest}
    command = f"change sign {change} --role {role} --digest {body['content_digest']}"
    return Deed("POST", f"/changes/{change}/sign-offs", command, body)


def sign_what_was_read(house: Served, change: str) -> Deed:
    """Sign the content that stood before the edit."""
    return sign(house, change, digest=house.world.view(change).sign_offs[0].content_digest)


PULL_REQUEST = json.loads((ACME / "pull-requests" / "notes-311.json").read_text())


def file_from_pull_request(house: Served, title: str) -> Deed:
    """File a change from what a git host tells of a pull request that adds the version that does not run."""
    other = "v1" if house.world.running[NOTES].prompt.endswith("@v2") else "v2"
    return _file_from(title, f"prompts/meeting-notes/{other}.md")


def file_from_no_feature(house: Served, title: str) -> Deed:
    return _file_from(title, "README.md")


def _file_from(title: str, path: str) -> Deed:
    told = json.dumps({**PULL_REQUEST, "title": title, "files": [{"path": path}]}).encode()
    where, command = "/changes/from-pull-request", "change file --from-pr {file}"
    return Deed("POST", where, command, told, typed={}, page="/changes/new")


def hold(house: Served, change: str) -> Deed:
    return Deed("PUT", f"/changes/{change}/ramp/hold", f"change hold {change} {SAID}", BECAUSE)


def hold_without_reason(house: Served, change: str) -> Deed:
    return Deed("PUT", f"/changes/{change}/ramp/hold", f"change hold {change}", {"because": ""})


def abort(house: Served, change: str) -> Deed:
    return Deed("POST", f"/changes/{change}/ramp/abort", f"change abort {change} {SAID}", BECAUSE)


def judge(house: Served, change: str, role: str = "release_manager") -> Deed:
    command = f"change promote {change} --role {role} {SAID}"
    view = house.world.view(change).ramp
    body = {"role": role, "reading_digest": view.reading_digest if view else "", **BECAUSE}
    return Deed("POST", f"/changes/{change}/ramp/promotions", command, body)


def judge_as_owner(house: Served, change: str) -> Deed:
    return judge(house, change, "feature_owner")


def review(house: Served, change: str, code: str = "aborted") -> Deed:
    body = {"close_code": code, "notes": "Nobody was hurt."}
    command = f"change review {change} --close-code {code} --notes 'Nobody was hurt.'"
    return Deed("PUT", f"/changes/{change}/review", command, body)


def review_plan(house: Served, change: str, comment: str = "I walked through its steps.") -> Deed:
    command = f"change review-field {change} rollback_plan --comment '{comment}'"
    return Deed("PUT", f"/changes/{change}/fields/rollback_plan/review", command, {"comment": comment})


def review_without_comment(house: Served, change: str) -> Deed:
    return review_plan(house, change, comment=" ")


def do_follow_up(house: Served, change: str) -> Deed:
    """Say that the look at a change that the policy asks for is done."""
    id = _later_look(house, change)
    said = "The scores are as before."
    command = f"follow-up done {id} --note '{said}'"
    return Deed("POST", f"/follow-ups/{id}/done", command, {"note": said}, page="/follow-ups")


def do_without_note(house: Served, change: str) -> Deed:
    id = _later_look(house, change)
    return Deed("POST", f"/follow-ups/{id}/done", f"follow-up done {id}", {"note": " "}, page="/follow-ups")


def drop_follow_up(house: Served, change: str) -> Deed:
    id = _later_look(house, change)
    return Deed("DELETE", f"/follow-ups/{id}", f"follow-up drop {id} {SAID}", BECAUSE, page="/follow-ups")


def _later_look(house: Served, change: str) -> int:
    with house.built.house.store.read() as db:
        return max(duty.id for duty in follow_ups.of_subject(db, change) if duty.kind == LATER_LOOK)


def later_look_is(house: Served, change: str) -> tuple[bool, bool]:
    """Return whether the look at a change is over, and whether it was dropped."""
    with house.built.house.store.read() as db:
        duty = follow_ups.get(db, _later_look(house, change))
    return duty.done_at is not None, duty.dropped


def tell_pull_request(house: Served, change: str, **other: object) -> Deed:
    told = {**pull_request(house.world.change(change).artefacts["pull_request"]), **other}
    command = f"evidence pull-request {{file}} --change {change}"
    return Deed("PUT", f"/changes/{change}/pull-request", command, json.dumps(told).encode(), typed={})


def tell_of_another(house: Served, change: str) -> Deed:
    return tell_pull_request(house, change, url="https://git.acme.example/other/pull/1")


def throw(house: Served, switch: str) -> Deed:
    return Deed("PUT", f"/switches/{switch}/throw", f"switch throw {switch} {SAID}", BECAUSE)


def throw_without_reason(house: Served, switch: str) -> Deed:
    return Deed("PUT", f"/switches/{switch}/throw", f"switch throw {switch}", {"because": ""})


def exercise(house: Served, switch: str) -> Deed:
    body = {"switches": [switch], **BECAUSE}
    command = f"switch exercise {switch} --no-wait {SAID}"
    return Deed("POST", "/game-days", command, body, typed={"switches": switch, **BECAUSE}, page="/game-days")


def exercise_without_reason(house: Served, switch: str) -> Deed:
    command = f"switch exercise {switch} --no-wait"
    typed = {"switches": switch, "because": " "}
    return Deed("POST", "/game-days", command, {"switches": [switch]}, typed=typed, page="/game-days")


def set_as(role: str) -> Made:
    def deed(house: Served, switch: str) -> Deed:
        command = f"switch set {switch} --role {role} {SAID}"
        return Deed("POST", f"/switches/{switch}/set", command, {"role": role, **BECAUSE})

    return deed


FREEZE = {
    "name": "board meeting",
    "starts": "2026-07-20T00:00",
    "ends": "2026-07-21T00:00",
    "regions": "us",
    "owner": "release-managers",
    "because": "the board tries the product",
}
FREEZE_SAID = (
    "'board meeting' --from 2026-07-20 --to 2026-07-20 --region us --owner release-managers "
    "--because 'the board tries the product'"
)


def declare(house: Served, nothing: str) -> Deed:
    return Deed("POST", "/freezes", f"freeze declare {FREEZE_SAID}", FREEZE, page="/freezes")


def declare_of_nobody(house: Served, nothing: str) -> Deed:
    command = f"freeze declare {FREEZE_SAID.replace('release-managers', 'the-moon')}"
    return Deed("POST", "/freezes", command, {**FREEZE, "owner": "the-moon"}, page="/freezes")


def lift(house: Served, freeze: str) -> Deed:
    return Deed("POST", f"/freezes/{freeze}/lifting", f"freeze lift {freeze} {SAID}", BECAUSE)


def lengthen(house: Served, freeze: str) -> Deed:
    body = {**FREEZE, "ends": "2026-07-22T00:00", "reason": "it takes longer"}
    command = f"freeze amend {freeze} --to 2026-07-21 --because 'it takes longer'"
    return Deed("PUT", f"/freezes/{freeze}", command, body)


CLOSES = b"name,start,end,because\nclose of July,2026-07-29,2026-08-02,the books are closed\n"


def import_freezes(house: Served, source: str) -> Deed:
    command = f"freeze import {{file}} --as {source} --owner release-managers"
    path = f"/freezes/imports?source={source}&owner=release-managers"
    typed = {"source": source, "owner": "release-managers"}
    return Deed("POST", path, command, CLOSES, typed=typed, page="/freezes")


SHIFTS = b"- {who: sol@acme.example, from: 2026-01-01 08:00, until: 2031-01-01 08:00}\n"


def put_rota(house: Served, name: str, body: bytes = SHIFTS) -> Deed:
    return Deed("POST", f"/rotas?name={name}", f"rota put {name} {{file}}", body, typed={"name": name}, page="/rotas")


def put_rota_that_ends_first(house: Served, name: str) -> Deed:
    return put_rota(house, name, b"- {who: sol, from: 2026-01-02 08:00, until: 2026-01-01 08:00}\n")


def ask_to_pass(house: Served, change: str, gates: str = "window") -> Deed:
    body = {"gates": gates, "minutes": 60, **BECAUSE}
    command = f"change break-glass {change} --gate {gates} {SAID}"
    return Deed("POST", f"/changes/{change}/break-glass", command, body)


def ask_to_pass_segregation(house: Served, change: str) -> Deed:
    return ask_to_pass(house, change, "segregation")


def approve_passing(house: Served, change: str) -> Deed:
    return Deed("POST", f"/changes/{change}/break-glass/approvals", f"change approve-break-glass {change}", {})


def hand_over(house: Served, change: str, to: str = "sol") -> Deed:
    command = f"change handover {change} {to} {SAID}"
    return Deed("PUT", f"/changes/{change}/coordinator", command, {"to": to, **BECAUSE})


def hand_over_to_nobody(house: Served, change: str) -> Deed:
    return hand_over(house, change, "vic")


def hand_over_without_reason(house: Served, change: str) -> Deed:
    body = {"to": "sol", "because": " "}
    return Deed("PUT", f"/changes/{change}/coordinator", f"change handover {change} sol", body)


def nudge(house: Served, change: str, who: str = "remi") -> Deed:
    return Deed("POST", f"/changes/{change}/nudges", f"change nudge {change} {who}", {"who": who})


def nudge_who_is_not_waited_for(house: Served, change: str) -> Deed:
    return nudge(house, change, "sol")


def nudged(house: Served, change: str) -> list[str]:
    with house.built.house.store.read() as db:
        return [one.whom for one in nudges.of_change(db, change)]


def settle_as_incident(house: Served, record: str) -> Deed:
    body = {"as": "incident", "change": "", **BECAUSE}
    command = f"population settle {record} --incident {SAID}"
    page = "/population/unauthorised"
    return Deed("POST", f"{page}/{record}/settlement", command, body, page=page)


def settle_of_another_target(house: Served, record: str) -> Deed:
    change = house.ids["ramping"]
    body = {"as": "change", "change": change, **BECAUSE}
    command = f"population settle {record} --change {change} {SAID}"
    page = "/population/unauthorised"
    return Deed("POST", f"{page}/{record}/settlement", command, body, page=page)


# ------------------------------------------------------------------------------------------------ what is seen


def is_met(*gates: str) -> Seen:
    """Return what says whether all of some gates of a change are met."""

    def seen(house: Served, change: str) -> bool:
        return all(house.world.verdict(change, gate).outcome is Outcome.MET for gate in gates)

    return seen


def is_served(house: Served, change: str) -> bool:
    """Say whether some of two thousand users get a change's candidate from the newest table."""
    target = house.world.change(change).target
    return any(house.world.decide(target, f"user {n}").change == change for n in range(2000))


def stands(house: Served, change: str) -> bool:
    """Say whether there is such a change."""
    return any(e.object == change and e.act == "change.filed" for e in house.world.entries())


def outcome(house: Served, change: str) -> Any:
    """Return where a change stands, how it ended, and who reviewed it."""
    ended = house.world.change(change)
    return ended.state, ended.close_code, ended.review and ended.review.by


def signers(house: Served, change: str) -> list[str]:
    """Return whose sign-offs stand."""
    return sorted(s.person for s in house.world.view(change).sign_offs if s.voided_at is None)


def answer_of(gate: str) -> Seen:
    """See a gate's answer about the change."""
    return lambda house, change: house.world.verdict(change, gate).outcome.value


def asked_to_set(house: Served, switch: str) -> Any:
    """Return whether a lever is thrown, and whose sign-offs stand that it is set again."""
    request = levers.show_switch(house.built.house, house.world.remi, switch).request
    return scenes.thrown(house), [name for seat in request.seats for name in seat[2]] if request else []


def judged_by(house: Served, change: str) -> Any:
    """Return at which stage a ramp stands, and who has judged it."""
    view = house.world.view(change).ramp
    assert view is not None
    return view.ramp.stage, [signed.person for signed in view.judged_by]


def is_proved(house: Served, switch: str) -> bool:
    """Say whether all gateways are counted to have applied the newest table."""
    receipt = latest_receipt(house.built.house)
    return receipt is not None and receipt.number == str(house.world.table.number) and receipt.applied == 3
