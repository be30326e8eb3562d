"""Is a policy's folder checked, begun and loaded as people need it?"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fake_server import FakeServer

ACME = Path(__file__).resolve().parents[2] / "examples" / "acme"


@pytest.fixture
def begun(run, home: Path) -> Path:
    """A starting policy in a folder."""
    assert run("policy", "init", home / "policy", "--admin", "adi").code == 0
    return home / "policy"


def test_the_example_has_no_errors(run):
    ran = run("policy", "check", ACME)
    assert (ran.code, ran.err) == (0, "")
    assert "The policy of Acme has no errors" in ran.out


def test_check_needs_no_server_and_prints_its_document(run):
    document = json.loads(run("policy", "check", ACME, "--json").out)
    assert document["ok"] is True
    assert document["digest"].startswith("sha256:")
    assert {fault["severity"] for fault in document["faults"]} <= {"warning"}


BROKEN = [
    ("policy.yaml", "home_zone: Etc/UTC", "home_zone: Mars/Olympus", "policy.yaml:"),
    ("policy.yaml", "opens: \"10:00\"", "opens: \"17:00\"", "never open"),
    ("policy.yaml", "days: [mon, tue, wed, thu]", "days: [someday]", "policy.yaml:"),
    ("policy.yaml", "traffic_pct: 50", "traffic_pct: 150", "policy.yaml:"),
    ("policy.yaml", "error_rate_max: 0.01", "error_rat_max: 0.01", "Did you mean"),
    ("policy.yaml", "policy_sign_offs: {release_manager: 1}", "policy_sign_offs: {release_manager: 9}", "9 sign"),
    ("policy.yaml", "roles:", "roles: [", "not YAML"),
    ("catalog/people.yaml", "administrators, ", "", "policy.yaml:"),
    ("catalog/features.yaml", "population: \"10_000\"", "population: \"-1\"", "catalog/features.yaml:"),
    ("gateway-policies/kill-switches.yaml", "fallback: plain-search", "fallback: nothing", "kill-switches.yaml:"),
]  # fmt: skip


@pytest.mark.parametrize(("file", "good", "bad", "said"), BROKEN)
def test_a_broken_folder_is_refused_with_file_line_and_remedy(run, begun: Path, file: str, good: str, bad: str, said):
    (begun / "catalog" / "colleague.yaml").unlink(missing_ok=bad == "")
    text = (begun / file).read_text()
    assert good in text
    (begun / file).write_text(text.replace(good, bad))
    ran = run("policy", "check", begun)
    assert (ran.code, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())
    assert "Remedy:" in ran.err
    faults = json.loads(run("policy", "check", begun, "--json").out)["faults"]
    assert any(fault["severity"] == "error" and ":" in fault["place"] for fault in faults)


def test_all_errors_are_told_at_once(run, begun: Path):
    text = (begun / "policy.yaml").read_text()
    for _, good, bad, _ in BROKEN[:4]:
        text = text.replace(good, bad)
    (begun / "policy.yaml").write_text(text)
    faults = json.loads(run("policy", "check", begun, "--json").out)["faults"]
    assert len([fault for fault in faults if fault["severity"] == "error"]) >= 4


def test_a_folder_that_is_missing_or_is_no_text_is_a_fault(run, home: Path):
    assert run("policy", "check", home / "none").code == 2
    (home / "bad").mkdir()
    (home / "bad" / "policy.yaml").write_bytes(b"organisation: \xff\xfe")
    ran = run("policy", "check", home / "bad")
    assert ran.code == 2
    assert "UTF-8" in ran.err


@pytest.mark.parametrize("solo", [(), ("--solo",)], ids=["two", "solo"])
@pytest.mark.parametrize("admin", ["adi", "adi.the-first", "true", "007", "o_1"])
@pytest.mark.parametrize("organisation", ["Acme", 'Zoë\'s "AI": {house} # 1', "no", "\\d"])
def test_what_init_writes_passes_its_own_check(run, home: Path, solo, admin: str, organisation: str):
    folder = home / "begun"
    named = ("--admin", admin, "--organisation", organisation, "--zone", "Australia/Sydney")
    assert run("policy", "init", folder, *named, *solo).code == 0
    ran = run("policy", "check", folder)
    assert ran.code == 0, ran.err
    assert organisation.split()[0] in ran.out
    assert ("solo policy" in ran.out) == bool(solo)


def test_the_first_administrator_can_load_what_init_writes(begun: Path):
    from leverframe.rules.policies import holders
    from leverframe.sources.policies import read_bundle, read_folder

    policy, _ = read_bundle(read_folder(begun))
    assert policy is not None
    for act in ("account.manage", "policy.propose"):
        assert "adi" in frozenset().union(*(holders(policy, role) for role in policy.may[act]))


def test_init_writes_over_nothing(run, begun: Path):
    before = {path: path.read_text() for path in begun.rglob("*.yaml")}
    ran = run("policy", "init", begun, "--admin", "eve")
    assert ran.code == 2
    assert "there is something here already" in ran.err
    assert {path: path.read_text() for path in begun.rglob("*.yaml")} == before


@pytest.mark.parametrize(
    ("option", "value"),
    [("--admin", "a b"), ("--admin", ""), ("--admin", "colleague"), ("--zone", "Mars"), ("--zone", "../x"),
     ("--zone", "Europe"), ("--organisation", " "), ("--organisation", "a\nb: c")],
)  # fmt: skip
def test_init_refuses_names_that_cannot_be_and_writes_nothing(run, home: Path, option: str, value: str):
    ran = run("policy", "init", home / "begun", option, value)
    assert ran.code == 2
    assert "--" in ran.err
    assert not (home / "begun").exists()


def test_load_sends_the_whole_folder_and_says_what_came_of_it(run, ana: FakeServer, begun: Path):
    proposal = {
        "digest": "sha256:" + "1" * 64, "asked_by": "ana", "at": "2026-05-12T08:00:00Z", "differs": ["policy.yaml"],
        "seats": [["release_manager", 1, []]], "in_force": False, "warnings": [],
    }  # fmt: skip
    ana.gives("POST /policy", proposal)
    ran = run("policy", "load", begun, "--server", ana.address)
    assert ran.code == 0
    assert set(ana.last.json["files"]) == {
        "policy.yaml", "catalog/people.yaml", "catalog/colleague.yaml", "catalog/groups.yaml",
        "catalog/features.yaml",
        "gateway-policies/kill-switches.yaml", "prompts/assistant/v1.md",
    }  # fmt: skip
    assert "waits for its sign-offs" in ran.out
    assert f"leverframe policy sign {proposal['digest']}" in ran.out
    ana.gives("POST /policy", proposal | {"in_force": True})
    assert "is in force" in run("policy", "load", begun, "--server", ana.address).out
