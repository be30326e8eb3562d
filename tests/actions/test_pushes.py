"""Does the push that a git host tells say who stands behind a commit, and nothing more?"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.repositories import MODEL, NEEDS_SSH, SUPPORT, Repository, a_repository, followed, known, with_off
from tests.test_one_door import client_of
from tests.world import World, faults_of, no_of

from leverframe.actions import accounts, levers
from leverframe.actions.pushes import tell_push
from leverframe.nouns.people import ActorKind
from leverframe.store import accounts as account_rows

pytestmark = NEEDS_SSH


@pytest.fixture
def repository(world: World, tmp_path: Path) -> Repository:
    """A repository that the house follows; the git host calls everybody `<name>-git`, and nobody signs."""
    made = a_repository(tmp_path, world.now)
    known(world, made, "nobody")
    followed(world, made)
    world.round()
    return made


def thrown(world: World, switch: str = SUPPORT) -> bool:
    return levers.show_switch(world.house, world.remi, switch).switch.thrown


def pushed(world: World, commit: str, login: str, **more: str):
    told = tell_push(world.house, world.token("adi", "switch-file"), commit, login, **more)
    world.round()
    return told


def test_a_push_by_somebody_known_makes_its_commit_theirs(world: World, repository: Repository):
    id = repository.commit(with_off(SUPPORT), at=world.now)
    world.round()
    assert not thrown(world)
    assert pushed(world, id, "Sol-Git").person == "sol", "git hosts do not tell small letters from capital ones"
    assert thrown(world)
    entry = world.entries("switch.thrown", SUPPORT)[0]
    assert (entry.actor, entry.facts["known_by"]) == ("commit:sol", "pushed as Sol-Git")
    told = world.entries("switch.file_pushed")[0]
    assert (told.actor, told.object, told.facts["person"]) == ("token:adi", f"commit/{id}", "sol")


def test_a_push_may_be_told_before_the_commit_is_seen(world: World, repository: Repository):
    id = repository.commit(with_off(SUPPORT), at=world.now)
    tell_push(world.house, world.token("adi", "switch-file"), id, "sol-git")
    world.round()
    assert thrown(world)


def test_the_clock_looks_at_once_when_a_push_is_told(world: World, repository: Repository):
    following = world.house.following
    assert following is not None
    following.every_seconds = 3600.0
    world.round()
    assert not following.is_due
    id = repository.commit(with_off(SUPPORT), at=world.now)
    tell_push(world.house, world.adi, id, "sol-git")
    assert following.is_due


def test_who_pushed_may_no_more_than_they_may_elsewhere(world: World, repository: Repository):
    pushed(world, repository.commit(with_off(MODEL), at=world.now), "ana-git")
    assert not thrown(world, MODEL)
    drift = levers.show_switch(world.house, world.remi, MODEL).drift[0]
    assert "ana may not throw a model kill switch" in drift.because


def test_a_login_that_is_nobodys_moves_nothing(world: World, repository: Repository):
    assert pushed(world, repository.commit(with_off(SUPPORT), at=world.now), "mallory").person == ""
    assert not thrown(world)
    assert (
        "mallory, who pushed it, is nobody" in levers.show_switch(world.house, world.remi, SUPPORT).drift[0].because
    )


def test_a_push_speaks_of_its_own_commit_and_with_the_one_before_of_all_that_came_with_it(
    world: World, repository: Repository
):
    before = repository.git("rev-parse", "HEAD")
    repository.commit(with_off(SUPPORT), at=world.now)
    repository.write("hello", "README.md")
    head = repository.commit(at=world.now)
    pushed(world, head, "sol-git")
    assert not thrown(world), "the commit that throws is another, and nobody has told who pushed that"
    pushed(world, head, "sol-git", before="0" * 40)
    assert not thrown(world), "a branch that is new has no commit before"
    pushed(world, head, "sol-git", before="ab" * 20)
    assert not thrown(world), "of a commit that is not here nobody can tell what came after it"
    pushed(world, head, "sol-git", before=before)
    assert thrown(world)


def test_a_bad_signature_is_not_mended_by_a_push(world: World, repository: Repository):
    known(world, repository, "sol")
    signed = repository.commit(with_off(SUPPORT), by="sol", at=world.now)
    raw = repository.git("cat-file", "commit", signed).replace("change 2", "change 3")
    bad = repository.git("hash-object", "-t", "commit", "-w", "--stdin", given=raw + "\n")
    repository.git("update-ref", "refs/heads/main", bad)
    pushed(world, bad, "sol-git")
    assert not thrown(world)
    assert "its signature is bad" in levers.show_switch(world.house, world.remi, SUPPORT).drift[0].because


def test_a_push_of_an_old_commit_throws_nothing_again(world: World, repository: Repository):
    world.at("Wed 11:00")
    first = repository.git("rev-parse", "HEAD")
    id = repository.commit(with_off(SUPPORT), at=world.now)
    pushed(world, id, "sol-git")
    world.clock.advance(timedelta(minutes=1))
    world.set_again("ana", SUPPORT)
    assert world.set_again("remi", SUPPORT).done
    for commit in (first, id):
        repository.git("reset", "-q", "--hard", commit)
        pushed(world, commit, "sol-git")
    assert not thrown(world)


def test_what_is_no_push_is_told_all_its_faults(world: World, repository: Repository):
    assert set(faults_of(lambda: tell_push(world.house, world.adi, "HEAD", " ", before="main"))) == {
        "commit",
        "before",
        "pusher",
    }
    told = faults_of(lambda: tell_push(world.house, world.adi, "ab" * 20, "sol", branch="refs/heads/release"))
    assert set(told) == {"branch"}
    assert tell_push(world.house, world.adi, "ab" * 20, "sol", branch="refs/heads/main").person == ""


def test_who_may_not_manage_accounts_names_nobody_else(world: World, repository: Repository):
    for name in ("vic", "sol", "remi"):
        host = world.token(name, "switch-file")
        assert set(no_of(partial(tell_push, world.house, host, "ab" * 20, "sol-git"))) == {"may"}
    assert world.entries("switch.file_pushed") == []


# ------------------------------------------------------------------------------------------ the door


@pytest.fixture
def client(world: World) -> TestClient:
    for name in ("adi", "sol"):
        with world.store.write() as db:
            account_rows.add(db, account_rows.Account(name, "no password opens this", world.now))
    return client_of(world)


def bearer(world: World, name: str, *scopes: str) -> dict[str, str]:
    _, secret = accounts.add_token(world.house, world.who(name), "the git host", scopes)
    return {"authorization": f"Bearer {secret}"}


def test_the_git_host_tells_by_a_token_that_does_nothing_else(
    world: World, repository: Repository, client: TestClient
):
    id = repository.commit(with_off(SUPPORT), at=world.now)
    host = bearer(world, "adi", "switch-file")
    body = {"commit": id, "pusher": "sol-git", "branch": "refs/heads/main"}
    for scope in ("read", "switch", "change", "evidence"):
        assert client.post("/switches/file", json=body, headers=bearer(world, "adi", scope)).status_code == 403
    assert client.post("/switches/file", json=body, headers=bearer(world, "sol", "switch-file")).status_code == 403
    assert client.post("/switches/file", json=body).status_code == 401
    answer = client.post("/switches/file", json=body, headers=host)
    assert (answer.status_code, answer.json()) == (200, {"commit": id, "login": "sol-git", "person": "sol"})
    assert client.get("/switches", headers=host).status_code == 403
    assert client.put(f"/switches/{SUPPORT}/throw", json={"because": "x"}, headers=host).status_code == 403
    world.round()
    assert thrown(world)
    assert ActorKind.COMMIT.value == world.entries("switch.thrown", SUPPORT)[0].actor.split(":")[0]


def test_the_file_is_shown_as_it_would_be(world: World, repository: Repository, client: TestClient):
    reader = bearer(world, "sol", "read")
    world.throw("sol", SUPPORT, "it insults customers")
    told = client.get("/switches/file", headers=reader).json()
    assert told["differs"] == [SUPPORT]
    assert told["text"] == with_off(SUPPORT).replace(
        "enabled: false\n    fallback: help", 'enabled: false\n    reason: "it insults customers"\n    fallback: help'
    )
    page = client.get("/switches/file", headers={**reader, "accept": "text/html"}, follow_redirects=False)
    assert (page.status_code, page.headers["location"]) == (303, "/switches#file")
    world.house.following = None
    document = client.get("/switches", headers=reader).json()
    assert document["file"]["state"] == "drifted", "another process follows it, and what it saw is seen here"
    assert document["file"]["looked_seconds"] is None
    assert document["file"]["drift"][0]["switch"] == SUPPORT
    line = next(x for _, _, lines in document["layers"] for x in lines if x["switch"]["key"] == "customer-support-ai")
    assert line["drift"][0]["drift"] == "moved"


def test_where_no_file_is_followed_there_is_none_to_show(world: World, client: TestClient):
    reader = bearer(world, "sol", "read")
    assert client.get("/switches", headers=reader).json()["file"] is None
    missing = client.get("/switches/file", headers=reader)
    assert (missing.status_code, "--switch-repo" in missing.json()["remedy"]) == (404, True)
