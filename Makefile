# Sala from the command line. Every target installs what it needs first (root or sudo, Debian 12).
PYTHON := .venv/bin/python
# Mounting a bundle, and asking the bus as somebody else, only root may; others skip that, and pytest says so.
AS_ROOT := $(shell [ "$$(id -u)" != 0 ] || echo ,rauc,dbus)
OVER_POSTGRESQL := tests/integration/test_postgresql.py
export SALA_TEST_REQUIRE ?= pcscd,mosquitto,chromium,node,tesseract,poppler,postgresql,libfaketime$(AS_ROOT)

.PHONY: help setup demo smoke test check bench screens soak faults lock image image-test

help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: ## install what is missing
	@images/workstation.sh

demo: setup ## broker, fleet and one virtual kiosk, here; Ctrl-C ends it
	@exec $(PYTHON) -m tests.support.demo

smoke: setup ## the demo with one scripted visit; a line of JSON, exit 0 when all holds
	@$(PYTHON) -m tests.e2e.smoke

test: setup ## every test of a plain machine
	@mkdir -p build
	@# Most tests wait for real parts. So three runs go side by side, and share no port, no socket and no database; the
	@# unit tests, those of the fleet once more over PostgreSQL, take what the others leave of the processor. Shown one
	@# after the other, each with its own last line.
	@nice -n 10 $(PYTHON) -m pytest -q -p no:cacheprovider tests/unit $(OVER_POSTGRESQL) >build/unit-tests.txt 2>&1 & \
		unit=$$!; \
		$(PYTHON) -m pytest -q -p no:cacheprovider tests/integration --ignore=$(OVER_POSTGRESQL) \
			>build/integration-tests.txt 2>&1 & parts=$$!; \
		trap 'kill $$unit $$parts' INT TERM; \
		$(PYTHON) -m pytest -q --ignore=tests/unit --ignore=tests/integration; rest=$$?; \
		wait $$parts; parts=$$?; \
		wait $$unit; unit=$$?; \
		cat build/integration-tests.txt build/unit-tests.txt; \
		exit $$((rest + parts + unit))

check: setup ## formatting, types, imports, dead code, known flaws of what we depend on
	@$(PYTHON) -m ruff format --check -q .
	@$(PYTHON) -m ruff check -q .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-cache
	@$(PYTHON) -m vulture
	@$(PYTHON) -m tests.support.advisories

bench: setup ## every figure we promise, beside a peer; ONLY=card for a part
	@$(PYTHON) -m tests.bench $(ONLY)

screens: setup ## every screen, language and size under build/screens, and a contact sheet
	@$(PYTHON) -m kiosk.screens.gallery build/screens

soak: setup ## the card faults and 1,000 replugs on the real pcscd, whole: by hand, about 2 minutes
	@SALA_SOAK=1 $(PYTHON) -m pytest -q --timeout=900 tests/contract/test_card.py -k FaultsOfPcsc

faults: setup ## kill, cut, fill and confuse every part, many times; the table is build/faults.json (about half an hour)
	@SALA_FAULTS=long $(PYTHON) -m pytest -q --timeout=3600 tests/faults

image: setup ## the Raspberry Pi image, the update bundle and the bill of materials, under build/image (root)
	@images/build_machine.sh
	@$(PYTHON) -m images.recipe

image-test: image ## start that image in the emulator and use it
	@$(PYTHON) -m tests.image

lock: setup ## exact versions of everything, anew
	@$(PYTHON) -m piptools compile -q --all-extras --generate-hashes --allow-unsafe --strip-extras \
		--no-emit-index-url --no-emit-trusted-host --no-emit-find-links -o .requirements.lock pyproject.toml
