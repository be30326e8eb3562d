"""How is a control plane started of which little is held for long: what one that has died has held is soon free?"""

from __future__ import annotations

import sys
from pathlib import Path

from leverframe.wiring import Settings, serve

LEASE_SECONDS = 2.0

if __name__ == "__main__":
    data, listen, stream = sys.argv[1:]
    serve(Settings(data=Path(data), listen=listen, stream_listen=stream, lease_seconds=LEASE_SECONDS))
