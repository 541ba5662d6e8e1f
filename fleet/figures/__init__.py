"""What the kiosks are worth: visits, payments, minutes saved, time at the screen, uptime, a year at a time."""
