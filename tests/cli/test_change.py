"""Does each verb of a change ask the server for what it says?"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from fake_server import FakeServer

from leverframe.cli.change_views import say_voided

CHG = "CHG-2026-00001"
START = {"opens_at": "2026-05-13T09:00:00Z", "closes_at": "2026-05-13T11:00:00Z", "not_after": "2026-05-21T15:00:00Z"}
CHANGE: dict[str, Any] = {
    "id": CHG, "title": "Answer questions about Acme Home", "kind": "prompt", "tier": "medium", "path": "normal",
    "state": "authorize", "author": "ana", "targets": ["customer-support-ai"], "version": 3, "start": START,
    "current": {"customer-support-ai": {"prompt": "customer-support@v7"}},
    "candidate": {"customer-support-ai": {"prompt": "customer-support@v8"}},
    "blast_radius": {"users": 4_000_000, "regions": ["everywhere"], "max_share_percent": 50.0, "rings": []},
    "rollback_plan": "Abort the ramp.", "kill_switch": "feature/customer-support-ai", "release_manager": "remi",
    "coordinator": "remi", "bridge": "https://meet.acme.example/ai-releases", "paging": ["ai-feature-on-call"],
    "artefacts": {"ai_risk_review": "RISK-2231"},
    "filed_at": "2026-05-12T08:00:00Z", "settled_at": None, "close_code": None,
}  # fmt: skip
MET = {"gate": "freeze", "outcome": "met", "because": "no freeze", "remedy": "", "who": "", "mode": "enforce"}
UNMET = {
    "gate": "sign_offs", "outcome": "not_met", "because": "AI Risk has not signed", "remedy": "ask AI Risk",
    "who": "rita", "mode": "enforce",
}  # fmt: skip
ADVISED = UNMET | {"gate": "evals", "because": "no results", "remedy": "post them", "who": "ana", "mode": "advise"}
FORECAST = {
    "p50": [{"at": START["opens_at"], "stage": 1, "share_percent": 1.0, "regions": [], "because": ""}], "p90": [],
    "settles_p50": "2026-05-14T13:30:00Z", "settles_p90": None, "verdicts": [],
    "text": "Wed 10:00 1%, Wed 10:30 10%, Wed 14:30 50%, Thu 14:30 100%",
}  # fmt: skip
VIEW: dict[str, Any] = {
    "change": CHANGE, "requirements": [MET, UNMET, ADVISED], "sign_offs": [], "digest": "sha256:" + "a" * 64,
    "seats": [["ai_risk", 1, [], 1]], "forecast": FORECAST, "deltas": [], "ramp": None, "zone": "Europe/London",
}  # fmt: skip
SLOT: dict[str, Any] = {
    "opens_at": START["opens_at"], "closes_at": START["closes_at"], "settles": "2026-05-14T13:30:00Z", "refused": "",
    "because": "it settles Thu 14 May 2026 14:30 Europe/London; in the same week",
}  # fmt: skip
LATE = SLOT | {"opens_at": "2026-05-20T09:00:00Z", "refused": "the ramp would stop", "because": "the ramp would stop"}
REGION = {"region": "au", "zone": "Australia/Sydney", "is_open": False, "opens_at": "2026-05-13T00:00:00Z",
          "until": None, "because": "it is outside the release window in au"}  # fmt: skip
PLAN = {"slots": [SLOT, LATE], "regions": [REGION], "beyond": False}
WHY = {
    **{name: VIEW[name] for name in ("change", "requirements", "forecast", "zone")},
    "plan": PLAN,
}
RAMP: dict[str, Any] = {
    "change": CHG, "target": "customer-support-ai", "state": "ramping", "stage": 2, "hold": None,
    "published": {"everywhere": START["opens_at"]},
}  # fmt: skip


@pytest.fixture
def asks(run, ana: FakeServer):
    """Run a command of a change against the server."""
    ana.gives(f"GET /changes/{CHG}", VIEW)
    ana.gives(f"GET /changes/{CHG}/why", WHY)
    return lambda *arguments: run("change", *arguments, "--server", ana.address)


def flat(text: str) -> str:
    return " ".join(text.split())


def test_why_says_each_unmet_requirement_the_next_slot_and_the_forecast(asks):
    ran = asks("why", CHG)
    assert ran.code == 0
    said = flat(ran.out)
    assert "1 requirement is not met. 1 more only advise." in said
    assert "not met sign offs: AI Risk has not signed Remedy: ask AI Risk Who: rita" in said
    assert "not met (advises) evals: no results Remedy: post them Who: ana" in said
    assert "no freeze" not in said
    assert "Next legal slot Wed 13 May 2026 10:00 BST" in said
    assert FORECAST["text"] in said
    assert "Settles Thu 14 May 2026 14:30 BST" in said
    assert "Nine times in ten not before its not_after" in said
    assert "in the same week" in said
    assert "the ramp would stop" not in said
    assert "au Wed 13 May 2026 10:00 AEST it is outside the release window in au" in said


def test_slots_says_all_starts_and_why_one_is_not_legal(asks, ana: FakeServer):
    view = {"change": CHANGE, "plan": PLAN | {"beyond": True}, "zone": "Europe/London", "may_move": MET}
    ana.gives(f"GET /changes/{CHG}/slots", view)
    said = flat(asks("slots", CHG).out)
    assert "legal it settles Thu 14 May 2026 14:30 Europe/London" in said
    assert "Wed 20 May 2026 10:00 BST" in said
    assert "not legal the ramp would stop" in said
    assert "None lies before the ticket's not_after" in said
    ana.gives(f"GET /changes/{CHG}/slots", view | {"plan": {"slots": [], "regions": [], "beyond": False}})
    assert "or its ramp has begun" in flat(asks("slots", CHG).out)


def test_why_says_so_where_nothing_is_missing_or_no_slot_is_left(asks, ana: FakeServer):
    nothing = FORECAST | {"p50": [], "settles_p50": None, "text": ""}
    ana.gives(f"GET /changes/{CHG}/why", WHY | {"requirements": [MET], "forecast": nothing})
    said = flat(asks("why", CHG).out)
    assert "Every requirement is met." in said
    assert "Next legal slot none before its not_after" in said


def test_json_prints_the_servers_own_document(asks):
    for name, document in (("why", WHY), ("show", VIEW)):
        assert json.loads(asks(name, CHG, "--json").out) == document


DELTA = {
    "suite": "production", "metric": "groundedness", "slice": "", "n": 400, "value": 0.91, "deployed": 0.9,
    "tool": "promptfoo", "low": -0.01, "high": 0.03, "comparison": "unchanged", "because": "no difference is shown",
}  # fmt: skip


def test_show_says_what_the_page_says(asks, ana: FakeServer):
    step = {
        "at": START["opens_at"],
        "kind": "promoted",
        "stage": 1,
        "share_percent": 1.0,
        "by": "clock",
        "because": "x",
        "regions": ["eu"],
    }
    ramp = {
        "ramp": RAMP | {"hold": {"because": "a look", "by": "remi"}}, "steps": [step], "reading": None,
        "next_text": "the bake ends at 10:30", "share_percent": 1.0,
    }  # fmt: skip
    void = {"person": "rita", "role": "ai_risk", "voided_at": "2026-05-12T09:00:00Z", "void_because": "title edited"}
    ana.gives(f"GET /changes/{CHG}", VIEW | {"deltas": [DELTA], "ramp": ramp, "sign_offs": [void]})
    said = flat(asks("show", CHG).out)
    for part in (
        "4,000,000 users in everywhere; at most 50 % before settlement",
        "Candidate customer-support@v8",
        f"Digest sha256:{'a' * 64}",
        "AI Risk 0 of 1",
        "rita as AI Risk: void, title edited",
        f"No metric is shown to be better or worse. 1 unchanged: leverframe evidence list --change {CHG}",
        "Held a look",
        "Next the bake ends at 10:30",
        "Wed 13 May 2026 10:00 BST promoted 1 % clock",
    ):
        assert part in said


def test_evals_that_tell_nothing_are_counted_and_the_worse_ones_come_first(asks, ana: FakeServer):
    told = [
        DELTA | {"metric": "latency_ms", "comparison": "better"},
        DELTA | {"metric": "new_metric", "comparison": "not_comparable", "because": "the deployed unit has none"},
        DELTA | {"slice": "de-DE", "comparison": "worse", "low": -0.03, "high": -0.01},
    ]
    deltas = [DELTA, told[0], DELTA | {"slice": "fr-FR"}, *told[1:]]
    ana.gives(f"GET /changes/{CHG}", VIEW | {"deltas": deltas})
    said = asks("show", CHG).out
    places = [said.index(part) for part in ("groundedness (de-DE)", "latency ms", "new metric", "2 unchanged:")]
    assert places == sorted(places)
    assert "the deployed unit has none" in said
    assert "fr-FR" not in said
    assert json.loads(asks("show", CHG, "--json").out)["deltas"] == deltas


def test_file_sends_the_files_own_bytes_as_yaml(asks, ana: FakeServer, home: Path):
    text = "title: Zoë # with a comment\n"
    (home / "change.yaml").write_text(text, "utf-8")
    ana.gives("POST /changes", CHANGE, 201)
    ran = asks("file", home / "change.yaml")
    assert ran.code == 0
    assert (ana.last.body, ana.last.headers["content-type"]) == (text.encode(), "application/yaml")
    assert f"{CHG} is filed, in authorize" in ran.out
    assert f"leverframe change why {CHG}" in ran.out


def test_file_reads_a_pipe(asks, ana: FakeServer, monkeypatch: pytest.MonkeyPatch):
    ana.gives("POST /changes", CHANGE, 201)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"title: piped\n")))
    assert asks("file", "-").code == 0
    assert ana.last.body == b"title: piped\n"


def test_file_from_a_pull_request_sends_what_the_host_told(asks, ana: FakeServer, home: Path):
    (home / "pr.json").write_bytes(b'{"headRefOid": "abc"}')
    ana.gives("POST /changes/from-pull-request", CHANGE, 201)
    ran = asks("file", "--from-pr", home / "pr.json", "--target", "support")
    assert ran.code == 0
    assert (ana.last.body, ana.last.headers["content-type"]) == (b'{"headRefOid": "abc"}', "application/json")
    assert f"{CHG} is filed" in ran.out


def test_edit_sets_single_fields_and_reaches_into_one(asks, ana: FakeServer, home: Path):
    (home / "plan.txt").write_text("Remi aborts.")
    ana.gives(f"GET /changes/{CHG}", VIEW)
    ana.gives(f"PATCH /changes/{CHG}", CHANGE)
    ran = asks("edit", CHG, "--set", f"rollback_plan=@{home / 'plan.txt'}", "--set", "candidate.prompt=support@v9")
    assert ran.code == 0
    sent = json.loads(ana.written.body)
    assert sent == {
        "rollback_plan": "Remi aborts.",
        "candidate": {"prompt": "support@v9"},
        "version": VIEW["change"]["version"],
    }


@pytest.mark.parametrize("given", [(), ("change.yaml", "--set", "title=x"), ("--set", "title")])
def test_edit_says_what_it_needs(asks, ana: FakeServer, given: tuple[str, ...]):
    ana.gives(f"GET /changes/{CHG}", VIEW)
    assert asks("edit", CHG, *given).code == 2


@pytest.mark.parametrize("given", [(), ("change.yaml", "--from-pr", "pr.json")])
def test_file_takes_one_file_and_says_so(asks, ana: FakeServer, given: tuple[str, ...]):
    ran = asks("file", *given)
    assert ran.code == 2
    assert "one file is needed" in ran.err
    assert not ana.asked


def test_file_check_writes_nothing_and_says_what_is_missing(asks, ana: FakeServer, home: Path):
    (home / "change.yaml").write_text("title: x\n")
    ana.gives("POST /changes/check", {"change": CHANGE, "verdicts": [MET, UNMET], "forecast": FORECAST})
    said = flat(asks("file", home / "change.yaml", "--check").out)
    assert "Nothing was written. 1 requirement is not met." in said
    assert "Remedy: ask AI Risk" in said


def test_a_file_that_is_missing_is_a_fault_and_asks_nobody(asks, ana: FakeServer, home: Path):
    ran = asks("file", home / "none.yaml")
    assert ran.code == 2
    assert "none.yaml" in flat(ran.err).replace(" ", "")
    assert not ana.asked


def test_edit_names_the_version_that_it_read(asks, ana: FakeServer, home: Path):
    (home / "change.yaml").write_text("title: x\n")
    ana.gives(f"PUT /changes/{CHG}", CHANGE)
    asks("edit", CHG, home / "change.yaml")
    assert ana.written.headers["if-match"] == '"3"'
    asks("edit", CHG, home / "change.yaml", "--version", 2)
    assert ana.written.headers["if-match"] == '"2"'


def test_an_act_that_voids_sign_offs_says_whose_and_why(capsys: pytest.CaptureFixture[str]):
    stands = {
        "person": "rita",
        "role": "ai_risk",
        "at": "2026-05-12T08:30:00Z",
        "voided_at": None,
        "void_because": "",
    }
    older = stands | {"person": "sam", "voided_at": "2026-05-12T08:40:00Z", "void_because": "title was edited"}
    now_void = stands | {"voided_at": "2026-05-12T09:00:00Z", "void_because": "blast radius was edited"}
    say_voided({"sign_offs": [older, stands]}, {"sign_offs": [older, now_void]})
    assert flat(capsys.readouterr().out) == "1 sign-off is void, because blast radius was edited: rita as AI Risk."
    say_voided({"sign_offs": [older]}, {"sign_offs": [older]})
    assert capsys.readouterr().out == ""


def test_a_ramps_steps_are_said_as_plans_are(asks, ana: FakeServer):
    kinds = (("promoted", 1.0, "09:00", "eu"), ("held", 1.0, "09:20", ""), ("promoted", 10.0, "09:30", "us"))
    steps = [
        {
            "at": f"2026-05-13T{at}:00Z",
            "kind": kind,
            "stage": 1,
            "share_percent": share,
            "by": "clock",
            "because": "x",
            "regions": [region],
        }
        for kind, share, at, region in kinds
    ]
    step = {"because": "the bake ends", "until": "2026-05-13T13:30:00Z"}
    ramp = {"ramp": RAMP, "steps": steps, "reading": None, "next": step, "next_text": "bakes", "share_percent": 10.0}
    ana.gives(f"GET /changes/{CHG}", VIEW | {"ramp": ramp, "forecast": None})
    said = flat(asks("show", CHG).out)
    assert "So far Wed 10:00 1% (eu), Wed 10:30 10% (us) Next bakes Not before Wed 13 May 2026 14:30 BST" in said
    assert "Requirements" not in said


def test_a_live_mean_is_said_beside_what_staging_promised(asks, ana: FakeServer):
    because = "groundedness is 0.87 on live calls, 0.91 ± 0.01 in staging (suite a): 0.04 lower than staging promised"
    told = [
        {"because": because, "beside": 0.9, "comparison": "worse"},
        {"because": "tone is 4 on live calls", "beside": None, "comparison": "better"},
        {"because": "cost per call is as promised", "beside": 0.1, "comparison": "unchanged"},
    ]
    ramp = {"ramp": RAMP, "steps": [], "reading": None, "next": None, "next_text": "bakes", "share_percent": 10.0}
    ana.gives(f"GET /changes/{CHG}", VIEW | {"ramp": ramp | {"baselines": told}, "forecast": None})
    said = flat(asks("show", CHG).out)
    assert f"Promised {because} (0.9 beside it now) tone is 4 on live calls 1 as promised" in said


SIGNED = {"person": "ana", "subject": CHG, "role": "ai_risk"}


def test_sign_shows_the_digest_and_signs_what_it_has_just_fetched(asks, ana: FakeServer):
    ana.gives(f"POST /changes/{CHG}/sign-offs", SIGNED, 201)
    ran = asks("sign", CHG, "--role", "ai_risk", "--comment", "read it")
    assert ana.last.json == {"role": "ai_risk", "content_digest": VIEW["digest"], "comment": "read it"}
    assert f"You sign {VIEW['digest']}\n" in ran.out
    assert "ana has signed" in ran.out
    assert json.loads(asks("sign", CHG, "--role", "ai_risk", "--json").out) == SIGNED


def test_sign_with_a_digest_signs_that_and_reads_nothing(asks, ana: FakeServer):
    ana.gives(f"POST /changes/{CHG}/sign-offs", SIGNED, 201)
    asks("sign", CHG, "--role", "ai_risk", "--digest", "sha256:mine")
    assert [asked.method for asked in ana.asked] == ["POST"]
    assert ana.last.json["content_digest"] == "sha256:mine"


def test_promote_shows_the_reading_and_signs_what_it_has_just_fetched(asks, ana: FakeServer):
    now, first = ({"finding": "continue", "because": f"{n} min more"} for n in (9, 25))
    view = {"ramp": RAMP, "reading": now, "judged_reading": None, "reading_digest": "sha256:" + "c" * 64}
    ana.gives(f"POST /changes/{CHG}/ramp/promotions", {"change": CHG, "open": []})
    for shown, judged in (("9 min more", None), ("25 min more", first)):
        ana.gives(f"GET /changes/{CHG}", VIEW | {"ramp": view | {"judged_reading": judged}})
        ran = asks("promote", CHG, "--role", "ai_risk", "--because", "rare")
        assert f"Stage 2 of {CHG} reads continue: {shown}." in flat(ran.out)
        assert f"You judge sha256:{'c' * 64}\n" in ran.out
        assert ana.last.json == {"role": "ai_risk", "reading_digest": "sha256:" + "c" * 64, "because": "rare"}


def test_schedule_arms_moves_and_disarms(asks, ana: FakeServer, monkeypatch: pytest.MonkeyPatch):
    ana.gives(f"PUT /changes/{CHG}/schedule", CHANGE | {"state": "scheduled"})
    ana.gives(f"DELETE /changes/{CHG}/schedule", CHANGE)
    assert "from Wed 13 May 2026" in flat(asks("schedule", CHG).out)
    assert ana.last.json == {}
    asks("schedule", CHG, "--opens", "2026-05-14T10:00+01:00")
    moved = {"opens_at": "2026-05-14T09:00:00Z", "closes_at": "2026-05-14T11:00:00+00:00"}
    assert ana.last.json == START | moved
    asks("schedule", CHG, "--closes", "2026-05-13T12:00+01:00")
    assert ana.last.json == START | {"closes_at": "2026-05-13T11:00:00Z"}
    asks("schedule", CHG, "--disarm", "--because", "not today")
    assert (ana.last.method, ana.last.json) == ("DELETE", {"because": "not today"})


def test_schedule_lists_every_time_that_is_none(asks, ana: FakeServer):
    ran = asks("schedule", CHG, "--opens", "tomorrow", "--not-after", "2026-13-01")
    assert ran.code == 2
    assert "tomorrow is no time" in ran.err
    assert "2026-13-01 is no time" in ran.err
    assert all(asked.method == "GET" for asked in ana.asked)


HELD = {"ramp": RAMP | {"state": "aborted"}, "number": ""}
VERBS = [
    (("ramp",), "PUT", "/ramp", {}, RAMP),
    (("hold", "--because", "a look"), "PUT", "/ramp/hold", {"because": "a look"}, RAMP),
    (("release", "--because", "fine"), "DELETE", "/ramp/hold", {"because": "fine"}, RAMP),
    (("abort", "--because", "bad"), "POST", "/ramp/abort", {"because": "bad"}, HELD),
    (("cancel", "--because", "no need"), "DELETE", "", {"because": "no need"}, CHANGE),
    (("withdraw", "--because", "wrong"), "DELETE", "/sign-offs/mine", {"because": "wrong"}, {"change": CHG}),
    (("refresh",), "POST", "/refresh", {}, CHANGE),
    (
        ("back", "--because", "worse"), "POST", "/way-back", {"because": "worse"},
        {"change": CHANGE | {"close_code": "went_back"}, "number": ""},
    ),
    (
        ("promote", "--role", "ai_risk", "--because", "rare", "--digest", "sha256:b"), "POST", "/ramp/promotions",
        {"role": "ai_risk", "reading_digest": "sha256:b", "because": "rare"},
        {"change": CHG, "open": ["release_manager"]},
    ),
    (
        ("review", "--close-code", "successful", "--notes", "well"), "PUT", "/review",
        {"close_code": "successful", "notes": "well"}, CHANGE | {"state": "closed"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("verb", "method", "path", "body", "answer"), VERBS, ids=[verb[0][0] for verb in VERBS])
def test_each_verb_asks_for_its_noun(asks, ana: FakeServer, verb, method, path, body, answer):
    ana.gives(f"{method} /changes/{CHG}{path}", answer)
    ran = asks(verb[0], CHG, *verb[1:])
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.rstrip().endswith(".")
    assert (ana.written.method, ana.written.path, ana.written.json) == (method, f"/changes/{CHG}{path}", body)
    assert json.loads(asks(verb[0], CHG, *verb[1:], "--json").out) == answer


def test_list_keeps_ids_whole_and_says_what_each_waits_for(asks, ana: FakeServer):
    line = {
        "id": CHG, "title": "Answer questions", "target": "underwriting-decision-v2", "kind": "prompt",
        "tier": "medium", "state": "implement", "author": "ana", "filed_at": "2026-05-12T08:00:00Z",
        "share_percent": 10.0, "waits_for": "stage 2 of 4",
    }  # fmt: skip
    ana.gives("GET /changes", {"changes": [line], "filters": {}, "before": CHG})
    ran = asks("list", "--state", "implement", "--target", "claims-summary")
    assert ana.last.query == {"state": "implement", "target": "claims-summary"}
    assert max(len(text) for text in ran.out.splitlines()) <= 80
    for part in (CHG, "underwriting-decision-v2", "10 %", "waits: stage 2 of 4", f"--before {CHG}"):
        assert part in flat(ran.out)
