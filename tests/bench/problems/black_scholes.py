"""Option pricing: the Black-Scholes formula for a call."""

import math

POINT = (100.0, 105.0, 0.03, 0.2, 0.75)
DIRECTION = (1.0, 0.5, 0.01, 0.02, 0.1)


def normal(x: float) -> float:
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0)))


def black_scholes(spot: float, strike: float, rate: float, volatility: float, time: float) -> float:
    spread = volatility * math.sqrt(time)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility**2) * time) / spread
    d2 = d1 - spread
    return spot * normal(d1) - strike * math.exp(-rate * time) * normal(d2)


def normal_by_hand(x: float, x_d: float) -> tuple[float, float]:
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0))), 0.3989422804014327 * math.exp(-0.5 * x * x) * x_d


def black_scholes_by_hand(
    spot: float,
    strike: float,
    rate: float,
    volatility: float,
    time: float,
    spot_d: float,
    strike_d: float,
    rate_d: float,
    volatility_d: float,
    time_d: float,
) -> tuple[float, float]:
    root = math.sqrt(time)
    spread = volatility * root
    spread_d = volatility_d * root + 0.5 * volatility / root * time_d
    ratio = spot / strike
    drift = rate + 0.5 * volatility**2
    d1 = (math.log(ratio) + drift * time) / spread
    d1_d = (
        spot_d / spot - strike_d / strike + (rate_d + volatility * volatility_d) * time + drift * time_d - d1 * spread_d
    ) / spread
    discount = math.exp(-rate * time)
    n1, n1_d = normal_by_hand(d1, d1_d)
    n2, n2_d = normal_by_hand(d1 - spread, d1_d - spread_d)
    paid = strike * discount
    paid_d = discount * (strike_d - strike * (rate_d * time + rate * time_d))
    return spot * n1 - paid * n2, spot_d * n1 + spot * n1_d - paid_d * n2 - paid * n2_d
