"""Every pixel of the kiosk: from what the visitor is living through, to a view, to a canvas. No flow, no device."""
