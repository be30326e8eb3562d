"""How far out does a share of Student's distribution lie?"""

from __future__ import annotations

from math import pi, sqrt, tan
from statistics import NormalDist


def t_quantile(p: float, freedom: float) -> float:
    """Return Student's quantile: exact for 1 and 2 degrees of freedom, Cornish and Fisher's series above.

    Between 1 and 2 the larger is taken, so that an interval is never too narrow. For p = 0.975 the error is below
    1 % from 3 degrees on (Abramowitz and Stegun 26.7.5).
    """
    if freedom < 2:
        return tan(pi * (p - 0.5))
    if freedom < 3:
        return (2 * p - 1) / sqrt(2 * p * (1 - p))
    z, v = NormalDist().inv_cdf(p), freedom
    return (
        z
        + (z**3 + z) / (4 * v)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * v**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * v**3)
    )
