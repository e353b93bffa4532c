"""The rules about customers, as pure functions: who they are and what may change."""
