"""Derivatives inside a running Python: of function objects, of modules as they are imported, of notebook cells.

grad(f)(x)      operators ─▶ specialise ─▶ generate ─▶ the generated function, called from then on
(also jvp, vjp: directions; hvp: curvature; jacfwd, hessian: jacobians; check_grads: checks)
                arguments: what kinds the actual arguments are
                recipes:   the source of grad(f) itself, for grad(grad(f))

generate        places ─▶ the transformation of a text ─▶ graft
                places:    where the function stands; assemble: a text for one that stands in no module
                graft:     executes what is new among the globals of the function
                basis:     what it was made from, and whether it still is that

@differentiable, install_import_hook, adgen run
                decorator, hook, run ─▶ batch ─▶ cache, or cold ─▶ planted
"""
