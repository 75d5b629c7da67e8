# A Python 3.11 or newer and a package index are all that is needed: every target sets itself up in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
BIN := .venv/bin
PROCESSES ?= 2

.PHONY: help demo test check corpus bench fuzz clean

help:
	@echo "make demo     run adgen on a real module: source, derivative, comparison with finite differences"
	@echo "make test     run the whole test suite"
	@echo "make check    ruff, mypy and the test suite"
	@echo "make corpus   differentiate installed third-party packages and count right, refused and wrong"
	@echo "make bench    time the generated code against hand-written code and other tools"
	@echo "make fuzz     20,000 random programs"
	@echo "make clean    remove everything that was built"

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	touch $@

.venv/bench-installed: .venv/installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[bench]'
	touch $@

demo: .venv/installed
	@$(BIN)/python samples/demo.py

test: .venv/installed
	$(BIN)/python -m pytest -n $(PROCESSES) --dist worksteal

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict adtransform
	$(BIN)/python -m pytest -n $(PROCESSES) --dist worksteal

corpus: .venv/installed
	$(BIN)/python -m tests.corpus
	$(BIN)/python -m tests.corpus --mode reverse

bench: .venv/bench-installed
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench --mode reverse
	$(BIN)/python -m tests.bench --numba
	$(BIN)/python -m tests.bench --growth
	$(BIN)/python -m tests.bench --hessian
	$(BIN)/python -m tests.bench --length

fuzz: .venv/installed
	ADTRANSFORM_FUZZ=20000 $(BIN)/python -m pytest tests/test_random_programs.py tests/test_random_reverse.py tests/test_random_lists.py tests/test_random_arrays.py -n $(PROCESSES)

clean:
	rm -rf .venv build dist *.egg-info .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
