"""What is done to the house on its own machine, past the doors?

Saving it, bringing it back, and proving its log without trusting a server. Who may do this is who may read the files.
"""

from __future__ import annotations

from pathlib import Path

from leverframe.actions.house import House, record
from leverframe.actions.tables import publish_table
from leverframe.nouns.keys import PublicKey
from leverframe.nouns.people import CLOCK
from leverframe.store import Store, tables
from leverframe.store.backup import backup, check, restore
from leverframe.store.table_keys import prepare_next, public_keys, use_next
from leverframe.store.verification import AuditReport, verify


def save(house: House, path: Path) -> Path:
    """Write a whole copy of the running house's database to a new file; raises Invalid."""
    saved = backup(house.store, path)
    with house.store.write() as db:
        record(db, house.clock.now(), CLOCK, "store.saved", "store", "saved on the console", role="console")
    return saved


def check_copy(path: Path) -> None:
    """Raise Invalid where a file is no whole copy of a house's database."""
    check(path)


def bring_back(house: House, path: Path) -> int:
    """Put a saved copy in the place of the database and begin a new epoch, which is returned; raises Invalid.

    Its table is published anew, so that gateways obey the copy although they have heard more. No server may run on
    it meanwhile.
    """
    epoch = restore(path, house.store)
    with house.store.write() as db:
        now, because, facts = house.clock.now(), "restored on the console", {"epoch": epoch}
        tables.clear_alarm(db)
        record(db, now, CLOCK, "store.restored", "store", because, role="console", facts=facts)
        if house.policy_or_none(db) is not None:
            publish_table(house, db, now, because, narrows=True)
    return epoch


def table_keys(folder: Path) -> dict[str, str]:
    """Return the public keys of tables by what they do: `signs`, and `next` where a rotation is under way."""
    return {role: str(key) for role, key in public_keys(folder).items()}


def prepare_next_key(house: House, folder: Path) -> str:
    """Make the key that will sign tables next, and return its public half, for the gateways to trust."""
    key = str(prepare_next(folder, house.origin))
    _note_key(house, "key.prepared", key, "made on the console; it signs nothing yet")
    return key


def use_next_key(house: House, folder: Path) -> str:
    """Let the next key sign tables from now on; raises Conflict where none was made."""
    key = str(use_next(folder))
    _note_key(house, "key.rotated", key, "signs tables from now on, by the console")
    return key


def _note_key(house: House, act: str, key: str, because: str) -> None:
    with house.store.write() as db:
        record(db, house.clock.now(), CLOCK, act, "table-key", because, role="console", facts={"key": key})


def prove(store: Store, key: PublicKey, folder: Path) -> AuditReport:
    """Recompute every leaf and every checkpoint, those kept in a folder too, and say what does not hold."""
    with store.read() as db:
        return verify(db, key, sorted(folder.glob("*.checkpoint")))
