"""What is the plug-in told by the environment of its proxy?"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from leverframe.gateway import Gateway
from leverframe.gateway.asking import read_address
from leverframe.gateway.current_file import read_units
from leverframe.litellm_gateway.models import Models, read_models
from leverframe.nouns.units import Unit
from leverframe.nouns.verdicts import Fault, Invalid

CONTROL_PLANE = "LEVERFRAME_CONTROL_PLANE"
TOKEN, TOKEN_FILE = "LEVERFRAME_GATEWAY_TOKEN", "LEVERFRAME_GATEWAY_TOKEN_FILE"
STATE_DIR = "LEVERFRAME_STATE_DIR"
PROMPTS = "LEVERFRAME_PROMPTS"
MODELS = "LEVERFRAME_MODELS"
SNAPSHOT = "LEVERFRAME_SNAPSHOT"
FALLBACKS = "LEVERFRAME_FALLBACKS"
ON_NO_TABLE, CURRENT = "LEVERFRAME_ON_NO_TABLE", "LEVERFRAME_CURRENT"
INSTANCE = "LEVERFRAME_INSTANCE"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """What one proxy is told; each of its processes reports under the instance and its process id."""

    control_plane: str
    token: str
    state_dir: Path
    prompts: Path
    models: Models = field(default_factory=Models)
    snapshot: Path | None = None
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    on_no_table: Mapping[str, str] = field(default_factory=dict)
    current: Mapping[str, Unit] = field(default_factory=dict)
    instance: str = ""

    def gateway(self) -> Gateway:
        """Make the gateway of this process. Raises Invalid."""
        try:
            return Gateway(
                self.control_plane,
                self.token,
                state_dir=self.state_dir,
                instance=f"{self.instance or socket.gethostname()}:{os.getpid()}",
                on_no_table=self.on_no_table,
                snapshot=self.snapshot,
                current=self.current,
                fallbacks=self.fallbacks,
            )
        except ValueError as fault:
            raise Invalid([Fault(ON_NO_TABLE, f"{fault}.", f"Give {CURRENT} a file with their units.")]) from fault


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings. Raises Invalid with every fault."""
    faults: list[Fault] = []
    settings = Settings(
        control_plane=_address(environment, faults),
        token=_token(environment, faults),
        state_dir=_state_dir(environment, faults),
        prompts=_prompts(environment, faults),
        models=_read(faults, lambda: read_models(_file(environment, MODELS, faults)), Models()),
        snapshot=_file(environment, SNAPSHOT, faults),
        fallbacks=_pairs(environment, FALLBACKS, faults),
        on_no_table=_pairs(environment, ON_NO_TABLE, faults),
        current=_read(faults, lambda: read_units(_file(environment, CURRENT, faults)), {}),
        instance=environment.get(INSTANCE, ""),
    )
    if faults:
        raise Invalid(faults)
    return settings


def _address(environment: Mapping[str, str], faults: list[Fault]) -> str:
    address = environment.get(CONTROL_PLANE, "")
    if not address:
        faults.append(Fault(CONTROL_PLANE, "it is missing.", "Give the server's address."))
        return ""
    try:
        read_address(address)
    except ValueError as fault:
        faults.append(Fault(CONTROL_PLANE, f"{fault}."))
    return address


def _token(environment: Mapping[str, str], faults: list[Fault]) -> str:
    """Read the token, or the file that holds it."""
    if token := environment.get(TOKEN, "").strip():
        return token
    file = environment.get(TOKEN_FILE, "")
    if not file:
        remedy = f"leverframe gateway enrol NAME prints one; give it, or a file that holds it as {TOKEN_FILE}."
        faults.append(Fault(TOKEN, "it is missing.", remedy))
        return ""
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeError) as fault:
        faults.append(Fault(TOKEN_FILE, f"{file} cannot be read ({fault})."))
        return ""
    if not token:
        faults.append(Fault(TOKEN_FILE, f"{file} is empty.", "leverframe gateway enrol NAME prints a token."))
    return token


def _state_dir(environment: Mapping[str, str], faults: list[Fault]) -> Path:
    """Read where the last table is kept: without one, a restart while the control plane is away serves no feature."""
    folder = Path(environment.get(STATE_DIR, ""))
    if not environment.get(STATE_DIR):
        faults.append(Fault(STATE_DIR, "it is missing.", "Give a folder that outlives the process."))
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        faults.append(Fault(STATE_DIR, f"{folder} cannot be made ({fault})."))
        return folder
    if not os.access(folder, os.W_OK):
        faults.append(Fault(STATE_DIR, f"{folder} cannot be written to.", "Let the proxy's user write there."))
    return folder


def _prompts(environment: Mapping[str, str], faults: list[Fault]) -> Path:
    """Read where the prompts are; the folder need not be there where it is not named: no unit may have a prompt."""
    folder = Path(environment.get(PROMPTS) or "prompts")
    if environment.get(PROMPTS) and not folder.is_dir():
        faults.append(Fault(PROMPTS, f"{folder} is no folder.", "Give the prompt folder of the policy."))
    return folder


def _file(environment: Mapping[str, str], name: str, faults: list[Fault]) -> Path | None:
    if not environment.get(name):
        return None
    file = Path(environment[name])
    if file.is_file():
        return file
    faults.append(Fault(name, f"{file} is no file."))
    return None


def _pairs(environment: Mapping[str, str], name: str, faults: list[Fault]) -> dict[str, str]:
    """Read `feature=value` pairs with commas between them."""
    given = [pair.strip() for pair in environment.get(name, "").split(",") if pair.strip()]
    split = [pair.partition("=") for pair in given]
    wrong = [pair for pair, (feature, _, value) in zip(given, split, strict=True) if not feature or not value]
    faults.extend(Fault(name, f"{pair} is no pair.", "Write FEATURE=VALUE, with commas between.") for pair in wrong)
    return {feature: value for feature, _, value in split if feature and value}


def _read(faults: list[Fault], read: Callable[[], T], otherwise: T) -> T:
    try:
        return read()
    except Invalid as fault:
        faults.extend(fault.faults)
        return otherwise
