"""Which freezes does a file of somebody's calendar hold?

A file is CSV with a head line, or iCalendar. What a row leaves out, the import says: the owner, the zone, the scope.
"""

from __future__ import annotations

from collections.abc import Sequence

from leverframe.nouns.freezes import ReadFreeze
from leverframe.sources.freezes import csv_file, ics


def read_freezes(body: bytes, *, place: str) -> Sequence[ReadFreeze]:
    """Return the freezes of a file, in its order; raises Invalid with all faults, by `place:line`."""
    reader = ics if ics.recognise(body) else csv_file
    return reader.read(body, place=place)
