"""A service as a running process: started, watched, stopped, with its pages and connections."""
