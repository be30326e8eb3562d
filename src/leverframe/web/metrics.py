"""How does Prometheus hear how the house stands?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

from leverframe.actions.metrics import Metrics, metrics
from leverframe.nouns.gateways import SILENT_AFTER_SECONDS
from leverframe.web.visits import Visiting

router = APIRouter(tags=["watching"])
PROCESS = ("gateway", "process")


@router.get("/metrics", response_class=PlainTextResponse)
def show_metrics(visit: Visiting) -> Response:
    """Show the house in Prometheus' text form; a scraper brings a token with the scope read."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_House(metrics(visit.house)))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _House(Collector):
    """One look at the house as metric families."""

    def __init__(self, found: Metrics) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        """Yield every family; ages are seconds."""
        found = self._found
        yield _gauge("table_epoch", "Epoch of the newest route table.", found.number.epoch)
        yield _gauge("table_generation", "Generation of the newest route table.", found.number.generation)
        yield _gauge("tables_withheld", "1 while the number alarm keeps tables back.", found.withheld)
        yield from self._fleet()
        yield _gauge("ramps", "Ramps under way.", found.ramping)
        yield _gauge("ramps_held", "Ramps that a person or a rule holds.", found.held)
        yield _by_layer("switches_thrown", "Thrown kill switches by layer.", found.thrown)
        yield _by_layer("switches_stale", "Set switches that nobody has exercised for half a year.", found.stale)
        yield from self._switch_file()
        yield _gauge("messages_waiting", "Messages that have not left yet.", found.waiting)
        yield _gauge("messages_given_up", "Messages that nobody took.", found.given_up)
        yield _gauge("troubles", "What the clock could not do.", found.troubles)

    def _switch_file(self) -> Iterator[Metric]:
        """Yield how the switch file in git stands, where one is followed."""
        file = self._found.file
        if file is None:
            return
        yield _gauge("switch_file_drifted", "Levers of which the file in git says otherwise.", len(file.drift))
        yield _gauge("switch_file_unreadable", "1 while the file in git cannot be read.", bool(file.faults))
        yield _gauge("switch_file_failing", "1 while its branch cannot be looked at.", bool(file.failure))
        if file.seen_at is not None:
            seen = file.seen_at.timestamp()
            yield _gauge("switch_file_seen_timestamp_seconds", "When something new was seen on its branch.", seen)
        if file.failed_at is not None:
            failed = file.failed_at.timestamp()
            yield _gauge("switch_file_failed_timestamp_seconds", "When a look at its branch failed last.", failed)
        if file.looked_seconds is not None:
            yield _gauge("switch_file_age_seconds", "Seconds since this server looked at it.", file.looked_seconds)

    def _fleet(self) -> Iterator[Metric]:
        age = _of_fleet("age_seconds", "Seconds since a gateway's process was last heard.")
        connected = _of_fleet("connected", "1 while its stream is open.")
        silent = _of_fleet("silent", f"1 once it has said nothing for {SILENT_AFTER_SECONDS:.0f} s.")
        newest = _of_fleet("newest", "1 while it obeys the newest route table.")
        for seen in self._found.seen:
            labels = (seen.gateway, seen.instance)
            age.add_metric(labels, seen.age_seconds)
            connected.add_metric(labels, seen.connected)
            silent.add_metric(labels, seen.is_silent)
            newest.add_metric(labels, seen.number == str(self._found.number))
        yield from (age, connected, silent, newest)


def _gauge(name: str, says: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"leverframe_{name}", says, value=value)


def _by_layer(name: str, says: str, counts: Mapping[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"leverframe_{name}", says, labels=("layer",))
    for layer, count in counts.items():
        family.add_metric((layer,), count)
    return family


def _of_fleet(name: str, says: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"leverframe_fleet_{name}", says, labels=PROCESS)
