"""Jobs: the work of a service for each business date that is over, a bounded piece at a time.

Whatever is done is committed together with how far it has come. So any process goes on where
another one has died, several share the work, and to begin anew finds nothing to do.
"""
