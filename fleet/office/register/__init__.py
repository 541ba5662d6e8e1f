"""The factory register: imports of what the ministry and the provinces have as tables."""
