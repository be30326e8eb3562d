"""Is what is vendored unchanged, licensed and said?"""

from __future__ import annotations

import hashlib
import re

from showroom import ASSETS

VENDOR = ASSETS / "vendor"
ROW = re.compile(r"\| `([^`]+)` \| ([\d.]+) \| `[^`]+` \| `([^`]+)` \| `([0-9a-f]{64})` \| 0BSD, `([^`]+)` \|")


def test_every_vendored_file_is_listed_with_its_sum_and_its_licence():
    rows = ROW.findall((VENDOR / "VENDORED.md").read_text())
    listed = {path for _, _, path, _, _ in rows} | {licence for *_, licence in rows}
    present = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - {"VENDORED.md"}
    assert listed == present
    for _, _, path, digest, _ in rows:
        assert hashlib.sha256((VENDOR / path).read_bytes()).hexdigest() == digest


def test_the_style_sheet_loads_nothing():
    css = (ASSETS / "room.css").read_text()
    assert "url(" not in css
    assert "@import" not in css
    assert "@font-face" not in css


def test_every_colour_is_named_in_the_light_and_in_the_dark():
    css = (ASSETS / "room.css").read_text()
    light, dark = (
        css.split("@media (prefers-color-scheme: dark)")[0],
        css.split("@media (prefers-color-scheme: dark)")[1],
    )
    for colour in ("running", "waiting", "refused", "thrown", "fine"):
        assert f"--{colour}: #" in light
        assert f"--{colour}: #" in dark.split("*, *::before")[0]
