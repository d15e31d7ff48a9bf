# make demo     install what is missing, build, fit a bundled spectrum (or FILE=...), write plot, report and JSON
# make test     install what is missing, check formatting, build without warnings, run all tests and the demo
# make help     the rest

.DEFAULT_GOAL := help
SHELL := /bin/bash

OUTPUT ?= demo-output
BUNDLED := reference-spectra/spectra/s2p-argyrodite-cathode-simulated.vms
FILE ?= $(BUNDLED)
ifeq ($(FILE),$(BUNDLED))
RECIPE ?= s2p-argyrodite-cathode
endif
MODEL = $(if $(RECIPE),--recipe $(RECIPE),--explore)
PROGRAM = .build/release/interphase

.PHONY: help dependencies build demo test check lint format examples study bench fuzz clean

help:
	@echo "make demo                    fit the bundled spectrum: table, $(OUTPUT)/fit.svg, fit.html, fit.json"
	@echo "make demo FILE=my.vms        the same for your file: components found by their residuals"
	@echo "make demo FILE=my.vms RECIPE=s2p-argyrodite-cathode SPECTRUM='S 2p'"
	@echo "make test                    everything that CI checks"
	@echo "make study                   the full studies: 1,000 spectra, 100 seeds of each mixture of known truth"
	@echo "make bench                   speed, beside lmfit, SciPy and fityk where installed (see docs/performance.md)"
	@echo "make fuzz SECONDS=600        coverage-guided fuzzing of all readers (see Fuzzing/README.md)"
	@echo "make format                  format all sources"

dependencies:
	@scripts/install-dependencies.sh

# With Swift's libraries in the program it starts in half the time, and runs where no Swift is installed.
STATIC := $(if $(filter Linux,$(shell uname)),--static-swift-stdlib)

build: dependencies
	@swift build -c release --product interphase $(STATIC)

demo: build
	@mkdir -p "$(OUTPUT)"
	@$(PROGRAM) fit "$(FILE)" $(MODEL) $(if $(SPECTRUM),--spectrum "$(SPECTRUM)") $(FLAGS) --curves \
	    --plot "$(OUTPUT)/fit.svg" --report "$(OUTPUT)/fit.html" --json "$(OUTPUT)/fit.json"
	@echo "Written: $(OUTPUT)/fit.svg (plot), $(OUTPUT)/fit.html (report), $(OUTPUT)/fit.json"

test: dependencies
	@scripts/test.sh

lint:
	@swift format lint --strict -r Sources Tests Benchmarks Fuzzing Package.swift

format:
	@swift format -i -r Sources Tests Benchmarks Fuzzing Package.swift

SEEDS ?= 100
study: dependencies
	@INTERPHASE_W1_SPECTRA=1000 INTERPHASE_STUDY_SEEDS=$(SEEDS) \
	    swift test -c release -Xswiftc -enable-testing --filter "W1|IdentificationStudy|MeasuredMixture"

# PYTHON with lmfit and SciPy shows how other programs fare: make bench PYTHON=venv/bin/python3 BENCHFLAGS=--check
PYTHON ?= python3
bench: build
	@swift build -c release --package-path Benchmarks
	@$(PYTHON) Benchmarks/run.py $(BENCHFLAGS)

SECONDS ?= 600
fuzz: dependencies
	@Fuzzing/run.sh $(SECONDS)

clean:
	@rm -rf .build Benchmarks/.build Fuzzing/.build "$(OUTPUT)"
