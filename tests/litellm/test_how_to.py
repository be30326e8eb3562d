"""Does the page for operators say what is so, and is nothing proprietary brought in?"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from ruamel.yaml import YAML

from leverframe.litellm_gateway import OFFERED, settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "run-with-litellm.md").read_text("utf-8")
LOCKED = (ROOT / "requirements" / "litellm.txt").read_text("utf-8")


def test_the_page_names_settings_that_there_are():
    known = {value for value in vars(settings).values() if isinstance(value, str) and value.startswith("LEVERFRAME_")}
    named = set(re.findall(r"LEVERFRAME_[A-Z_]+", PAGE))
    assert named <= known
    assert {settings.CONTROL_PLANE, settings.TOKEN_FILE, settings.STATE_DIR} <= named


def test_the_pages_config_loads_the_plug_in_and_calls_nobody():
    config = YAML(typ="safe").load(re.search(r"```yaml\n(.*?)```", PAGE.replace("\n   ", "\n"), re.DOTALL)[1])
    assert config["litellm_settings"] == {"callbacks": f"leverframe.litellm_gateway.{OFFERED[0]}", "telemetry": False}
    assert f"leverframe.litellm_gateway.{OFFERED[1]}" in PAGE
    assert "--host 127.0.0.1" in PAGE
    assert "LITELLM_LOCAL_MODEL_COST_MAP=True" in PAGE


def test_the_extra_asks_for_the_sdk_alone_and_for_no_version_that_was_tampered_with():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (wanted,) = project["project"]["optional-dependencies"]["litellm"]
    assert wanted == "litellm>=1.106,!=1.82.7,!=1.82.8"


def test_what_is_locked_for_the_tests_has_nothing_proprietary():
    locked = set(re.findall(r"^([a-z0-9-]+)==", LOCKED, re.MULTILINE))
    assert {"litellm", "xxhash", "uvicorn"} <= locked
    assert not locked & {"litellm-enterprise", "polars", "polars-runtime-32"}
    assert LOCKED.count("--hash=sha256:") > len(locked)
