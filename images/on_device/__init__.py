"""Programs of a kiosk beside our software: the machine runs them, with Python's own library and no other."""
