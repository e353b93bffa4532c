"""What a process keeps: its pool of connections, pages of lists, sealed values and texts."""
