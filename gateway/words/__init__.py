"""What every field and parameter means, written once: a name means the same wherever it stands."""
