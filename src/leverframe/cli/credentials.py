"""Which server is meant, and as whom is it asked?

Sessions are kept in one file of the reader's own, mode 0600, one for each server: a session never reaches another.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from leverframe.client import Credentials

DEFAULT_SERVER = "http://127.0.0.1:8700"


@dataclass(frozen=True, slots=True)
class Saved:
    """What `login` has left: the server used last, and a session for each server."""

    server: str
    sessions: Mapping[str, Credentials]


def session_file() -> Path:
    """Return where sessions are kept: `leverframe/session.json` under the XDG configuration folder."""
    home = os.environ.get("XDG_CONFIG_HOME", "")
    return (Path(home) if home else Path.home() / ".config") / "leverframe" / "session.json"


def saved() -> Saved:
    """Read what `login` has left; a file that cannot be read counts as none."""
    try:
        document = json.loads(session_file().read_text("utf-8"))
        sessions = {address: _session(kept) for address, kept in document["sessions"].items()}
        return Saved(str(document["server"]), sessions)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Saved("", {})


def _session(kept: Mapping[str, Any]) -> Credentials:
    return Credentials(str(kept["name"]), str(kept["cookie"]), str(kept["csrf"]), str(kept["expires_at"]))


def keep(address: str, session: Credentials) -> None:
    """Write a session down, and take its server as the default from now on."""
    before = saved()
    _write(Saved(address, {**before.sessions, address: replace(session, token="")}))


def forget(address: str) -> None:
    """Strike a server's session out; the server stays the default."""
    before = saved()
    _write(replace(before, sessions={a: s for a, s in before.sessions.items() if a != address}))


def _write(state: Saved) -> None:
    """Replace the file in one move; it is the owner's alone (0600) before anything is in it."""
    path = session_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    kept = {a: {k: v for k, v in asdict(s).items() if k != "token"} for a, s in state.sessions.items()}
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".session-")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump({"server": state.server, "sessions": kept}, file, indent=2)
    os.replace(name, path)


def address_of(named: str) -> str:
    """Return the server's address: the one named, the environment's, the one of the last login, or this machine's."""
    chosen = named or os.environ.get("LEVERFRAME_SERVER", "") or saved().server or DEFAULT_SERVER
    return (chosen if "://" in chosen else f"http://{chosen}").rstrip("/")


def credentials_for(address: str, token_file: Path | None, *, person: bool) -> Credentials:
    """Return a token where one is given, else the session saved for this server; `person` takes no token."""
    if not person:
        token = token_file.read_text("utf-8") if token_file else os.environ.get("LEVERFRAME_TOKEN", "")
        if token.strip():
            return Credentials(token=token.strip())
    return saved().sessions.get(address, Credentials())
