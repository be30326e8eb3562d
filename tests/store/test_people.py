"""Are accounts, sessions, tokens, links, sign-offs and memberships kept as they should be?"""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from leverframe.nouns.sign_offs import Membership, SignOff
from leverframe.nouns.verdicts import Conflict
from leverframe.store import accounts, links, sessions, sign_offs, tokens
from leverframe.store.accounts import Account
from leverframe.store.sessions import Session
from leverframe.store.tokens import Token

HOUR = timedelta(hours=1)


@pytest.fixture
def peopled(store, tuesday):
    """A store with the accounts of ana and adi."""
    with store.write() as db:
        accounts.add(db, Account("ana", "argon-1", tuesday))
        accounts.add(db, Account("adi", "argon-2", tuesday, first_administrator=True))
    return store


def test_an_account_comes_back_and_its_name_is_taken(peopled, tuesday):
    with peopled.write() as db:
        assert accounts.get(db, "adi") == Account("adi", "argon-2", tuesday, first_administrator=True)
        assert accounts.get(db, "vic") is None
        assert [account.name for account in accounts.all_accounts(db)] == ["adi", "ana"]
        with pytest.raises(Conflict, match="already an account ana"):
            accounts.add(db, Account("ana", "", tuesday))
        assert accounts.count(db) == 2


def test_an_account_is_changed_by_name(peopled, tuesday):
    with peopled.write() as db:
        assert accounts.set_password(db, "ana", "argon-3")
        assert accounts.disable(db, "ana", tuesday)
        assert not accounts.disable(db, "vic", tuesday)
        ana = accounts.get(db, "ana")
        assert (ana.password_hash, ana.is_enabled) == ("argon-3", False)
        accounts.enable(db, "ana")
        assert accounts.get(db, "ana").is_enabled


def _session(tuesday, hash="h1", account="ana"):
    return Session(hash, account, "csrf", tuesday, tuesday + 12 * HOUR, tuesday)


def test_a_session_ends_with_its_time_and_with_its_account(peopled, tuesday):
    with peopled.write() as db:
        sessions.add(db, _session(tuesday))
        assert sessions.get(db, "h1", tuesday) == _session(tuesday)
        assert sessions.get(db, "h2", tuesday) is None
        assert sessions.get(db, "h1", tuesday + 12 * HOUR) is None
        accounts.disable(db, "ana", tuesday)
        assert sessions.get(db, "h1", tuesday) is None


def test_sessions_are_touched_ended_and_swept(peopled, tuesday):
    with peopled.write() as db:
        for hash in ("h1", "h2", "h3"):
            sessions.add(db, _session(tuesday, hash))
        sessions.add(db, _session(tuesday, "h4", "adi"))
        sessions.touch(db, "h1", tuesday + HOUR)
        assert sessions.get(db, "h1", tuesday).last_seen_at == tuesday + HOUR
        sessions.end(db, "h1")
        assert sessions.get(db, "h1", tuesday) is None
        assert sessions.end_all_of(db, "ana") == 2
        assert (sessions.sweep(db, tuesday), sessions.sweep(db, tuesday + 12 * HOUR)) == (0, 1)


def test_a_token_holds_until_it_ends_or_is_revoked_or_its_account_is_disabled(peopled, tuesday):
    token = Token("t1", "hash", "ana", "laptop", frozenset({"read", "change"}), tuesday, tuesday + HOUR)
    with peopled.write() as db:
        tokens.add(db, token)
        tokens.add(db, Token("t2", "hash2", "ana", "ever", frozenset(), tuesday))
        assert tokens.by_hash(db, "hash", tuesday) == token
        assert tokens.by_hash(db, "hash", tuesday + HOUR) is None
        assert tokens.by_hash(db, "hash2", tuesday + 9999 * HOUR) is not None
        tokens.used(db, "t1", tuesday)
        assert tokens.get(db, "t1").last_used_at == tuesday
        assert (tokens.revoke(db, "t1", tuesday), tokens.revoke(db, "t1", tuesday)) == (True, False)
        assert tokens.by_hash(db, "hash", tuesday) is None
        assert [one.id for one in tokens.of_account(db)] == ["t1", "t2"]
        assert tokens.of_account(db, "adi") == []
        accounts.disable(db, "ana", tuesday)
        assert tokens.by_hash(db, "hash2", tuesday) is None


def test_a_one_time_link_works_once_for_its_purpose_and_in_its_time(store, tuesday):
    with store.write() as db:
        for hash in ("a", "b", "c"):
            links.add(db, hash, "first-administrator", tuesday + HOUR)
        assert links.holds(db, "a", "first-administrator", tuesday)
        assert not links.use(db, "a", "reset", tuesday)
        assert not links.use(db, "a", "first-administrator", tuesday + HOUR)
        assert [links.use(db, "a", "first-administrator", tuesday) for _ in range(2)] == [True, False]
        assert links.withdraw(db, "first-administrator", tuesday) == 2
        assert not links.use(db, "b", "first-administrator", tuesday)


def test_of_many_who_use_a_link_at_once_one_gets_in(store, tuesday):
    with store.write() as db:
        links.add(db, "a", "first-administrator", tuesday + HOUR)
    answers = []

    def use():
        with store.write() as db:
            answers.append(links.use(db, "a", "first-administrator", tuesday))

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [False] * 5 + [True]


def _signed(tuesday, person="remi", role="release_manager", **fields):
    return SignOff("CHG-2026-00001", person, role, "sha256:1", tuesday, **fields)


def test_a_sign_off_stands_until_it_is_voided_and_stays_on_record(store, tuesday):
    with store.write() as db:
        sign_offs.add(db, _signed(tuesday, comment="fine by me"))
        sign_offs.add(db, _signed(tuesday, "rita", "ai_risk"))
        assert [one.person for one in sign_offs.standing(db, "CHG-2026-00001")] == ["remi", "rita"]
        assert sign_offs.void(db, "CHG-2026-00001", tuesday + HOUR, "the plan was edited", person="rita") == 1
        assert sign_offs.standing(db, "CHG-2026-00001") == [_signed(tuesday, comment="fine by me")]
        assert sign_offs.void(db, "CHG-2026-00001", tuesday + HOUR, "stages was edited") == 1
        voided = sign_offs.all_of(db, "CHG-2026-00001")
        assert [(one.voided_at, one.void_because) for one in voided] == [
            (tuesday + HOUR, "stages was edited"),
            (tuesday + HOUR, "the plan was edited"),
        ]
        assert sign_offs.void(db, "CHG-2026-00001", tuesday, "again") == 0


def test_a_person_signs_once_in_a_role_and_again_after_a_voiding(store, tuesday):
    with store.write() as db:
        sign_offs.add(db, _signed(tuesday))
        with pytest.raises(Conflict, match="remi has already signed CHG-2026-00001 as release_manager"):
            sign_offs.add(db, _signed(tuesday))
        sign_offs.void(db, "CHG-2026-00001", tuesday, "edited")
        sign_offs.add(db, _signed(tuesday))
        assert len(sign_offs.standing(db, "CHG-2026-00001")) == 1


def test_memberships_remember_since_when(store, tuesday):
    with store.write() as db:
        first = sign_offs.set_memberships(db, [("remi", "cab"), ("rita", "ai_risk")], tuesday)
        assert first == ([("remi", "cab"), ("rita", "ai_risk")], [])
        then = sign_offs.set_memberships(db, [("remi", "cab"), ("sol", "on_call")], tuesday + HOUR)
        assert then == ([("sol", "on_call")], [("rita", "ai_risk")])
        assert sign_offs.memberships(db) == [
            Membership("remi", "cab", tuesday),
            Membership("sol", "on_call", tuesday + HOUR),
        ]
        assert sign_offs.member_since(db, "rita", "ai_risk") is None
        sign_offs.set_memberships(db, [("rita", "ai_risk")], tuesday + 2 * HOUR)
        assert sign_offs.member_since(db, "rita", "ai_risk") == tuesday + 2 * HOUR
