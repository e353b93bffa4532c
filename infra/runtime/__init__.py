"""What every process needs, whatever it does: time, traces, log, metrics, patience at the start."""
