"""Which gateways are enrolled, and how is one run?"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from leverframe.cli import here
from leverframe.cli.credentials import address_of
from leverframe.cli.output import listing, say, verbatim, when
from leverframe.cli.verbs import Because, noun, only_document, server, show, verb, with_shared
from leverframe.client import at
from leverframe.nouns.documents import from_document
from leverframe.nouns.gateways import MissingBatches
from leverframe.nouns.verdicts import Fault, Invalid

Name = Annotated[str, typer.Argument(metavar="NAME", help="The gateway's name.")]
KeyEnv = Annotated[
    str, typer.Option("--key-env", metavar="NAME", help="The server's variable with the key for asking it.")
]

app = noun("Run an OpenAI-compatible gateway, and enrol, list and revoke gateways.")


def add_to(parent: typer.Typer) -> None:
    """Add `gateway`, which runs one where no verb follows."""
    app.callback(invoke_without_command=True, help=app.info.help)(with_shared(run, local=True))
    app.info.no_args_is_help = False
    parent.add_typer(app, name="gateway")


def run(
    context: typer.Context,
    control_plane: Annotated[
        str, typer.Option("--control-plane", metavar="URL", help="The server. [env: LEVERFRAME_SERVER]")
    ] = "",
    gateway_token: Annotated[
        Path | None, typer.Option("--gateway-token", metavar="FILE", help="The token that `enrol` printed.")
    ] = None,
    prompts: Annotated[Path, typer.Option("--prompts", metavar="DIR", help="The prompt folder.")] = Path("prompts"),
    listen: Annotated[str, typer.Option("--listen", metavar="HOST:PORT")] = "127.0.0.1:8100",
    upstream: Annotated[
        list[str] | None,
        typer.Option("--upstream", metavar="PLATFORM=URL", help="Where a platform is; *=URL is all others; or mock."),
    ] = None,
    state: Annotated[
        Path | None, typer.Option("--state", metavar="DIR", help="Where the last good table is kept.")
    ] = None,
    snapshot: Annotated[
        str, typer.Option("--snapshot", metavar="FILE|URL", help="A table for a start without a server.")
    ] = "",
    trust: Annotated[
        Path | None,
        typer.Option("--trust", metavar="FILE", help="Public keys, one a line: a table none has signed is refused."),
    ] = None,
    on_no_table: Annotated[
        list[str] | None,
        typer.Option("--on-no-table", metavar="FEATURE=current", help="What serves without any table."),
    ] = None,
    current: Annotated[
        Path | None, typer.Option("--current", metavar="FILE", help="The units that --on-no-table serves, as JSON.")
    ] = None,
    fallback: Annotated[
        list[str] | None,
        typer.Option("--fallback", metavar="FEATURE=NAME", help="What users get without any table."),
    ] = None,
    instance: Annotated[str, typer.Option("--instance", help="This process's name; its host's without it.")] = "",
    lockstep: Annotated[bool, typer.Option("--lockstep", hidden=True)] = False,
) -> None:
    """Run an OpenAI-compatible gateway."""
    if context.invoked_subcommand is not None:
        return
    if gateway_token is None or not gateway_token.is_file():
        place, remedy = str(gateway_token or "--gateway-token"), "leverframe gateway enrol NAME prints a token"
        raise Invalid([Fault(place, "the file with the gateway's token is missing", remedy)])
    address, upstreams = address_of(control_plane), pairs("--upstream", upstream)
    with only_document({"listen": listen, "control_plane": address}):
        here.run_gateway(
            control_plane=address,
            token_file=gateway_token,
            prompts=prompts,
            listen=listen,
            upstreams=upstreams,
            upstream_keys=keys_of(upstreams, os.environ),
            state_dir=state,
            instance=instance or None,
            snapshot=snapshot,
            keys=read_keys(trust),
            on_no_table=pairs("--on-no-table", on_no_table),
            current_file=current,
            fallbacks=pairs("--fallback", fallback),
            lockstep=lockstep,
        )


def read_keys(path: Path | None) -> tuple[str, ...]:
    """Read public keys, one a line; raises Invalid where the file cannot be read or has none."""
    if path is None:
        return ()
    try:
        lines = [line.strip() for line in path.read_text("utf-8").splitlines()]
    except (OSError, ValueError) as no:
        raise Invalid([Fault("--trust", f"{path} cannot be read: {no}", "leverframe key show prints keys")]) from no
    found = tuple(line for line in lines if line and not line.startswith("#"))
    if not found:
        raise Invalid([Fault("--trust", f"{path} has no key", "leverframe key show prints keys")])
    return found


def pairs(option: str, given: list[str] | None) -> dict[str, str]:
    """Read `key=value` options; raises Invalid with all that are none."""
    split = [text.partition("=") for text in given or ()]
    wrong = ["".join(parts) for parts in split if not parts[0] or not parts[2]]
    if wrong:
        raise Invalid([Fault(option, f"{text} is no pair", "write it as KEY=VALUE") for text in wrong])
    return {key: value for key, _, value in split}


def keys_of(upstreams: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return the platforms' own keys: LEVERFRAME_UPSTREAM_KEY_OPENAI for openai, LEVERFRAME_UPSTREAM_KEY for `*`."""
    names = {platform: _variable(platform) for platform in upstreams}
    return {platform: environment[name] for platform, name in names.items() if environment.get(name)}


def _variable(platform: str) -> str:
    tail = "" if platform == "*" else "_" + "".join(c if c.isalnum() else "_" for c in platform.upper())
    return f"LEVERFRAME_UPSTREAM_KEY{tail}"


@verb(app, "list")
def list_gateways() -> None:
    """List the enrolled gateways and their instances as they last reported."""
    show(server().get("/gateways"), _list)


def _list(document: Mapping[str, Any]) -> None:
    listing(
        ("Gateway", "Instance", "Table", "Reported"),
        (line for row in document["gateways"] for line in _lines(row["gateway"], row["seen"])),
        empty="No gateway is enrolled. Enrol one with: leverframe gateway enrol NAME --target T",
    )
    for row in document["gateways"]:
        if row["missing"]:
            missing = from_document(MissingBatches, row["missing"])
            say(f"{missing.gateway}: {missing.sentence}.", style="yellow")


def _lines(gateway: Mapping[str, Any], seen: list[Mapping[str, Any]]) -> list[tuple[tuple[Any, ...], str]]:
    """Return a line for each instance, or one that says why there is none."""
    targets = ", ".join(gateway["targets"]) or "all targets"
    asked = f"asked at {gateway['address']}" if gateway["address"] else "not asked on game days"
    asked += f" with {gateway['key_env']}" if gateway["key_env"] else ""
    below = f"{targets}; {asked}; enrolled by {gateway['enrolled_by']}, {when(gateway['enrolled_at'])}"
    if gateway["revoked_at"]:
        return [((gateway["name"], "", "", "revoked"), f"revoked {when(gateway['revoked_at'])}")]
    if not seen:
        return [((gateway["name"], "", "", "none reports"), below)]
    ages = [(s["instance"], s["number"], f"{s['age_seconds']:.0f} s ago") for s in seen]
    return [((gateway["name"], *age), "" if place else below) for place, age in enumerate(ages)]


@verb(app, "enrol")
def enrol(
    name: Name,
    target: Annotated[list[str] | None, typer.Option("--target", help="A feature it serves; all without it.")] = None,
    address: Annotated[
        str, typer.Option("--address", metavar="URL", help="Where it answers users; a game day asks there.")
    ] = "",
    key_env: KeyEnv = "",
) -> None:
    """Enrol a gateway. Its token is shown once."""
    asked = {key: value for key, value in (("address", address), ("key_env", key_env)) if value}
    answer = server().post("/gateways", {"name": name, "targets": target or [], **asked})
    show(answer, lambda document: _say_token(name, document))


def _say_token(name: str, document: Mapping[str, Any]) -> None:
    say(f"The gateway {name} is enrolled. This is its token; it is not shown again:")
    verbatim(document["token"])


@verb(app, "address")
def set_address(
    name: Name,
    address: Annotated[str, typer.Argument(metavar="URL", help="As https://ai.example.com/v1; empty: not asked.")],
    key_env: KeyEnv = "",
) -> None:
    """Say where a gateway answers users, so that game days can ask it."""
    answer = server().put(at("gateways", name, "address"), {"address": address, "key_env": key_env})
    show(answer, lambda document: _say_address(name, document))


def _say_address(name: str, document: Mapping[str, Any]) -> None:
    address = document["address"]
    say(f"The gateway {name} is asked at {address} on game days." if address else f"The gateway {name} is not asked.")


@verb(app, "revoke")
def revoke(name: Name, because: Because = "") -> None:
    """Revoke a gateway's token; its line ends with the next heartbeat."""
    answer = server().delete(at("gateways", name), {"because": because})
    show(answer, lambda _: say(f"The gateway {name} is revoked."))
