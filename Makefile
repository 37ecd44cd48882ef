# make run   builds the pages and the program, and starts the service on ./store
# make test  runs every test; both install what they need beside Go and Node

GO_SOURCES   := $(shell find app catalog orders fulfillment frontend/frontend.go -name '*.go' ! -name '*_test.go')
PAGE_SOURCES := $(shell find frontend/src frontend/static frontend/messages frontend/project.inlang frontend/*.ts frontend/*.js frontend/package.json -type f ! -path '*/paraglide/*' ! -path '*/project.inlang/cache/*' 2>/dev/null)
BIN          := $(CURDIR)/bin

.PHONY: run build pages test test-go test-pages test-e2e tools bench clean

run: build
	$(BIN)/baimi serve

build: $(BIN)/baimi

$(BIN)/baimi: frontend/build/index.html $(GO_SOURCES) go.mod go.sum
	go build -o $@ ./app

pages: frontend/build/index.html

frontend/node_modules/.package-lock.json: frontend/package.json frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund --loglevel=error
	touch $@

# The pages' client is generated from the contract, and the contract from the code.
frontend/contract.json: $(GO_SOURCES) go.mod
	go run ./app openapi > $@.new
	cmp -s $@.new $@ && rm $@.new && touch $@ || mv $@.new $@

frontend/build/index.html: frontend/node_modules/.package-lock.json frontend/contract.json $(PAGE_SOURCES)
	cd frontend && npm run --silent contract && npm run --silent build

test: test-go test-pages test-e2e

test-go: tools
	@test -z "$$(gofmt -l app catalog orders fulfillment frontend/*.go)" || { gofmt -l app catalog orders fulfillment frontend/*.go; echo "gofmt would change these files"; exit 1; }
	go vet ./...
	PATH="$(BIN):$$PATH" go test ./...

test-pages: frontend/build/index.html
	cd frontend && npm run --silent check && npm test --silent

test-e2e: build tools
	cd frontend && BAIMI_BIN=$(BIN)/baimi npm run --silent e2e

# Stripe's own mock answers the payment tests; Chromium runs the pages.
tools: $(BIN)/stripe-mock
	@command -v chromium >/dev/null || { test "$$(id -u)" = 0 && apt-get update -q && apt-get install -qy --no-install-recommends chromium fonts-noto-cjk; } \
		|| { echo "The end-to-end tests need Chromium: install it (Debian: apt-get install chromium fonts-noto-cjk)."; exit 1; }

$(BIN)/stripe-mock:
	GOBIN=$(BIN) go install github.com/stripe/stripe-mock@v0.203.0

clean:
	rm -rf $(BIN) frontend/node_modules frontend/contract.json frontend/.svelte-kit
	find frontend/build -mindepth 1 ! -name .placeholder -delete

# The load on the service, and on its store beside a raw group commit; the protocol stands in app/bench_test.go.
bench:
	go test -run '^$$' -bench . -benchtime 1x -timeout 60m ./app
	go test -run '^$$' -bench . -benchtime 2s -count 3 ./app/db
