"""Open pages that are told when what they show has changed: one look and one rendering for all who watch the same."""
