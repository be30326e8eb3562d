"""Does a virtual minute ask what it should, and report what came of it?"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.openai_gateway.world import SEARCH, V8, ramping, route, table

from leverframe.demo.people import Population, populate
from leverframe.demo.scorer import Scorer, groundedness
from leverframe.demo.traffic import MinuteReport, Traffic
from leverframe.nouns.targets import Cell

DAY = datetime(2026, 5, 12, 9, tzinfo=UTC)
NIGHT = datetime(2026, 5, 12, 23, tzinfo=UTC)


@pytest.fixture(scope="module")
def people() -> Population:
    return populate((Cell("eu", "everyone", 100),), {}, people=500)


def minutes(addresses: list[str], people: Population, at: datetime, count: int = 1, **more) -> list[MinuteReport]:
    async def drive() -> list[MinuteReport]:
        async with Traffic(addresses, {SEARCH: 1.0}, people, **more) as traffic:
            return [await traffic.minute(at + timedelta(minutes=number)) for number in range(count)]

    return asyncio.run(drive())


def test_a_minute_is_answered_and_told_in_full(run_edge, people: Population):
    edge = run_edge(ramping(50))
    reports = minutes([edge.address], people, DAY, count=5)
    answers = [answer for report in reports for answer in report.answered]
    assert len(answers) == sum(report.asked for report in reports)
    assert {answer.variant for answer in answers} == {"current", "candidate"}
    assert all(answer.text.startswith("(cheerful)") == (answer.variant == "candidate") for answer in answers)
    assert sum(sum(report.served.values()) for report in reports) == len(answers)
    assert edge.gateway.flush(5.0)
    assert {outcome["call"] for outcome in edge.control_plane.outcomes} == {answer.call for answer in answers}
    down = [entry for entry in edge.control_plane.feedback if entry["negative"]]
    assert (
        len(down) == sum(report.thumbs_down for report in reports) >= sum(a.variant == "candidate" for a in answers)
    )


def test_the_same_seed_asks_the_same_and_another_asks_otherwise(run_edge, people: Population):
    edge = run_edge(table())

    def texts(**more) -> list[str]:
        (report,) = minutes([edge.address], people, DAY, **more)
        return [answer.text for answer in report.answered]

    assert texts() == texts()
    assert texts() != texts(seed=1)


def test_nights_are_quiet(run_edge, people: Population):
    edge = run_edge(table())
    by_day = sum(report.asked for report in minutes([edge.address], people, DAY, count=20))
    by_night = sum(report.asked for report in minutes([edge.address], people, NIGHT, count=20))
    assert 340 < by_day < 460
    assert 20 < by_night < 65


def test_users_of_a_feature_that_is_off_get_its_fallback(run_edge, people: Population):
    edge = run_edge(replace(table(), thrown_features=frozenset({SEARCH})))
    (report,) = minutes([edge.address], people, DAY)
    assert report.off == {"keyword-search-v3": report.asked}
    assert (report.errors, report.answered) == (0, ())


def test_errors_are_counted_whether_the_gateway_answers_them_or_is_gone(run_edge, people: Population):
    broken = replace(V8, prompt="policy-search@broken")
    edge = run_edge(table(policy_search_v1=route(current=broken)))
    (report,) = minutes([edge.address], people, DAY)
    assert report.errors == report.asked
    (report,) = minutes(["http://127.0.0.1:9"], people, DAY)
    assert report.errors == report.asked


def test_the_scorer_posts_one_score_for_each_answer(run_edge, people: Population):
    edge = run_edge(table())
    (report,) = minutes([edge.address], people, DAY)

    async def score() -> int:
        async with Scorer(f"{edge.address}/v1/feedback") as scorer:
            return await scorer.minute(report.answered) + await scorer.minute(())

    assert asyncio.run(score()) == report.asked
    assert edge.gateway.flush(5.0)
    told = {e["call"]: e["value"] for e in edge.control_plane.feedback if e["metric"] == "groundedness"}
    assert told == {answer.call: groundedness(answer.text) for answer in report.answered}


@pytest.mark.parametrize(
    ("text", "share"),
    [
        ("About “x.y”: It is so [policy 1.2]. It is not so.", 0.5),
        ("(kind) Here is some general information. It is so [index@v1 1.2].", 1.0),
        ("", None),
    ],
)
def test_groundedness_is_the_share_of_sentences_with_a_source(text: str, share: float | None):
    assert groundedness(text) == share
