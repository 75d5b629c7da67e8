"""A derivative written by hand, with a mistake: `adgen verify samples/pipe_flow_by_hand.py` finds it.

The lines that start with `adgen: partial` are used instead of differentiating the body; `v` is the value.
"""

import math


# adgen: partial re = -22.96 * v**1.5 / (math.log(10.0) * re**1.9 * (roughness / 3.7 + 5.74 / re**0.9))
# adgen: partial roughness = 4.0 * v**1.5 / (math.log(10.0) * (roughness + 21.238 / re**0.9))
def swamee_jain(re: float, roughness: float) -> float:
    """Friction factor of turbulent flow, good to one per cent."""
    return 0.25 / math.log10(roughness / 3.7 + 5.74 / re**0.9) ** 2
