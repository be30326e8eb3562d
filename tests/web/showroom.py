"""How are the gallery's pages served to a browser, under our own headers?

`python tests/web/showroom.py DIR [NAME …]` photographs them, light and dark, narrow and wide.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from leverframe.web.headers import PAGE_HEADERS

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
ASSETS = Path(__file__).parents[2] / "src" / "leverframe" / "web" / "assets"


@contextmanager
def showroom(pages: dict[str, str]) -> Iterator[str]:
    """Serve pages at `/show/NAME`, our assets and a quiet event stream; yields the address."""
    closing = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.split("?")[0]
            if path == "/events":
                self._send(b": quiet\n\n", "text/event-stream", keep=True)
            elif path.startswith("/assets/") and (asset := ASSETS / path.removeprefix("/assets/")).is_file():
                self._send(asset.read_bytes(), TYPES[asset.suffix])
            elif path == "/switches" and "switches" in pages:  # what a counting receipt asks again
                self._send(pages["switches"].encode(), "text/html; charset=utf-8", PAGE_HEADERS)
            elif path.startswith("/show/") and (name := path.removeprefix("/show/")) in pages:
                self._send(pages[name].encode(), "text/html; charset=utf-8", PAGE_HEADERS)
            else:
                self.send_error(404)

        def _send(self, body: bytes, kind: str, headers: dict | None = None, *, keep: bool = False) -> None:
            self.send_response(200)
            self.send_header("Content-Type", kind)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()
            if keep:
                closing.wait(60)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        closing.set()
        server.shutdown()
        server.server_close()


def photograph(folder: Path, names: list[str]) -> None:
    """Write a picture of each named page (all, if none is named) in both lights and both widths."""
    from gallery import pages as gallery_pages
    from playwright.sync_api import sync_playwright

    pages = gallery_pages()
    folder.mkdir(parents=True, exist_ok=True)
    with showroom(pages) as address, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for light in ("light", "dark"):
            for width in (1440, 390):
                context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=light)
                tab = context.new_page()
                for name in names or pages:
                    tab.goto(f"{address}/show/{name}", wait_until="load")
                    tab.screenshot(path=folder / f"{name}-{width}-{light}.png", full_page=True)
                context.close()
        browser.close()


if __name__ == "__main__":
    photograph(Path(sys.argv[1]), sys.argv[2:])
