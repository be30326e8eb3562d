"""Does one handler answer a browser, a program and a spreadsheet?"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from fastapi import Request

from leverframe.nouns.verdicts import Conflict, Fault, Forbidden, Invalid, NotFound, Refused, failed, passed
from leverframe.web.filters import filters_query, said
from leverframe.web.problems import problem_of
from leverframe.web.rendering import (
    FORMATS,
    Reader,
    csv_text,
    page_of,
    respond,
    respond_problem,
    wanted_format,
)

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@dataclass(frozen=True, slots=True)
class LoginView:
    """A small view."""

    next: str = "/"
    name: str = "ana"
    because: str = ""


def request(accept: str = "", query: str = "", path: str = "/changes", **headers: str) -> Request:
    sent = [(b"accept", accept.encode())] if accept else []
    sent += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    asked = Request({"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": sent})
    asked.state.reader = Reader(datetime(2026, 5, 13, tzinfo=UTC))
    return asked


@pytest.mark.parametrize(
    ("accept", "query", "headers", "wanted"),
    [
        (BROWSER, "", {}, "html"),
        ("application/json", "", {}, "json"),
        ("application/problem+json", "", {}, "json"),
        ("text/csv", "", {}, "csv"),
        ("text/html;q=0.5, application/json", "", {}, "json"),
        ("text/html;q=oops, text/csv;q=0.1", "", {}, "csv"),
        ("", "", {}, "html"),
        ("*/*", "", {}, "html"),
        ("*/*", "", {"authorization": "Bearer x"}, "json"),
        ("*/*", "", {"content_type": "application/json"}, "json"),
        ("application/json", "", {"hx_request": "true"}, "html"),
        (BROWSER, "format=csv", {}, "csv"),
        (BROWSER, "format=json", {}, "json"),
        (BROWSER, "format=xml", {}, "html"),
    ],
)
def test_the_answers_form_is_the_one_that_was_asked_for(accept, query, headers, wanted):
    assert wanted_format(request(accept, query, **headers)) == wanted


def test_one_view_is_a_page_json_or_a_table():
    view = LoginView()
    html = respond(request(BROWSER), "login.html", view)
    assert html.headers["content-type"].startswith("text/html")
    assert "script-src 'self'" in html.headers["content-security-policy"]
    assert json.loads(respond(request("application/json"), "login.html", view).body) == {
        "next": "/",
        "name": "ana",
        "because": "",
    }
    table = respond(request("text/csv"), "login.html", view, rows=[view])
    assert table.headers["content-type"].startswith("text/csv")
    assert table.body == b"next,name,because\r\n/,ana,\r\n"


def test_a_view_without_rows_is_no_table():
    assert respond(request("text/csv"), "login.html", LoginView()).headers["content-type"].startswith("text/html")


def test_a_spreadsheet_runs_no_cell():
    text = csv_text([LoginView(name="=HYPERLINK(1)"), LoginView(name="-2+3"), LoginView(name="plain")])
    assert [row["name"] for row in csv.DictReader(io.StringIO(text))] == ["'=HYPERLINK(1)", "'-2+3", "plain"]


def test_nested_values_become_columns_and_lists_become_words():
    text = csv_text([{"a": {"b": 1}, "c": ["x", "y"], "d": None}])  # type: ignore[list-item]
    assert text == "a.b,c,d\r\n1,x y,\r\n"


@pytest.mark.parametrize(
    ("error", "status", "type_"),
    [
        (Refused([failed("window", "it is closed", remedy="wait"), passed("evals", "fine")]), 409, "refused"),
        (Conflict("it was edited", differs=["title: a -> b"]), 412, "conflict"),
        (Invalid([Fault("title", "it is empty", "write one")]), 422, "invalid"),
        (NotFound("there is no CHG-2026-99999"), 404, "not-found"),
        (Forbidden("vic has no role"), 403, "forbidden"),
    ],
)
def test_a_problem_is_rfc_9457_for_a_program_and_a_page_for_a_person(error, status, type_):
    problem = problem_of(error)
    assert problem is not None
    told = respond_problem(request("application/json"), problem)
    assert told.status_code == status
    assert told.headers["content-type"] == "application/problem+json"
    assert json.loads(told.body)["type"] == type_
    shown = respond_problem(request(BROWSER), problem)
    assert shown.status_code == status
    assert b"<h1>" in shown.body


def test_a_refusal_names_only_what_refuses():
    problem = problem_of(Refused([failed("window", "it is closed", remedy="wait"), passed("evals", "fine")]))
    assert problem is not None
    assert [verdict["gate"] for verdict in problem.document()["verdicts"]] == ["window"]


def test_a_bug_is_no_problem_of_ours():
    assert problem_of(ValueError("oops")) is None


def test_a_refused_form_keeps_what_was_typed_but_no_secret():
    problem = problem_of(Invalid([Fault("name", "it is taken", "choose another")]))
    assert problem is not None
    typed = {"name": "wren", "password": "hunter2hunter2", "csrf": "tok-en"}
    body = respond_problem(request(BROWSER, path="/accounts"), problem, typed).body.decode()
    assert 'value="wren"' in body
    assert "hunter2" not in body
    assert "tok-en" not in body


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/changes", "/changes"),
        ("/changes/CHG-2026-00015/sign-offs", "/changes/CHG-2026-00015"),
        ("/changes/CHG-2026-00015/ramp/hold", "/changes/CHG-2026-00015"),
        ("/switches/model/openai.gpt-4o/throw", "/switches/model/openai.gpt-4o"),
        ("/tokens/t1", "/tokens"),
        ("/", "/"),
    ],
)
def test_a_form_leads_back_to_its_page(path, page):
    assert page_of(path) == page


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("write `enabled: <b>`", "Write <code>enabled: &lt;b&gt;</code>."),
        ("one ` alone", "One ` alone."),
        ("<script>", "&lt;script&gt;."),
        ("", ""),
    ],
)
def test_what_stands_in_backticks_is_code_and_nothing_else_is_markup(text: str, html: str):
    assert said(text) == html


def test_a_filters_address_leaves_out_what_is_not_asked():
    assert filters_query({"state": "assess", "target": ""}, format="csv", before=None) == "state=assess&format=csv"


def test_the_formats_prefer_a_page_on_a_tie():
    assert next(iter(FORMATS.values())) == "html"
