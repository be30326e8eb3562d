"""Is the plug-in told what it needs, and does it say all that is wrong with it at once?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.litellm.world import write_prompts

from leverframe.litellm_gateway.settings import read_settings
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Invalid


def told(folder: Path, **more: str) -> dict[str, str]:
    least = {
        "LEVERFRAME_CONTROL_PLANE": "http://127.0.0.1:8700",
        "LEVERFRAME_GATEWAY_TOKEN": "token",
        "LEVERFRAME_STATE_DIR": str(folder / "state"),
    }
    return {**least, **{f"LEVERFRAME_{name}": value for name, value in more.items()}}


def places(environment: dict[str, str]) -> list[str]:
    with pytest.raises(Invalid) as refusal:
        read_settings(environment)
    assert all(fault.because for fault in refusal.value.faults)
    return [fault.place for fault in refusal.value.faults]


def test_all_that_is_missing_is_said_at_once():
    assert places({}) == ["LEVERFRAME_CONTROL_PLANE", "LEVERFRAME_GATEWAY_TOKEN", "LEVERFRAME_STATE_DIR"]


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path):
    (tmp_path / "models.json").write_text('{"openai.gpt-4o": "", "azure.gpt-4o": [1]}')
    (tmp_path / "current.json").write_text('{"search": {"prompt": 3}}')
    (tmp_path / "empty").touch()
    wrong = {
        **told(
            tmp_path,
            CONTROL_PLANE="not an address",
            GATEWAY_TOKEN="",
            GATEWAY_TOKEN_FILE=str(tmp_path / "empty"),
            STATE_DIR=str(tmp_path / "empty" / "state"),
            PROMPTS=str(tmp_path / "nowhere"),
            MODELS=str(tmp_path / "models.json"),
            CURRENT=str(tmp_path / "current.json"),
            SNAPSHOT=str(tmp_path / "nowhere.json"),
            FALLBACKS="search=keyword-search, nonsense",
            ON_NO_TABLE="=current",
        )
    }
    assert places(wrong) == [
        "LEVERFRAME_CONTROL_PLANE",
        "LEVERFRAME_GATEWAY_TOKEN_FILE",
        "LEVERFRAME_STATE_DIR",
        "LEVERFRAME_PROMPTS",
        "models.json: openai.gpt-4o",
        "models.json: azure.gpt-4o",
        "LEVERFRAME_SNAPSHOT",
        "LEVERFRAME_FALLBACKS",
        "LEVERFRAME_ON_NO_TABLE",
        "current.json: search",
    ]


def test_a_whole_environment_is_read(tmp_path: Path):
    (tmp_path / "token").write_text("from-a-file\n")
    (tmp_path / "models.json").write_text('{"azure.gpt-4o": ["eu", "us"]}')
    (tmp_path / "current.json").write_text('{"search": {"model": "openai.gpt-4o"}}')
    settings = read_settings(
        told(
            tmp_path,
            GATEWAY_TOKEN="",
            GATEWAY_TOKEN_FILE=str(tmp_path / "token"),
            PROMPTS=str(write_prompts(tmp_path / "prompts")),
            MODELS=str(tmp_path / "models.json"),
            CURRENT=str(tmp_path / "current.json"),
            ON_NO_TABLE="search=current",
            FALLBACKS="search=keyword-search, help=help-centre",
            INSTANCE="edge-7",
        )
    )
    assert settings.token == "from-a-file"
    assert settings.models.name_of("azure.gpt-4o") == "eu"
    assert settings.current == {"search": Unit(model="openai.gpt-4o")}
    assert settings.fallbacks == {"search": "keyword-search", "help": "help-centre"}
    gateway = settings.gateway()
    assert gateway.route("search").unit == Unit(model="openai.gpt-4o")
    assert gateway.route("help").fallback == "help-centre"


def test_a_feature_without_its_unit_cannot_serve_without_a_table(tmp_path: Path):
    with pytest.raises(Invalid, match="LEVERFRAME_CURRENT"):
        read_settings(told(tmp_path, ON_NO_TABLE="search=current")).gateway()


LOAD = """
import sys
import leverframe.litellm_gateway as offered
try:
    offered.plugin
finally:
    print(sorted(name for name in sys.modules if name.split(".")[0] in ("litellm", "httpx2", "starlette")))
"""


def test_wrong_settings_are_said_before_litellm_is_imported():
    ran = subprocess.run([sys.executable, "-c", LOAD], env={}, capture_output=True, text=True, check=False)
    assert ran.stdout == "[]\n"
    last = ran.stderr.strip().splitlines()[-1]
    for name in ("LEVERFRAME_CONTROL_PLANE", "LEVERFRAME_GATEWAY_TOKEN", "LEVERFRAME_STATE_DIR"):
        assert f"{name}: error: it is missing." in last


def test_nothing_else_is_offered():
    import leverframe.litellm_gateway as offered

    with pytest.raises(AttributeError, match="no attribute 'pluggin'"):
        _ = offered.pluggin
