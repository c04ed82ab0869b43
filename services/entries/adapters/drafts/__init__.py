"""Make, check and read living documents: Yjs, by pycrdt (yrs)."""
