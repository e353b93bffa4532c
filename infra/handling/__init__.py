"""What happens to a message in the service that owns it, from its queue to its answer."""
