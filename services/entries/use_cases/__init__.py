"""One verb per file: open a unit of work, ask the domain, save, announce."""
