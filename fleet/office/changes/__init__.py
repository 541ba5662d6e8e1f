"""What changed in an office's records, and in which order its kiosks are to hear of it."""
