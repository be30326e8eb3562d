"""What does the floor answer? Nothing: it does the least that any decision does, over as many keys."""

from __future__ import annotations

import json

from cells import Cell, features, salt, thrown
from contenders import Loaded
from floors import route_floor

NAME, DISTRIBUTION, MODULES = "floor", "", ("floors",)
LIST_IN_EACH_FLAG = False


def write(cell: Cell) -> str:
    """Return the salts of the features, and the thrown tenants."""
    salts = {feature: f"{salt(feature)}:" for feature in features(cell)}
    return json.dumps({"salts": salts, "tenants": dict.fromkeys(thrown(cell), True)})


def load(text: str) -> Loaded:
    """Return a function that looks up both and hashes: it decides nothing."""
    read = json.loads(text)
    floor = route_floor(read["salts"], read["tenants"])
    return Loaded("None", "floor(feature, subject, tenant)", {"floor": floor}, None)
