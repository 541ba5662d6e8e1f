"""Tokens: what another program shows in place of a person."""
