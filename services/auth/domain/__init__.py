"""The rules of signing in, as pure functions: users, passwords, patience, sessions."""
