"""The whole bank put in place and looked after: the one room that knows services by name."""
