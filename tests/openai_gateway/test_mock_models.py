"""Do the mock models answer by their prompt, and always the same?"""

from __future__ import annotations

import asyncio
import json
import random
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.demo.test_people import SOMEONE

from leverframe.demo.people import ask, thumb
from leverframe.demo.scorer import groundedness
from leverframe.openai_gateway.mock_models import MockModels, behaviour_of
from leverframe.openai_gateway.upstreams import Ask, Reply

MARKED = "style: {style}\n<!-- mock: groundedness={groundedness} negative={negative} -->\nYou help."


def reply(system: str, question: str, model: str = "openai.gpt-4o", **more: object) -> Reply:
    messages = [{"role": "system", "content": system}, {"role": "user", "content": question}]
    return asyncio.run(MockModels().open(Ask(model, {"messages": messages, **more})))


def text(system: str, question: str, model: str = "openai.gpt-4o") -> str:
    return json.loads(reply(system, question, model).body)["choices"][0]["message"]["content"]


@given(st.text(), st.text())
def test_the_same_prompt_and_question_get_the_same_answer(system: str, question: str):
    assert reply(system, question) == reply(system, question)


def test_another_model_answers_otherwise():
    assert text("You help.", "Where?") != text("You help.", "Where?", model="anthropic.claude")


@pytest.mark.parametrize(
    ("system", "style"),
    [
        ("style: cites the policy\nYou help.", "cites the policy"),
        ("---\nname: x\nStyle:  short, and warm \n---\n# You help", "short, and warm"),
        ("# You help customers\nAlways.", "You help customers"),
        ("", ""),
    ],
)
def test_the_style_is_the_style_line_or_the_first_line(system: str, style: str):
    assert behaviour_of(system).style == style
    assert text(system, "Where?").startswith(f"({style}) " if style else "About")


def test_the_marker_sets_what_it_names_and_nothing_else():
    known = behaviour_of("<!-- mock: groundedness=0.5 latency=900 cost=0.02 error=1 shoe=43 -->")
    assert (known.groundedness, known.negative, known.error, known.latency, known.cost) == (
        0.5,
        0.04,
        1.0,
        900.0,
        0.02,
    )


@pytest.mark.parametrize(("grounded", "negative"), [(0.85, 0.04), (0.70, 0.14), (0.0, 1.0), (1.0, 0.0)])
def test_a_worse_prompt_gives_worse_answers_to_those_who_only_read_them(grounded: float, negative: float):
    dice = random.Random(7)
    system = MARKED.format(style="x", groundedness=grounded, negative=negative)
    questions = [ask(dice) for _ in range(1500)]
    answers = [text(system, question.text) for question in questions]
    down = mean(thumb(SOMEONE, *pair, dice) is True for pair in zip(questions, answers, strict=True))
    assert down == pytest.approx(negative, abs=0.03)
    assert mean(groundedness(answer) or 0.0 for answer in answers) == pytest.approx(grounded, abs=0.01)


def test_a_failure_is_a_status_not_an_exception():
    assert reply("<!-- mock: error=1 -->", "Where?").status == 500


def test_latency_is_said_around_its_median_and_not_spent():
    said = sorted(reply("<!-- mock: latency=1000 -->", str(number)).simulated_ms for number in range(500))
    assert said[250] == pytest.approx(1000, rel=0.1)
    assert said[475] < 2500
