"""Gateways and the partner simulator, against each other."""
