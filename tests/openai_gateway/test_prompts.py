"""Which text stands behind a reference?"""

from __future__ import annotations

from pathlib import Path

import pytest

from leverframe.gateway.prompts import NoPrompt, Prompts


def test_a_version_is_read_once_and_kept(prompts: Path):
    shelf = Prompts(prompts)
    first = shelf.text("policy-search@v8")
    (prompts / "policy-search" / "v8.md").unlink()
    assert shelf.text("policy-search@v8") == first


def test_a_version_that_arrives_later_is_found(prompts: Path):
    shelf = Prompts(prompts)
    assert isinstance(shelf.text("policy-search@v10"), NoPrompt)
    (prompts / "policy-search" / "v10.md").write_text("Ten.")
    assert shelf.text("policy-search@v10") == "Ten."


def test_no_reference_has_no_text(prompts: Path):
    assert Prompts(prompts).text("") == ""


@pytest.mark.parametrize(
    "reference",
    [
        "policy-search",
        "@v8",
        "policy-search@",
        "../secret@v1",
        "a/b@v1",
        "policy-search@../../secret",
        "a@b@c",
        "a\x00@b",
        "x" * 5000 + "@v1",
        "é@v1",
    ],
)
def test_what_is_not_a_reference_is_an_answer_not_an_exception(prompts: Path, reference: str):
    (prompts.parent / "secret.md").write_text("secret")
    assert isinstance(Prompts(prompts).text(reference), NoPrompt)


def test_a_file_that_is_not_text_is_named(prompts: Path):
    (prompts / "policy-search" / "v9.md").write_bytes(b"\xff\xfe")
    answer = Prompts(prompts).text("policy-search@v9")
    assert isinstance(answer, NoPrompt)
    assert "policy-search/v9.md" in answer.because
