"""What the use cases of entries ask of machines; one module per machine."""
