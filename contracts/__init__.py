"""The messages services exchange; the only way one may know of another. Values only, no I/O."""
