"""Which units serve while there is no table?

A file of JSON that the operator gives: units by feature, for those that `on_no_table` declares.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leverframe.nouns.units import UNIT_PARTS, Unit
from leverframe.nouns.verdicts import Fault, Invalid


def read_units(path: Path | None) -> Mapping[str, Unit]:
    """Read the units by feature that serve without a table. Raises Invalid with every fault."""
    if path is None:
        return {}
    try:
        document = json.loads(path.read_bytes())
    except (OSError, ValueError) as fault:
        raise Invalid([Fault(path.name, f"it cannot be read as JSON ({fault}).")]) from fault
    if not isinstance(document, dict):
        raise Invalid([Fault(path.name, "it is not an object of units by feature.")])
    wrong = [feature for feature, unit in document.items() if not _is_unit(unit)]
    if wrong:
        remedy = f"A unit has texts for {', '.join(UNIT_PARTS)}."
        raise Invalid(Fault(f"{path.name}: {feature}", "it is not a unit.", remedy) for feature in wrong)
    return {feature: Unit(**unit) for feature, unit in document.items()}


def _is_unit(document: Any) -> bool:
    if not isinstance(document, dict) or not document:
        return False
    return document.keys() <= set(UNIT_PARTS) and all(isinstance(part, str) for part in document.values())
