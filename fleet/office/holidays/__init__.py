"""Holidays of the nation and of provinces, and the one rule of working days."""
