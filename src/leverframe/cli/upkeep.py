"""How is a server's database saved and brought back, on the server's own machine?"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leverframe.cli import here
from leverframe.cli.output import say
from leverframe.cli.verbs import Data, Database, show, verb


def add_to(app: typer.Typer) -> None:
    """Add `backup` and `restore`."""
    verb(app, "backup", local=True)(backup)
    verb(app, "restore", local=True)(restore)


def backup(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="The new file.")], data: Data, database: Database = ""
) -> None:
    """Save the whole database to a file, while the server runs. The keys in the data folder are not in it."""
    from leverframe.actions import upkeep

    with here.house(data, database) as house:
        saved = upkeep.save(house, path)
    show({"file": str(saved), "bytes": saved.stat().st_size}, lambda _: say(f"The database is saved in {saved}."))


def restore(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `backup` wrote.")],
    data: Data,
    database: Database = "",
) -> None:
    """Put a saved database in the place of this one. Stop the server first; tables go on with the next epoch."""
    from leverframe.actions import upkeep

    upkeep.check_copy(path)
    with here.house(data, database, empty=True) as house:
        epoch = upkeep.bring_back(house, path)
    show({"epoch": epoch}, lambda _: say(f"The database is restored; tables go on with epoch {epoch}."))
