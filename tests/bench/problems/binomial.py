"""A European option in a binomial tree, summed over the leaves with a running probability."""

import math

POINT = (100.0, 102.0, 0.03, 0.25, 1.0, 50)
DIRECTION = (1.0, 0.5, 0.01, 0.02, 0.1)


def binomial(spot: float, strike: float, rate: float, volatility: float, time: float, levels: int) -> float:
    dt = time / levels
    up = math.exp(volatility * math.sqrt(dt))
    down = 1.0 / up
    p = (math.exp(rate * dt) - down) / (up - down)
    odds = p / (1.0 - p)
    weight = (1.0 - p) ** levels
    price = spot * down**levels
    value = 0.0
    for j in range(levels + 1):
        value += weight * max(price - strike, 0.0)
        weight = weight * odds * (levels - j) / (j + 1)
        price = price * up * up
    return math.exp(-rate * time) * value


def binomial_by_hand(
    spot: float,
    strike: float,
    rate: float,
    volatility: float,
    time: float,
    levels: int,
    spot_d: float,
    strike_d: float,
    rate_d: float,
    volatility_d: float,
    time_d: float,
) -> tuple[float, float]:
    dt_d = time_d / levels
    dt = time / levels
    root = math.sqrt(dt)
    up = math.exp(volatility * root)
    up_d = up * (volatility_d * root + 0.5 * volatility / root * dt_d)
    down = 1.0 / up
    down_d = -down * down * up_d
    growth = math.exp(rate * dt)
    gap = up - down
    p = (growth - down) / gap
    p_d = (growth * (rate_d * dt + rate * dt_d) - down_d - p * (up_d - down_d)) / gap
    q = 1.0 - p
    odds = p / q
    odds_d = (p_d + odds * p_d) / q
    weight = q**levels
    weight_d = -levels * weight / q * p_d
    tail = down**levels
    price = spot * tail
    price_d = spot_d * tail + spot * levels * tail / down * down_d
    value_d = 0.0
    value = 0.0
    for j in range(levels + 1):
        gain_d = price_d - strike_d
        gain = price - strike
        if gain < 0.0:
            gain_d = 0.0
            gain = 0.0
        value_d += weight_d * gain + weight * gain_d
        value += weight * gain
        weight_d = (weight_d * odds + weight * odds_d) * (levels - j) / (j + 1)
        weight = weight * odds * (levels - j) / (j + 1)
        t = price * up
        price_d = (price_d * up + 2.0 * price * up_d) * up
        price = t * up
    discount = math.exp(-rate * time)
    return discount * value, discount * (value_d - (rate_d * time + rate * time_d) * value)


def binomial_adjoint(
    spot: float, strike: float, rate: float, volatility: float, time: float, levels: int, seed: float = 1.0
) -> tuple[float, tuple[float, float, float, float, float]]:
    dt = time / levels
    root = math.sqrt(dt)
    up = math.exp(volatility * root)
    down = 1.0 / up
    growth = math.exp(rate * dt)
    gap = up - down
    p = (growth - down) / gap
    q = 1.0 - p
    odds = p / q
    weight = first = q**levels
    tail = down**levels
    price = spot * tail
    value = 0.0
    saved = []
    for j in range(levels + 1):
        saved.append((weight, price))
        value += weight * max(price - strike, 0.0)
        weight = weight * odds * (levels - j) / (j + 1)
        price = price * up * up
    discount = math.exp(-rate * time)
    result = discount * value

    value_b = discount * seed
    square = up * up
    weight_b = price_b = strike_b = odds_b = up_b = 0.0
    for j in range(levels, -1, -1):
        weight, price = saved.pop()
        up_b += price * price_b
        price_b *= square
        t = (levels - j) / (j + 1) * weight_b
        odds_b += weight * t
        weight_b = odds * t
        gain = price - strike
        if gain >= 0.0:
            t = weight * value_b
            price_b += t
            strike_b -= t
            weight_b += gain * value_b
    p_b = (odds_b * (1.0 + odds) - levels * first * weight_b) / q
    t = p_b / gap
    down_b = (p - 1.0) * t + levels * spot * tail / down * price_b
    up_b = 2.0 * up * up_b - p * t - down * down * down_b
    growth_b = growth * t
    exponent_b = up * up_b
    rate_b = result * seed
    dt_b = rate * growth_b + 0.5 * volatility * exponent_b / root
    return result, (
        tail * price_b,
        strike_b,
        dt * growth_b - time * rate_b,
        root * exponent_b,
        dt_b / levels - rate * rate_b,
    )
