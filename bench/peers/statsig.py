"""What does Statsig answer? Its Rust core: no network, no exposure logs, one list of tenants for all gates."""

from __future__ import annotations

import json
from typing import Any

from cells import SHARE_PERCENT, Cell, features, salt, thrown
from contenders import Loaded

NAME, DISTRIBUTION, MODULES = "Statsig", "statsig-python-core", ("statsig_python_core",)
LIST_IN_EACH_FLAG = False
TIME = 1_700_000_000_000


def write(cell: Cell) -> str:
    """Return a specs document: two rules a gate, the thrown tenants first, then the share of all users."""
    conditions = {
        "everyone": _condition("public", None, None, "userID"),
        "thrown": _condition("unit_id", "any", thrown(cell), "tenantID"),
    }
    return json.dumps(
        {
            "feature_gates": {feature: _gate(feature) for feature in features(cell)},
            "condition_map": conditions,
            "dynamic_configs": {},
            "layer_configs": {},
            "experiment_to_layer": {},
            "id_lists": {},
            "diagnostics": {},
            "has_updates": True,
            "time": TIME,
            "company_id": "bench",
            "response_format": "dcs-v2",
        }
    )


def load(text: str) -> Loaded:
    """Return Statsig, its specs from a data store in memory."""
    from statsig_python_core import DataStore, DataStoreResponse, Statsig, StatsigOptions, StatsigUser

    class Store(DataStore):
        def get(self, key: str) -> DataStoreResponse:
            return DataStoreResponse(result=text, time=TIME)

    options = StatsigOptions(
        data_store=Store(),
        disable_network=True,
        disable_all_logging=True,
        disable_country_lookup=True,
        disable_disk_access=True,
        output_log_level="error",
    )
    statsig = Statsig("secret-bench", options)
    statsig.initialize().wait()
    if not statsig.get_initialize_details().is_config_spec_ready:
        raise ValueError("Statsig has not read its specs")
    return Loaded(
        'StatsigUser(user_id=subject, custom_ids={"tenantID": tenant})',
        "statsig.check_gate(context, feature)",
        {"statsig": statsig, "StatsigUser": StatsigUser},
    )


def _gate(feature: str) -> dict[str, Any]:
    return {
        "type": "feature_gate",
        "entity": "feature_gate",
        "salt": salt(feature),
        "enabled": True,
        "defaultValue": False,
        "idType": "userID",
        "version": 1,
        "rules": [
            _rule("thrown", "thrown", percent=100, value=False),
            _rule("ramp", "everyone", percent=SHARE_PERCENT, value=True),
        ],
    }


def _rule(name: str, condition: str, *, percent: int, value: bool) -> dict[str, Any]:
    return {
        "name": name,
        "id": name,
        "salt": name,
        "passPercentage": percent,
        "conditions": [condition],
        "returnValue": value,
        "idType": "userID",
    }


def _condition(kind: str, operator: str | None, target: list[str] | None, id_type: str) -> dict[str, Any]:
    return {
        "type": kind,
        "operator": operator,
        "targetValue": target,
        "field": None,
        "additionalValues": {},
        "idType": id_type,
    }
