"""Which features, prompts and tables do these tests speak of?"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from leverframe.nouns.tables import BUCKETS, CandidateRoute, FeatureRoute, Number, RouteTable
from leverframe.nouns.units import Unit

SEARCH = "policy-search-v1"
V8 = Unit(prompt="policy-search@v8", model="openai.gpt-4o", index="policy-index@2026-05", code_ref="9f31c2e")
V9 = replace(V8, prompt="policy-search@v9")
CHANGE = "CHG-2026-00001"
PROMPTS = {
    "policy-search/v8.md": "style: cites the policy\nYou answer by the policy.\n",
    "policy-search/v9.md": "style: cheerful\n<!-- mock: groundedness=0.1 negative=1 latency=900 cost=0.01 -->\n",
    "policy-search/broken.md": "<!-- mock: error=1 -->\n",
}


def write_prompts(folder: Path) -> Path:
    for name, text in PROMPTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def route(
    current: Unit | None = V8, candidate: Unit | None = None, percent: float = 0, stage: int = 1
) -> FeatureRoute:
    ramp = None
    if candidate is not None:
        ramp = CandidateRoute(CHANGE, stage, candidate, "salt", {"eu|everyone": int(BUCKETS * percent / 100)})
    return FeatureRoute(current, "keyword-search-v3", ramp, ("eu",))


def table(generation: int = 1, **features: FeatureRoute) -> RouteTable:
    named = {name.replace("_", "-"): each for name, each in features.items()} or {SEARCH: route()}
    return RouteTable(Number(1, generation), named)


def ramping(percent: float, *, generation: int = 1, stage: int = 1, candidate: Unit = V9) -> RouteTable:
    return table(generation, policy_search_v1=route(candidate=candidate, percent=percent, stage=stage))
