"""What does a pull request change: of which feature, and which parts of its unit?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from leverframe.nouns.policies import Policy
from leverframe.nouns.proposals import Proposal
from leverframe.nouns.targets import Target
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault

PROMPT = re.compile(r"(?:^|/)prompts/(?P<name>[A-Za-z0-9][\w.-]*)/(?P<version>[A-Za-z0-9][\w.-]*)\.md$")
OF_FEATURE = re.compile(r"(?:^|/)(?:rollouts|units)/(?P<id>[A-Za-z0-9][\w.-]*)\.ya?ml$")
NOT_CODE = re.compile(r"(?:^|/)(?:prompts|rollouts|units|evals)/|\.md$")
UNIT = re.compile(r"(?:^|/)units/[^/]+\.ya?ml$")
BLOCK = re.compile(r"^```leverframe[^\S\n]*\n(?P<text>.*?)^```[^\S\n]*$", re.MULTILINE | re.DOTALL)


def block_of(body: str) -> str:
    """Return what stands in the fenced block named `leverframe` of a pull request's body; empty: there is none."""
    found = BLOCK.search(body.replace("\r\n", "\n"))
    return found["text"] if found else ""


def targets_of(files: Iterable[str], policy: Policy) -> tuple[str, ...]:
    """List the features whose prompts, rollout file or unit file a pull request changes."""
    folders = {target.prompt: target.id for target in policy.catalog.targets.values() if target.prompt}
    found = set()
    for path in files:
        if prompt := PROMPT.search(path):
            found.add(folders.get(prompt["name"], ""))
        elif named := OF_FEATURE.search(path):
            found.add(named["id"] if named["id"] in policy.catalog.targets else "")
    return tuple(sorted(found - {""}))


def target_faults(found: Sequence[str], policy: Policy) -> Iterator[Fault]:
    """Yield why a pull request does not say of itself which feature it is of."""
    if not found:
        known = ", ".join(sorted(policy.catalog.targets))
        because = "the pull request changes no prompt, rollout file or unit file of a feature"
        yield Fault("target", because, f"say which feature it is of (--target): {known}")
    elif len(found) > 1:
        because = f"the pull request changes {len(found)} features: {', '.join(found)}"
        yield Fault("target", because, "file one change for each, and say which this is (--target)")


def unit_of(proposal: Proposal, target: Target, running: Unit) -> tuple[Unit, tuple[Fault, ...]]:
    """Return the unit that runs with what a pull request changes of it: its prompt, and the ref of its code.

    What the files alone do not tell (which model a unit file names now) is a fault that says where to write it.
    """
    faults = []
    versions = sorted(
        {p["version"] for path in proposal.files if (p := PROMPT.search(path)) and p["name"] == target.prompt}
    )
    added = [version for version in versions if f"{target.prompt}@{version}" != running.prompt]
    if len(added) > 1:
        because = f"it changes {len(added)} versions of the prompt {target.prompt}: {', '.join(added)}"
        faults.append(
            Fault("candidate.prompt", because, "name the one that shall run in a `leverframe` block of its body")
        )
    if versions and not added:
        because = f"it rewrites {running.prompt}, which runs"
        faults.append(Fault("candidate.prompt", because, "a version never changes: add the next one as its own file"))
    if any(UNIT.search(path) for path in proposal.files):
        because = "it changes a unit file, whose text the git host does not tell"
        faults.append(Fault("candidate", because, "write `candidate: {…}` in a `leverframe` block of its body"))
    prompt = f"{target.prompt}@{added[0]}" if len(added) == 1 else running.prompt
    return replace(running, prompt=prompt, code_ref=_code_ref(proposal, running)), tuple(faults)


def _code_ref(proposal: Proposal, running: Unit) -> str:
    """Return the ref of the code: another where more than prompts, rollouts, units, evals and texts was changed."""
    name, at, _ = running.code_ref.partition("@")
    if not at or all(NOT_CODE.search(path) for path in proposal.files):
        return running.code_ref
    return f"{name}@{proposal.commit[:7]}"
