"""How do the people of the show act: by the same HTTP as anybody?"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from leverframe.client import SESSION_COOKIE, Credentials, Server, document_of
from leverframe.nouns.documents import to_document
from leverframe.sources.changes import read_unit
from leverframe.sources.policies import read_folder

PEOPLE = ("ana", "remi", "cass", "cleo", "rita", "sol", "sam", "vic")


@dataclass(slots=True)
class Cast:
    """Everybody with a session of their own, and the machines with their tokens."""

    address: str
    people: dict[str, Server]
    scorer_token: str = ""
    ci: Server | None = None

    def act(self, name: str) -> Server:
        """Return the server as this person asks it."""
        return self.people[name]

    def file(self, name: str, change_file: Path) -> str:
        """File a change from its file; returns its id."""
        body = change_file.read_bytes()
        return str(self.act(name).send("POST", "/changes", body, "application/yaml")["id"])

    def post_evals(self, change: str, results: Path) -> None:
        """Post eval results as a pipeline does, by a token."""
        assert self.ci is not None
        path = f"/changes/{change}/evidence"
        self.ci.send("POST", path, results.read_bytes(), "application/octet-stream", name=results.name)

    def tell_pull_request(self, change: str, told: Path) -> None:
        """Post what the git host says of a change's pull request, as a pipeline does."""
        assert self.ci is not None
        self.ci.send("PUT", f"/changes/{change}/pull-request", told.read_bytes(), "application/json")

    def sign(self, name: str, change: str, role: str) -> None:
        """Read the change and sign what it says."""
        digest = self.act(name).get(f"/changes/{change}")["digest"]
        self.act(name).post(f"/changes/{change}/sign-offs", {"role": role, "content_digest": digest})

    def sign_all(self, change: str) -> None:
        """Have every open seat signed by somebody who may."""
        for role, name in SIGNERS.items():
            if role in self.open_seats(change):
                self.sign(name, change, role)

    def open_seats(self, change: str) -> list[str]:
        """Return the roles that have still to sign."""
        return [role for role, _, _, open_ in self.act("remi").get(f"/changes/{change}")["seats"] if open_]


SIGNERS = {
    "platform_engineer": "cass",
    "feature_engineer": "cleo",
    "ai_risk": "rita",
    "release_manager": "remi",
}


def assemble(address: str, key: str, bundle: Path) -> Cast:
    """Make the first administrator, load the policy, and give everybody an account and a session."""
    adi = _first_administrator(address, key)
    adi.post("/policy", {"files": read_folder(bundle)})
    people = {"adi": adi}
    for name in PEOPLE:
        password = secrets.token_urlsafe(16)
        adi.post("/accounts", {"name": name, "password": password})
        people[name] = _log_in(address, name, password)
    ci = people["ana"].post("/tokens", {"name": "pipeline", "scopes": ["evidence", "change", "read"]})["secret"]
    scorer = people["ana"].post("/tokens", {"name": "scorer", "scopes": ["feedback"]})["secret"]
    return Cast(address, people, scorer, Server(address, Credentials(token=ci)))


def adopt_units(cast: Cast, units: Path) -> None:
    """Write down what runs on day zero, target by target, each by somebody of the team that owns it."""
    groups = {person["name"]: person["groups"] for person in cast.act("adi").get("/accounts")["people"]}
    for file in sorted(units.glob("*.yaml")):
        unit = to_document(read_unit(file.read_text(), place=file.name))
        owner = cast.act("adi").get(f"/targets/{file.stem}")["target"]["owner"]
        person = next(name for name, of in groups.items() if owner in of)
        cast.act(person).put(f"/targets/{file.stem}/unit", {"unit": unit, "because": "it runs today"})


def enrol(cast: Cast, name: str) -> str:
    """Enrol a gateway; returns its token."""
    return str(cast.act("adi").post("/gateways", {"name": name, "targets": []})["token"])


def _first_administrator(address: str, key: str) -> Server:
    password = secrets.token_urlsafe(16)
    body = json.dumps({"name": "adi", "password": password})
    headers = {"content-type": "application/json", "accept": "application/json"}
    url = f"{address}/first-administrator?key={key}"
    return _session(address, "adi", httpx2.post(url, content=body, headers=headers, trust_env=False))


def _log_in(address: str, name: str, password: str) -> Server:
    headers = {"accept": "application/json"}
    body: Mapping[str, Any] = {"name": name, "password": password}
    return _session(address, name, httpx2.post(f"{address}/sessions", json=body, headers=headers, trust_env=False))


def _session(address: str, name: str, answer: httpx2.Response) -> Server:
    told = document_of(answer)
    return Server(address, Credentials(name=name, cookie=answer.cookies[SESSION_COOKIE], csrf=told["csrf"]))
