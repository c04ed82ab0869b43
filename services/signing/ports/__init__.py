"""Ask: what the use cases need from memory, machines and other houses, as Protocols."""
