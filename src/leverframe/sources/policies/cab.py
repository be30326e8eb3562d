"""When does the CAB meet, and who sits there?"""

from __future__ import annotations

from collections.abc import Collection

from leverframe.nouns.cab import CabRule
from leverframe.nouns.policies import Policy
from leverframe.sources.policies.reading import Report, Section, nearest
from leverframe.sources.policies.scopes import TIERS, WEEKDAYS

EVERY_DAY = WEEKDAYS[:5]


def read_cab(section: Section, known: Collection[str]) -> CabRule:
    """Return what `cab` says."""
    with section:
        meets = section.clock_time("meets")
        days = section.names("days", known=WEEKDAYS) or EVERY_DAY
        roles = section.names("roles", required=True, known=known)
        if section.has("roles") and not roles:
            section.wrong("roles", "names no role, so nobody would sit there", "Name at least one role.")
        section.report.remember("cab delegates", section.place_of("delegates"))
        return CabRule(
            meets=meets,
            weekdays=frozenset(WEEKDAYS.index(day) for day in days),
            roles=roles,
            zone=section.zone("zone"),
            notice_minutes=section.whole("notice_min", default=30, low=0, high=24 * 60),
            item_minutes=section.whole("item_minutes", default=10, low=1, high=120),
            tiers=frozenset(section.names("tiers", known=TIERS) or ("medium", "high")),
            delegates=_read_delegates(section.section("delegates"), roles),
        )


def _read_delegates(section: Section, roles: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the further groups whose people may sit for a member of a role."""
    found: dict[str, frozenset[str]] = {}
    for role in section.free():
        if role not in roles:
            section.wrong(role, "is no role of the CAB", nearest(role, roles, noun="roles"))
            continue
        found[role] = frozenset(section.names(role))
    return found


def check_cab(policy: Policy, report: Report) -> None:
    """Tell of groups that nobody described, and of a CAB that no change asks for."""
    if policy.cab is None:
        return
    place = report.place("cab delegates")
    for role, groups in policy.cab.delegates.items():
        for group in sorted(groups - policy.catalog.groups.keys()):
            because = f"The group `{group}`, from which a delegate of {role} may come, does not exist."
            report.error(place, because, nearest(group, policy.catalog.groups, noun="groups"))
    asked = {seat.role for row in policy.requirements for seat in row.seats}
    for role in policy.cab.roles:
        if role not in asked and not policy.solo:
            because = f"The role {role} sits on the CAB, and no change asks for its sign-off."
            report.warn(place, because, "Add it to `sign_offs` of a row, or take it out of `roles`.")
