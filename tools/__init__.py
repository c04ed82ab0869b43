"""House lints and writers of generated files; never imported by product code."""
