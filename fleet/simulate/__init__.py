"""Thousands of kiosks from one command, for trying out a fleet: they speak the contract and nothing more."""
