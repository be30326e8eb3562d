"""The release policy: what is asked of a change, and who may do what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import ConfigDict

from leverframe.actions import policies, policy_views
from leverframe.actions.proposed_policies import proposals
from leverframe.nouns.documents import to_document
from leverframe.web.answers import done
from leverframe.web.rendering import respond
from leverframe.web.sent import Body, describes, sent
from leverframe.web.visits import Visiting

router = APIRouter(tags=["policy"])


class Bundle(Body):
    """A policy's folder: path to text, which is taken to the letter because its digest is what people sign."""

    model_config = ConfigDict(str_strip_whitespace=False)

    files: dict[str, str]


class SigningPolicy(Body):
    """One sign-off of a proposed policy."""

    role: str = ""
    comment: str = ""


@router.get("/policy")
def show_policy(visit: Visiting) -> Response:
    """Show the policy in force: windows, freezes, stage caps, what is asked, and what is proposed."""
    view = policy_views.show_policy(visit.house, visit.actor)
    return respond(visit.request, "policy.html", view)


@router.get("/policy/files/{path:path}")
def show_file(visit: Visiting, path: str) -> Response:
    """Show a file of the policy in force, each line with its number and its own address."""
    return respond(visit.request, "policy_file.html", policy_views.policy_file(visit.house, path))


@router.post("/policy", openapi_extra=describes(Bundle))
def load_policy(visit: Visiting, body: Annotated[Bundle, Depends(sent(Bundle))]) -> Response:
    """Load the first policy, or propose the next one."""
    return done(visit.request, policies.load_policy(visit.house, visit.actor, body.files), "/policy")


@router.post("/policy/check", openapi_extra=describes(Bundle))
def check_policy(visit: Visiting, body: Annotated[Bundle, Depends(sent(Bundle))]) -> Response:
    """Report every error and warning of a bundle; writes nothing."""
    policy, faults = policies.check_policy(body.files, visit.house.clock.now().date())
    return JSONResponse(to_document({"digest": policy.digest if policy else None, "faults": faults}))


@router.get("/policy/proposals")
def list_proposals(visit: Visiting) -> Response:
    """List the policies that wait for sign-offs."""
    return JSONResponse(to_document({"proposals": proposals(visit.house, visit.actor)}))


@router.post("/policy/proposals/{digest}/sign-offs", openapi_extra=describes(SigningPolicy))
def sign_policy(
    visit: Visiting, digest: str, body: Annotated[SigningPolicy, Depends(sent(SigningPolicy))]
) -> Response:
    """Sign a proposed policy; it comes into force when all seats are filled."""
    signed = policies.sign_policy(visit.house, visit.actor, digest, body.role, body.comment)
    return done(visit.request, signed, "/policy")
