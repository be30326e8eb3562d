"""Which staging deployments are of the candidate as it stands?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from leverframe.nouns.changes import Change
from leverframe.nouns.documents import digest
from leverframe.nouns.staging import StagingRecord


def staged_unit(change: Change) -> str:
    """Return the digest of what a change would put on staging now."""
    return digest(change.candidate)


def seen_now(records: Iterable[StagingRecord], change: Change) -> tuple[StagingRecord, ...]:
    """Say of each record whether it is of an earlier candidate: what was deployed before an edit is another unit."""
    now = staged_unit(change)
    return tuple(replace(record, earlier=record.unit != now) for record in records)
