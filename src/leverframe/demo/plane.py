"""How is the demo's control plane started: with a clock that stands until it is moved?"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from leverframe.runner import LEASE_SECONDS
from leverframe.wiring import Settings, serve


def main(data: str, listen: str, stream_listen: str, starts_at: str, *more: str) -> None:
    """Serve a house whose clock stands at `starts_at`, RFC 3339, until POST /clock moves it.

    After a restart it stands where it stood. `more` are the database's URL and the seconds of a lease.
    """
    database, lease_seconds = (*more, "", "")[:2]
    serve(
        Settings(
            data=Path(data),
            database=database,
            listen=listen,
            stream_listen=stream_listen,
            demo=True,
            clock_start=datetime.fromisoformat(starts_at),
            lease_seconds=float(lease_seconds or LEASE_SECONDS),
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
