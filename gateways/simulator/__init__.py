"""Simulated partners behind the real partner wire:

For the demo, the bench and the tests. docs/simulator.md says how.
"""
