"""Can the server's own machine mend, save, bring back and prove a house, without a server?"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from leverframe import wiring
from leverframe.store import audit


@pytest.fixture
def data(run, home: Path) -> Path:
    """A data folder in which a policy was put into force on the console."""
    folder = home / "data"
    wiring.open_store(wiring.Settings(data=folder)).close()
    assert run("policy", "init", home / "policy", "--admin", "adi", "--solo").code == 0
    ran = run("policy", "recover", home / "policy", "--data", folder, "--because", "locked out")
    assert ran.code == 0, ran.err
    assert "is in force" in ran.out
    return folder


def signed(folder: Path) -> None:
    """Sign the log's head, as the running server does every ten seconds."""
    from leverframe.actions import audits

    settings = wiring.Settings(data=folder)
    built = wiring.build(settings)
    assert audits.checkpoint(built.house, wiring.audit_key(settings).sign, folder / "checkpoints") is not None
    built.house.store.close()


def test_a_recovery_is_in_the_log_and_the_log_is_proved_without_a_server(run, data: Path):
    signed(data)
    ran = run("audit", "verify", "--data", data)
    assert ran.code == 0
    assert "Nothing is wrong with the log." in ran.out
    report = json.loads(run("audit", "verify", "--data", data, "--json").out)
    assert report["verified"] == report["entries"] >= 2


def test_a_log_that_somebody_edited_is_not_proved(run, data: Path):
    signed(data)
    with sqlite3.connect(data / "leverframe.db") as connection:
        for (name,) in connection.execute("select name from sqlite_master where type = 'trigger'").fetchall():
            connection.execute(f'drop trigger "{name}"')
        connection.execute("update audit_entries set actor = 'nobody' where leaf = 0")
    connection.close()
    ran = run("audit", "verify", "--data", data)
    assert ran.code == 2
    assert "leaf 0" in ran.out


def test_a_recovery_with_a_broken_policy_changes_nothing(run, data: Path, home: Path):
    signed(data)
    before = json.loads(run("audit", "verify", "--data", data, "--json").out)["entries"]
    (home / "policy" / "policy.yaml").write_text("organisation: [\n")
    ran = run("policy", "recover", home / "policy", "--data", data, "--because", "x")
    assert ran.code == 2
    assert "policy.yaml:" in ran.err
    assert json.loads(run("audit", "verify", "--data", data, "--json").out)["entries"] == before


def test_what_was_saved_comes_back_under_a_new_epoch(run, data: Path, home: Path):
    saved = home / "saved.db"
    assert run("backup", saved, "--data", data).code == 0
    first = json.loads(run("restore", saved, "--data", data, "--json").out)["epoch"]
    second = json.loads(run("restore", saved, "--data", data, "--json").out)["epoch"]
    assert second > first > 1
    signed(data)
    assert run("audit", "verify", "--data", data).code == 0


def test_a_backup_is_written_over_nothing_and_a_restore_takes_no_other_file(run, data: Path, home: Path):
    (home / "there").write_text("precious")
    assert run("backup", home / "there", "--data", data).code == 2
    assert (home / "there").read_text() == "precious"
    ran = run("restore", home / "there", "--data", data)
    assert ran.code == 2
    signed(data)
    assert run("audit", "verify", "--data", data).code == 0


@pytest.mark.parametrize("arguments", [("backup", "x"), ("audit", "verify"), ("policy", "recover", "policy")])
def test_a_folder_without_a_house_is_a_fault_and_stays_empty(run, home: Path, arguments: tuple[str, ...]):
    assert run("policy", "init", home / "policy", "--solo").code == 0
    words = [str(home / word) if word in ("x", "policy") and place else word for place, word in enumerate(arguments)]
    because = ("--because", "x") if "recover" in words else ()
    (home / "empty").mkdir()
    for folder in (home / "none", home / "empty"):
        ran = run(*words, "--data", folder, *because)
        assert ran.code == 2
        assert "there is no server's data here" in " ".join(ran.err.split())
    assert not (home / "none").exists()
    assert not list((home / "empty").iterdir())


def test_a_lost_machine_is_restored_into_an_empty_folder_and_a_wrong_file_leaves_it_empty(
    run, home: Path, data: Path
):
    assert run("backup", home / "saved.db", "--data", data).code == 0
    for wrong in ("nothing", "policy"):
        assert run("restore", home / wrong, "--data", home / "new").code == 2
        assert not (home / "new").exists()
    assert run("restore", home / "saved.db", "--data", home / "new").code == 0
    assert (home / "new" / "leverframe.db").is_file()


def test_the_key_of_tables_is_rotated_in_two_steps_that_are_in_the_log(run, data: Path):
    (first,) = json.loads(run("key", "show", "--data", data, "--json").out)["keys"].values()
    ran = run("key", "rotate", "--data", data)
    assert ran.code == 0
    assert "Give this key to every gateway" in ran.out
    keys = json.loads(run("key", "show", "--data", data, "--json").out)["keys"]
    assert keys["signs"] == first
    assert keys["next"] in ran.out
    assert run("key", "rotate", "--data", data, "--use").code == 0
    assert json.loads(run("key", "show", "--data", data, "--json").out)["keys"] == {"signs": keys["next"]}
    with wiring.open_store(wiring.Settings(data=data)).read() as db:
        acts = [entry.act for entry in audit.find(db, limit=10)]
    assert acts[:2] == ["key.rotated", "key.prepared"]


def test_no_key_signs_that_was_not_made_before(run, data: Path):
    ran = run("key", "rotate", "--data", data, "--use")
    assert ran.code != 0
    assert "There is no next key" in ran.err
