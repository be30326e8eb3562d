"""What is each field of a change for, what may stand in it, and what fills it where nobody does?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GuideField:
    """One field of the change file, in words: `left_out` says what becomes of it where it is not written."""

    name: str
    purpose: str
    form: str
    left_out: str


NEEDED = ("target", "kind", "title", "candidate")
"""The fields without which nothing is filed."""
GUIDE = (
    GuideField(
        "target",
        "The AI feature that changes. Its risk tier, its users and its owner come with it.",
        "a feature of the catalog",
        "it is needed; from a pull request: the feature whose files it touches",
    ),
    GuideField(
        "kind",
        "What sort of thing changes: it decides which suites are asked for, and whether the change can be reversed.",
        "`config`, `prompt`, `model_swap`, `retrieval_index` or `schema`",
        "it is needed; from a pull request: the riskiest kind that its files show",
    ),
    GuideField(
        "title",
        "What changes, as the users of the feature would say it.",
        "one line",
        "it is needed; from a pull request: its title",
    ),
    GuideField(
        "candidate",
        "The whole unit that is to replace the one that runs, so that the way back is exact.",
        "`prompt` (`name@version`), `model` (`platform.model`), `index`, `code_ref`, `config_digest`; "
        "a part that is left out is one that the feature does not use",
        "it is needed; from a pull request: the unit that runs, with what the files change",
    ),
    GuideField(
        "path",
        "Which way it goes: pre-approved, by the table of requirements, or as an emergency.",
        "`standard`, `normal` or `emergency`",
        "`normal`",
    ),
    GuideField(
        "rollback_plan",
        "How exactly the change is taken back, one paragraph of steps, thought of before it is needed.",
        "text; a step a line",
        "on Low: from the catalog; else nothing",
    ),
    GuideField(
        "restore_from",
        "Where the former state is kept, for a kind that does not simply reverse.",
        "an address, or `kind:name` such as `index:claims-2026-10`",
        "nothing; it is needed where the kind does not simply reverse",
    ),
    GuideField(
        "kill_switch",
        "The lever that stops it everywhere at once. It must be set, and proven to work.",
        "the switch's path, such as `feature/assistant`",
        "the feature's own, if the switch file has one",
    ),
    GuideField(
        "blast_radius",
        "How many users, in which regions, at what share can be hit before it settles.",
        "`users`, `regions`, `rings`, `max_share_percent` (the widest stage but the last)",
        "all users and regions of the catalog; the plan's widest stage but the last; each part by itself",
    ),
    GuideField(
        "artefacts",
        "What the change rests on: its pull request, prompt version, model card and AI Risk review.",
        "name: link; the names that are known have a form that the gate `artefacts` checks",
        "nothing; from a pull request: the links that it shows",
    ),
    GuideField(
        "start",
        "When the ramp may begin, and when it must have stopped widening.",
        "`opens_at`, `closes_at`, `not_after`, `zone`; a time without an offset is wall time in `zone`",
        "the next opening of the release window until its end; `not_after` 14 days later",
    ),
    GuideField(
        "ramp",
        "The stages by which it widens, and what the evidence must show at each.",
        "a plan: a template of the policy, or `rollouts/<feature>`",
        "the feature's rollout file, else the template `handbook`",
    ),
    GuideField(
        "release_manager",
        "Who answers for the release; on High never somebody who wrote the change.",
        "a person of the catalog who holds the role",
        "the only one there is, if they did not file it; scheduling names the release manager",
    ),
    GuideField(
        "coordinator",
        "Who coordinates on the bridge: exactly one person at any moment.",
        "a person of the catalog who may `bridge.coordinate`",
        "whoever starts the ramp; an edit that names another is a handover",
    ),
    GuideField(
        "bridge",
        "Where the people meet while it ramps.",
        "a link",
        "the feature's own, from the catalog",
    ),
    GuideField(
        "paging",
        "Who is called when it goes wrong.",
        "a list of people, rotas, groups or addresses",
        "the feature's on-call, from the catalog",
    ),
)
"""Every field that a change file may hold, in the order of the ticket. Source: handbook phase 8, change ticket."""
