"""How is a message sent to a webhook, so that its receiver can trust it?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import httpx2
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from leverframe.nouns.policies import WebhookRule
from leverframe.nouns.verdicts import SourceFailed

TIMEOUT_SECONDS = 5.0
REMEDY = "set it to whsec_ and base64, as its receiver gave it, and start the server again"


def send(hook: WebhookRule, message_id: str, topic: str, body: Mapping[str, Any], secret: str) -> None:
    """Post a CloudEvents body signed by Standard Webhooks; raises SourceFailed, also where it cannot be signed.

    What only a person can mend is permanent: the webhook itself was not asked, and is not silent.
    The signature's time is the machine's own, which receivers compare with theirs; decisions never read it.
    """
    if not secret:
        raise SourceFailed(f"the environment variable {hook.secret_env} holds no secret: {REMEDY}", permanent=True)
    payload = json.dumps(event(message_id, topic, body))
    try:
        signed = headers(message_id, payload, secret)
    except (ValueError, EmptyWebhookSecretError) as error:
        because = f"the secret in {hook.secret_env} is no Standard Webhooks secret"
        raise SourceFailed(f"{because}: {REMEDY}", permanent=True) from error
    try:
        answer = httpx2.post(hook.url, content=payload, headers=signed, timeout=TIMEOUT_SECONDS)
    except httpx2.InvalidURL as error:
        raise SourceFailed(f"{hook.url} is no address: mend it in the policy", permanent=True) from error
    except httpx2.HTTPError as error:
        raise SourceFailed(f"no answer: {type(error).__name__}", permanent=False) from error
    if answer.status_code >= 300:
        raise SourceFailed(f"answered {answer.status_code}", permanent=400 <= answer.status_code < 500)


def event(message_id: str, topic: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the message as a CloudEvents 1.0 document."""
    return {
        "specversion": "1.0",
        "id": message_id,
        "source": "leverframe",
        "type": f"dev.leverframe.{topic}.v1",
        "datacontenttype": "application/json",
        "data": dict(body),
    }


def headers(message_id: str, payload: str, secret: str) -> dict[str, str]:
    """Return the Standard Webhooks headers: id, time and signature."""
    at = datetime.now(UTC)
    return {
        "content-type": "application/cloudevents+json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, payload),
    }
