"""Do all sources of metrics keep one contract, each on its own real thing?

A Prometheus that runs, an HTTP server that answers, files that lie in a folder: each is told the same past, and must
say the same of it, and fail in the same way.
"""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest
from tests.prometheus import running
from tests.sources.measuring import (
    CHANGE,
    MINUTE,
    NAN,
    PROMETHEUS,
    T0,
    Desk,
    Told,
    Written,
    as_row,
    both,
    of_desk,
    of_file,
    of_prometheus,
    row,
    samples,
)

from leverframe.nouns.verdicts import SourceFailed

DOCS = Path(__file__).resolve().parents[2] / "docs"
AWKWARD = "dätei (β) v.2"
PAST = {
    "both-arms": [each for minute in range(5) for each in both(minute)],
    "candidate-alone": [both(minute)[0] for minute in range(5)],
    "with-a-gap": [each for minute in (0, 1, 4) for each in both(minute)],
    "by-region": [
        each
        for minute in range(5)
        for region, mean in (("eu", 0.5), ("us", 0.9))
        for each in both(minute, mean=mean, region=region, ring="everyone")
    ],
    "not-a-number": [*both(0), *both(1), row(2, "candidate", 40, NAN), both(2)[1], *both(3), *both(4)],
    "doubled": [each for minute in range(5) for pod in ("", "b") for each in both(minute, unit=pod)],
    AWKWARD: [each for minute in range(5) for each in both(minute, mean=0.25)],
}
KINDS = ("prometheus", "json", "csv", "parquet")


@pytest.fixture(scope="module")
def prometheus(tmp_path_factory):
    """The address of a real Prometheus that has seen the past."""
    resets = {**PAST, "reset": PAST["both-arms"]}
    with running(tmp_path_factory.mktemp("prometheus"), samples(resets, {"reset": 2})) as address:
        yield address


@pytest.fixture
def desk():
    """A real HTTP server that tells the past in our form."""
    one = Desk({**PAST, "doubled": [replace(each, unit="") for each in PAST["doubled"]]})
    yield one
    one.close()


@pytest.fixture(params=KINDS)
def told(request, tmp_path) -> Told:
    """Each kind of source, told the same past."""
    if request.param == "prometheus":
        return of_prometheus(request.getfixturevalue("prometheus"))
    if request.param == "json":
        return of_desk(request.getfixturevalue("desk"))
    rows = Written().add({**PAST, "doubled": [replace(each, unit="") for each in PAST["doubled"]]})
    if request.param == "csv":
        rows.as_csv(tmp_path / "past.csv")
        return of_file(tmp_path, "past.csv")
    pytest.importorskip("pyarrow", reason="there is no pyarrow here: make parquet installs it")
    rows.as_parquet(tmp_path / "past.parquet")
    return of_file(tmp_path, "past.parquet")


def said(answer) -> list[tuple]:
    """Return what an answer counts: minute, arm, cell, values, mean."""
    return [
        (round((i.minute - T0) / MINUTE), i.arm, i.cell, i.n, pytest.approx(i.total / i.n))
        for i in answer.intervals
        if i.n
    ]


def expected(rows) -> list[tuple]:
    ordered = sorted(rows, key=lambda i: (i.minute, i.arm, i.cell))
    return [(round((i.minute - T0) / MINUTE), i.arm, i.cell, i.n, i.total / i.n) for i in ordered]


def words(act) -> str:
    """Return why nothing is counted: because the source has failed, or because each minute is at fault."""
    try:
        answer = act()
    except SourceFailed as failed:
        return str(failed)
    assert not answer.intervals
    return answer.last_fault


# ---------------------------------------------------------------------------------------------------- one contract


@pytest.mark.parametrize("case", ["both-arms", "candidate-alone", "with-a-gap", "by-region"])
def test_each_source_says_the_same_of_the_same_past(told, case):
    answer = told.says(case)
    assert said(answer) == expected(PAST[case])
    assert answer.last_fault == ""


def test_only_the_minutes_that_were_asked_for_are_said(told):
    assert said(told.says("both-arms", first=1, end=3)) == expected(PAST["both-arms"][2:6])


def test_asking_again_brings_the_same_again(told):
    assert told.says("both-arms") == told.says("both-arms")


def test_a_feature_that_nobody_knows_is_no_data_and_no_failure(told):
    answer = told.says("unheard-of")
    assert (answer.intervals, answer.faults) == ((), ())


def test_another_change_of_the_feature_is_not_meant(told, desk):
    if told.kind == "json":
        told.says("both-arms", change="CHG-2026-00002")
        assert desk.heard[-1]["change"] == "CHG-2026-00002"
    else:
        assert told.says("both-arms", change="CHG-2026-00002").intervals == ()


def test_a_minute_that_is_no_number_is_passed_over_and_said(told):
    answer = told.says("not-a-number")
    minutes = {minute for minute, *_ in said(answer)}
    assert 2 not in minutes
    assert {0, 1, 4} <= minutes
    assert "at 09:02 UTC the total is nan" in answer.faults[0][1]


def test_while_the_newest_minute_is_no_number_the_source_is_at_fault(told):
    assert "nan" in told.says("not-a-number", end=3).last_fault


def test_an_arm_that_is_told_twice_is_a_fault(told):
    why = words(lambda: told.says("doubled", change=CHANGE) if told.kind != "prometheus" else _without_sum(told))
    assert "twice" in why or "gives 2 series for the candidate arm; aggregate with sum()" in why


def _without_sum(told: Told):
    source = told.metric.prometheus
    assert source is not None
    bare = replace(source, calls=source.calls.replace("sum by (region, ring, cohort) ", ""))
    return Told(told.kind, told.sources, replace(told.metric, prometheus=bare)).says("doubled")


@pytest.mark.parametrize("name", [AWKWARD, '"} or vector(1) #', "\\", "a\nb", "`", "${arm}", "$arm", ".*"])
def test_a_name_is_asked_for_as_it_is_and_alters_no_question(told, name):
    answer = told.says(name)
    assert said(answer) == expected(PAST.get(name, []))
    assert answer.faults == ()


def test_another_unit_than_the_declared_one_is_a_fault(told, desk, tmp_path):
    if not told.knows_units:
        assert told.says("both-arms", unit="ms").intervals, "a Prometheus tells no units"
        return
    past = {"ms": [replace(each, unit="ms") for each in both(0)]}
    past["mixed"] = [replace(each, unit="s" if each.arm == "candidate" else "ms") for each in both(0)]
    desk.past |= past
    if told.kind == "csv":
        Written().add(past).as_csv(tmp_path / "past.csv")
    elif told.kind == "parquet":
        Written().add(past).as_parquet(tmp_path / "past.parquet")
    assert "the unit is 'ms', and the policy says seconds" in words(lambda: told.says("ms"))
    assert told.says("ms", unit="").intervals
    assert "the answer is told in several units: ms, s" in words(lambda: told.says("mixed", unit=""))


# ---------------------------------------------------------------------------------------------------- far away


@pytest.fixture(params=["prometheus", "json"])
def far(request, desk) -> Told:
    """Each source that is asked over the network, at a server that can be made to misbehave."""
    return of_prometheus(desk.address) if request.param == "prometheus" else of_desk(desk)


def test_a_source_that_does_not_answer_in_time_has_failed(far, desk):
    desk.drips.clear()
    far.metric = replace(far.metric, timeout_seconds=0.2)
    began = time.monotonic()
    assert words(lambda: far.says("both-arms")) == f"{desk.address} did not answer in 0.2 s"
    assert time.monotonic() - began < 5


def test_a_source_that_is_not_there_has_failed(far, desk):
    desk.close()
    assert words(lambda: far.says("both-arms")).startswith(f"{desk.address}: ConnectError")


@pytest.mark.parametrize("status", [401, 404, 500, 503])
def test_a_source_that_refuses_has_failed(far, desk, status):
    desk.status, desk.body = status, b"no"
    assert f"HTTP {status}" in words(lambda: far.says("both-arms"))


@pytest.mark.parametrize("body", [b"", b"<html>", b"{}", b"[1]", b'"x"', b"[" * 100_000, b'{"status":"success"}'])
def test_an_answer_of_another_form_is_a_failure(far, desk, body):
    desk.body = body
    assert words(lambda: far.says("both-arms"))


def test_a_redirect_is_not_followed(far, desk):
    desk.status, desk.told, desk.body = 302, {"location": "http://169.254.169.254/"}, b""
    assert "redirects to http://169.254.169.254/; name that address" in words(lambda: far.says("both-arms"))
    assert len(desk.heard) == 1


def test_an_answer_without_end_is_not_read_to_its_end(far, desk):
    desk.body = b" " * 5_000_000
    assert "answers more than 4,000,000 bytes" in words(lambda: far.says("both-arms"))


def test_a_token_is_sent_and_one_that_is_missing_is_said(far, desk):
    far.says("unheard-of") if far.kind == "json" else words(lambda: far.says("both-arms"))
    assert "authorization" not in desk.headers[-1]
    name = "TEAM_METRICS_TOKEN" if far.kind == "prometheus" else "DESK_METRICS_TOKEN"
    _with_token(far, name)
    far.says("unheard-of") if far.kind == "json" else words(lambda: far.says("both-arms"))
    assert desk.headers[-1]["authorization"] == "Bearer s3cret"
    _with_token(far, "OTHER_METRICS_TOKEN")
    assert words(lambda: far.says("both-arms")) == "the environment variable OTHER_METRICS_TOKEN holds no token"


def _with_token(far: Told, name: str) -> None:
    if far.metric.prometheus:
        far.metric = replace(far.metric, prometheus=replace(far.metric.prometheus, token_env=name))
    elif far.metric.endpoint:
        far.metric = replace(far.metric, endpoint=replace(far.metric.endpoint, token_env=name))


# ---------------------------------------------------------------------------------------------------- each its own


def test_a_counter_that_begins_anew_is_read_over_by_increase(prometheus):
    assert said(of_prometheus(prometheus).says("reset")) == expected(PAST["both-arms"])


def test_bad_calls_among_all_are_a_rate(prometheus):
    calls = PROMETHEUS.calls
    told = of_prometheus(prometheus, total="", bad=calls.replace("increase(", "0.25 * increase("))
    answer = told.says("both-arms")
    assert {interval.total / interval.n for interval in answer.intervals} == {0.25}
    assert all(interval.squares == interval.total for interval in answer.intervals)


def test_without_any_bad_call_there_is_no_such_counter_and_the_rate_is_nought(prometheus):
    told = of_prometheus(prometheus, total="", bad=PROMETHEUS.calls.replace("llm_calls", "llm_failed_calls"))
    assert {interval.total for interval in told.says("both-arms").intervals} == {0.0}


def test_calls_without_their_total_cannot_be_counted(prometheus):
    told = of_prometheus(prometheus, total=PROMETHEUS.calls.replace("llm_calls", "llm_unknown"))
    assert "the total is nan" in words(lambda: told.says("both-arms"))


def test_a_query_that_falls_below_nought_is_a_fault(prometheus):
    told = of_prometheus(prometheus, calls=f"0 - {PROMETHEUS.calls}")
    assert "no number of calls" in words(lambda: told.says("both-arms"))


def test_what_a_prometheus_says_of_a_query_it_cannot_read_is_said(prometheus):
    told = of_prometheus(prometheus, calls='sum(increase(x{arm="$arm"}[1m])')
    assert "refuses the query" in words(lambda: told.says("both-arms"))
    assert "parse error" in words(lambda: told.says("both-arms"))


def test_a_query_that_gives_no_series_is_a_failure(prometheus):
    """A string is no number of any minute."""
    told = of_prometheus(prometheus, calls='"$arm"')
    assert words(lambda: told.says("both-arms"))


def test_a_running_counter_is_read_as_what_each_minute_added(desk):
    desk.past["running"] = [
        replace(each, n=each.n * (minute + 1), total=each.total * (minute + 1))
        for minute in range(-1, 5)
        for each in both(minute)
    ]
    told = of_desk(desk, running=True)
    assert said(told.says("running")) == expected(PAST["both-arms"])


def test_a_running_counter_that_falls_is_a_fault(desk):
    desk.past["fallen"] = [*both(0, n=900), *both(1, n=950), *both(2, n=5)]
    answer = of_desk(desk, running=True).says("fallen", first=1)
    assert [minute for minute, *_ in said(answer)] == [1, 1]
    assert "at 09:02 UTC n is -945, and no number of calls" in answer.last_fault


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ({"arm": "other"}, "neither candidate nor control"),
        ({"n": -3}, "n is -3, and no number of calls"),
        ({"n": 2.5}, "no whole number"),
        ({"n": True}, "no number"),
        ({"n": 10**13}, "no number of calls"),
        ({"n": 0}, "the total of no calls"),
        ({"total": float("inf")}, "cannot be added up"),
        ({"total": "many"}, "no number"),
        ({"total": None}, "has no total"),
        ({"squares": 1.0}, "cannot be below"),
        ({"minute": "2026-05-13T09:00"}, "has no zone"),
        ({"minute": "2026-05-13T09:00:30Z"}, "no whole minute"),
        ({"minute": "yesterday"}, "yesterday"),
        ({"region": "eu"}, "only a part of region and ring"),
        ({"total": 44.0, "squares": None}, "the mean is 11, and the policy says from 0 to 10"),
    ],
)
def test_every_fault_of_a_row_has_its_words(desk, row, why):
    desk.body = json.dumps(
        [{"minute": "2026-05-13T09:00Z", "arm": "candidate", "n": 4, "total": 8.0, "squares": 17.0} | row]
    ).encode()
    assert why in words(lambda: of_desk(desk, bounds=(0.0, 10.0)).says("both-arms"))


@pytest.mark.parametrize("name", ["../past.csv", "none.csv", "/etc/passwd", "link.csv"])
def test_only_files_of_the_folder_itself_are_read(tmp_path, name):
    folder = tmp_path / "metrics"
    folder.mkdir()
    Written().add(PAST).as_csv(tmp_path / "past.csv")
    (folder / "link.csv").symlink_to(tmp_path / "past.csv")
    assert "there is no file" in words(lambda: of_file(folder, name).says("both-arms"))


@pytest.mark.parametrize("text", ["", "minute,arm\n", "\x00", "metric,minute,arm,n,total\nlatency_seconds,x\n"])
def test_a_csv_file_of_another_form_is_a_failure(tmp_path, text):
    (tmp_path / "past.csv").write_text(text)
    assert "past.csv" in words(lambda: of_file(tmp_path, "past.csv").says("both-arms"))


def test_a_parquet_file_that_is_none_is_a_failure(tmp_path):
    (tmp_path / "past.parquet").write_text("no")
    why = words(lambda: of_file(tmp_path, "past.parquet").says("both-arms"))
    assert "past.parquet cannot be read" in why or why == "Parquet needs pyarrow: install leverframe[parquet]"


def test_the_published_schema_takes_what_is_read_and_refuses_what_is_not(desk):
    schema = json.loads((DOCS / "reference" / "metric-intervals.schema.json").read_bytes())
    takes = jsonschema_rs.Draft202012Validator(schema).is_valid
    good = as_row(both(0)[0])
    for more in (
        {},
        {"squares": 900.0},
        {"squares": None},
        {"region": "eu", "ring": "everyone"},
        {"unit": "seconds"},
    ):
        desk.body = json.dumps([good | more]).encode()
        assert takes([good | more])
        assert of_desk(desk).says("both-arms").intervals
    wrong = ({"arm": "other"}, {"n": -1}, {"n": 2.5}, {"n": None}, {"total": "many"}, {"region": "eu"})
    for bad in (*wrong, {"minute": "2026-05-13T09:00"}, {"minute": "2026-05-13T09:00:30Z"}, {"squares": -1}):
        desk.body = json.dumps([good | bad]).encode()
        assert not takes([good | bad])
        assert words(lambda: of_desk(desk).says("both-arms"))
