"""What does Eppo answer? Its Rust core: no polling, no assignment logs; a list of tenants in each flag."""

from __future__ import annotations

import json

from cells import SHARE_PERCENT, Cell, features, salt, thrown
from contenders import Loaded

NAME, DISTRIBUTION, MODULES = "Eppo", "eppo-server-sdk", ("eppo_client", "eppo_client.config")
LIST_IN_EACH_FLAG = True
SHARDS = 10_000
MARK = "the thrown tenants"


def write(cell: Cell) -> str:
    """Return a flags document: two allocations a flag, the thrown tenants first, then the share of all subjects."""
    tenants = json.dumps(thrown(cell))
    flags = (f'"{feature}": {_flag(feature).replace(json.dumps(MARK), tenants)}' for feature in features(cell))
    head = '"createdAt": "2026-01-01T00:00:00.000Z", "format": "SERVER", "environment": {"name": "bench"}'
    return f'{{{head}, "flags": {{{", ".join(flags)}}}}}'


def load(text: str) -> Loaded:
    """Return Eppo's client with its configuration set."""
    import eppo_client
    from eppo_client import AssignmentLogger, Configuration
    from eppo_client.config import Config

    client = eppo_client.init(
        Config(
            api_key="bench",
            poll_interval_seconds=None,
            assignment_logger=AssignmentLogger(),
            initial_configuration=Configuration(flags_configuration=text.encode()),
        )
    )
    return Loaded(
        '{"tenant": tenant}',
        "client.get_boolean_assignment(feature, subject, context, False)",
        {"client": client},
    )


def _flag(feature: str) -> str:
    """Return one flag, with a mark where the tenants stand: the list is written out only once."""
    rule = {"conditions": [{"attribute": "tenant", "operator": "ONE_OF", "value": MARK}]}
    shard = {"salt": salt(feature), "ranges": [{"start": 0, "end": SHARDS * SHARE_PERCENT // 100}]}
    return json.dumps(
        {
            "key": feature,
            "enabled": True,
            "variationType": "BOOLEAN",
            "variations": {"on": {"key": "on", "value": True}, "off": {"key": "off", "value": False}},
            "totalShards": SHARDS,
            "allocations": [
                {
                    "key": "thrown",
                    "rules": [rule],
                    "splits": [{"variationKey": "off", "shards": []}],
                    "doLog": False,
                },
                {"key": "ramp", "splits": [{"variationKey": "on", "shards": [shard]}], "doLog": False},
            ],
        }
    )
