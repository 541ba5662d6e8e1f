"""The process at the counter: devices on threads, one inbox, one loop that steps the visit and draws it."""
