"""The words that procedures are written in."""
