"""Would a gateway in another language be right if it agreed with the published vectors?

What is asked here is a gateway of its own, written after `docs/reference/buckets.md` alone: it shares nothing with
ours but the hash.
"""

from __future__ import annotations

import json
import re
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from xxhash import xxh3_64_intdigest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
VECTORS: dict[str, Any] = json.loads((REFERENCE / "buckets.json").read_text("utf-8"))
FEATURE, RINGS = VECTORS["decisions"]["feature"], VECTORS["decisions"]["rings"]
sys.path.insert(0, str(ROOT / "tools"))

import write_vectors  # noqa: E402


def test_the_file_is_what_the_code_answers():
    assert (REFERENCE / "buckets.json").read_text("utf-8") == write_vectors.text(), "run tools/write_vectors.py"


def test_the_page_shows_the_buckets_of_the_file():
    shown = re.search(r"```json\n(.*?)```", (REFERENCE / "buckets.md").read_text("utf-8"), re.DOTALL)
    assert shown is not None
    assert json.loads(shown.group(1)) == VECTORS["buckets"]


@pytest.mark.parametrize(("salt", "key", "published"), VECTORS["buckets"])
def test_a_bucket_is_the_hash_of_salt_and_key(salt: str, key: str, published: str):
    assert xxh3_64_intdigest(f"{salt}:{key}".encode()) == int(published)


@pytest.mark.parametrize(("percent", "published"), VECTORS["bounds"])
def test_a_bound_is_the_share_of_the_buckets_rounded_down(percent: float, published: str):
    assert int(published) == Fraction(str(percent)) * 2**64 // 100


@pytest.mark.parametrize(("call", "percent", "published"), VECTORS["sampled"])
def test_a_call_is_scored_where_its_bucket_is_below_the_share(call: str, percent: float, published: bool):
    bound = Fraction(str(percent)) * 2**64 // 100
    assert published is (bool(call) and xxh3_64_intdigest(f"live score:{call}".encode()) < bound)


def decide(request: dict[str, Any]) -> tuple[str, str, bool, str]:
    """Return cell, cohort, whether the candidate serves, and the reason, by the page's six rules."""
    region, ring = request.get("region"), RINGS.get(request.get("tenant"))
    region = region if region in FEATURE["regions"] else FEATURE["regions"][-1]
    ring = ring if ring in FEATURE["rings"] else FEATURE["rings"][-1]
    cell = f"{region}|{ring}"
    key = request.get("subject") or request.get("conversation") or request.get("tenant")
    if not key:
        return cell, "", False, "no_subject"
    named = sorted(set(request.get("cohorts", ())) & set(FEATURE["cohorts"]))
    cohort = max(named, key=lambda name: int(FEATURE["cohorts"][name][cell]), default="")
    bound = int(FEATURE["cohorts"][cohort][cell] if cohort else FEATURE["below"][cell])
    exposed = xxh3_64_intdigest(f"{FEATURE['salt']}:{key}".encode()) < bound
    return cell, cohort, exposed, "candidate" if exposed else "not_exposed"


@pytest.mark.parametrize("request_", VECTORS["decisions"]["requests"], ids=json.dumps)
def test_a_request_is_decided_as_published(request_: dict[str, Any]):
    published = (request_["cell"], request_["cohort"], request_["exposed"], request_["reason"])
    assert decide(request_) == published


def test_the_requests_tell_every_rule_apart():
    requests = VECTORS["decisions"]["requests"]
    assert {request["cell"] for request in requests} == set(FEATURE["below"])
    assert {(request["cohort"], request["exposed"]) for request in requests} >= {
        ("", True), ("", False), ("free", True), ("free", False), ("opted_in", True), ("opted_in", False),
    }  # fmt: skip
    assert int(FEATURE["below"]["au|internal"]) == 2**64
    assert "0" in FEATURE["below"].values()
