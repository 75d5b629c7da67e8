def f(x: float) -> float:
    def make(a):
        def g(t):
            return a * t

        return g

    return make(x)(2.0)  # refused: N143 make(x)(2.0)
