"""The kiosk in a browser page: pretend devices, a network cable to cut, and the two real processes."""
