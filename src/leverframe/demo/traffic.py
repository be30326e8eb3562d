"""What do users ask in a minute by day, or in ten by night, and what do they get?

Real HTTP by the official `openai` client, through real gateway processes. A minute is over when all of its
questions are answered and all thumbs are taken; nothing waits for wall time.
"""

from __future__ import annotations

import asyncio
import json
import math
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx2
import openai

from leverframe.demo.lines import Lines
from leverframe.demo.people import Population, Question, User, ask, thumb

BY_DAY, BY_NIGHT = 20.0, 2.0
DAY_BEGINS, DAY_ENDS = 8, 20
STREAMED = 0.05


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer, as a scorer and a visitor see it."""

    call: str
    feature: str
    text: str
    served: str
    variant: str


@dataclass(frozen=True, slots=True)
class MinuteReport:
    """What came of one virtual minute.

    `off` counts the users who got the fallback, by its name; `errors` those who met an error; `served` the
    answers by unit. `seconds` is the wall time that the minute took.
    """

    at: datetime
    asked: int
    answered: tuple[Answered, ...] = ()
    off: Mapping[str, int] = field(default_factory=dict)
    errors: int = 0
    thumbs_down: int = 0
    thumbs_up: int = 0
    seconds: float = 0.0

    @property
    def served(self) -> Counter[str]:
        """Count the answers by the unit that served them."""
        return Counter(answer.served for answer in self.answered)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One user's question to one feature, and the dice for what they do about the answer."""

    user: User
    question: Question
    feature: str
    client: openai.AsyncOpenAI
    streams: bool
    dice: random.Random


@dataclass(slots=True)
class _Came:
    """What came of a visit."""

    answered: Answered | None = None
    fallback: str | None = None
    thumb: bool | None = None


class Traffic:
    """Users who ask features through gateways, minute by minute; the same seed asks the same.

    `gateways` are addresses such as `http://127.0.0.1:8100`; `features` weigh how often each is asked.
    """

    def __init__(
        self,
        gateways: Sequence[str],
        features: Mapping[str, float],
        people: Population,
        *,
        seed: int = 2026,
        by_day: float = BY_DAY,
        by_night: float = BY_NIGHT,
        zone: str = "Europe/London",
        concurrency: int = 16,
    ) -> None:
        self._clients = [_client(address) for address in gateways]
        self._features, self._weights = list(features), list(features.values())
        self._people, self._seed = people, seed
        self._by_day, self._by_night, self._zone = by_day, by_night, ZoneInfo(zone)
        self._free = asyncio.Semaphore(concurrency)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            await client.close()

    def is_night(self, now: datetime) -> bool:
        """Say whether few ask anything."""
        return not DAY_BEGINS <= now.astimezone(self._zone).hour < DAY_ENDS

    async def minute(self, now: datetime, minutes: int = 1) -> MinuteReport:
        """Drive the traffic of the virtual minute that begins at `now`, or of some minutes at once."""
        began = time.perf_counter()
        dice = random.Random(f"{self._seed} {now.astimezone(UTC).isoformat()}")
        visits = [self._visit(dice) for _ in range(_poisson(minutes * self._rate(now), dice))]
        came = await asyncio.gather(*(self._run(visit) for visit in visits))
        return _report(now, came, seconds=time.perf_counter() - began)

    def _rate(self, now: datetime) -> float:
        return self._by_night if self.is_night(now) else self._by_day

    def _visit(self, dice: random.Random) -> _Visit:
        own = random.Random(dice.getrandbits(64))
        return _Visit(
            user=self._people.someone(own),
            question=ask(own),
            feature=own.choices(self._features, self._weights)[0],
            client=own.choice(self._clients),
            streams=own.random() < STREAMED,
            dice=own,
        )

    async def _run(self, visit: _Visit) -> _Came:
        """Ask, read, judge."""
        came = _Came()
        async with self._free:
            try:
                came.answered = await _ask(visit)
                came.thumb = thumb(visit.user, visit.question, came.answered.text, visit.dice)
                if came.thumb is not None:
                    await _give(visit.client, came.answered.call, negative=came.thumb)
            except openai.APIStatusError as refusal:
                came.fallback = refusal.response.headers.get("x-leverframe-fallback")
            except openai.APIError:
                pass  # counted as an error: there is neither an answer nor a fallback
        return came


def _client(address: str) -> openai.AsyncOpenAI:
    """Open kept connections; a failed call is counted, not tried again."""
    pool = httpx2.AsyncClient(transport=Lines(), timeout=30.0)
    return openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="demo", max_retries=0, http_client=pool)


async def _ask(visit: _Visit) -> Answered:
    """Ask by chat completion and read the answer as text; the headers say what was served."""
    raw = await visit.client.chat.completions.with_raw_response.create(
        model=f"feature:{visit.feature}",
        messages=[{"role": "user", "content": visit.question.text}],
        user=visit.user.subject,
        stream=visit.streams,
        extra_headers={
            "x-leverframe-tenant": visit.user.tenant,
            "x-leverframe-region": visit.user.region,
            "x-leverframe-locale": visit.user.locale,
        },
    )
    text = await _streamed(raw) if visit.streams else json.loads(raw.content)["choices"][0]["message"]["content"]
    said = raw.headers
    return Answered(
        call=said["x-leverframe-call"],
        feature=visit.feature,
        text=text,
        served=said["x-leverframe-served"],
        variant=said["x-leverframe-variant"],
    )


async def _streamed(raw: Any) -> str:
    pieces = [chunk.choices[0].delta.content or "" async for chunk in raw.parse() if chunk.choices]
    return "".join(pieces)


async def _give(client: openai.AsyncOpenAI, call: str, *, negative: bool) -> None:
    await client.post("/feedback", body={"call": call, "negative": negative}, cast_to=httpx2.Response)


def _report(now: datetime, came: Sequence[_Came], *, seconds: float) -> MinuteReport:
    return MinuteReport(
        at=now,
        asked=len(came),
        answered=tuple(each.answered for each in came if each.answered),
        off=Counter(each.fallback for each in came if each.fallback is not None),
        errors=sum(each.answered is None and each.fallback is None for each in came),
        thumbs_down=sum(each.thumb is True for each in came),
        thumbs_up=sum(each.thumb is False for each in came),
        seconds=seconds,
    )


def _poisson(mean: float, dice: random.Random) -> int:
    """Draw a Poisson number by Knuth's product of uniforms."""
    floor, product, drawn = math.exp(-mean), dice.random(), 0
    while product > floor:
        product *= dice.random()
        drawn += 1
    return drawn
