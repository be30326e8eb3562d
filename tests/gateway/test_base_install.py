"""Does what a gateway embeds need nothing but the standard library and one hash?"""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import json, sys
before = set(sys.modules)
import leverframe.gateway, leverframe.rules.switches
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def test_a_gateway_imports_only_the_standard_library_xxhash_and_its_own_rooms():
    printed = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True).stdout
    imported = json.loads(printed)
    strangers = {name.split(".")[0] for name in imported} - set(sys.stdlib_module_names) - {"leverframe", "xxhash"}
    assert not {name for name in strangers if not name.startswith("_sysconfigdata")}
    rooms = {".".join(name.split(".")[:3]) for name in imported if name.startswith("leverframe.")}
    rules = {f"leverframe.rules.{question}" for question in ("routing", "exercised", "sampling", "switches")}
    allowed = {"leverframe.nouns", "leverframe.rules", *rules}
    others = {room for room in rooms - allowed if not room.startswith(("leverframe.nouns.", "leverframe.gateway"))}
    assert not others
