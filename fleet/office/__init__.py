"""The offices and what they keep: factories, folders, notices."""
