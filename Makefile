# make demo     install what is missing, build, fit a bundled spectrum (or FILE=...), write plot, report and JSON
# make test     install what is missing, check formatting, build without warnings, run all tests and the demo
# make help     the rest

.DEFAULT_GOAL := help
SHELL := /bin/bash

OUTPUT ?= demo-output
PROGRAM = .build/release/interphase

.PHONY: help dependencies build demo test lint format reference documentation manual install study bench fuzz wheel clean

help:
	@echo "make demo                    fit the bundled spectrum: table, $(OUTPUT)/fit.svg, fit.html, fit.json"
	@echo "make demo FILE=my.vms        the same for your file: components found by their residuals"
	@echo "make demo FILE=my.vms RECIPE=s2p-argyrodite-cathode SPECTRUM='S 2p'"
	@echo "make test                    everything that CI checks"
	@echo "make install PREFIX=~/.local  the program, its manual pages, and completions for bash, zsh and fish"
	@echo "make documentation           the documentation of the library, by DocC, in .build/documentation"
	@echo "make reference               docs/commands.md from what the program says of itself"
	@echo "make study                   the full studies: 1,000 spectra, 100 seeds of each mixture of known truth"
	@echo "make bench                   speed, beside lmfit, SciPy and fityk where installed (see docs/performance.md)"
	@echo "make fuzz SECONDS=600        coverage-guided fuzzing of all readers (see Fuzzing/README.md)"
	@echo "make wheel                   dist/interphase-*.whl for Python, which needs no Swift where it is installed"
	@echo "make format                  format all sources"

dependencies:
	@scripts/install-dependencies.sh

build:
	@scripts/build.sh

demo:
	@OUTPUT="$(OUTPUT)" RECIPE="$(RECIPE)" SPECTRUM="$(SPECTRUM)" scripts/demo.sh $(FILE)

test:
	@scripts/test.sh

lint:
	@swift format lint --strict -r Sources Tests Benchmarks Fuzzing examples/swift Package.swift

format:
	@swift format -i -r Sources Tests Benchmarks Fuzzing examples/swift Package.swift

reference: build
	@python3 scripts/make-command-reference.py $(PROGRAM)

documentation: dependencies
	@swift build
	@scripts/make-documentation.sh

# The manual pages are made from what the program says of itself, by a tool of swift-argument-parser.
MANUAL = .build/manual
manual: build
	@scripts/build.sh generate-manual
	@rm -rf "$(MANUAL)" && mkdir -p "$(MANUAL)"
	@.build/release/generate-manual $(PROGRAM) --multi-page --output-directory "$(MANUAL)"
	@for page in "$(MANUAL)"/interphase.*.1; do mv "$$page" "$(MANUAL)/$$(basename "$$page" .1 | tr . -).1"; done

PREFIX ?= /usr/local
install: manual
	@install -d "$(PREFIX)/bin" "$(PREFIX)/share/man/man1" "$(PREFIX)/share/bash-completion/completions" \
	    "$(PREFIX)/share/zsh/site-functions" "$(PREFIX)/share/fish/vendor_completions.d"
	@install "$(PROGRAM)" "$(PREFIX)/bin/interphase"
	@install -m 644 "$(MANUAL)"/*.1 "$(PREFIX)/share/man/man1"
	@$(PROGRAM) --generate-completion-script bash >"$(PREFIX)/share/bash-completion/completions/interphase"
	@$(PROGRAM) --generate-completion-script zsh >"$(PREFIX)/share/zsh/site-functions/_interphase"
	@$(PROGRAM) --generate-completion-script fish >"$(PREFIX)/share/fish/vendor_completions.d/interphase.fish"
	@echo "Installed: $(PREFIX)/bin/interphase; try: interphase doctor"

SEEDS ?= 100
study: dependencies
	@INTERPHASE_W1_SPECTRA=1000 INTERPHASE_STUDY_SEEDS=$(SEEDS) \
	    swift test -c release -Xswiftc -enable-testing --filter "W1|IdentificationStudy|MeasuredMixture"

# PYTHON with lmfit and SciPy shows how other programs fare: make bench PYTHON=venv/bin/python3 BENCHFLAGS=--check
PYTHON ?= python3
bench: build
	@swift build -c release --package-path Benchmarks
	@$(PYTHON) Benchmarks/run.py $(BENCHFLAGS)

wheel: build
	@python3 -m pip wheel --no-deps --wheel-dir dist ./python

SECONDS ?= 600
fuzz: dependencies
	@Fuzzing/run.sh $(SECONDS)

clean:
	@rm -rf .build Benchmarks/.build Fuzzing/.build dist "$(OUTPUT)"
