"""Who is told, and was it delivered?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from leverframe.actions.house import House
from leverframe.notifiers.webhook import send
from leverframe.nouns.policies import WebhookRule
from leverframe.nouns.verdicts import SourceFailed
from leverframe.store import outbox
from leverframe.store.database import Db

TRIES = 12
AT_ONCE = 50
ASKED_A_ROUND = 2
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)


def deliver(house: House, secrets: Mapping[str, str]) -> int:
    """Send what is due to every webhook that asks for its topic; returns how many messages left.

    The network is never inside a transaction. A failure is tried again, later each time; the message's id is the
    idempotency key, so that a repeat after a crash is recognised. A webhook that does not answer twice is not asked
    again in the same round: a dead one must not keep the clock waiting.
    """
    with house.store.read() as db:
        policy = house.policy_or_none(db)
        if policy is None or not outbox.waiting(db):
            return 0
    with house.store.write() as db:
        due = outbox.due(db, house.clock.now(), AT_ONCE)
    silent: Counter[str] = Counter()
    for message in due:
        wanted = [hook for hook in policy.webhooks if not hook.topics or _matches(hook, message.topic)]
        error = "; ".join(said for hook in wanted if (said := _send(hook, message, secrets, silent)))
        with house.store.write() as db:
            if not error:
                outbox.done(db, message.id, house.clock.now())
            else:
                _try_again(db, message, house.clock.now(), error)
    return len(due)


def _try_again(db: Db, message: outbox.Message, now: datetime, error: str) -> None:
    """Try again later each time, and give up in the end: what was given up is an alarm on Today."""
    if message.attempts >= TRIES:
        outbox.drop(db, message.id, now, error)
    else:
        outbox.failed(db, message.id, now + min(FIRST_RETRY * 2**message.attempts, LONGEST_RETRY), error)


def _matches(hook: WebhookRule, topic: str) -> bool:
    return any(topic == wanted or topic.startswith(f"{wanted}.") for wanted in hook.topics)


def _send(hook: WebhookRule, message: outbox.Message, secrets: Mapping[str, str], silent: Counter[str]) -> str:
    """Send one message to one webhook; return what went wrong, and count in `silent` who did not answer."""
    if silent[hook.name] >= ASKED_A_ROUND:
        return f"{hook.name}: it did not answer in this round"
    try:
        send(hook, message.told_as, message.topic, message.body, secrets.get(hook.secret_env, ""))
    except SourceFailed as failure:
        silent[hook.name] += not failure.permanent
        return f"{hook.name}: {failure}"
    return ""
