"""Do the example's eval results let each of its changes through the evals gate?"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leverframe.nouns.changes import Change, Kind
from leverframe.nouns.changes import Path as Way
from leverframe.nouns.evidence import Comparison
from leverframe.nouns.verdicts import Outcome
from leverframe.rules.evals import compare
from leverframe.rules.gates.evals import evals
from leverframe.rules.gates.facts import ShipFacts
from leverframe.rules.policies import asks_of
from leverframe.sources.changes import read_change_form, read_unit
from leverframe.sources.evals import read_evals
from leverframe.sources.policies import read_bundle, read_folder

ACME = Path(__file__).resolve().parents[2] / "examples" / "acme"
NOW = datetime(2026, 5, 13, 9, 30, tzinfo=UTC)
RESULTS = {
    "support-prompt-v8": "support-v8-against-v7",
    "support-prompt-v9": "support-v9-against-v8",
    "claims-regions": "claims-v3-against-v2",
    "underwriting-model": "underwriting-sonnet-against-gpt-4o",
}


def change_of(name):
    """Return the change that a file describes, against what runs when it is filed."""
    form = read_change_form((ACME / "changes" / f"{name}.yaml").read_text(), home_zone="Europe/London")
    unit = read_unit((ACME / "units" / f"{form.target}.yaml").read_text())
    if name == "support-prompt-v9":
        unit = change_of("support-prompt-v8").candidate["customer-support-ai"]
    policy, _ = read_bundle(read_folder(ACME))
    return Change(
        id="CHG-2026-00001",
        title=form.title,
        kind=Kind(form.kind),
        tier=policy.catalog.targets[form.target].tier,
        path=Way(form.path),
        author="ana",
        targets=(form.target,),
        current={form.target: unit},
        candidate={form.target: form.candidate},
        plan=policy.plans[form.ramp],
        blast_radius=form.blast_radius,
        rollback_plan=form.rollback_plan,
        kill_switch=form.kill_switch,
        artefacts=form.artefacts,
        start=form.start,
        filed_at=NOW,
    )


def deltas_of(change, results):
    body = (ACME / "evals" / f"{results}.json").read_bytes()
    found = read_evals(body, candidate=change.candidate[change.target], deployed=change.current[change.target])
    assert not found.ignored
    units = ([replace(one, imported_at=NOW) for one in unit] for unit in (found.candidate, found.deployed))
    return compare(*units)


@pytest.mark.parametrize("name", RESULTS)
def test_each_change_of_the_example_passes_its_evals(name):
    policy, _ = read_bundle(read_folder(ACME))
    change = change_of(name)
    asks = asks_of(policy, change.tier.value, change.kind.value, change.path.value)
    facts = ShipFacts(
        policy=policy, asks=asks, targets=(), current={}, switches={}, deltas=deltas_of(change, RESULTS[name])
    )
    verdict = evals(change, facts, NOW)
    assert verdict.outcome is Outcome.MET, verdict.because
    assert evals(change, ShipFacts(policy, asks, (), {}, {}), NOW).outcome is Outcome.NOT_MET


def test_the_worse_candidate_passes_because_few_cases_cannot_see_it():
    scores = {
        (delta.suite, delta.slice): delta
        for delta in deltas_of(change_of("support-prompt-v9"), "support-v9-against-v8")
        if delta.metric == "groundedness"
    }
    fairness = scores["locale-fairness", ""]
    assert fairness.value < fairness.deployed
    assert fairness.comparison is Comparison.UNCHANGED
    assert fairness.low < -0.3, "the interval says how large the loss may yet be"
    assert {place for _, place in scores} == {"", "en-GB", "fr-FR", "de-DE"}


@pytest.mark.parametrize("file", sorted((ACME / "evals").glob("*.json")), ids=lambda file: file.stem)
def test_a_result_file_is_what_the_tool_wrote_for_the_config_beside_it(file):
    document = json.loads(file.read_text())
    assert document["metadata"]["promptfooVersion"].startswith("0.121")
    assert document["results"]["stats"]["errors"] == 0
    assert f"description: {document['config']['description']}\n" in file.with_suffix(".yaml").read_text()
    assert file.stat().st_size < 600_000
