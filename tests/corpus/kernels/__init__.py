"""Kernels of numerical code, written as they are found in textbooks: on lists, and on arrays."""
