"""Do the published schema and the reader of change files say the same, so that an editor and the house agree?"""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import jsonschema_rs
import pytest

from leverframe.nouns.field_guide import GUIDE, NEEDED
from leverframe.nouns.forms import ChangeForm
from leverframe.nouns.verdicts import Invalid
from leverframe.sources.change_schema import change_schema
from leverframe.sources.changes import read_change_form
from leverframe.sources.policies.yaml_values import Value, read_yaml

SCHEMA = jsonschema_rs.Draft202012Validator(change_schema())
CHANGES = sorted((Path(__file__).resolve().parents[2] / "examples" / "acme" / "changes").glob("*.yaml"))
START = {"opens_at": "2026-05-13 10:00", "closes_at": "2026-05-13T12:00", "not_after": "2026-05-21 16:00+01:00"}
WHOLE = {
    "target": "assistant",
    "kind": "model_swap",
    "title": "Answer with the newer model",
    "candidate": {"prompt": "assistant@v2", "model": "openai.gpt-4o", "index": "faq", "code_ref": "c0ffee"},
    "path": "emergency",
    "rollback_plan": "Go back to v1.",
    "restore_from": "index:faq-2026-05",
    "kill_switch": "feature/assistant",
    "blast_radius": {"users": 10, "regions": ["eu", "us"], "rings": "internal", "max_share_percent": 0.5},
    "artefacts": {"pull_request": "https://git.example.com/1", "our_own": "anything"},
    "start": {**START, "zone": "Europe/London"},
    "ramp": "handbook",
    "release_manager": "remi",
    "coordinator": "sol",
    "bridge": "https://meet.example.com/1",
    "paging": ["ai-on-call", 24],
}

GOOD = {
    "whole": {},
    "one name alone is a list of one": {"paging": "sol", "blast_radius": {"regions": "everywhere"}},
    "an offset instead of a zone": {"start": dict.fromkeys(START, "2026-05-13T10:00+02:00")},
    "the smallest share": {"blast_radius": {"max_share_percent": 0.01}},
    "a model's name with points": {"candidate": {"model": "bedrock.claude-3.5"}},
}
BAD = {
    "a key that there is not": {"teir": "low"},
    "a tier": {"tier": "low"},
    "a kind that there is not": {"kind": "prompts"},
    "a path that there is not": {"path": "fast"},
    "a blank title": {"title": "  "},
    "a title that is a number": {"title": 3},
    "a prompt without a version": {"candidate": {"prompt": "assistant"}},
    "a prompt without a name": {"candidate": {"prompt": "@v2"}},
    "a model without a platform": {"candidate": {"model": "gpt"}},
    "a part of a unit that there is not": {"candidate": {"promt": "assistant@v2"}},
    "a candidate that is a text": {"candidate": "assistant@v2"},
    "nobody": {"blast_radius": {"users": 0}},
    "half a user": {"blast_radius": {"users": 1.5}},
    "users as text": {"blast_radius": {"users": "many"}},
    "users as yes": {"blast_radius": {"users": True}},
    "more than all": {"blast_radius": {"max_share_percent": 101}},
    "a region that is no name": {"blast_radius": {"regions": [True]}},
    "a link that is a list": {"artefacts": {"pull_request": ["https://git.example.com/1"]}},
    "links that are a list": {"artefacts": ["https://git.example.com/1"]},
    "a start without an end": {"start": {"opens_at": START["opens_at"]}},
    "a day without a time": {"start": {**START, "opens_at": "2026-05-13"}},
    "no year that a change has": {"start": {**START, "opens_at": "1926-05-13 10:00"}},
    "a person that is a mapping": {"coordinator": {"name": "sol"}},
    "pagers nested": {"paging": [["sol"]]},
}


def reads(document) -> bool:
    try:
        read_change_form(document, home_zone="Europe/London")
    except Invalid:
        return False
    return True


def plain(value: Value):
    if isinstance(value.data, dict):
        return {key: plain(item) for key, item in value.data.items()}
    return [plain(item) for item in value.data] if isinstance(value.data, list) else value.data


@pytest.mark.parametrize("path", CHANGES, ids=lambda path: path.name)
def test_every_example_is_a_change(path):
    document = plain(read_yaml(path.name, path.read_text("utf-8"), [])[0])
    if "start" in document:
        document["start"] = {key: str(item) for key, item in document["start"].items()}
    assert [error.message for error in SCHEMA.iter_errors(document)] == []


@pytest.mark.parametrize("name", GOOD)
def test_what_the_reader_takes_the_schema_takes(name):
    document = {**WHOLE, **GOOD[name]}
    assert (reads(document), SCHEMA.is_valid(document)) == (True, True)


@pytest.mark.parametrize("name", BAD)
def test_what_the_reader_refuses_the_schema_refuses(name):
    document = {**WHOLE, **BAD[name]}
    assert (reads(document), SCHEMA.is_valid(document)) == (False, False)


@pytest.mark.parametrize("name", NEEDED)
def test_what_filing_needs_the_schema_needs(name):
    assert not SCHEMA.is_valid({key: value for key, value in WHOLE.items() if key != name})


def test_each_field_of_a_form_is_explained_and_no_other():
    """A field that is added to the form is missed here, before it is missed by who fills it."""
    assert {one.name for one in GUIDE} == {one.name for one in fields(ChangeForm)} - {"filled"}
    assert list(SCHEMA_PROPERTIES) == [one.name for one in GUIDE]


SCHEMA_PROPERTIES = change_schema()["properties"]
