"""Is a pull request read as what it changes, and is what it does not tell asked for instead of guessed?"""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.rules.tickets import TARGET, policy

from leverframe.nouns.changes import Kind
from leverframe.nouns.proposals import Proposal
from leverframe.nouns.units import Unit
from leverframe.rules.kinds import kind_of
from leverframe.rules.proposals import block_of, target_faults, targets_of, unit_of

FEATURE = replace(TARGET, prompt="answers")
RUNS = Unit("answers@v7", "openai.gpt-4o", "help-2026-04", "assistant@9f3c2ab", "sha256:1")
CATALOG = replace(
    policy().catalog, targets={"support": FEATURE, "notes": replace(FEATURE, id="notes", prompt="minutes")}
)
POLICY = policy(catalog=CATALOG)


def proposal(*files: str, body: str = "") -> Proposal:
    return Proposal("https://git.example/7", "Know Acme Home", "ana-git", "5d0e9a17c4b8", files, body)


@pytest.mark.parametrize(
    ("files", "features"),
    [
        (["prompts/answers/v8.md"], ("support",)),
        (["services/support/prompts/answers/v8.md", "README.md"], ("support",)),
        (["rollouts/notes.yaml"], ("notes",)),
        (["units/support.yaml", "prompts/answers/v8.md"], ("support",)),
        (["prompts/answers/v8.md", "prompts/minutes/v2.md"], ("notes", "support")),
        (["prompts/unknown/v1.md", "rollouts/unknown.yaml", "src/answers/v8.md"], ()),
        (["myprompts/answers/v8.md"], ()),
        ([], ()),
    ],
)
def test_a_pull_request_is_of_the_features_whose_files_it_changes(files, features):
    assert targets_of(files, POLICY) == features


@pytest.mark.parametrize(
    ("found", "words"), [((), "no prompt"), (("notes", "support"), "2 features: notes, support")]
)
def test_where_the_files_say_no_feature_or_several_the_candidates_are_named(found, words):
    (fault,) = target_faults(found, POLICY)
    assert fault.place == "target"
    assert words in fault.because
    assert "--target" in fault.remedy
    assert not list(target_faults(("support",), POLICY))


@pytest.mark.parametrize(
    ("files", "unit"),
    [
        (["prompts/answers/v8.md"], replace(RUNS, prompt="answers@v8")),
        (["prompts/answers/v8.md", "evals/answers.yaml", "README.md"], replace(RUNS, prompt="answers@v8")),
        (["src/answer.py"], replace(RUNS, code_ref="assistant@5d0e9a1")),
        (["prompts/answers/v8.md", "src/a.py"], replace(RUNS, prompt="answers@v8", code_ref="assistant@5d0e9a1")),
        (["prompts/minutes/v2.md"], RUNS),
        (["rollouts/support.yaml"], RUNS),
    ],
)
def test_the_candidate_is_what_runs_with_what_the_files_change_of_it(files, unit):
    assert unit_of(proposal(*files), FEATURE, RUNS) == (unit, ())


def test_a_feature_without_code_of_its_own_gets_no_ref():
    bare = replace(RUNS, code_ref="")
    assert unit_of(proposal("src/answer.py"), FEATURE, bare) == (bare, ())


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (["prompts/answers/v8.md", "prompts/answers/v9.md"], "2 versions"),
        (["prompts/answers/v7.md"], "rewrites answers@v7, which runs"),
        (["units/support.yaml"], "a unit file"),
    ],
)
def test_what_the_files_do_not_tell_is_asked_for(files, words):
    _, (fault,) = unit_of(proposal(*files), FEATURE, RUNS)
    assert words in fault.because
    assert fault.remedy


@pytest.mark.parametrize(
    ("after", "kind"),
    [
        (RUNS, None),
        (replace(RUNS, config_digest="sha256:2"), Kind.CONFIG),
        (replace(RUNS, code_ref="assistant@1"), Kind.CONFIG),
        (replace(RUNS, prompt="answers@v8"), Kind.PROMPT),
        (replace(RUNS, prompt="answers@v8", model="openai.gpt-5"), Kind.MODEL_SWAP),
        (replace(RUNS, index="help-2026-05", model="openai.gpt-5"), Kind.RETRIEVAL_INDEX),
    ],
)
def test_the_kind_is_the_riskiest_of_what_differs(after, kind):
    assert kind_of(RUNS, after) is kind


@pytest.mark.parametrize(
    ("body", "block"),
    [
        ("", ""),
        ("words\n```yaml\ntitle: no\n```\n", ""),
        ("words\n```leverframe\ntitle: yes\n```\nmore\n", "title: yes\n"),
        ("```leverframe  \r\nbridge: x\r\n```", "bridge: x\n"),
        ("```leverframe\nnever closed\n", ""),
    ],
)
def test_only_a_fenced_block_of_our_name_is_read(body, block):
    assert block_of(body) == block
