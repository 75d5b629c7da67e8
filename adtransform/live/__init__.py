"""Derivatives inside a running Python: of function objects, of modules as they are imported, of notebook cells."""
