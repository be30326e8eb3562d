"""Do the other nouns ask for what they say: switches, receipts, what changed, calls, gateways, the log?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fake_server import FakeServer

from leverframe.cli.game_day import come_along
from leverframe.cli.gateway import keys_of, pairs
from leverframe.cli.receipts import wait
from leverframe.client import Server
from leverframe.nouns.verdicts import Invalid

SWITCH: dict[str, Any] = {
    "layer": "feature", "key": "claims-summary", "thrown": True, "fallback": "claims-file-view",
    "owner": "insurance-ai",
    "because": "wrong summaries", "thrown_by": "sol", "thrown_at": "2026-05-12T01:00:00Z", "ticket": "SUP-1",
    "expires_on": None, "zone": "", "exercised_on": "2026-04-14", "place": "kill-switches.yaml:4",
}  # fmt: skip
SOUND = {"gate": "fallback", "outcome": "met", "because": "it exists", "remedy": "", "who": "", "mode": "enforce"}
SEATS = [["release_manager", 1, ["remi"], 0]]
LINE = {"switch": SWITCH, "fallback_ok": SOUND, "request": {"seats": SEATS}, "seats": SEATS, "waits_for": "a freeze"}
RECEIPT = {"number": "1.7", "reporting": 2, "applied": 2, "milliseconds": 12.4, "waiting": [], "silent": []}


@pytest.fixture
def asks(run, ana: FakeServer):
    """Run a command against the server."""
    return lambda *arguments: run(*arguments, "--server", ana.address)


def test_throw_says_what_was_thrown_and_who_has_obeyed(asks, ana: FakeServer):
    ana.gives("PUT /switches/feature/claims-summary/throw", {"switch": SWITCH, "number": "1.7"})
    ana.gives("GET /receipts/1.7", RECEIPT)
    ran = asks("switch", "throw", "feature/claims-summary", "--because", "wrong", "--ticket", "SUP-1")
    assert ran.code == 0
    assert ana.asked[0].json == {"because": "wrong", "ticket": "SUP-1"}
    assert "feature/claims-summary is thrown." in ran.out
    assert "Table 1.7: applied by 2 of 2 reporting in 12 ms." in ran.out


def test_a_throw_that_reaches_nobody_says_so(asks, ana: FakeServer):
    withheld = "no table goes out: its database was restored; leverframe table raise-epoch"
    ana.gives("PUT /switches/feature/claims-summary/throw", {"switch": SWITCH, "number": "", "withheld": withheld})
    ran = asks("switch", "throw", "feature/claims-summary", "--because", "wrong summaries")
    assert f"no gateway has heard of it: {withheld}." in " ".join(ran.out.split())


def test_a_throw_that_changed_nothing_says_so(asks, ana: FakeServer):
    ana.gives("PUT /switches/model/a.b/throw", {"switch": SWITCH, "number": ""})
    assert "gateways obey it already" in asks("switch", "throw", "model/a.b", "--because", "x").out


FILE = """\
feature_kill_switches:
  claims-summary:
    enabled: true # it serves
    fallback: claims-file-view
"""
FORMATTED = FILE.replace("true", "false").replace("serves\n", 'serves\n    reason: "wrong summaries"\n')


def test_the_switch_file_is_printed_as_the_levers_stand(asks, ana: FakeServer, home: Path):
    (home / "switches.yaml").write_text(FILE)
    line = LINE | {"switch": SWITCH | {"thrown": True, "because": "wrong summaries", "ticket": ""}}
    ana.gives("GET /switches", {"layers": [["Features", "owned by teams", [line]]], "receipt": None})
    file, differs = home / "switches.yaml", "The file differs in feature/claims-summary.\n"
    ran = asks("switch", "fmt", file)
    assert (ran.code, ran.out, file.read_text()) == (0, FORMATTED, FILE)
    ran = asks("switch", "fmt", file, "--check")
    assert (ran.code, ran.out, file.read_text()) == (2, differs, FILE)
    ran = asks("switch", "fmt", file, "--write")
    assert (ran.code, ran.out, file.read_text()) == (0, differs, FORMATTED)
    ran = asks("switch", "fmt", file, "--check")
    assert (ran.code, ran.out) == (0, "The file says how the levers stand.\n")
    told = json.loads(asks("switch", "fmt", file, "--json").out)
    assert told == {"differs": [], "text": FORMATTED}
    assert [each.name for each in home.glob("switches*")] == ["switches.yaml"]
    ran = asks("switch", "fmt", "-", "--write")
    assert (ran.code, "a pipe cannot be written back" in ran.err) == (2, True)


BEHIND = {"person": "sol", "known_by": "signed with SHA256:x", "because": ""}
COMMIT = {
    "id": "4f0c2d91aa31b7c8d9e0f1a2b3c4d5e6f7081923", "made_at": "2026-05-12T01:00:00Z", "author": "Sol",
    "subject": "Stop it", "behind": BEHIND, "ours": False,
}  # fmt: skip
DRIFT = {
    "switch": "feature/claims-summary", "drift": "asked", "file_says": "set", "stands": "thrown",
    "because": "commit 4f0c2d91aa of sol sets it", "remedy": "sign that it is set again",
}  # fmt: skip
FOLLOWED = {
    "repository": "/srv/policies.git", "branch": "main", "path": "kill-switches.yaml", "state": "drifted",
    "because": "the file does not say how the levers stand", "head": COMMIT["id"], "commit": COMMIT,
    "seen_at": "2026-05-12T01:00:00Z", "looked_seconds": 2.0, "failure": "", "failed_at": None, "faults": [],
    "drift": [DRIFT], "writes_back": False, "kept": "",
}  # fmt: skip


def test_drift_is_listed_with_who_stands_behind_the_file_and_ends_with_1(asks, ana: FakeServer):
    def gives(**more: object) -> None:
        ana.gives("GET /switches", {"layers": [], "receipt": None, "file": FOLLOWED | more})

    gives()
    ran = asks("switch", "drift")
    said = " ".join(ran.out.split())
    assert ran.code == 1
    for part in (
        "kill-switches.yaml on main of /srv/policies.git",
        "4f0c2d91aa Stop it",
        "sol, signed with SHA256:x",
        "The file does not say how the levers stand.",
        "feature/claims-summary set thrown",
        "commit 4f0c2d91aa of sol sets it; sign that it is set again",
    ):
        assert part in said
    told = json.loads(asks("switch", "drift", "--json").out)
    assert told["drift"] == [DRIFT]
    gives(state="in_step", because="the file says how the levers stand", drift=[], commit=COMMIT | {"ours": True})
    ran = asks("switch", "drift")
    assert (ran.code, "Leverframe itself" in ran.out) == (0, True)
    fault = {
        "place": "kill-switches.yaml:3",
        "because": "it is no flag",
        "remedy": "Write true.",
        "severity": "error",
    }
    gives(state="unreadable", because="the file cannot be read", faults=[fault], drift=[])
    ran = asks("switch", "drift")
    assert (ran.code, "kill-switches.yaml:3: error: it is no flag" in ran.out) == (1, True)
    gives(state="failing", because="there is no folder", failed_at="2026-05-12T01:00:00Z", commit=None, drift=[])
    assert asks("switch", "drift").code == 1


def test_where_no_file_is_followed_drift_says_how_one_is(asks, ana: FakeServer):
    ana.gives("GET /switches", {"layers": [], "receipt": None, "file": None})
    ran = asks("switch", "drift")
    assert (ran.code, "leverframe serve --switch-repo DIR" in ran.err) == (2, True)


def test_the_servers_own_file_is_printed_as_it_would_be(asks, ana: FakeServer, home: Path):
    told = {"path": "kill-switches.yaml", "commit": COMMIT["id"], "text": FORMATTED, "differs": ["feature/x"]}
    ana.gives("GET /switches/file", told)
    assert asks("switch", "fmt", "--from-server").out == FORMATTED
    ran = asks("switch", "fmt", "--from-server", "--check")
    assert (ran.code, ran.out) == (2, "The file differs in feature/x.\n")
    for wrong in ((), ("--from-server", home / "x.yaml"), ("--from-server", "--write")):
        assert asks("switch", "fmt", *wrong).code == 2


def test_a_lever_shows_its_drift_its_owner_and_who_is_told_before_its_end(asks, ana: FakeServer):
    line = LINE | {
        "drift": [DRIFT],
        "contact": "it@contoso.example",
        "request": {
            "seats": SEATS,
            "asked_by": "cass",
            "asked_at": "2026-05-12T01:00:00Z",
            "because": "it is mended",
        },
    }
    ana.gives("GET /switches/feature/claims-summary", line)
    said = " ".join(asks("switch", "show", "feature/claims-summary").out.split())
    for part in (
        "Owner insurance-ai",
        "Contact it@contoso.example",
        "The file in git says set: commit 4f0c2d91aa of sol sets it.",
        "Remedy: sign that it is set again",
        "cass asks: it is mended",
    ):
        assert part in said
    ana.gives("GET /switches", {"layers": [["Features", "owned by teams", [line]]], "receipt": None, "file": None})
    assert "the file in git says set" in " ".join(asks("switch", "list").out.split())


def test_a_receipt_is_waited_for_and_then_said_as_it_is(server: FakeServer):
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            server.gives("GET /receipts/1.7", RECEIPT)

    server.gives("GET /receipts/1.7", RECEIPT | {"applied": 1, "milliseconds": None, "waiting": ["edge-2"]})
    with Server(server.address) as one:
        receipt = wait(one, "1.7", pause=pause)
        assert receipt is not None
        assert (receipt.confirmed, len(pauses)) == (True, 3)
        server.gives("GET /receipts/1.7", RECEIPT | {"applied": 1, "milliseconds": None, "waiting": ["edge-2"]})
        late = wait(one, "1.7", seconds=0)
        assert late is not None
        assert late.waiting == ("edge-2",)
        assert wait(one, "1.8") is None


@pytest.mark.parametrize("name", ["claims-summary", "", "lever/x", "feature/", "/"])
def test_what_names_no_switch_is_a_fault_that_names_the_layers(asks, ana: FakeServer, name: str):
    ran = asks("switch", "throw", name, "--because", "x")
    assert ran.code == 2
    assert "feature, model, tenant" in " ".join(ran.err.split())
    assert not ana.asked


def test_switches_are_listed_with_what_stands_behind_them(asks, ana: FakeServer):
    unsound = LINE | {"fallback_ok": SOUND | {"outcome": "not_met", "because": "it is thrown itself"}}
    ana.gives("GET /switches", {"layers": [["Features", "owned by teams", [unsound]]], "receipt": None})
    said = " ".join(asks("switch", "list").out.split())
    assert "feature/claims-summary thrown 2026-04-14 insurance-ai" in said
    assert "thrown: wrong summaries; falls back to claims-file-view (it is thrown itself)" in said
    ana.gives("GET /switches/feature/claims-summary", LINE)
    said = " ".join(asks("switch", "show", "feature/claims-summary").out.split())
    for part in (
        "Thrown by sol, Tue 12 May 2026",
        "Ticket SUP-1",
        "release manager 1 of 1 remi",
        "it waits because a freeze.",
    ):
        assert part in said


def test_setting_again_says_what_it_waits_for(asks, ana: FakeServer):
    seats = [["feature_owner", 1, ["ana"]], ["release_manager", 1, []]]
    ana.gives("POST /switches/feature/claims-summary/set", {"switch": SWITCH, "seats": seats, "done": False})
    arguments = ("switch", "set", "feature/claims-summary", "--role", "feature_owner", "--because", "mended")
    assert "it stays thrown until all have signed" in asks(*arguments).out
    full = [["feature_owner", 1, ["ana"]]]
    ana.gives("POST /switches/feature/claims-summary/set", {"switch": SWITCH, "seats": full, "done": False})
    assert "it is set when a window opens" in asks(*arguments).out
    ana.gives("POST /switches/feature/claims-summary/set", {"switch": SWITCH, "seats": full, "done": True})
    assert "feature/claims-summary is set." in asks(*arguments).out


ROW: dict[str, Any] = {
    "at": "2026-05-12T01:00:00Z", "what": "promoted 10 %", "object": "CHG-2026-00001", "target": "claims-summary",
    "region": "au", "by": "clock", "because": "the bake is over", "href": "/changes/CHG-2026-00001", "stop": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("href", "thing", "command"),
    [
        ("/changes/CHG-2026-00001/ramp/abort", "CHG-2026-00001", "leverframe change abort CHG-2026-00001"),
        ("/changes/CHG-2026-00001/way-back", "CHG-2026-00001", "leverframe change back CHG-2026-00001"),
        ("/switches/model/a.b/throw", "model/a.b", "leverframe switch throw model/a.b"),
    ],
)
def test_what_changed_offers_the_one_act_that_stops_it(asks, ana: FakeServer, href: str, thing: str, command: str):
    row = ROW | {"object": thing, "stop": {"label": "Stop", "href": href, "method": "POST"}}
    ana.gives("GET /changes/recent", {"rows": [row, row], "filters": {}})
    ran = asks("changed", "--since", "90m")
    assert ana.last.query == {"since": "90m"}
    assert ran.out.count(f'Stop it: {command} --because "..."') == 1


def test_nothing_changed_is_said_with_its_span(asks, ana: FakeServer):
    ana.gives("GET /changes/recent", {"rows": [], "filters": {}})
    assert "Nothing was done to production in the last 2h." in asks("changed").out


def test_why_a_call_got_its_answer(asks, ana: FakeServer):
    parts = dict.fromkeys(("unit", "arm", "stage", "reason", "number", "gateway", "region", "ring", "locale"), "x")
    facts = {"target": "claims-summary", "change": "CHG-2026-00001", **parts}
    view = {"call": "lf1.a.b", "facts": facts, "title": "Summaries", "sentence": "The candidate served."}
    ana.gives("GET /calls/lf1.a.b", view)
    assert "an id or a name is empty" in asks("why", "").err
    ran = asks("why", "lf1.a.b")
    assert ran.code == 0
    assert ran.out.startswith("The candidate served.\n")
    assert "CHG-2026-00001: Summaries" in ran.out


def test_a_log_that_does_not_hold_ends_with_2(asks, ana: FakeServer):
    good = {"entries": 9, "verified": 7, "faults": [], "unnumbered": 2}
    ana.gives("GET /audit/verification", good)
    ran = asks("audit", "verify")
    assert (ran.code, ran.out.split("\n")[0]) == (0, "7 of 9 entries are verified; 2 not yet under a signed head.")
    fault = {"place": "leaf 3", "because": "its text is not what was hashed", "remedy": "", "severity": "error"}
    ana.gives("GET /audit/verification", good | {"faults": [fault]})
    assert asks("audit", "verify").code == 2
    ran = asks("audit", "verify", "--json")
    assert (ran.code, json.loads(ran.out)["faults"]) == (2, [fault])


def test_secrets_are_shown_whole(asks, ana: FakeServer):
    secret = "lft_" + "x" * 100
    ana.gives("POST /tokens", {"id": "ab", "secret": secret}, 201)
    assert f"\n{secret}\n" in asks("token", "add", "ci", "--scope", "read", "--scope", "evidence", "--days", 7).out
    assert ana.last.json == {"name": "ci", "scopes": ["read", "evidence"], "days": 7}
    ana.gives("POST /gateways", {"name": "edge", "token": secret}, 201)
    assert f"\n{secret}\n" in asks("gateway", "enrol", "edge", "--target", "claims-summary").out
    assert ana.last.json == {"name": "edge", "targets": ["claims-summary"]}


def test_a_gateway_is_told_where_a_game_day_asks_it(asks, ana: FakeServer):
    ana.gives("POST /gateways", {"name": "edge", "token": "lfg_x"}, 201)
    asks("gateway", "enrol", "edge", "--address", "https://ai.example.com/v1", "--key-env", "EDGE_PROBE_KEY")
    assert ana.written.json == {
        "name": "edge",
        "targets": [],
        "address": "https://ai.example.com/v1",
        "key_env": "EDGE_PROBE_KEY",
    }
    ana.gives("PUT /gateways/edge/address", {"address": "https://ai.example.com/v1", "key_env": ""})
    ran = asks("gateway", "address", "edge", "https://ai.example.com/v1")
    assert ran.out == "The gateway edge is asked at https://ai.example.com/v1 on game days.\n"
    assert ana.written.json == {"address": "https://ai.example.com/v1", "key_env": ""}
    ana.gives("PUT /gateways/edge/address", {"address": "", "key_env": ""})
    assert asks("gateway", "address", "edge", "").out == "The gateway edge is not asked.\n"


def test_a_gateway_is_listed_with_its_instances(asks, ana: FakeServer):
    edge = {
        "name": "edge",
        "targets": [],
        "enrolled_by": "adi",
        "enrolled_at": "2026-05-12T01:00:00Z",
        "revoked_at": None,
        "address": "https://ai.example.com/v1",
        "key_env": "EDGE_PROBE_KEY",
    }
    seen = {"instance": "edge-1", "number": "1.7", "age_seconds": 2.2}
    missing = {"gateway": "edge", "missing": 2, "numbered": 40, "processes": 1}
    rows = [
        {"gateway": edge, "seen": [seen, seen | {"instance": "edge-2", "age_seconds": 44.0}], "missing": missing},
        {"gateway": edge | {"name": "new"}, "seen": [], "missing": None},
        {"gateway": edge | {"name": "old", "revoked_at": "2026-05-12T02:00:00Z"}, "seen": [], "missing": None},
    ]
    ana.gives("GET /gateways", {"gateways": rows})
    said = " ".join(asks("gateway", "list").out.split())
    assert "all targets; asked at https://ai.example.com/v1 with EDGE_PROBE_KEY; enrolled by adi" in said
    for part in ("edge edge-1 1.7 2 s ago", "edge edge-2 1.7 44 s ago", "new - - none reports", "old - - revoked"):
        assert part in said
    assert said.endswith(
        "edge: 2 of 40 batches of outcomes from 1 process never arrived; no reading counts what they held."
    )


def test_a_unit_is_adopted_from_a_file_or_from_options(asks, ana: FakeServer, home):
    ana.gives("PUT /targets/claims-summary/unit", {})
    (home / "unit.yaml").write_text("prompt: claims-summary@v2\n")
    asks("targets", "adopt", "claims-summary", home / "unit.yaml")
    unit = {"prompt": "claims-summary@v2", "model": "", "index": "", "code_ref": "", "config_digest": ""}
    assert ana.last.json["unit"] == unit
    ran = asks("targets", "adopt", "claims-summary", "--prompt", "claims-summary@v2", "--because", "it runs")
    assert ana.last.json == {"unit": unit, "because": "it runs"}
    assert "claims-summary runs claims-summary@v2." in ran.out
    (home / "unit.yaml").write_text("promt: claims-summary@v2\n")
    assert asks("targets", "adopt", "claims-summary", home / "unit.yaml").code == 2


def test_a_gateway_without_its_token_is_told_where_to_get_one(run, home):
    ran = run("gateway", "--gateway-token", home / "none", "--server-typo")
    assert ran.code == 2
    ran = run("gateway", "--gateway-token", home / "none")
    assert ran.code == 2
    assert "leverframe gateway enrol" in ran.err


def test_platform_keys_come_from_the_environment_and_never_from_the_line():
    upstreams = pairs("--upstream", ["openai=https://api.openai.com/v1", "bedrock.eu=mock", "*=http://x"])
    environment = {"LEVERFRAME_UPSTREAM_KEY_OPENAI": "k1", "LEVERFRAME_UPSTREAM_KEY": "k2", "OTHER": "x"}
    assert keys_of(upstreams, environment) == {"openai": "k1", "*": "k2"}
    with pytest.raises(Invalid) as caught:
        pairs("--upstream", ["openai", "=x", "y="])
    assert len(caught.value.faults) == 3


@pytest.mark.parametrize("listen", ["8700", "host:", "host:x", "host:70000", ":1"])
def test_an_address_to_listen_on_that_is_none_is_a_fault(run, home, listen: str):
    ran = run("serve", "--data", home / "data", "--listen", listen)
    assert ran.code == 2
    assert "--listen" in ran.err
    assert not (home / "data").exists()


EXERCISE: dict[str, Any] = {
    "id": "GD-2026-001/001", "switch": "feature/claims-summary", "state": "passed", "effect_ms": 38.2,
    "receipt": "applied by 2 of 2 reporting in 12 ms", "findings": [],
}  # fmt: skip
FOUND = {"code": "stale", "gateway": "edge", "because": "it answers from table 1.1", "remedy": "restart it"}
DAY: dict[str, Any] = {
    "id": "GD-2026-001", "state": "done", "because": "the game day", "started_by": "sol", "slice": "synthetic",
    "started_at": "2026-05-12T01:00:00Z", "ended_at": "2026-05-12T01:01:00Z", "share_percent": 0.0,
    "switches": ["feature/claims-summary"],
}  # fmt: skip


def held(*exercises: dict[str, Any], **day: Any) -> dict[str, Any]:
    over = sum(each["state"] in ("passed", "failed") for each in exercises)
    return {"day": DAY | day, "exercises": list(exercises), "over": over, "may_act": True}


EXERCISING = ("switch", "exercise", "feature/claims-summary", "--because", "the game day")


def test_a_game_day_that_passes_is_followed_to_its_end(asks, ana: FakeServer):
    ana.gives("POST /game-days", DAY | {"state": "running"}, 201)
    ana.gives("GET /game-days/GD-2026-001", held(EXERCISE))
    ran = asks(*EXERCISING)
    assert ran.code == 0
    assert ana.written.json == {
        "switches": ["feature/claims-summary"],
        "because": "the game day",
        "slice": "synthetic",
        "share_percent": 0.1,
    }
    assert ran.out.splitlines() == [
        "GD-2026-001 has begun, with 1 switch. Ctrl-C leaves it running.",
        "feature/claims-summary passed, without it at every gateway after 38 ms.",
        "GD-2026-001 is done: 1 of 1 switches passed.",
    ]
    assert json.loads(asks(*EXERCISING, "--json").out) == held(EXERCISE)


def test_what_a_game_day_finds_is_told_with_its_remedy_and_ends_with_one(asks, ana: FakeServer):
    ana.gives("POST /game-days", DAY | {"state": "running"}, 201)
    failed = EXERCISE | {"state": "failed", "effect_ms": None, "findings": [FOUND]}
    ana.gives("GET /game-days/GD-2026-001", held(failed))
    ran = asks("switch", "exercise", "--all", "--slice", "share", "--percent", "0.5", "--because", "x")
    assert ran.code == 1
    assert ana.written.json == {"switches": [], "because": "x", "slice": "share", "share_percent": 0.5}
    said = " ".join(ran.out.split())
    assert "feature/claims-summary failed: it answers from table 1.1." in said
    assert "it answers from table 1.1. Remedy: restart it" in said
    assert asks(*EXERCISING, "--json").code == 1


def test_a_game_day_is_followed_until_nothing_moves_and_each_end_is_told_once(server: FakeServer):
    told: list[str] = []
    second = EXERCISE | {"id": "GD-2026-001/002", "state": "thrown"}
    server.gives("GET /game-days/GD-2026-001", held(EXERCISE, second, state="running"))

    def pause(seconds: float) -> None:
        over = held(EXERCISE, second | {"state": "failed"}, state="done" if len(server.asked) > 2 else "running")
        server.gives("GET /game-days/GD-2026-001", over)

    with Server(server.address) as one:
        document = come_along(one, "GD-2026-001", lambda each: told.append(each["id"]), pause)
    assert (document["day"]["state"], told) == ("done", ["GD-2026-001/001", "GD-2026-001/002"])


def test_leaving_a_game_day_says_how_to_come_back(asks, ana: FakeServer, monkeypatch):
    def left(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("leverframe.cli.game_day.come_along", left)
    ana.gives("POST /game-days", DAY | {"state": "running"}, 201)
    ran = asks(*EXERCISING)
    assert ran.code == 1
    assert "It goes on. See how far it is: leverframe game-day show GD-2026-001" in " ".join(ran.err.split())


def test_a_game_day_that_somebody_pauses_is_not_waited_for(asks, ana: FakeServer):
    ana.gives("POST /game-days", DAY | {"state": "running"}, 201)
    ana.gives("GET /game-days/GD-2026-001", held(EXERCISE | {"state": "interrupted"}, state="paused"))
    ran = asks(*EXERCISING)
    assert ran.code == 1
    assert "leverframe game-day resume GD-2026-001" in ran.out


def test_no_game_day_begins_unless_its_switches_are_named(asks, ana: FakeServer):
    for wrong in ((), ("feature/claims-summary", "--all"), ("claims-summary",)):
        assert asks("switch", "exercise", *wrong, "--because", "x").code == 2
    assert not ana.asked


def test_a_game_day_that_is_not_waited_for_says_where_it_is(asks, ana: FakeServer):
    ana.gives("POST /game-days", DAY | {"state": "running"}, 201)
    ran = asks(*EXERCISING, "--no-wait")
    assert ran.out == "GD-2026-001 has begun. See how far it is: leverframe game-day show GD-2026-001\n"
    assert [each.method for each in ana.asked] == ["POST"]


def test_game_days_are_listed_shown_and_moved(asks, ana: FakeServer):
    line = {"day": DAY | {"slice": "share", "share_percent": 0.5}, "switches": 2, "over": 2, "failed": 1}
    ana.gives("GET /game-days", {"game_days": [line], "may_hold": True})
    said = " ".join(asks("game-day", "list").out.split())
    assert "GD-2026-001 done 2 of 2 1 Tue 12 May 2026" in said
    assert "the game day; by sol, for 0.5 % of users" in said
    failed = EXERCISE | {"state": "failed", "findings": [FOUND]}
    ana.gives("GET /game-days/GD-2026-001", held(failed))
    said = " ".join(asks("game-day", "show", "GD-2026-001").out.split())
    for part in ("for a synthetic tenant", "feature/claims-summary failed 38 ms", "Remedy: restart it"):
        assert part in said
    for act, words in (("pause", "game-day resume"), ("resume", "game-day show"), ("abort", "set again")):
        ana.gives(f"POST /game-days/GD-2026-001/{act}", DAY)
        assert words in " ".join(asks("game-day", act, "GD-2026-001", "--because", "lunch").out.split())
        assert ana.written.json == {"because": "lunch"}


def test_a_switch_says_how_fresh_it_is_and_where_its_proof_is(asks, ana: FakeServer):
    proof = {"game_day": "GD-2026-001", "place": "001", "passed": False}
    red = LINE | {"switch": SWITCH | {"exercised_on": "2025-10-14"}, "freshness": "red", "proof": proof}
    ana.gives("GET /switches/feature/claims-summary", red)
    said = " ".join(asks("switch", "show", "feature/claims-summary").out.split())
    assert "Exercised 2025-10-14, red" in said
    assert "Proof it failed: leverframe game-day show GD-2026-001" in said
