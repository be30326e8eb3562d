"""What does one switch tell gateways?

The overlay has its own small compile: a tenant's or a feature's switch is one part of it, and a model's is all
models, because their chains of fallbacks meet.
"""

from __future__ import annotations

from collections.abc import Iterable

from leverframe.nouns.frames import Part
from leverframe.nouns.switches import Layer, Switch
from leverframe.rules.parts import text_of
from leverframe.rules.switches import thrown_models

KINDS = {Layer.TENANT: "thrown_tenants", Layer.FEATURE: "thrown_features", Layer.MODEL: "thrown_models"}


def overlay_of(switch: Switch, models: Iterable[Switch] = ()) -> tuple[list[Part], dict[Part, str]]:
    """Return the parts that a switch speaks for (none named: all of its kind), and those of them that stand.

    `models` are all switches of models, where it is one of them.
    """
    kind = KINDS[switch.layer]
    if switch.layer is Layer.MODEL:
        return [], {Part(kind, model): text_of(instead) for model, instead in thrown_models(models).items()}
    part = Part(kind, switch.key)
    return [part], {part: text_of(True)} if switch.thrown else {}
