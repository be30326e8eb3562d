"""Is every link on the ticket what it claims to be?"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

from leverframe.nouns.artefacts import FORMS, PATTERNS, Artefact
from leverframe.nouns.changes import Change
from leverframe.nouns.verdicts import Verdict, failed, not_needed, passed
from leverframe.rules.gates.facts import ShipFacts


def artefacts(change: Change, facts: ShipFacts, now: datetime) -> Verdict:
    """Answer no with each link that is not what its name says; what must be linked is asked by `complete`.

    Source: handbook phase 8, the change ticket (linked artefacts).
    """
    links = {name: link.strip() for name, link in change.artefacts.items() if link.strip()}
    if not links:
        return not_needed("artefacts", "the ticket links nothing")
    faults = [*_forms(links), *_prompt(links.get(Artefact.PROMPT_VERSION, ""), change, facts), *_twice(links)]
    if not faults:
        said = ", ".join(_named(name) for name in links)
        return passed("artefacts", f"each link is what it says: {said}")
    because = "; ".join(because for because, _ in faults)
    remedy = "; ".join(dict.fromkeys(remedy for _, remedy in faults))
    return failed("artefacts", because, remedy=remedy, who=change.author, people={change.author})


def _forms(links: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the links that have none of the forms of their kind."""
    for kind, forms in FORMS.items():
        link = links.get(kind, "")
        if link and not any(re.fullmatch(PATTERNS[form], link) for form in forms):
            known = " or ".join(form.value for form in forms)
            yield f"{link:.60} is no {_named(kind)}", f"write {kind.value} as {known}"


def _prompt(link: str, change: Change, facts: ShipFacts) -> Iterator[tuple[str, str]]:
    """Yield why a prompt version is not the one that would run."""
    moves = sorted({unit.prompt for unit in change.candidate.values() if unit.prompt})
    if not re.fullmatch(PATTERNS[FORMS[Artefact.PROMPT_VERSION][0]], link):
        return
    right = f"link {' or '.join(moves)}, which the candidate names" if moves else "take the link out"
    if facts.policy.prompts and link not in facts.policy.prompts:
        yield f"there is no prompt {link}", right
    elif link not in moves:
        yield f"the candidate does not run the prompt {link}", right


def _twice(links: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield each link that is given for two things: one of them is not what it claims."""
    seen: dict[str, str] = {}
    for name, link in links.items():
        if link in seen:
            yield f"the {_named(seen[link])} and the {_named(name)} are the same link", "link each by itself"
        seen.setdefault(link, name)


def _named(name: str) -> str:
    return {"ai_risk_review": "AI Risk review"}.get(name, name.replace("_", " "))
