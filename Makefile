# wanmi 万米: three commands to know are `make demo`, `make test` and `make bench`.
CITY    ?= yichang
LISTEN  ?= 127.0.0.1:8080
CARGO   ?= cargo
RELEASE := target/release
WANMI   := $(RELEASE)/wanmi
DC      := data/dc
DC_ZONE := $(DC)/zones
MAKE_YC := data/make/yichang
YC_SOURCES := $(wildcard $(MAKE_YC)/import $(MAKE_YC)/src/*.rs $(MAKE_YC)/src/*/*.rs data/yichang/*.csv)

.PHONY: help setup build demo test workflow bench peers soak bless fmt lint docs ci browser

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

setup: ## install what is missing (Debian packages)
	@.ci/setup

build: setup ## the programs, optimised
	@echo "Building wanmi (the first time PROJ and SQLite are compiled too: about 6 minutes on 2 cores) …"
	@$(CARGO) build --release --quiet -p wanmi -p wanmi-import -p wanmi-make-yichang

demo: build var/$(CITY).gpkg ## a city on a map: CITY=yichang (示意数据) or dc, LISTEN=127.0.0.1:8080
	@echo "Open http://$(LISTEN)/ (Ctrl-C stops it)"
	@$(WANMI) serve var/$(CITY).gpkg --listen $(LISTEN)

# Washington DC through the real import path: wards, commissions, districts as cells, then 44 component layers.
# Built under another name first, so that a broken run leaves no half city behind.
var/dc.gpkg: $(wildcard $(DC)/*.toml $(DC)/mapping/*.toml)
	@echo "Importing Washington DC: 3 layers of zones, 44 of components, 74,016 rows (about 20 seconds) …"
	@mkdir -p var && rm -f var/dc.gpkg* var/new-dc.gpkg*
	@$(WANMI) init var/new-dc.gpkg --name 华盛顿 --region DC --profile $(DC)/profile.toml
	@$(WANMI) import var/new-dc.gpkg $(DC_ZONE)/ward-2012.geojson.gz --layer regions --mapping $(DC)/mapping
	@$(WANMI) import var/new-dc.gpkg $(DC_ZONE)/advisory-neighborhood-commission-2013.geojson.gz --layer regions --mapping $(DC)/mapping
	@$(WANMI) import var/new-dc.gpkg $(DC_ZONE)/single-member-district-2013.geojson.gz --layer cells --mapping $(DC)/mapping
	@$(WANMI) import var/new-dc.gpkg $(DC)/components/*.geojson.gz --layer components --mapping $(DC)/mapping
	@mv var/new-dc.gpkg var/dc.gpkg

# 宜昌, generated (示意数据): a GBK delivery of 1,203 cells, 417,000 components, departments, duties and shifts, through the real import path.
var/yichang.gpkg: $(YC_SOURCES)
	@echo "Making and importing 宜昌, 示意数据: 1,203 cells, 417,000 components, 43 departments and who answers for what, 600 MB on disk (about 15 seconds) …"
	@$(MAKE_YC)/import $(RELEASE) $@

# A small one for tests.
var/little-yichang.gpkg: $(YC_SOURCES)
	@echo "Making and importing a little 宜昌, 示意数据: 120 cells, 6,000 components (some seconds) …"
	@$(MAKE_YC)/import $(RELEASE) $@ --cells 120 --components 6000

# Builds the programs too. Tests, benches and CI take the whole workspace, whose features are one set: nothing is compiled twice.
test: setup ## every test (about 15 minutes from a fresh clone, 3 once built)
	@$(CARGO) test --release --workspace

workflow: build ## the seven stages of a case in SpiffWorkflow, against a served city (seconds); part of `make test`
	@tests/workflow/run

browser: build ## the page in Chromium, against a served Washington and a little 宜昌 (about 2 minutes); installs Chromium and playwright-core
	@tests/browser/run

bench: setup ## the benchmarks, each beside its peer, answers compared first (about 3 minutes)
	@$(CARGO) bench --workspace --bench '*'

peers: setup ## beside PostGIS, rstar, geo and ogr2ogr, tables at the end; installs PostGIS (about 12 minutes)
	@benches/peers/run

soak: setup ## 100 million random points, each in exactly one cell (about 10 minutes)
	@WANMI_LONG=1 cargo test --release --test proof soak -- --nocapture

bless: build ## rewrite generated files and golden answers, then look at the diff
	@WANMI_BLESS=1 cargo test --release --workspace
	@git diff --stat

fmt: ## format everything
	@cargo fmt --all

lint: ## formatting and lints, warnings are errors
	@cargo fmt --all --check
	@cargo clippy --release --workspace --all-targets --quiet -- -D warnings

docs: ## the API documentation, warnings are errors
	@RUSTDOCFLAGS="-D warnings" cargo doc --release --workspace --no-deps --quiet

ci: ## what CI runs
	@.ci/run
