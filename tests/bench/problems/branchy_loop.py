"""A loop whose branches depend on the data: a bouncing ball with friction."""

POINT = (1.0, 0.3, 0.8, 400)
DIRECTION = (0.5, 1.0, 0.1)


def branchy_loop(height: float, speed: float, bounce: float, steps: int) -> float:
    work = 0.0
    for _ in range(steps):
        speed -= 0.0981
        height += 0.01 * speed
        if height < 0.0:
            height = -height
            speed = -bounce * speed
            work += 0.5 * speed * speed
        elif speed > 2.0:
            speed = 2.0 + 0.5 * (speed - 2.0)
        else:
            work += 0.001 * height * speed
    return work + height


def branchy_loop_by_hand(
    height: float, speed: float, bounce: float, steps: int, height_d: float, speed_d: float, bounce_d: float
) -> tuple[float, float]:
    work_d = 0.0
    work = 0.0
    for _ in range(steps):
        speed -= 0.0981
        height_d += 0.01 * speed_d
        height += 0.01 * speed
        if height < 0.0:
            height_d = -height_d
            height = -height
            speed_d = -(bounce_d * speed + bounce * speed_d)
            speed = -bounce * speed
            work_d += speed * speed_d
            work += 0.5 * speed * speed
        elif speed > 2.0:
            speed_d = 0.5 * speed_d
            speed = 2.0 + 0.5 * (speed - 2.0)
        else:
            work_d += 0.001 * (height_d * speed + height * speed_d)
            work += 0.001 * height * speed
    return work + height, work_d + height_d


def branchy_loop_adjoint(
    height: float, speed: float, bounce: float, steps: int, seed: float = 1.0
) -> tuple[float, tuple[float, float, float]]:
    work = 0.0
    saved = []
    for _ in range(steps):
        speed -= 0.0981
        height += 0.01 * speed
        saved.append((height, speed))
        if height < 0.0:
            height = -height
            speed = -bounce * speed
            work += 0.5 * speed * speed
        elif speed > 2.0:
            speed = 2.0 + 0.5 * (speed - 2.0)
        else:
            work += 0.001 * height * speed
    share = 0.001 * seed
    height_b = seed
    speed_b = 0.0
    bounce_b = 0.0
    for h, v in saved[::-1]:
        if h < 0.0:
            height_b = -height_b
            speed_b -= bounce * v * seed
            bounce_b -= v * speed_b
            speed_b *= -bounce
        elif v > 2.0:
            speed_b *= 0.5
        else:
            height_b += v * share
            speed_b += h * share
        speed_b += 0.01 * height_b
    return work + height, (height_b, speed_b, bounce_b)
