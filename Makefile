# For those who expect make; ./paillasse does the work.
.DEFAULT_GOAL := help
.PHONY: help demo test check

help: ## List these
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: ## Start the demonstration: address, logins and mail folder are printed; Ctrl-C stops all
	./paillasse demo

test: ## Run the tests on real servers
	./paillasse test

check: ## Run lints, types, import rules, sizes, contract snapshots
	./paillasse check
