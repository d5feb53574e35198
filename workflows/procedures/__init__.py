"""One file per procedure, readable aloud."""
