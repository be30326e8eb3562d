"""Is a digest that was kept the one that would be reckoned now?"""

from __future__ import annotations

from dataclasses import replace

from tests.world import ON_SQLITE, World

from leverframe.actions.digests import MOST_KEPT, digest_of
from leverframe.rules.sign_offs import content_digest

pytestmark = ON_SQLITE


def test_a_kept_digest_is_that_of_this_text_with_these_evals(world: World):
    world.adopt()
    change = world.file()
    moved = replace(change, plan=replace(change.plan, stages=change.plan.stages[:-1]))
    for each in (change, moved, change):
        for evals in ((), ("sha256:one",), ("sha256:one", "sha256:two"), ()):
            assert digest_of(each, evals) == content_digest(each, evals)
    assert digest_of(change, ()) != digest_of(moved, ())
    assert digest_of(change, ()) != digest_of(change, ("sha256:one",))


def test_more_texts_than_are_kept_come_and_go_and_none_answers_for_another(world: World):
    """An object's number is given again once it is gone: what is kept must hold on to the object itself."""
    world.adopt()
    change = world.file()
    for turn in range(MOST_KEPT + 10):
        short_lived = replace(change, commit=f"{turn:040x}")
        assert digest_of(short_lived, ()) == content_digest(short_lived, ())
    assert digest_of(change, ()) == content_digest(change, ())
