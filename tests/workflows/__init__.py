"""Whole cases lived through in simulated days, on real servers, through the real doors."""
