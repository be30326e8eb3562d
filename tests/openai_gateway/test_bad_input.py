"""What do malformed requests get? An answer that names the fault, never a 500."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.openai_gateway.world import SEARCH, table

from leverframe.gateway.headers import ascii_only, read_caller
from leverframe.nouns.outcomes import LARGEST_VALUE
from leverframe.nouns.verdicts import Fault, Invalid
from leverframe.openai_gateway.feedback import read_entries
from leverframe.openai_gateway.requests import LARGEST_BODY, check_completion, parse_json

CHAT = "/v1/chat/completions"
GOOD = {"model": f"feature:{SEARCH}", "messages": [{"role": "user", "content": "Where?"}]}
MALFORMED = {
    "no body": b"",
    "not JSON": b"{",
    "not UTF-8": b'{"model": "\xff"}',
    "a list": b"[]",
    "NaN": b'{"model": "feature:x", "messages": [{"role": "user"}], "temperature": NaN}',
    "a lone surrogate": rb'{"model": "feature:x", "messages": [{"role": "user", "content": "\ud800"}]}',
    "nested too deeply": b"[" * 200_000,
    "an endless number": b'{"model": ' + b"9" * 10_000 + b"}",
    "no model": json.dumps({"messages": GOOD["messages"]}).encode(),
    "no messages": json.dumps({"model": GOOD["model"]}).encode(),
    "messages without a role": json.dumps({**GOOD, "messages": [{}, "text", None]}).encode(),
    "a user that is a number": json.dumps({**GOOD, "user": 7}).encode(),
    "a stream that is a word": json.dumps({**GOOD, "stream": "yes"}).encode(),
    "stream options that are a list": json.dumps({**GOOD, "stream": True, "stream_options": []}).encode(),
}


@pytest.fixture
def edge(run_edge):
    return run_edge(table())


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_completion_is_a_400_in_openais_shape(edge, body: bytes):
    response = edge.http.post(CHAT, content=body)
    assert response.status_code == 400
    assert set(response.json()["error"]) == {"message", "type", "param", "code"}


def test_all_faults_are_told_at_once(edge):
    said = edge.http.post(CHAT, json={"stream": 1}, headers={"x-leverframe-region": "a|b"}).json()["error"]
    assert all(word in said["message"] for word in ("model", "messages", "stream"))


@pytest.mark.parametrize(
    "content", ["\x00", "\x00\x01\x02", "a\x00b" * 1000, "x" * 1_000_000, None, [], [{}], {"a": 1}, 7]
)
def test_odd_content_is_answered(edge, content: object):
    response = edge.http.post(CHAT, json={**GOOD, "messages": [{"role": "user", "content": content}]})
    assert response.status_code == 200


@pytest.mark.parametrize("user", ["\x00", "a|b", "名前", "x" * 512])
def test_an_odd_subject_is_bucketed_like_any_other(edge, user: str):
    response = edge.http.post(CHAT, json={**GOOD, "user": user})
    assert response.status_code == 200
    assert edge.gateway.read_call(response.headers["x-leverframe-call"]) is not None


def test_a_huge_body_is_refused_unread(edge):
    response = edge.http.post(CHAT, content=b" " * (LARGEST_BODY + 1))
    assert (response.status_code, response.json()["error"]["code"]) == (413, "body_too_large")


def test_a_huge_body_of_unknown_length_is_refused(edge):
    response = edge.http.post(CHAT, content=(b" " * 1_000_000 for _ in range(6)))
    assert response.status_code == 413


@pytest.mark.parametrize("name", ["region", "locale"])
@pytest.mark.parametrize("value", ["a|b", "é", "x" * 65, "-"])
def test_a_place_that_is_no_plain_name_is_refused_by_its_header(edge, name: str, value: str):
    response = edge.http.post(CHAT, json=GOOD, headers={f"x-leverframe-{name}": value.encode()})
    assert (response.status_code, response.json()["error"]["param"]) == (400, f"x-leverframe-{name}")


@pytest.mark.parametrize("value", ["a|b", "the staff", "é", "x" * 65, "internal;free", ",".join(map(str, range(33)))])
def test_cohorts_that_are_no_plain_names_are_refused_by_their_header(edge, value: str):
    response = edge.http.post(CHAT, json=GOOD, headers={"x-leverframe-cohorts": value.encode()})
    assert (response.status_code, response.json()["error"]["param"]) == (400, "x-leverframe-cohorts")


@pytest.mark.parametrize("name", ["tenant", "subject", "conversation", "decision"])
def test_a_header_without_end_is_refused(edge, name: str):
    response = edge.http.post(CHAT, json=GOOD, headers={f"x-leverframe-{name}": "x" * 3000})
    assert (response.status_code, response.json()["error"]["param"]) == (400, f"x-leverframe-{name}")


def test_a_door_that_is_not_there_answers_in_the_same_shape(edge):
    assert edge.http.get("/v1/nothing").json()["error"]["code"] == "not_found"
    assert edge.http.get(CHAT).status_code == 405


BAD_FEEDBACK = [
    None, 7, {}, {"call": "x", "negative": True}, {"call": "lf1.a.b"}, {"call": "lf1.a.b", "negative": "yes"},
    {"call": "lf1.a.b", "metric": "groundedness"}, {"call": "lf1.a.b", "metric": "G!", "value": 1},
    {"call": "lf1.a.b", "metric": "groundedness", "value": True}, {"call": 7, "negative": True},
    {"call": "lf1.a.b", "metric": "tone", "value": 1e12},
    {"call": "lf1.a.b", "metric": "groundedness", "value": 1.01},
    {"call": "lf1.a.b", "metric": "groundedness", "value": 10**400}, [{"call": "lf1.a.b", "negative": True}, {}],
    [{"call": "lf1.a.b", "negative": True}] * 1001,
]  # fmt: skip


@pytest.mark.parametrize("body", BAD_FEEDBACK)
def test_malformed_feedback_is_refused_whole(edge, body: object):
    assert edge.http.post("/v1/feedback", json=body).status_code == 400
    assert edge.gateway.flush(5.0)
    assert edge.control_plane.feedback == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)


def faults_of(read: Callable[[Any], object], document: Any) -> tuple[Fault, ...]:
    try:
        read(document)
    except Invalid as invalid:
        return invalid.faults or (Fault("", ""),)
    return ()


@given(st.binary(max_size=200))
@example(b"\xed\xa0\x80")
@example(rb'"\ud800"')
def test_any_bytes_are_json_that_can_be_sent_on_or_invalid(body: bytes):
    if not faults_of(parse_json, body):
        json.dumps(parse_json(body), ensure_ascii=False, allow_nan=False).encode()


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.fixed_dictionaries({}, optional={"model": JSON, "messages": JSON, "stream": JSON, "user": JSON}))
def test_any_document_is_a_completion_or_every_fault_has_a_place(document: dict):
    faults = (
        *faults_of(check_completion, document),
        *faults_of(lambda it: read_caller({}, it.get("user")), document),
    )
    assert all(each.place and each.because for each in faults)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    JSON
    | st.fixed_dictionaries(
        {"call": st.just("lf1.a.b") | JSON}, optional={"negative": JSON, "metric": JSON, "value": JSON}
    )
)
@example({"call": "lf1.a.b", "metric": "groundedness", "value": LARGEST_VALUE * 1.001})
@example({"call": "lf1.a.b", "metric": "groundedness", "value": LARGEST_VALUE})
def test_any_document_is_feedback_that_every_door_takes_or_every_fault_has_a_place(document: object):
    faults = faults_of(read_entries, document)
    assert all(each.place and each.because for each in faults)
    assert faults or not any(entry.fault for entry in read_entries(document))


@given(st.text())
def test_any_text_may_stand_in_a_header(text: str):
    said = ascii_only(text)
    assert said.isascii()
    assert said.isprintable()
