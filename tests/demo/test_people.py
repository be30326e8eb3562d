"""Do the synthetic people behave as people do, and always the same?"""

from __future__ import annotations

import random
from collections import Counter

from leverframe.demo.people import Question, User, ask, populate, thumb
from leverframe.nouns.targets import Cell

CELLS = (Cell("us-east", "internal", 100), Cell("us-east", "everyone", 2900), Cell("eu-west", "everyone", 1000))
RINGS = {"acme-staff": "internal", "acme-lab": "internal"}
SOMEONE = User("person-000001", "small-tenant-1", "eu", "de-DE", thanks=0.0)


def test_the_same_seed_makes_the_same_people():
    assert populate(CELLS, RINGS, people=500).users == populate(CELLS, RINGS, people=500).users
    assert populate(CELLS, RINGS, people=500).users != populate(CELLS, RINGS, people=500, seed=1).users


def test_people_are_spread_over_the_cells_as_the_catalog_weighs_them():
    users = populate(CELLS, RINGS, people=8000).users
    by_region = Counter(user.region for user in users)
    assert 0.72 < by_region["us-east"] / 8000 < 0.78
    staff = [user for user in users if user.tenant in RINGS]
    assert 0.015 < len(staff) / 8000 < 0.035
    assert {user.region for user in staff} == {"us-east"}
    assert {user.locale for user in users if user.region == "eu-west"} == {"de-DE", "fr-FR", "en-IE"}


def test_use_is_heavy_tailed():
    people, dice = populate(CELLS, RINGS, people=2000), random.Random(1)
    calls = sorted(Counter(people.someone(dice).subject for _ in range(40_000)).values(), reverse=True)
    assert 0.33 < sum(calls[:200]) / 40_000 < 0.47


def test_a_user_who_finds_their_question_missed_gives_a_thumb_down():
    dice, question = random.Random(1), Question("Where is order 77?", "order 77")
    assert thumb(SOMEONE, question, "Here is some general information.", dice) is True
    assert thumb(SOMEONE, question, "About “Where is Order 77?”: at home.", dice) is None


def test_questions_name_what_they_are_about():
    dice = random.Random(1)
    assert all(question.about.lower() in question.text.lower() for question in (ask(dice) for _ in range(100)))
