"""Who is this, and how do they get in?"""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from tests.world import ON_SQLITE, World, faults_of, no_of

from leverframe.actions import accounts
from leverframe.nouns.people import Actor, ActorKind
from leverframe.nouns.verdicts import Forbidden, Invalid, NotFound
from leverframe.store import Store, sessions, tokens

pytestmark = ON_SQLITE
PASSWORD = "correct horse battery"


def join(world: World, name: str) -> None:
    accounts.add_account(world.house, world.adi, name, PASSWORD)


def test_the_one_time_link_makes_one_administrator(store: Store):
    world = World(store)
    key = accounts.first_link(world.house)
    assert key
    with pytest.raises(Invalid):
        accounts.take_first_link(world.house, key, "adi", "short")
    with pytest.raises(Forbidden):
        accounts.take_first_link(world.house, "guessed", "adi", PASSWORD)
    assert accounts.take_first_link(world.house, key, "adi", PASSWORD) == "adi"
    with pytest.raises(Forbidden):
        accounts.take_first_link(world.house, key, "eve", PASSWORD)
    assert accounts.first_link(world.house) is None
    assert world.entries("account.first_administrator")[0].actor == "adi"


def test_an_administrator_gives_a_person_of_the_catalog_an_account(world: World):
    join(world, "remi")
    session = accounts.log_in(world.house, "remi", PASSWORD)
    known = accounts.who_is(world.house, session.key)
    assert known == (world.remi, session.csrf)
    assert accounts.who_is(world.house, "another key") is None
    assert faults_of(lambda: join(world, "nobody"))["name"] == "there is no person nobody in the catalog"
    assert set(no_of(lambda: accounts.add_account(world.house, world.vic, "sol", PASSWORD))) == {"may"}
    assert set(no_of(lambda: join(world, "remi"))) == {"account"}


@pytest.mark.parametrize(("name", "password"), [("remi", "wrong password"), ("nobody", PASSWORD), ("", "")])
def test_a_wrong_name_or_password_does_not_log_in(world: World, name: str, password: str):
    join(world, "remi")
    with pytest.raises(Forbidden, match="name or password is wrong"):
        accounts.log_in(world.house, name, password)


def test_a_wrong_name_costs_as_much_as_a_wrong_password(world: World):
    with pytest.raises(Forbidden):
        accounts.log_in(world.house, "nobody", PASSWORD)
    as_installed = PasswordHasher()
    assert not as_installed.check_needs_rehash(accounts._NOBODY)
    with pytest.raises(VerifyMismatchError):
        as_installed.verify(accounts._NOBODY, PASSWORD)


def test_a_closed_account_ends_sessions_and_tokens_at_once_and_can_be_opened_again(world: World):
    join(world, "remi")
    session = accounts.log_in(world.house, "remi", PASSWORD)
    _, secret = accounts.add_token(world.house, world.remi, "laptop", ("read",))
    accounts.disable_account(world.house, world.adi, "remi", "left the company")
    assert accounts.who_is(world.house, session.key) is None
    assert accounts.whose_token(world.house, secret) is None
    for act in (accounts.open_session, lambda house, name: accounts.log_in(house, name, PASSWORD)):
        with pytest.raises(Forbidden):
            act(world.house, "remi")
    accounts.add_account(world.house, world.adi, "remi", "another long password")
    assert accounts.log_in(world.house, "remi", "another long password")
    assert [entry.because for entry in world.entries("account.added")] == ["opened again", "made"]
    with pytest.raises(NotFound):
        accounts.disable_account(world.house, world.adi, "vic", "never had one")


def test_no_machine_makes_or_closes_an_account(world: World):
    machine = world.token("adi", "admin")
    assert set(no_of(lambda: accounts.add_account(world.house, machine, "rita", PASSWORD))) == {"session"}
    join(world, "rita")
    assert set(no_of(lambda: accounts.disable_account(world.house, machine, "rita", "away"))) == {"session"}
    assert accounts.log_in(world.house, "rita", PASSWORD)


def test_a_token_of_a_closed_account_does_not_come_back_with_it(world: World):
    join(world, "remi")
    _, secret = accounts.add_token(world.house, world.remi, "a pipeline", ("read",))
    accounts.disable_account(world.house, world.adi, "remi", "away")
    join(world, "remi")
    assert accounts.whose_token(world.house, secret) is None


def test_the_last_use_of_a_token_is_noted(world: World):
    join(world, "remi")
    token, secret = accounts.add_token(world.house, world.remi, "a pipeline", ("read",))
    assert [line.last_used_at for line in accounts.list_tokens(world.house, world.remi)] == [None]
    accounts.whose_token(world.house, secret)
    noted = [(line.id, line.last_used_at is not None) for line in accounts.list_tokens(world.house, world.remi)]
    assert noted == [(token, True)]


def test_logging_out_ends_the_session_and_says_so(world: World):
    join(world, "remi")
    session = accounts.log_in(world.house, "remi", PASSWORD)
    accounts.log_out(world.house, session.key)
    accounts.log_out(world.house, session.key)
    assert accounts.who_is(world.house, session.key) is None
    assert [entry.act for entry in world.entries("session.")] == ["session.ended", "session.opened"]


def test_secrets_are_kept_as_hashes_only(world: World):
    join(world, "remi")
    session = accounts.log_in(world.house, "remi", PASSWORD)
    _, secret = accounts.add_token(world.house, world.remi, "laptop", ("read",))
    with world.store.read() as db:
        kept = str(db.execute(sessions.sessions.select()).all()) + str(db.execute(tokens.tokens.select()).all())
    assert session.key not in kept
    assert secret not in kept


def test_a_token_is_its_owner_with_its_scopes_and_is_no_session(world: World):
    join(world, "ana")
    token_id, secret = accounts.add_token(world.house, world.ana, "pipeline", ("evidence", "read"))
    actor = accounts.whose_token(world.house, secret)
    assert actor is not None
    assert (actor.kind, actor.name, actor.scopes) == (ActorKind.TOKEN, "ana", frozenset({"evidence", "read"}))
    assert not actor.is_person
    assert set(no_of(lambda: accounts.add_token(world.house, actor, "child", ("read",)))) == {"session"}
    assert accounts.whose_token(world.house, secret + "x") is None
    assert [line.id for line in accounts.list_tokens(world.house, world.ana)] == [token_id]
    assert accounts.list_tokens(world.house, world.remi) == ()
    assert len(accounts.list_tokens(world.house, world.adi)) == 1


def test_a_token_has_a_name_known_scopes_and_an_end(world: World):
    join(world, "ana")
    faults = faults_of(lambda: accounts.add_token(world.house, world.ana, " ", ("fly",), 400))
    assert set(faults) == {"name", "scopes", "days"}
    assert set(faults_of(lambda: accounts.add_token(world.house, world.ana, "idle", ()))) == {"scopes"}


def test_a_token_is_revoked_by_its_owner_or_an_administrator(world: World):
    join(world, "ana")
    for revoker in ("ana", "adi"):
        token_id, secret = accounts.add_token(world.house, world.ana, "pipeline", ("read",))
        assert set(no_of(lambda id=token_id: accounts.revoke_token(world.house, world.remi, id))) == {"may"}
        accounts.revoke_token(world.house, world.who(revoker), token_id)
        assert accounts.whose_token(world.house, secret) is None
    with pytest.raises(NotFound):
        accounts.revoke_token(world.house, world.adi, "no such")


def test_who_is_not_in_the_catalog_any_more_has_no_role(world: World):
    join(world, "sol")
    session = accounts.log_in(world.house, "sol", PASSWORD)
    from dataclasses import replace

    people = {name: person for name, person in world.policy.catalog.people.items() if name != "sol"}
    world.enforce(replace(world.policy, catalog=replace(world.policy.catalog, people=people), digest="no sol"))
    known = accounts.who_is(world.house, session.key)
    assert known is not None
    assert known[0] == Actor(ActorKind.PERSON, "sol")


def test_the_list_of_people_says_who_can_log_in(world: World):
    join(world, "sol")
    accounts.disable_account(world.house, world.adi, "sol", "on leave")
    lines = {line.name: line for line in accounts.list_people(world.house)}
    assert (lines["sol"].has_account, lines["sol"].disabled) == (True, True)
    assert lines["remi"].roles == ("release_manager",)
    assert not lines["remi"].has_account
    assert accounts.may_manage(world.house, world.adi)
    assert not accounts.may_manage(world.house, world.remi)
