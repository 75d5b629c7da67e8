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


def normal_adjoint(x: float) -> tuple[float, float]:
    return 0.5 * (1.0 + math.erf(x / math.sqrt(2.0))), 0.3989422804014327 * math.exp(-0.5 * x * x)


def black_scholes_adjoint(
    spot: float, strike: float, rate: float, volatility: float, time: float, seed: float = 1.0
) -> tuple[float, tuple[float, float, float, float, float]]:
    root = math.sqrt(time)
    spread = volatility * root
    drift = rate + 0.5 * volatility**2
    d1 = (math.log(spot / strike) + drift * time) / spread
    d2 = d1 - spread
    n1, slope1 = normal_adjoint(d1)
    n2, slope2 = normal_adjoint(d2)
    discount = math.exp(-rate * time)
    paid = strike * discount
    paid_b = -n2 * seed
    exponent_b = paid * paid_b
    d2_b = slope2 * paid * seed
    t = (slope1 * spot * seed - d2_b) / spread
    spread_b = d2_b - d1 * t
    drift_b = time * t
    return spot * n1 - paid * n2, (
        n1 * seed + t / spot,
        discount * paid_b - t / strike,
        drift_b - time * exponent_b,
        volatility * drift_b + root * spread_b,
        drift * t - rate * exponent_b + 0.5 * volatility / root * spread_b,
    )
