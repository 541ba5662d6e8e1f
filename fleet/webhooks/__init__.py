"""Telling other programs what happened: who wants to hear of what, and whether it was heard."""
