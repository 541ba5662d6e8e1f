"""The contract between kiosk and fleet: topics, messages, settings, codes, payment payloads, Thai identifiers.

Pure: the standard library and msgspec only. Both sides import it; it imports neither.
"""
