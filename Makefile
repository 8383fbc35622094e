# make kiosk   sets everything up and runs the product (without a display: the guided tour, in pictures)
# make test    sets up what the tests need and runs them
.PHONY: kiosk test lint bench docs setup setup-test clean

PYTHON := .venv/bin/python
PICTURES := pictures
# A file is one worker's: those that take minutes begin, so that none is left over at the end.
LONG_ONES_FIRST := tests/kiosk tests/hub tests
# What says the same on any database is not asked for again.
ON_POSTGRESQL := tests/console tests/hub/test_backup.py tests/hub/test_migrations.py \
	--ignore tests/console/test_hostile_text.py --ignore tests/console/test_authorisation.py
WITH_POSTGRESQL := pg_virtualenv -t sh -c 'DATABASE_URL=postgresql://$$PGUSER:$$PGPASSWORD@$$PGHOST:$$PGPORT/$$PGDATABASE \
	$(PYTHON) -m pytest -q $(ON_POSTGRESQL)'
LINT := ( .venv/bin/ruff check && .venv/bin/ruff format --check && .venv/bin/mypy && .venv/bin/lint-imports )

kiosk: setup
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then \
		exec $(PYTHON) main.py run --site config/demonstration.toml; \
	else \
		echo "No display here: making the guided tour instead."; \
		$(PYTHON) main.py tour --out $(PICTURES) && echo "The pictures of the visit are in $(CURDIR)/$(PICTURES)"; \
	fi

setup:
	@deploy/setup.sh kiosk

# What needs the machine to itself goes one by one, then what is asked again on PostgreSQL, and the linters,
# beside the others; what these said is shown at the end.
test: setup-test
	@said=$$(mktemp); \
	( failed=0; $(PYTHON) -m pytest -q -m machine || failed=1; $(WITH_POSTGRESQL) || failed=1; \
	  $(LINT) || failed=1; exit $$failed ) > $$said 2>&1 & beside=$$!; \
	$(PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder -m "not machine" $(LONG_ONES_FIRST); others=$$?; \
	wait $$beside; beside=$$?; cat $$said; rm $$said; \
	exit $$(( others + beside ))

lint: setup-test
	@$(LINT)

setup-test:
	@deploy/setup.sh test

bench:
	@deploy/setup.sh bench
	@$(PYTHON) -m benchmarks

docs:
	@deploy/setup.sh test
	@$(PYTHON) docs/build.py

clean:
	@rm -rf .venv assets/build assets/fonts $(PICTURES) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find . -name '*.mo' -delete
