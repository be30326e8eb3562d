"""Who meets a switch that is being exercised, and what are they answered?"""

from __future__ import annotations

from leverframe.nouns.tables import BUCKETS, FeatureRoute, Number, Reason, RouteTable, Slice
from leverframe.nouns.units import Unit
from leverframe.rules.exercised import router_of

GPT, CLAUDE, HAIKU = "openai.gpt-4o-2024-11", "anthropic.claude-sonnet-4-5", "bedrock.anthropic.claude-haiku-4-5"


def _asked(**table):
    features = {"support": FeatureRoute(Unit(prompt="support@1", model=GPT), "macro-templates")}
    slice = Slice(below=BUCKETS - 1, salt="GD-2026-001/001", instead=(CLAUDE, HAIKU))
    router = router_of(RouteTable(Number(1, 7), features, exercises={f"model/{GPT}": slice}, **table))
    return router.route("support", "vic", "acme", None, None, True)


def test_whoever_is_in_the_slice_gets_the_first_of_the_chain():
    decision = _asked()
    assert (decision.reason, decision.unit.model) == (Reason.MODEL_FALLBACK, CLAUDE)


def test_a_model_that_is_thrown_in_earnest_while_another_is_exercised_serves_nobody_in_its_place():
    """The slice was written before the kill, and names the killed model; a kill speaks before an exercise."""
    decision = _asked(thrown_models={CLAUDE: (HAIKU,)})
    assert decision.unit.model == HAIKU
    assert _asked(thrown_models={CLAUDE: (), HAIKU: ()}).reason is Reason.MODEL_OFF
