"""Are the files of other eval tools read whole, for the right unit, or not at all?"""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.nouns.evidence import Comparison, Direction, EvalImport, EvalResult, Said
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid
from leverframe.rules.evals import compare
from leverframe.sources.evals import formats, read_evals
from leverframe.sources.evals.neutral import MEMBERS

DOCS = Path(__file__).resolve().parents[2] / "docs"
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "evals"
V7 = Unit(prompt="customer-support@v7", model="openai.gpt-4o-2024-11")
V8 = Unit(prompt="customer-support@v8", model="openai.gpt-4o-2024-11")
CANDIDATE, DEPLOYED = Said("candidate"), Said("deployed")

needs_real_files = pytest.mark.skipif(not DATA.exists(), reason="../shared/data is not here: no real eval files")


def read(body: bytes, said: Said | None = None) -> EvalImport:
    return read_evals(body, candidate=V8, deployed=V7, said=said)


def faults_of(body: bytes, said: Said | None = CANDIDATE) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read(body, said)
    return [f"{fault.place}: {fault.because}" for fault in caught.value.faults]


def by_key(results: tuple[EvalResult, ...]) -> dict[tuple[str, str, str], EvalResult]:
    return {(each.suite, each.metric, each.slice): each for each in results}


def inspect_log(**more: object) -> dict:
    samples = [
        {"id": "a", "epoch": 1, "input": "q", "target": "30", "scores": {"grounded": {"value": "C"}}},
        {"id": "a", "epoch": 2, "input": "q", "target": "30", "scores": {"grounded": {"value": "I"}}},
        {"id": "b", "epoch": 1, "input": "r", "target": "x", "scores": {"grounded": {"value": "P"}},
         "metadata": {"suite": "adversarial", "locale": "fr-FR"}},
    ]  # fmt: skip
    task = {"model": "openai/gpt-4o-2024-11-20", "metadata": {"prompt": "customer-support@v8"},
            "packages": {"inspect_ai": "0.3.285"}, "revision": {"commit": "02526f4c"}}  # fmt: skip
    return {"version": 2, "status": "success", "eval": task, "samples": samples, **more}


def deepeval_run(score: object = 1.0, **more: object) -> dict:
    measured = {"name": "Answer Relevancy", "score": score, "success": True, "threshold": 0.5, **more}
    case = {"name": "refund", "input": "?", "expectedOutput": "30", "success": True, "metricsData": [measured]}
    return {"testCases": [case], "metricsScores": [], "testPassed": 1, "testFailed": 0}


def junit(*cases: str, properties: str = '<property name="scorer_version" value="3"/>') -> bytes:
    suite = f"<testsuite><properties>{properties}</properties>{''.join(cases)}</testsuite>"
    return f"<testsuites>{suite}</testsuites>".encode()


def case(name: str, inside: str = "", **properties: object) -> str:
    told = "".join(f'<property name="{key}" value="{value}"/>' for key, value in properties.items())
    return f'<testcase classname="t" name="{name}"><properties>{told}</properties>{inside}</testcase>'


def one(**more: object) -> dict:
    told = {"of": "candidate", "metric": "grounded", "n": 40, "value": 0.9, "standard_error": 0.02}
    return {**told, "direction": "higher", "dataset_digest": "sha256:of the questions", **more}


def neutral(*results: object, **more: object) -> dict:
    told = {"format": "leverframe-evals/1", "tool": "house judge", "tool_version": "2", "commit": "1ab90f3"}
    return {**told, "results": list(results), **more}


def harness(n: object = 40, way: object = True, shots: int = 0, **metrics: object) -> dict:
    told = {"alias": "faq", "acc,none": 0.9, "acc_stderr,none": 0.03, **metrics}
    return {
        "results": {"faq": told},
        "versions": {"faq": 1.0},
        "n-shot": {"faq": shots},
        "higher_is_better": {"faq": {"acc": way}},
        "n-samples": {"faq": {"original": n, "effective": n}},
        "git_hash": None,
        "lm_eval_version": "0.4.13",
    }


def as_bytes(document: object) -> bytes:
    return json.dumps(document).encode()


def test_each_format_is_known_by_its_file():
    assert list(formats()) == ["deepeval", "inspect", "junit", "lm-eval", "leverframe", "promptfoo"]
    bodies = {
        "deepeval": as_bytes(deepeval_run()),
        "inspect": as_bytes(inspect_log()),
        "junit": junit(case("a")),
        "leverframe": as_bytes(neutral(one())),
        "lm-eval": as_bytes(harness()),
        "promptfoo": as_bytes({"evalId": "e", "results": {"prompts": []}}),
    }
    for name, body in bodies.items():
        assert [each for each, format in formats().items() if format.recognise(body)] == [name]


@needs_real_files
@pytest.mark.parametrize(
    ("path", "metric", "version"),
    [
        ("inspect/groundedness.json", "includes", "0.3.285"),
        ("deepeval/test_run.json", "groundedness", ""),
        ("pytest_junit.xml", "groundedness", ""),
        ("lm-eval/results.json", "acc", "0.4.13"),
    ],
)
def test_the_real_file_becomes_a_delta_beside_the_deployed_units(path: str, metric: str, version: str):
    """The same file as both units' results: nothing differs, and with its version known that can be said."""
    body = (DATA / path).read_bytes()
    mine, theirs = (read(body, Said(of, "" if version else "4.3.1")) for of in ("candidate", "deployed"))
    assert (mine.deployed, theirs.candidate) == ((), ())
    found = {delta.metric: delta for delta in compare(mine.candidate, theirs.deployed)}
    assert found[metric].comparison is Comparison.UNCHANGED
    assert {each.tool_version for each in mine.candidate} == {version or "4.3.1"}


@needs_real_files
def test_a_real_file_says_what_the_tool_itself_prints():
    log = json.loads((DATA / "inspect/groundedness.json").read_bytes())
    whole = [
        each
        for each in read((DATA / "inspect/groundedness.json").read_bytes(), CANDIDATE).candidate
        if not each.slice
    ]
    said = log["results"]["scores"][0]["metrics"]["accuracy"]["value"]
    assert sum(each.value * each.n for each in whole) / sum(each.n for each in whole) == pytest.approx(said)
    run = json.loads((DATA / "deepeval/test_run.json").read_bytes())
    (grounded,) = (r for r in read(as_bytes(run), CANDIDATE).candidate if r.metric == "groundedness")
    assert (grounded.value, grounded.n) == (0.5, len(run["metricsScores"][0]["scores"]))
    (acc,) = read((DATA / "lm-eval/results.json").read_bytes(), CANDIDATE).candidate
    assert (acc.suite, acc.metric, acc.n, acc.direction) == ("support_policy", "acc", 3, "higher")
    assert (acc.value, acc.standard_error) == pytest.approx((2 / 3, 1 / 3))


@needs_real_files
def test_inspects_own_test_log_is_read():
    found = read((DATA / "inspect/upstream_log_formats.json").read_bytes(), CANDIDATE)
    assert [(each.metric, each.value, each.commit) for each in found.candidate] == [("match", 0.0, "02526f4c")]


def test_an_inspect_log_names_its_unit_its_suites_and_slices_and_averages_epochs():
    found = by_key(read(as_bytes(inspect_log())).candidate)
    assert {key: (each.n, each.value) for key, each in found.items()} == {
        ("production", "grounded", ""): (1, 0.5),
        ("adversarial", "grounded", ""): (1, 0.5),
        ("adversarial", "grounded", "fr-FR"): (1, 0.5),
    }
    assert found["production", "grounded", ""].direction is Direction.HIGHER


def packed(log: dict) -> bytes:
    """Write a log as an `.eval` file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("header.json", json.dumps({key: log[key] for key in log if key != "samples"}))
        for n, sample in enumerate(log["samples"]):
            archive.writestr(f"samples/{n}.json", json.dumps(sample))
    return file.getvalue()


def test_an_eval_file_is_opened_and_one_that_cannot_be_says_what_to_do():
    log = inspect_log()
    values = {key: each.value for key, each in by_key(read(packed(log)).candidate).items()}
    assert values == {key: each.value for key, each in by_key(read(as_bytes(log)).candidate).items()}
    zstd = packed(log).replace(b"\x08\x00", b"\x5d\x00")
    assert faults_of(zstd) == ["file: it is compressed with Zstandard, which Python opens from 3.14 on"]
    assert "it is not a whole log" in faults_of(packed(log)[:200])[0]


def test_an_eval_file_that_is_encrypted_is_refused():
    """The first bit of the flags in both headers of each member says so."""
    locked = bytearray(packed(inspect_log()))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.find(mark)
        while place >= 0:
            locked[place + at] |= 1
            place = locked.find(mark, place + 1)
    (fault,) = faults_of(bytes(locked))
    assert "encrypted" in fault


@given(st.data())
def test_whatever_bits_of_an_eval_file_are_flipped_it_is_read_or_refused(data: st.DataObject):
    broken = bytearray(packed(inspect_log()))
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(broken) - 1))] ^= data.draw(st.integers(1, 255))
    try:
        found = read_evals(bytes(broken), candidate=V8, deployed=V7, said=CANDIDATE)
    except Invalid as refused:
        outcome = bool(refused.faults)
    else:
        outcome = bool(found.candidate)
    assert outcome


def test_a_log_that_holds_fewer_samples_than_it_counts_is_not_whole():
    log = inspect_log(results={"total_samples": 3})
    assert read(as_bytes(log)).candidate
    log["samples"].pop()
    said = "samples: it holds 2 where the file's own summary counts 3"
    assert faults_of(as_bytes(log)) == faults_of(packed(log)) == [said]


def test_a_run_that_did_not_end_in_success_is_refused():
    """With `results` absent on error, a reader that looks for them alone finds nothing wrong."""
    for status in ("error", "cancelled", "started"):
        assert faults_of(as_bytes(inspect_log(status=status, samples=[]))) == [
            f"status: the run's status is '{status}': it has measured nothing that counts"
        ]


def test_a_file_that_does_not_say_whose_it_is_asks():
    asks = "of: the file does not say which prompt it has tested with"
    log = inspect_log()
    del log["eval"]["metadata"]
    assert faults_of(as_bytes(log), None) == [f"{asks} openai:gpt-4o-2024-11-20"]
    assert faults_of(as_bytes(deepeval_run()), None) == [f"{asks} its model"]
    assert faults_of(as_bytes(deepeval_run()), Said("mine")) == ["of: mine is no unit of a ticket"]
    assert read(as_bytes(log), DEPLOYED).candidate == ()


def test_without_the_rulers_version_nothing_is_compared():
    mine, theirs = read(as_bytes(deepeval_run()), CANDIDATE), read(as_bytes(deepeval_run()), DEPLOYED)
    deltas = compare(mine.candidate, theirs.deployed)
    assert {delta.comparison for delta in deltas} == {Comparison.NOT_COMPARABLE}
    assert "the tool's version of both results is not known" in deltas[0].because


def test_a_scorer_that_was_renamed_or_changed_is_not_compared():
    mine = read(junit(case("a", metric="grounded", score=1)), CANDIDATE)
    renamed = read(junit(case("a", metric="groundedness", score=1)), DEPLOYED)
    (grounded,) = (d for d in compare(mine.candidate, renamed.deployed) if d.metric == "grounded")
    assert (grounded.comparison, grounded.because) == ("not_comparable", "the deployed unit has no result for it")
    changed = read(junit(case("a", metric="grounded", score=1), properties=""), Said("deployed", "4"))
    (grounded,) = (d for d in compare(mine.candidate, changed.deployed) if d.metric == "grounded")
    assert "the tool's version differs: 3 against 4" in grounded.because


def test_any_other_tool_is_read_as_it_is_told_and_compared():
    told = neutral(one(), one(of="deployed", value=0.7), one(metric="latency_ms", direction="lower", value=900))
    found = read(as_bytes(told))
    assert (found.tool, len(found.candidate), len(found.deployed)) == ("house judge", 2, 1)
    better, alone = compare(found.candidate, found.deployed)
    assert (better.comparison, better.value, better.deployed, better.n) == ("better", 0.9, 0.7, 40)
    assert alone.comparison is Comparison.NOT_COMPARABLE
    unsaid = one()
    del unsaid["of"]
    assert len(read(as_bytes(neutral(unsaid)), DEPLOYED).deployed) == 1


def test_the_published_schema_takes_what_is_read_and_refuses_what_is_not():
    schema = json.loads((DOCS / "reference" / "eval-results.schema.json").read_bytes())
    takes = jsonschema_rs.Draft202012Validator(schema).is_valid
    assert takes(neutral(one(), one(of="deployed", standard_error=None)))
    members = schema["properties"]["results"]["items"]["properties"]
    assert members.keys() == MEMBERS
    for wrong in (
        one(n=0),
        one(value="0.9"),
        one(direction="up"),
        one(of="mine"),
        one(score=1),
        one(standard_error=-1),
    ):
        assert not takes(neutral(wrong))
        with pytest.raises(Invalid):
            read(as_bytes(neutral(wrong)))


def test_the_harness_says_itself_which_way_is_better_and_what_its_filters_are():
    told = harness(way=False, **{"acc,strict-match": 0.5, "acc_stderr,strict-match": "N/A"})
    told["results"]["all"], told["groups"] = {"acc,none": 0.8}, {"all": {}}
    found = by_key(read(as_bytes(told), CANDIDATE).candidate)
    assert {key: each.standard_error for key, each in found.items()} == {
        ("faq", "acc", ""): 0.03,
        ("faq", "acc_strict-match", ""): None,
    }
    assert {each.direction for each in found.values()} == {Direction.LOWER}


@pytest.mark.parametrize("document", [[], 7, None, {"results": []}])
def test_what_is_no_result_of_the_harness_is_refused_by_name_too(document: object):
    with pytest.raises(Invalid, match="results"):
        read_evals(as_bytes(document), candidate=V8, deployed=V7, format="lm-eval", said=CANDIDATE)


def test_the_harness_is_compared_where_the_task_is_the_same():
    (mine,) = read(as_bytes(harness()), CANDIDATE).candidate
    (theirs,) = read(as_bytes(harness(**{"acc,none": 0.7, "acc_stderr,none": 0.03})), DEPLOYED).deployed
    (delta,) = compare([mine], [theirs])
    assert (delta.comparison, delta.n) == ("better", 40)
    (other,) = read(as_bytes(harness(shots=5)), DEPLOYED).deployed
    assert "the dataset differs" in compare([mine], [other])[0].because


def test_samples_that_were_all_right_have_a_spread_all_the_same():
    (acc,) = read(as_bytes(harness(3, **{"acc,none": 1.0, "acc_stderr,none": 0.0})), CANDIDATE).candidate
    assert acc.standard_error == pytest.approx(0.171, abs=0.001)


def test_trials_of_one_case_are_averaged_and_are_one_case():
    again = case("a", metric="grounded", score=0), case("a", metric="grounded", score=1)
    (grounded,) = (r for r in read(junit(*again), CANDIDATE).candidate if r.metric == "grounded")
    assert (grounded.n, grounded.value) == (1, 0.5)


def test_one_case_in_two_locales_is_two_cases():
    both = (
        case("a", metric="grounded", score=0, locale="de-DE"),
        case("a", metric="grounded", score=1, locale="fr-FR"),
    )
    found = by_key(read(junit(*both), CANDIDATE).candidate)
    assert {key[2]: (each.n, each.value) for key, each in found.items() if key[1] == "grounded"} == {
        "": (2, 0.5),
        "de-DE": (1, 0.0),
        "fr-FR": (1, 1.0),
    }


def test_junit_counts_tests_that_ran_and_their_scores():
    cases = (
        case("a", metric="grounded", score=0.5, prompt="customer-support@v8", model="openai/gpt-4o-2024-11-20"),
        case("b", "<failure message='no'/>", prompt="customer-support@v8", model="openai/gpt-4o-2024-11-20"),
        case("c", "<skipped/>", prompt="customer-support@v8", model="openai/gpt-4o-2024-11-20"),
    )
    found = by_key(read(junit(*cases)).candidate)
    assert (found["production", "pass_rate", ""].n, found["production", "pass_rate", ""].value) == (2, 0.5)
    assert (found["production", "grounded", ""].n, found["production", "grounded", ""].value) == (1, 0.5)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (junit(case("a", "<error message='boom'/>")), ["t::a: it ended in an error: boom"]),
        (junit(case("a", metric="m", score="many")), ["t::a.score: 'many' is not a number"]),
        (junit(case("a", metric="m", score="nan")), ["t::a.score: nan is not a number"]),
        (junit(case("a", "<skipped/>")), ["file: no test of it has run"]),
        (junit(case("a", model="x"), case("b", model="y")),
         ["file: its tests name 2 prompts and models, and a file is of one unit"]),
        (b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + junit(case("a")), ["file: it declares a document type"]),
        (as_bytes(deepeval_run(None, error="timed out")),
         ["testCases[0].metricsData[0]: Answer Relevancy ended in an error: timed out"]),
        (as_bytes(deepeval_run("high")), ["testCases[0].metricsData[0].score: 'high' is not a number"]),
        (as_bytes({"testCases": [{}], "metricsScores": []}),
         ["testCases[0]: success is missing", "testCases[0]: metricsData is missing"]),
        (as_bytes({"testCases": [], "metricsScores": []}), ["testCases: it holds no case"]),
        (as_bytes({**neutral(one()), "format": "leverframe-evals/2"}), ["format: only leverframe-evals/1 is known"]),
        (as_bytes(neutral()), ["results: it holds no result"]),
        (as_bytes(neutral(one(), tool="")), ["tool: it is missing"]),
        (as_bytes(neutral(one(), one())),
         ["results[1]: it tells grounded of the candidate again, as results[0] does"]),
        (as_bytes(neutral(one(n=0, value="0.9", standard_error=-1, direction="up", of="mine", score=1))),
         ["results[0].score: it is not known", "results[0].of: 'mine' is no unit of a ticket",
          "results[0].direction: it does not say which way is better", "results[0].n: 0 cases are none",
          "results[0].value: '0.9' is not a number", "results[0].standard_error: it is negative"]),
        (as_bytes(neutral(7)),
         ["results[0].direction: it does not say which way is better", "results[0]: n is missing",
          "results[0].value: None is not a number", "results[0]: metric is missing"]),
        (as_bytes(harness(0)), ["n-samples.faq.effective: 0 samples are none"]),
        (as_bytes(harness(-3)), ["n-samples.faq.effective: -3 samples are none"]),
        (as_bytes(harness("40", way="up", **{"acc,none": None, "acc_stderr,none": -1})),
         ["n-samples.faq: effective is not a whole number", "results.faq.acc,none: None is not a number",
          "results.faq.acc_stderr,none: it is negative", "higher_is_better.faq: acc is not true or false"]),
        (as_bytes({"results": {}, "n-samples": {}, "higher_is_better": {}}), ["results: it holds no result"]),
        (as_bytes({"results": {"faq": 7}, "n-samples": [], "higher_is_better": {}}),
         ["results: faq is not an object", "file: n-samples is not an object", "n-samples: faq is missing",
          "n-samples.faq: effective is missing", "higher_is_better: faq is missing"]),
        (as_bytes(neutral(one(n=-40))), ["results[0].n: -40 cases are none"]),
        (as_bytes(inspect_log(version=3)), ["version: it is 3, and only 2 is known"]),
        (as_bytes(inspect_log(samples=[])), ["samples: no sample has a score"]),
        (as_bytes(inspect_log(samples=[{"scores": {"s": {"value": "maybe"}}}, 7])),
         ["samples[0].scores.s: 'maybe' is not a number", "samples[1]: scores is missing"]),
        (as_bytes(inspect_log(samples=[{"scores": {"s": {"value": 1}}, "error": {"message": "x"}}])),
         ["samples[0]: it ended in an error, and has measured nothing"]),
        (as_bytes({"status": "success", "eval": 7, "version": 2}),
         ["file: eval is not an object", "file: samples is missing", "eval: model is missing"]),
    ],
)  # fmt: skip
def test_what_is_at_fault_is_told_whole_and_nothing_is_read(body: bytes, said: list[str]):
    assert faults_of(body) == said


@pytest.mark.parametrize(
    "body",
    [
        as_bytes(inspect_log()),
        as_bytes(deepeval_run()),
        junit(case("a"), case("b")),
        as_bytes(neutral(one())),
        as_bytes(harness()),
        packed(inspect_log()),
        as_bytes(
            {"evalId": "e", "results": {"version": 3, "prompts": [{"label": "v8", "provider": "p"}], "results": [{}]}}
        ),
    ],
)
def test_a_file_that_was_cut_in_half_is_refused_and_never_crashes(body: bytes):
    for cut in range(1, len(body) - 1, 7):
        with pytest.raises(Invalid):
            read(body[:cut], CANDIDATE)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_a_number_that_is_none_is_refused_whoever_writes_it(number: str):
    for document in (inspect_log(version=0.9), deepeval_run(0.9), neutral(one()), harness()):
        (fault,) = faults_of(as_bytes(document).replace(b"0.9", number.encode()))
        assert fault == f"file: it is not JSON: {number} is not a number that can be compared"


def test_a_file_of_no_tool_that_we_know_says_which_we_do():
    with pytest.raises(Invalid, match="not the output of a known eval tool") as caught:
        read(b'{"answers": []}')
    assert "lm-eval" in caught.value.faults[0].remedy
