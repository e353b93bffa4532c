"""The other banks' side: a package for each rail, `python -m demo.rails.imps` for IMPS."""
