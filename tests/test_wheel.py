"""Does the base wheel work installed alone: the standard library, one hash, and nothing else of the house?"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent

ASK = """
import json, sys
before = set(sys.modules)
import leverframe.gateway
import leverframe.rules.routing
import leverframe.rules.switches
from leverframe.gateway import Gateway
from leverframe.nouns.units import Unit

unit = Unit(prompt="assistant@v1", model="openai.gpt-4o")
with Gateway(on_no_table={"assistant": "current"}, current={"assistant": unit}) as gateway:
    answer = gateway.route("assistant", subject="ana")
    off = gateway.route("another", subject="ana")
loaded = set(sys.modules) - before
standard = set(sys.stdlib_module_names) | {name for name in loaded if name.startswith("_sysconfigdata")}
print(json.dumps({
    "served": answer.unit.name,
    "reason": answer.reason,
    "off": off.serve,
    "foreign": sorted({name.split(".")[0] for name in loaded} - standard - {"leverframe"}),
    "house": sorted({".".join(name.split(".")[:2]) for name in loaded if name.startswith("leverframe.")}),
}))
"""

NO_NETWORK = ("dns error", "error sending request", "tcp connect error", "operation timed out")


def run(*command, cwd=None):
    """Run a command and return what came of it."""
    return subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """Build the wheel from a copy of what it is made of."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    built = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", out, source)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def alone(wheel, tmp_path_factory):
    """Install the wheel with its one dependency in an environment of its own; return that environment's folder."""
    folder = tmp_path_factory.mktemp("alone") / "venv"
    made = run(BIN / "uv", "venv", "--quiet", "--python", sys.executable, folder)
    assert made.returncode == 0, made.stderr
    for cached in (("--offline",), ()):
        done = run(BIN / "uv", "pip", "install", *cached, "--python", folder / "bin" / "python", wheel)
        if done.returncode == 0:
            return folder
    if any(word in done.stderr for word in NO_NETWORK):
        pytest.skip("xxhash is neither cached nor to be had without a network, so the wheel was not installed")
    pytest.fail(done.stderr)
    return None


def test_a_gateway_embeds_the_standard_library_and_one_hash(alone):
    asked = run(alone / "bin" / "python", "-I", "-c", ASK)
    assert asked.returncode == 0, asked.stderr
    told = json.loads(asked.stdout)
    assert told["foreign"] == ["xxhash"]
    assert set(told["house"]) == {"leverframe.gateway", "leverframe.nouns", "leverframe.rules"}
    assert (told["served"], told["reason"], told["off"]) == ("assistant@v1 · openai.gpt-4o", "no_table", False)


def test_only_two_distributions_are_installed(alone):
    listed = run(BIN / "uv", "pip", "list", "--format", "json", "--python", alone / "bin" / "python")
    assert {package["name"] for package in json.loads(listed.stdout)} == {"leverframe", "xxhash"}


def test_the_command_says_how_to_get_the_servers_parts(alone):
    said = run(alone / "bin" / "leverframe", "serve")
    assert said.returncode == 2
    assert 'pip install "leverframe[server]"' in said.stderr
    assert "Traceback" not in said.stderr


def test_the_wheel_carries_what_is_not_code(wheel):
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    kept = [path for path in (ROOT / "src").rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    missing = {path.relative_to(ROOT / "src").as_posix() for path in kept} - names
    assert not missing
    assert {"leverframe/py.typed", "leverframe/web/base.html", "leverframe/cli/starter/policy.yaml"} <= names
