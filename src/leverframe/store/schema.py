"""Which tables are there, all together?"""

from __future__ import annotations

from leverframe.store import (
    accounts,
    audit,
    changes,
    checkpoints,
    counted,
    evidence,
    exercises,
    follow_ups,
    gateways,
    links,
    measured,
    outbox,
    parts,
    policies,
    pull_requests,
    ramps,
    reports,
    requests,
    sessions,
    settings,
    sign_offs,
    staging,
    switch_files,
    switches,
    tables,
    tokens,
    traffic,
    units,
)
from leverframe.store.database import metadata

ROOMS = (
    accounts,
    audit,
    changes,
    checkpoints,
    counted,
    evidence,
    exercises,
    follow_ups,
    gateways,
    links,
    measured,
    outbox,
    parts,
    policies,
    pull_requests,
    ramps,
    reports,
    requests,
    sessions,
    settings,
    sign_offs,
    staging,
    switch_files,
    switches,
    tables,
    tokens,
    traffic,
    units,
)
"""Every file that has tables: importing it adds them to `metadata`."""

__all__ = ["ROOMS", "metadata"]
