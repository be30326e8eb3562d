"""Does the lever frame show how the switch file in git stands, whatever that is?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.repositories import MODEL, NEEDS_SSH, SUPPORT, Repository, a_repository, followed, known, with_off
from tests.test_one_door import client_of, entered
from tests.world import ON_SQLITE, World

from leverframe.store import accounts as account_rows

pytestmark = [NEEDS_SSH, ON_SQLITE]


@pytest.fixture
def repository(world: World, tmp_path: Path) -> Repository:
    with world.store.write() as db:
        account_rows.add(db, account_rows.Account("remi", "no password opens this", world.now))
    made = a_repository(tmp_path, world.now)
    known(world, made)
    return made


def page(world: World, path: str = "/switches") -> str:
    """Return a page's words, on one line."""
    answer = client_of(world).get(path, headers={**entered(world, "remi"), "accept": "text/html"})
    assert answer.status_code == 200, answer.text
    text = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    return " ".join(text.split())


def test_a_server_that_follows_none_says_how_one_is_followed(world: World, repository: Repository):
    assert "This server follows no switch file in git. It does with leverframe serve --switch-repo DIR" in page(world)


def test_every_state_of_the_file_is_shown(world: World, repository: Repository, tmp_path: Path):
    followed(world, repository)
    assert "not looked at yet" in page(world)
    world.round()
    shown = page(world)
    for part in (
        "in step",
        f"main of {repository.path}",
        "Name the switches by Somebody",
        "nobody known It is not signed",
    ):
        assert part in shown
    repository.commit("feature_kill_switches: 7\n", by="ana", at=world.now, message="Oh")
    world.round()
    shown = page(world)
    for part in ("cannot be read", "gateway-policies/kill-switches.yaml:1", "ana signed with SHA256:"):
        assert part in shown
    repository.path.rename(tmp_path / "moved")
    followed(world, repository)
    world.round()
    shown = page(world)
    for part in ("failing", "There is no folder", "Last failure 09:00 BST"):
        assert part in shown
    assert "Alarm" not in shown
    assert "its look at the switch file" in page(world, "/")


def test_drift_stands_under_its_lever_on_the_levers_page_and_in_the_table(world: World, repository: Repository):
    followed(world, repository, write_back=True)
    world.round()
    id = repository.commit(with_off(SUPPORT, MODEL), by="ana", at=world.now, message="Stop <both>")
    world.round()
    repository.commit(with_off(MODEL), by="ana", at=world.now, message="Support is mended")
    world.round()
    shown = page(world)
    for part in (
        "What is done here is written back.",
        "asked The file says set.",
        f"Commit {id[:10]} of ana: ana may not throw a model kill switch",
        f"{SUPPORT} asked set thrown",
        f"{MODEL} not done thrown set",
    ):
        assert part in shown
    assert "asked says set." in page(world, f"/switches/{SUPPORT}")
    lever = page(world, f"/switches/{MODEL}")
    assert "not done says thrown." in lever
    assert "Owner ai-platform" in lever
    assert "&lt;both&gt;" in page(world, f"/switches/{SUPPORT}"), "what a commit says is never read as markup"


def test_a_tenants_page_says_who_is_told_before_its_pause_ends(world: World, repository: Repository):
    told = "customer-support-engineering, it-operations@enterprise-12891.example"
    assert f"Told before it ends {told}" in page(world, "/switches/tenant/enterprise-tenant-12891")
    world.throw("sol", "tenant/northwind", "they asked")
    assert "the tenant has no contact" in page(world, "/switches/tenant/northwind")
