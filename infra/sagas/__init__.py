"""Processes over several services: tables of steps, how runs of them move, where they are kept."""
