"""Measures our workflows beside bare ones: `python -m bench`. What is and is not in the comparison: docs/bench.md."""
