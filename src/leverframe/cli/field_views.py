"""How does the command line show one field of a ticket, and who has reviewed it?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from leverframe.cli.output import heading, indented, role, say, table, words


def say_field(document: Mapping[str, Any], field: str) -> None:
    """Show one field as it stands, and who wrote it."""
    value = document["change"].get(field)
    wrote = document["change"]["provenance"].get(field)
    by = f", by {wrote['by']}" if wrote and wrote["by"] != "auto" else ", filled by itself"
    say(f"{document['change']['id']}, {words(field)}{by}:")
    indented(value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False))


def say_guide(document: Mapping[str, Any]) -> None:
    """Explain each field of a change, and name the lines of the policy that ask for it."""
    for row in document["fields"]:
        field = row["field"]
        heading(f"{words(field['name'])}{' (signed)' if row['signed'] else ''}")
        say(field["purpose"])
        indented(f"Write: {field['form']}")
        indented(f"Left out: {field['left_out']}")
        if row["needed"]:
            indented("Nothing is filed without it", style="dim")
        for ask in row["asks"]:
            indented(f"{ask['of']}: {ask['must_be']} ({ask['at']})", style="dim")


def say_field_reviewed(review: Mapping[str, Any]) -> None:
    """Say what was reviewed."""
    name = words(review["field"])
    say(f"{review['by']} has reviewed the {name} of {review['change']} as {role(review['role'])}.")


def say_field_reviews(document: Mapping[str, Any]) -> None:
    """Show of which fields a review is asked, and how each stands; nothing where none is."""
    asked = [seen for seen, _ in document.get("field_reviews", ())]
    if not asked:
        return
    heading("Reviewed fields")
    table(("=Field", "By", "What was checked"), (_row(seen) for seen in asked), empty="")
    for seen in asked:
        for review, why in seen["others"]:
            said = f"{review['by']}'s review of the {words(seen['field'])} does not count: {why}"
            indented(said, style="dim")


def _row(seen: Mapping[str, Any]) -> tuple[str, str, str]:
    review = seen["review"]
    if review:
        return words(seen["field"]), review["by"], review["comment"]
    return words(seen["field"]), "nobody yet", f"may: {', '.join(seen['able'])}" if seen["able"] else ""
