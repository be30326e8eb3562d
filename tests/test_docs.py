"""Do the docs name everything there is, and nothing that there is not?

A new command, setting, gate, guardrail, key of a file, audit act, hold or reason fails here until the reference names
it; a command in the docs fails here when the code has it no more.
"""

from __future__ import annotations

import ast
import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

from leverframe.gateway import headers
from leverframe.nouns.changes import CloseCode, Kind, State
from leverframe.nouns.changes import Path as Way
from leverframe.nouns.evidence import Finding
from leverframe.nouns.field_guide import GUIDE
from leverframe.nouns.people import SCOPES
from leverframe.nouns.tables import Reason
from leverframe.rules.policies import ACTS
from leverframe.rules.shipping import GATES
from leverframe.sources.policies.slos import SOURCES
from leverframe.wiring import Settings

ROOT = Path(__file__).resolve().parents[1]
HOUSE, DOCS = ROOT / "src" / "leverframe", ROOT / "docs"
REFERENCE = DOCS / "reference"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "examples").rglob("*.md")])
sys.path.insert(0, str(ROOT / "tools"))

from write_reference import addresses, commands, schema_text  # noqa: E402

READERS = {"text", "flag", "number", "whole", "names", "choice", "section", "sections", "zone", "clock_time", "day"}
READERS |= {"wall_time", "value", "has", "annotation", "words"}
"""What asks a file for a key, by name: `Section.text("title")`."""

ACT = re.compile(
    r"(account|session|token|gateway|role|policy|unit|change|evidence|ramp|switch|receipt|table|store|page)\.[a-z_]+"
)
ADDRESSES = "|".join(("files" + r"\.pythonhosted", "pypi" + r"\.org", "registry" + r"\.npmjs", "deb" + r"\.debian"))
OURS = re.compile(ADDRESSES + r"|(^|[^A-Za-z0-9_.])/(" + "|".join(("work", "farm", "root")) + r")/[A-Za-z.]")
"""A package index's address, or a path of the machine on which this was written."""


def words(*pages):
    """Return every word that stands in `code` on these pages of the reference, all of them without names."""
    texts = [page.read_text("utf-8") for page in ([REFERENCE / name for name in pages] or REFERENCE.glob("*.md"))]
    spans = [span for text in texts for span in re.findall(r"`([^`\n]+)`", text)]
    return {word for span in spans for word in (span, *re.split(r"[^\w.@<>/-]+|(?<=\w)\.(?=\w)", span))}


def calls(folder):
    """Yield every call of every module of a folder: the name of what is called, and its constant arguments."""
    for file in sorted((HOUSE / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                yield name, [arg.value for arg in node.args if isinstance(arg, ast.Constant)]


def constants(folder):
    """Return every text that stands in the modules of a folder."""
    trees = [ast.parse(file.read_text("utf-8")) for file in (HOUSE / folder).rglob("*.py")]
    found = (node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return {value for value in found if isinstance(value, str)}


def test_the_reference_names_every_command_and_option():
    text = (REFERENCE / "cli.md").read_text("utf-8")
    missing = [name for name, _ in commands() if f"`{name}" not in text]
    for name, command in commands():
        section = text.partition(f"### `{name}`")[2] or text.partition(f"### `{name} ")[2]
        options = [p.opts[0] for p in command.params if p.opts[0].startswith("--") and not p.hidden]
        shared = ("--json", "--server", "--token-file", "--help")
        missing += [
            f"{name} {o}" for o in options if o not in shared and f"`{o}" not in section.partition("\n### ")[0]
        ]
    assert not missing, "run tools/write_reference.py"


def test_the_reference_names_every_address():
    text = (REFERENCE / "http-api.md").read_text("utf-8")
    missing = [f"{method} {path}" for method, path, _ in addresses() if f"| `{method}` | `{path}` |" not in text]
    assert not missing, "run tools/write_reference.py"


def test_the_reference_explains_every_field_of_a_change():
    text = (REFERENCE / "change-file.md").read_text("utf-8")
    missing = [
        one.name for one in GUIDE if f"| `{one.name}` | {one.purpose} | {one.form} | {one.left_out} |" not in text
    ]
    assert not missing, "run tools/write_reference.py"
    assert (REFERENCE / "change.schema.json").read_text("utf-8") == schema_text(), "run tools/write_reference.py"


def test_the_reference_names_every_setting_and_variable():
    assert {field.name for field in fields(Settings)} <= words("settings.md")
    named = {name for text in constants(".") for name in re.findall(r"LEVERFRAME_[A-Z]+(?:_[A-Z]+)*", text)}
    assert named - {"LEVERFRAME_WEBHOOK_SECRET", "LEVERFRAME_UPSTREAM_KEY_OPENAI"} <= words("settings.md")


def test_the_reference_names_every_gate():
    assert {*GATES, "forecast"} <= words("gates.md")


def test_the_reference_names_every_reason_of_a_refusal():
    asked = {texts[0] for name, texts in calls(".") if name in ("failed", "passed", "not_needed") and texts}
    assert asked <= words("gates.md")


def test_the_reference_names_every_guardrail_and_finding():
    limits = {*SOURCES, *(source.guardrail for source in SOURCES.values()), *Finding}
    assert limits <= words("guardrails.md")


def test_the_reference_names_every_key_of_the_files():
    pages = words("policy.md", "catalog.md", "rollouts-and-kill-switches.md", "change-file.md")
    keys = {texts[0] for name, texts in calls("sources") if name in READERS and texts and isinstance(texts[0], str)}
    spoken = {word.removeprefix("leverframe.dev/") for word in pages}
    assert {key for key in keys if re.fullmatch(r"[a-z_]+", key)} <= spoken
    assert set(ACTS) <= words("policy.md")


def test_the_reference_names_every_state():
    assert {*State, *Kind, *Way, *CloseCode} <= words("change-file.md")


def test_the_reference_names_every_audit_act_and_topic():
    kinds = {"publish_stage", "_note", "note"}
    steps = {text for name, texts in calls("actions") if name in kinds for text in texts if isinstance(text, str)}
    acts = {text for text in constants("actions") if ACT.fullmatch(text)} - set(ACTS)
    acts |= {f"ramp.{step}" for step in steps - {"clock"} if re.fullmatch(r"[a-z_]+", step)}
    acts |= {"ramp.rolled_back", "ramp.aborted"}
    assert acts <= words("audit.md")


def test_the_reference_names_every_hold():
    codes = {texts[0] for name, texts in calls("rules") if name == "Hold" and texts}
    codes |= {"person", *(finding for finding in Finding if finding.holds)}
    assert codes <= words("holds.md")


def test_the_reference_names_every_reason_and_header():
    sent = {value for value in vars(headers).values() if isinstance(value, str) and value.startswith("x-leverframe-")}
    assert {*Reason, *sent} <= words("decisions-and-headers.md")


def test_the_reference_names_every_scope_and_problem():
    problems = {texts[0] for name, texts in calls("web") if name == "Problem" and texts}
    assert {*SCOPES, *problems} <= words("http-api.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path) if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert not broken


def anchors(page):
    """Return the anchors that a page's headings have."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_docs_exist(page):
    known = {name: {opt for p in command.params for opt in p.opts} for name, command in commands()}
    wrong = []
    for line in shown_commands(page.read_text("utf-8")):
        name = next((n for n in sorted(known, key=len, reverse=True) if (line + " ").startswith(n + " ")), "")
        options = {word.partition("=")[0] for word in tokens(line) if word.startswith("--")}
        if not name or options - known[name] - {"--help"}:
            wrong.append(line)
    assert not wrong


def shown_commands(text):
    """Yield the commands that the fenced blocks of a page show, continued lines joined."""
    for block in re.findall(r"```(?:sh|console|bash)?\n(.*?)```", text, flags=re.DOTALL):
        for line in block.replace("\\\n", " ").splitlines():
            found = re.search(r"(?:^|[|(] *|\$ )(leverframe .*)", line)
            if found:
                yield found[1]


def tokens(line):
    """Split a command as a shell does; what stands after a pipe or a redirection is not its own."""
    try:
        return shlex.split(re.split(r" [|>&] ?", line)[0], comments=True)
    except ValueError:
        return line.split()


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("0*.md")), ids=lambda page: page.stem)
def test_a_decision_says_its_status_its_date_and_what_was_rejected(page):
    text = page.read_text("utf-8")
    assert re.search(r"^Status: (accepted|replaced by \[.+\]\(.+\))\. Date: \d{4}-\d\d-\d\d\.$", text, re.MULTILINE)
    rejected = text.partition("## Rejected")[2]
    assert rejected.count("\n- ") >= 1
    assert f"({page.name})" in (DOCS / "decisions" / "README.md").read_text("utf-8")


def test_every_dependency_has_a_decision():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    several = (*project["project"]["optional-dependencies"].values(), *project["dependency-groups"].values())
    wanted = [*project["project"]["dependencies"], *(each for some in several for each in some)]
    names = {re.split(r"[\[<>=;~! ]", each)[0] for each in wanted}
    decided = "".join(page.read_text("utf-8") for page in (DOCS / "decisions").glob("0*.md"))
    assert not [name for name in sorted(names) if f"`{name}`" not in decided]


def test_no_tracked_file_names_this_machine_or_an_index():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git repository, so nothing is tracked")
    hits = []
    for name in filter(None, listed.stdout.split("\0")):
        file = ROOT / name
        if file.suffix in (".svg", ".png") or not file.is_file():
            continue
        lines = file.read_text("utf-8", errors="replace").splitlines()
        hits += [f"{name}:{number}" for number, line in enumerate(lines, 1) if OURS.search(line)]
    assert not hits
    assert "uv.lock" not in listed.stdout.split("\0"), "it carries index addresses; requirements/*.txt are the lock"
