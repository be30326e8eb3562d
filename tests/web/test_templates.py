"""Does every page render from its view, and say what it must?"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from gallery import READER, View, pages
from showroom import ASSETS

from leverframe.web.rendering import page

PAGES = pages()
TEMPLATES = ASSETS.parent
VOID = {"meta", "link", "input", "br", "path", "rect", "circle", "option"}


class Reader(HTMLParser):
    """Collects what the tests ask of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.forms: list[dict] = []
        self.attributes: set[str] = set()
        self.faults: list[str] = []
        self.targets: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.attributes |= set(found)
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "form":
            self.forms.append({"method": found.get("method", "get"), "action": found["action"], "fields": []})
        if tag in ("input", "select", "textarea", "button") and found.get("name") and self.forms:
            self.forms[-1]["fields"].append(found["name"])
        if tag == "div" and found.get("id") == "live":
            self.targets = [name.strip("# ") for name in found["hx-select-oob"].split(",")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-3:]}")
        if tag in self.open:
            while self.open.pop() != tag:
                pass


@pytest.mark.parametrize("name", PAGES)
def test_every_page_is_well_formed_and_names_each_part_once(name):
    read = Reader(PAGES[name])
    assert read.faults == []
    assert read.open == []
    assert len(read.ids) == len(set(read.ids)), sorted(i for i in read.ids if read.ids.count(i) > 1)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_carries_a_style_a_script_or_a_handler_of_its_own(name):
    html, read = PAGES[name], Reader(PAGES[name])
    assert "style" not in read.attributes
    assert not any(attribute.startswith("on") for attribute in read.attributes)
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]*src=\"/assets/)", html)


@pytest.mark.parametrize("name", PAGES)
def test_every_form_that_writes_carries_the_sessions_csrf(name):
    writes = [form for form in Reader(PAGES[name]).forms if form["method"] == "post"]
    assert [form["action"] for form in writes if "csrf" not in form["fields"]] == []


@pytest.mark.parametrize("name", PAGES)
def test_what_is_renewed_stands_on_the_page(name):
    read = Reader(PAGES[name])
    assert set(read.targets) <= set(read.ids)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_loaded_from_another_machine(name):
    loaded = re.findall(r'(?:src|href)="(https?://[^"]+)"', PAGES[name])
    links = re.findall(r'<a href="(https?://[^"]+)" rel="noreferrer"', PAGES[name])
    assert sorted(loaded) == sorted(links)


def test_every_template_is_in_the_gallery():
    shown = "".join(file.read_text() for file in Path(__file__).parent.glob("gallery*.py"))
    written = {path.name for path in TEMPLATES.glob("*.html") if not path.name.startswith("_")} - {"base.html"}
    assert {name for name in written if f'"{name}"' not in shown} == set()


def test_while_no_table_goes_out_every_page_says_so():
    assert "No table goes out: a gateway has obeyed a newer one" in PAGES["switches-withheld"]
    assert "No table goes out" not in PAGES["switches"]


def test_a_thrown_lever_lies_down_and_says_so():
    html = PAGES["switches"]
    cell = html[html.index('id="tenant-enterprise-tenant-12891"') :].split("</li>")[0]
    assert "lever thrown" in cell
    assert "thrown</span>" in cell
    assert "SUP-44012" in cell
    assert "/switches/tenant/enterprise-tenant-12891/set" in cell
    assert "/throw" not in cell


def test_a_lever_that_the_reader_may_not_throw_offers_no_throwing():
    html = PAGES["switches"]
    cell = html[html.index('id="feature-claims-intake"') :].split("</li>")[0]
    assert "/throw" not in cell


def test_throwing_asks_one_reason_and_has_one_button():
    throws = [form for form in Reader(PAGES["switches"]).forms if "/throw" in form["action"]]
    features = [form for form in throws if "/feature/" in form["action"]]
    assert features
    assert all(form["fields"] == ["csrf", "because"] for form in features)


def test_every_lever_says_how_fresh_it_is_in_words_and_where_its_proof_is():
    cells = {name: PAGES["switches"].split(f'id="feature-{name}"')[1].split("</li>")[0] for name in FRESH}
    for name, words in FRESH.items():
        assert f"</svg>{words}</span>" in cells[name], name
    assert '/game-days/GD-2026-001#e-003">proof' in cells["customer-support"]
    assert '/game-days/GD-2026-001#e-007">it failed since' in cells["email-drafts"]


FRESH = {
    "customer-support": "fresh",
    "email-drafts": "due",
    "underwriting-decision-v2": "red",
    "agent-assist": "never",
}


def test_exercising_one_switch_asks_one_reason():
    forms = [form for form in Reader(PAGES["switches"]).forms if form["action"] == "/game-days"]
    assert [form["fields"] for form in forms[1:]] == [["csrf", "switches", "because"]] * (len(forms) - 1)
    cell = PAGES["switches"].split('id="feature-claims-intake"')[1].split("</li>")[0]
    assert "Exercise" not in cell, "who may not throw it may not exercise it"


def test_a_game_day_that_runs_is_told_on_the_lever_frame_and_today():
    for name in ("switches", "today"):
        assert 'href="/game-days/GD-2026-002">Game day GD-2026-002</a>: 2 of 4 switches exercised' in PAGES[name]


def test_a_game_day_offers_what_can_be_done_with_it_now():
    acts = {
        name: {form["action"].rpartition("/")[2] for form in Reader(PAGES[f"game-day-{name}"]).forms} - {"end"}
        for name in ("running", "paused", "done")
    }
    assert acts == {"running": {"pause", "abort"}, "paused": {"resume", "abort"}, "done": set()}


def test_a_finding_stands_beside_its_remedy_and_the_proof_is_whole():
    html = PAGES["game-day-running"]
    failed = html.split('id="e-002"')[1].split("</section>")[0]
    assert "Users are sent to an-old-page; the switch says keyword-search-v3." in failed
    assert "To mend it: Give both the same fallback." in failed
    proof = html.split('id="e-001"')[1].split("</section>")[0]
    for part in ("feature:customer-support", "leverframe-exercise", "before", "thrown", "after", "38 ms", "1.813"):
        assert part in proof


def test_a_game_day_that_is_refused_keeps_what_was_typed():
    html = PAGES["game-days-refused"]
    assert "No gateway has an address at which it can be asked" in html
    assert 'name="switches" value="feature/agent-assist"' in html
    assert '<option value="share" selected>' in html


def test_a_receipt_that_counts_asks_again_and_one_that_is_complete_does_not():
    assert "38 of 41 reporting</strong>, 17 ms" in PAGES["switches-counting"]
    assert 'hx-trigger="load delay:300ms"' in PAGES["switches-counting"]
    assert "41 of 41 reporting</strong>, 23 ms" in PAGES["switches"]
    assert 'hx-trigger="load delay:300ms"' not in PAGES["switches"]
    assert "ap-1/f3 since 14 s, at 1.809" in PAGES["switches"]


def test_a_kill_that_no_gateway_hears_says_so():
    assert "No gateway reports" in PAGES["switches-nobody"]
    assert 'hx-trigger="load delay:300ms"' not in PAGES["switches-nobody"]


def test_every_refusal_stands_beside_its_reason_and_its_remedy():
    html = PAGES["change-assess"]
    assert "3 not met" in html
    assert "Ask cleo, rita." in html
    assert "The next window opens Thu 14 May 10:00 BST." in html
    assert "advised against" in html


def test_evals_that_tell_something_stand_first_and_the_unchanged_are_folded():
    html = PAGES["change-assess"]
    evals, folded = html[html.index('id="h-evals"') :].split("</section>")[0].split("<summary>2 unchanged</summary>")
    assert [word in evals for word in ("better", "not comparable", "unchanged")] == [True, True, False]
    assert evals.index("better") < evals.index("not comparable")
    assert "refusal correctness" in folded


def test_batches_that_never_arrived_are_told_by_gateway():
    told = "12 of 3,406 batches of outcomes from 2 processes never arrived; no reading counts what they held."
    assert told in PAGES["accounts"].split('class="list missing"')[1]


def test_a_stale_sign_off_goes_back_to_the_change_with_its_comment_and_without_the_old_digest():
    read = Reader(PAGES["problem-kept"])
    form = next(form for form in read.forms if form["action"] == "/changes/CHG-2026-00015")
    assert form == {"method": "get", "action": "/changes/CHG-2026-00015", "fields": ["role", "comment"]}
    assert "The probes are fine." in PAGES["change-stale"]


def test_a_refused_form_keeps_what_was_typed_beside_what_is_wrong_with_it():
    html = PAGES["change-new-bad"]
    assert 'name="max_share_percent" value="150"' in html
    assert "It is 150, and a share is 0 to 100." in html
    assert '<option value="underwriting-decision-v2" selected>' in html


def test_an_empty_page_teaches_the_first_step():
    assert "leverframe policy load DIR" in PAGES["today-empty"]
    assert 'href="/changes/new"' in PAGES["changes-empty"]
    assert "kill-switches.yaml" in PAGES["switches-empty"]
    assert "leverframe switch exercise --all" in PAGES["game-days-empty"]


def test_what_a_machine_wrote_is_never_read_as_markup():
    view = View(next="/", name='"><script>alert(1)</script>', because="<b>no</b>")
    html = page("login.html", view, reader=READER, path="/login")
    assert "<script>alert" not in html
    assert "<b>no</b>" not in html
