"""Which rings, regions and cohorts does the policy put first, and how wide may the next be?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leverframe.nouns.audiences import AudienceOrder
from leverframe.nouns.targets import LAST_RING
from leverframe.sources.policies.reading import Report, Section, nearest
from leverframe.sources.policies.yaml_values import Value

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}")


def read_audiences(policy: Section, report: Report) -> tuple[AudienceOrder, dict[str, str]]:
    """Return the order of audiences, and the ring of each tenant that one names."""
    rings, tenants = _read_rings(policy)
    with policy.section("next_at_most_percent") as next_at_most:
        percents = {
            part: next_at_most.number(part, default=100, high=100) for part in ("rings", "regions", "cohorts")
        }
    order = AudienceOrder(
        rings=rings,
        regions=tuple(_read_regions(policy, report)),
        cohorts=_read_cohorts(policy),
        next_ring_percent=percents["rings"],
        next_region_percent=percents["regions"],
        next_cohort_percent=percents["cohorts"],
    )
    return order, tenants


def _read_rings(policy: Section) -> tuple[tuple[str, ...], dict[str, str]]:
    order: list[str] = []
    rings: dict[str, str] = {}
    for entry in policy.sections("rings"):
        with entry as section:
            name = section.text("name", required=True, example="internal")
            if name in order:
                section.wrong("name", f"is `{name}`, which an earlier ring has", "Give each ring a name of its own.")
            order.append(name)
            for tenant in section.names("tenants"):
                if tenant in rings:
                    because = f"holds `{tenant}`, which is in the ring {rings[tenant]} already"
                    section.wrong("tenants", because, "A tenant is in one ring.")
                rings.setdefault(tenant, name)
    if order and order[-1] != LAST_RING:
        because = f"end with `{order[-1]}`, and tenants that no ring names have none"
        policy.wrong("rings", because, f"Let the last ring be `- name: {LAST_RING}`.")
    return tuple(order) or (LAST_RING,), rings


def _read_regions(policy: Section, report: Report) -> Iterator[tuple[str, ...]]:
    """Yield the groups of regions; one name alone is a group of one."""
    value = policy.value("region_order")
    if value is None:
        return
    if not isinstance(value.data, list):
        policy.wrong("region_order", "is not a list of groups", "Write it as `[[au, ca], [eu], [us]]`.")
        return
    regions = policy.value("regions")
    known, seen = tuple(regions.data) if regions and isinstance(regions.data, dict) else (), set[str]()
    for group in value.data:
        names = group.data if isinstance(group.data, list) else [group]
        yield tuple(name for item in names if (name := _region(item, known, seen, report)))


def _region(item: Value, known: tuple[str, ...], seen: set[str], report: Report) -> str:
    name = str(item.data)
    if name not in known:
        because = f"`region_order` names `{name}`, which is none of the policy's regions."
        report.error(item.place, because, nearest(name, known, noun="regions"))
    elif name in seen:
        report.error(item.place, f"`region_order` names `{name}` twice.", "A region has one place.")
    else:
        seen.add(name)
        return name
    return ""


def _read_cohorts(policy: Section) -> tuple[str, ...]:
    names = policy.names("cohorts")
    for name in dict.fromkeys(names):
        if not _NAME.fullmatch(name):
            because = f"names `{name}`, which no request could name"
            policy.wrong("cohorts", because, "Use letters, digits, and . _ @ + -, at most 64 of them.")
        elif names.count(name) > 1:
            policy.wrong("cohorts", f"names `{name}` twice", "A cohort has one place.")
    return tuple(dict.fromkeys(names))
