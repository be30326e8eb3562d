"""What does one switch tell gateways?

The overlay has its own small compile: a tenant's or a feature's switch is one part of it, and a model's is all
models, because their chains of fallbacks meet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from leverframe.nouns.exercises import EXERCISE_TENANT, GameDay, SliceKind
from leverframe.nouns.frames import Part
from leverframe.nouns.switches import Layer, Switch
from leverframe.nouns.tables import BUCKETS, Slice
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


def slice_of(switch: Switch, day: GameDay, exercise: str, models: Iterable[Switch]) -> Slice:
    """Return for whom a switch is thrown while it is exercised; `exercise` salts the buckets of a share."""
    tenant = switch.key if switch.layer is Layer.TENANT else ""
    instead: tuple[str, ...] = ()
    if switch.layer is Layer.MODEL:
        others = (model for model in models if model.key != switch.key)
        instead = thrown_models([*others, replace(switch, thrown=True)])[switch.key]
    if day.slice is SliceKind.SHARE:
        return Slice(tenant, below=int(BUCKETS * day.share_percent / 100), salt=exercise, instead=instead)
    subject = EXERCISE_TENANT if tenant else ""
    return Slice(tenant or EXERCISE_TENANT, subject, instead=instead)
