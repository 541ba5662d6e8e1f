"""Alerts: what needs a person, found by rules, told to who can mend it, and never more often than bearable."""
