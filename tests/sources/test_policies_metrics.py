"""Is every fault of the policy's metrics told, with its place and what would mend it?"""

from __future__ import annotations

import pytest

from leverframe.nouns.documents import from_document, to_document
from leverframe.nouns.metrics import JsonEndpoint, MetricFile, Prometheus
from leverframe.nouns.policies import Policy
from leverframe.nouns.ramps import LimitKind
from leverframe.sources.policies import read_bundle

METRICS = """
metrics:
  latency_seconds:
    better: lower
    unit: seconds
    every_seconds: 120
    settle_seconds: 30
    timeout_seconds: 5
    prometheus:
      url: https://prometheus.example.com/team
      token_env: TEAM_METRICS_TOKEN
      calls: 'sum(increase(llm_seconds_count{feature="$target", arm="$arm"}[1m]))'
      total: 'sum(increase(llm_seconds_sum{feature="$target", arm="$arm"}[1m]))'
  resolved_share:
    better: higher
    targets: [customer-support-ai]
    lowest: 0
    highest: 1
    json: {url: 'https://desk.example.com/resolved'}
  tokens:
    better: lower
    file: tokens.csv
"""
ROLLOUT = "rollouts/customer-support-ai.yaml"
SLO = "eval_groundedness_drift_max: 0.04"


@pytest.fixture
def measured(acme):
    """Return a function that reads the example with other metrics, and other limits in its support ramp."""

    def read(metrics=METRICS, limits=("latency_seconds_max: 2.5",), path=ROLLOUT):
        files = {**acme, "policy.yaml": acme["policy.yaml"] + metrics}
        at = files[path].index(SLO)
        indent = " " * (at - files[path].rindex("\n", 0, at) - 1)
        files[path] = files[path].replace(SLO, f"\n{indent}".join((SLO, *limits)), 1)
        return read_bundle(files)

    return read


def errors(read) -> list[str]:
    return [f"{fault.because} {fault.remedy}" for fault in read[1] if fault.severity == "error"]


def test_metrics_are_read_with_their_sources(measured):
    policy, _ = measured()
    metrics = policy.metrics
    assert isinstance(metrics["latency_seconds"].source, Prometheus)
    assert metrics["resolved_share"].source == JsonEndpoint("https://desk.example.com/resolved")
    assert metrics["tokens"].source == MetricFile("tokens.csv")
    latency = metrics["latency_seconds"]
    assert (latency.every_seconds, latency.settle_seconds, latency.timeout_seconds) == (120, 30, 5)


def test_a_policy_with_metrics_is_written_and_read_back(measured):
    policy, _ = measured()
    assert from_document(Policy, to_document(policy)).metrics == policy.metrics


def test_limits_on_declared_metrics_have_their_kinds(measured):
    limits = ("latency_seconds_max: 2.5", "latency_seconds_rise_max: 0.3", "resolved_share_drop_max: 0.05")
    policy, _ = measured(limits=limits)
    slos = {slo.name: (slo.guardrail, slo.kind, slo.limit) for slo in policy.plans[ROLLOUT[:-5]].stages[0].slos}
    assert slos["latency_seconds_max"] == ("latency_seconds", LimitKind.MEAN, 2.5)
    assert slos["latency_seconds_rise_max"] == ("latency_seconds", LimitKind.RISE, 0.3)
    assert slos["resolved_share_drop_max"] == ("resolved_share", LimitKind.FALL, 0.05)


def test_a_limit_on_a_fall_knows_between_what_the_scores_lie(measured):
    policy, _ = measured(limits=("resolved_share_drop_max: 0.05", "latency_seconds_rise_max: 0.3"))
    slos = {slo.name: slo.bounds for slo in policy.plans[ROLLOUT[:-5]].stages[0].slos}
    assert slos["resolved_share_drop_max"] == slos["eval_groundedness_drift_max"] == (0.0, 1.0)
    assert slos["latency_seconds_rise_max"] is None


def test_a_limit_beyond_the_bounds_could_never_be_broken(measured):
    (said,) = errors(measured(limits=("resolved_share_drop_max: 1.5",)))
    assert "is 1.5, which is out of bounds" in said


def test_a_limit_on_a_metric_that_nobody_declares_has_no_source(measured):
    (said,) = errors(measured(limits=("latency_minutes_max: 2",)))
    assert "has no source" in said
    assert "latency_seconds_max" in said


def test_a_metric_of_another_feature_is_no_source(measured):
    metrics = METRICS.replace("[customer-support-ai]", "[claims-summary]")
    (said,) = errors(measured(metrics, ("resolved_share_drop_max: 0.05",)))
    assert "no source for customer-support-ai" in said


def test_a_template_is_for_every_feature_and_so_must_its_metrics_be(measured):
    (said,) = errors(measured(limits=("resolved_share_drop_max: 0.05",), path="policy.yaml"))
    assert "every feature that takes this template" in said


@pytest.mark.parametrize(
    ("limit", "instead"),
    [
        ("latency_seconds_drop_max: 1", "latency_seconds_rise_max"),
        ("resolved_share_max: 1", "resolved_share_drop_max"),
        ("resolved_share_rise_max: 1", "resolved_share_drop_max"),
    ],
)
def test_what_is_no_harm_is_not_limited(measured, limit, instead):
    (said,) = errors(measured(limits=(limit,)))
    assert f"Write `{instead}`" in said


def test_a_metric_that_nothing_limits_is_a_warning(measured):
    warned = [fault.because for fault in measured()[1] if fault.severity == "warning"]
    assert any("Nothing limits the metric tokens" in because for because in warned)


PROM = "{url: 'http://p', calls: 'sum(x{a=\"$arm\"})', total: 'sum(y{a=\"$arm\"})'}"


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("cost_usd: {better: lower, file: a.csv}", "comes from gateways or scorers already"),
        ("error_rate: {better: lower, file: a.csv}", "comes from gateways or scorers already"),
        ("Latency: {better: lower, file: a.csv}", "has no name of a metric"),
        ("latency_rise: {better: lower, file: a.csv}", "ends as its limits do"),
        ("m: {file: a.csv}", "does not say its `better`"),
        ("m: {better: lower}", "has no source"),
        (f"m: {{better: lower, file: a.csv, prometheus: {PROM}}}", "has 2 sources"),
        ("m: {better: lower, file: ../a.csv}", "no file of the folder"),
        ("m: {better: lower, file: a.txt}", "no file of the folder"),
        ("m: {better: lower, file: a.csv, every_seconds: 5}", "out of bounds"),
        ("m: {better: lower, file: a.csv, targets: [nobody]}", "`nobody`, which does not exist"),
        ("m: {better: lower, file: a.csv, colour: red}", "has no key `colour`"),
        ("m: {better: lower, file: a.csv, lowest: 0}", "does not say its `highest`"),
        ("m: {better: lower, file: a.csv, lowest: 1, highest: 1}", "is 1, and the highest is 1"),
        ("m: {better: lower, file: a.csv, lowest: a, highest: 1}", "is not a number"),
        ("m: {better: lower, json: {url: 'ftp://x'}}", "not a web address"),
        ("m: {better: lower, json: {url: 'https://u:p@x'}}", "holds a password"),
        ("m: {better: lower, json: {url: 'https://x', token_env: AUDIT_KEY}}", "no variable for a token"),
        (f"m: {{better: lower, prometheus: {PROM.replace('total', 'sum')}}}", "names not one of `total` and `bad`"),
        (f"m: {{better: lower, prometheus: {PROM.replace('$arm', '$region')}}}", "has the placeholder `$region`"),
        (f"m: {{better: lower, prometheus: {PROM.replace('=', '=~')}}}", "where a name could alter the query"),
        (f"m: {{better: lower, prometheus: {PROM.replace('y{', 'rate_$arm{')}}}", "could alter the query"),
        (f"m: {{better: lower, prometheus: {PROM.replace('$arm', 'candidate')}}}", "does not tell the arms apart"),
        (f"m: {{better: lower, prometheus: {PROM.replace('})', '}[5m])')}}}", "counts over [5m]"),
    ],
)
def test_every_fault_of_a_metric_is_told_with_its_line(measured, entry, said):
    _, faults = measured(f"\nmetrics:\n  {entry}\n", limits=())
    told = [fault for fault in faults if fault.severity == "error" and said in fault.because]
    assert told, [str(fault) for fault in faults]
    assert told[0].place.startswith("policy.yaml:")


def test_the_share_of_calls_that_is_scored_is_read(acme):
    def read(text):
        return read_bundle({**acme, "policy.yaml": acme["policy.yaml"] + text})

    assert read("")[0].scored_percent == 100
    assert read("\nlive_scores: {sample_percent: 10}\n")[0].scored_percent == 10
    assert "no score ever comes" in errors(read("\nlive_scores: {sample_percent: 0}\n"))[0]
    assert "out of bounds" in errors(read("\nlive_scores: {sample_percent: 200}\n"))[0]


def test_all_faults_are_told_at_once(measured):
    broken = "\nmetrics:\n  m: {better: up, every_seconds: 5, json: {url: x, token_env: y, colour: red}}\n"
    assert len(errors(measured(broken, limits=("n_max: 1",)))) == 6
