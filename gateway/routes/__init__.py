"""One module per resource: its HTTP schemas and its endpoints together."""
