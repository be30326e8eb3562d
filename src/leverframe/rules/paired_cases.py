"""What do the same cases say, answered by both units?

Where both units have answered the same cases, each case is its own control: what makes a case hard falls away.
Passes and failures are compared by McNemar's exact test (Psychometrika 12, 1947): of the cases in which the units
differ, each way is as likely as a coin's if neither is better. Scores are compared by Fisher's sign-flip test (The
Design of Experiments, 1935, section 21): if neither is better, each difference could as well have the other sign. Of
up to `MOST_FLIPPED` cases that differ the patterns of signs are counted, and p is never too small: a false "worse" in
at most one comparison in forty. Of more it is the normal approximation, and says so.

The interval is Tango's for passes (Statistics in Medicine 17, 1998) and Student's of the differences for scores. Both
are approximate, so where one of them and the test disagree whether zero is ruled out, the test is believed: that end
is set where the test's own p puts it (a test-based limit: Miettinen, American Journal of Epidemiology 103, 1976).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from math import comb, erfc, floor, fsum, sqrt
from statistics import NormalDist
from typing import NamedTuple

from leverframe.nouns.evidence import Direction, PairedCases
from leverframe.rules.quantiles import t_quantile

CONFIDENCE = 0.95
MOST_FLIPPED = 64
"""Of so many cases that differ the sign-flip test is worked out; that takes some milliseconds."""
GRID = 1 << 14
MOST_LISTED = 14
"""So many differing cases have their patterns listed one by one: at most 16,384."""
COMPARISONS_KEPT = 512

_CASE = struct.Struct(">8sd")
_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)


class Pairs(NamedTuple):
    """What the same cases say: both means over them, candidate minus deployed with its interval, and the counts."""

    value: float
    deployed: float
    low: float
    high: float
    counts: PairedCases


def pack_cases(values: Mapping[str, float]) -> bytes:
    """Write what each case was given, by case, in 16 bytes each: the head of the case's digest, and the value."""
    short = {hashlib.sha256(case.encode()).digest()[:8]: value for case, value in values.items()}
    return b"".join(_CASE.pack(case, value) for case, value in sorted(short.items()))


@lru_cache(maxsize=COMPARISONS_KEPT)
def pair(mine: bytes, theirs: bytes, direction: Direction) -> Pairs | None:
    """Compare what two units were given on the same cases; None where fewer than two are the same, or none can tell.

    It is kept for a while: results do not change, and a page asks for them again and again.
    """
    candidate, deployed = dict(_CASE.iter_unpack(mine)), dict(_CASE.iter_unpack(theirs))
    same = sorted(candidate.keys() & deployed.keys())
    a, b = [candidate[case] for case in same], [deployed[case] for case in same]
    differences = [_difference(x, y) for x, y in zip(a, b, strict=True)]
    bounds = _bounds(a, b, differences)
    if bounds is None:
        return None
    (low, high), (p, exact) = bounds, _test(differences)
    difference = fsum(differences) / len(same)
    low, high = _agreed(low, high, difference, p)
    risen, fallen = sum(d > 0 for d in differences), sum(d < 0 for d in differences)
    better, worse = (risen, fallen) if direction is Direction.HIGHER else (fallen, risen)
    missing = len(candidate) - len(same), len(deployed) - len(same)
    counts = PairedCases(len(same), better, worse, p, exact, *missing)
    return Pairs(fsum(a) / len(same), fsum(b) / len(same), low, high, counts)


def _difference(x: float, y: float) -> float:
    """Return how far two values lie apart; what only rounding has left between them is nothing."""
    return 0.0 if abs(x - y) <= 1e-12 * max(abs(x), abs(y)) else x - y


def _bounds(a: Sequence[float], b: Sequence[float], differences: Sequence[float]) -> tuple[float, float] | None:
    n = len(differences)
    if n < 2:
        return None
    if all(value in (0.0, 1.0) for value in (*a, *b)):
        return tango(sum(d > 0 for d in differences), sum(d < 0 for d in differences), n)
    mean = fsum(differences) / n
    squares = fsum((d - mean) ** 2 for d in differences)
    if squares > 1e-18 * n:
        reach = t_quantile((1 + CONFIDENCE) / 2, n - 1) * sqrt(squares / (n - 1) / n)
        return mean - reach, mean + reach
    if all(0.0 <= value <= 1.0 for value in (*a, *b)):
        return mean + tango(0, 0, n)[0], mean + tango(0, 0, n)[1]
    return None


def _test(differences: Sequence[float]) -> tuple[float, bool]:
    """Return the p of "neither is better", and whether it is exact."""
    weights = [abs(d) for d in differences if d]
    risen, fallen = fsum(d for d in differences if d > 0), fsum(-d for d in differences if d < 0)
    if not weights:
        return 1.0, True
    if max(weights) == min(weights):
        return mcnemar(sum(d > 0 for d in differences), sum(d < 0 for d in differences)), True
    if len(weights) <= MOST_FLIPPED:
        return sign_flip(weights, min(risen, fallen)), True
    return erfc(abs(risen - fallen) / sqrt(2 * fsum(w * w for w in weights))), False


def mcnemar(better: int, worse: int) -> float:
    """Return the exact two-sided p of so many better and so many worse cases: twice the binomial tail."""
    n, fewer = better + worse, min(better, worse)
    term = total = comb(n, fewer)
    for k in range(fewer, 0, -1):
        term = term * k // (n - k + 1)
        total += term
        if term << 60 < total:
            break
    return min(1.0, _share(2 * total, n))


def _share(count: int, n: int) -> float:
    """Return count / 2**n, also where neither of them is a number that a float can hold."""
    spare = max(0, count.bit_length() - 64)
    return (count >> spare) * 2.0 ** (spare - n)


def sign_flip(weights: Sequence[float], lesser: float) -> float:
    """Return the two-sided p of differences with these sizes, of which the lesser side weighs `lesser`.

    It counts the patterns of signs that put at most so much weight on one side: of few differences each by itself. Of
    more, weights are rounded down to a grid, so that no pattern is missed and p is never too small. How many patterns
    weigh k is then the coefficient of x**k in the product of (1 + x**weight); the coefficients stand side by side in
    one long integer.
    """
    if not lesser:
        return min(1.0, _share(2, len(weights)))
    if len(weights) <= MOST_LISTED:
        return min(1.0, _share(2 * len(_lighter(weights, lesser)), len(weights)))
    room, patterns = len(weights) + 1, 1
    whole = (1 << (room * (GRID + 1))) - 1
    for weight in weights:
        at = floor(weight / lesser * GRID) if weight <= 2 * lesser else GRID + 1
        if at <= GRID:
            patterns += (patterns << (at * room)) & whole
    return min(1.0, _share(2 * _sum_of_fields(patterns, room, GRID + 1), len(weights)))


def _lighter(weights: Sequence[float], most: float) -> list[float]:
    """List what the patterns weigh that put at most so much on one side; what is as heavy but for rounding counts."""
    found, most = [0.0], most * (1.0 + 1e-12)
    for weight in weights:
        found += [so_far + weight for so_far in found if so_far + weight <= most]
    return found


def _sum_of_fields(packed: int, room: int, fields: int) -> int:
    """Add up numbers that stand side by side, in halves."""
    while fields > 1:
        half = (fields + 1) // 2
        packed = (packed & ((1 << (half * room)) - 1)) + (packed >> (half * room))
        fields = half
    return packed


def tango(better: int, worse: int, n: int) -> tuple[float, float]:
    """Return Tango's score interval of the difference between two paired proportions."""
    if worse > better:
        low, high = tango(worse, better, n)
        return -high, -low
    difference = (better - worse) / n
    return _score_end(better, worse, n, difference, -1.0), _score_end(better, worse, n, difference, 1.0)


def _score_end(b: int, c: int, n: int, inside: float, outside: float) -> float:
    for _ in range(60):
        middle = (inside + outside) / 2
        if _score(b, c, n, middle) <= _Z * _Z:
            inside = middle
        else:
            outside = middle
    return inside


def _score(b: int, c: int, n: int, difference: float) -> float:
    """Return Tango's statistic squared, with the likeliest chance of a worse case where the difference is given."""
    linear, constant = -b - c + (2 * n - b + c) * difference, -c * difference * (1 - difference)
    chance = (sqrt(max(0.0, linear * linear - 8 * n * constant)) - linear) / (4 * n)
    variance = n * (2 * chance + difference * (1 - difference))
    distance = b - c - n * difference
    if variance <= 0:
        return 0.0 if abs(distance) < 1e-12 else float("inf")
    return distance * distance / variance


def _agreed(low: float, high: float, difference: float, p: float) -> tuple[float, float]:
    """Move the end that lies towards zero to where the test puts it, if the two disagree."""
    if (low > 0 or high < 0) is (p < 1 - CONFIDENCE) or not difference:
        return low, high
    z = -NormalDist().inv_cdf(p / 2) if p < 1 else 0.0
    end = difference * (1 - _Z / z) if z > 0.1 else -difference
    return (end, high) if difference > 0 else (low, end)
