"""Derivatives inside of functions: `ad.grad(inner)(x)` is written out before anything else happens.

expansion    what is done, one operator after the other, the innermost first
lexical      which variable a name is; splices: text in which every character knows where it comes from
applications where operators stand; operands: what they are applied to; lifting: functions out of functions
generation   the inner derivatives; rewriting: the calls of these; leftovers: what cannot be written out
"""
