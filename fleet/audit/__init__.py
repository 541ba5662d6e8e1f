"""Who saw and changed what: written once, each line chained to the one before it."""
