# What each command does stands in README.md. All of them work from a bare clone.
PYTHON ?= python3
PORT ?= 8000
export PORT

.PHONY: help demo test check bench env lock

help:
	@echo "make demo    the portal with demo data on 127.0.0.1:$(PORT), until Ctrl-C"
	@echo "make test    checks, then the whole suite on PostgreSQL, Redis and Chromium, then on SQLite"
	@echo "make check   style, templates, layers, migrations, catalogues, deployment"
	@echo "make bench   the benchmarks, each against a peer; writes bench/results.json"
	@echo "make lock    lock the dependencies of pyproject.toml anew, with hashes"
	@echo "make env     only the environment that the others use"

demo:
	@$(PYTHON) tools/bootstrap.py demo
	@.venv/bin/python -m tools.demo

test:
	@$(PYTHON) tools/bootstrap.py test
	@.venv/bin/python -m tools.run_tests

check:
	@$(PYTHON) tools/bootstrap.py check
	@.venv/bin/python -m tools.check

bench:
	@$(PYTHON) tools/bootstrap.py check
	@.venv/bin/python -m bench

env:
	@$(PYTHON) tools/bootstrap.py test

lock:
	@$(PYTHON) tools/bootstrap.py check
	@.venv/bin/python -m tools.lock
