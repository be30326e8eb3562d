"""What is a gateway told that has no line to the stream?

It asks for what it lacks, and says with it what it holds: a poll is a report, and its answer is a heartbeat.
"""

from __future__ import annotations

from leverframe.actions.house import House
from leverframe.actions.reports import share_soon
from leverframe.actions.tables import frame_since, heard, whole_frame
from leverframe.nouns.frames import Frame
from leverframe.nouns.gateways import Gateway, Report
from leverframe.nouns.tables import Number
from leverframe.nouns.verdicts import Fault, Invalid


def poll(house: House, gateway: Gateway, report: Report) -> Frame | None:
    """Take what a gateway holds; return what makes the newest table of it, or None; raises Invalid."""
    number = _checked(report)
    house.fleet.report(gateway.name, report.instance, report.boot, number, traffic=report.traffic)
    heard(house, number, gateway.name, report.instance)
    share_soon(house)
    return whole_frame(house) if report.whole else frame_since(house, number)


def _checked(report: Report) -> Number:
    faults = [
        Fault(name, "it is no name", "at most 200 printable characters")
        for name, value in (("instance", report.instance), ("boot", report.boot))
        if not 0 < len(value) <= 200 or not value.isprintable()
    ]
    try:
        number = Number.parse(report.number)
    except ValueError as no:
        raise Invalid([*faults, Fault("number", str(no), "0.0 where none is held")]) from None
    if faults:
        raise Invalid(faults)
    return number
