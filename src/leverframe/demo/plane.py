"""How is the demo's control plane started: with a clock that stands until it is moved?"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from leverframe.wiring import Settings, serve


def main(data: str, listen: str, stream_listen: str, starts_at: str) -> None:
    """Serve a house whose clock stands at `starts_at`, RFC 3339, until POST /clock moves it."""
    serve(
        Settings(
            data=Path(data),
            listen=listen,
            stream_listen=stream_listen,
            demo=True,
            clock_start=datetime.fromisoformat(starts_at),
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
