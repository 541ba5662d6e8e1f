"""`kiosk doctor`: the technician's tool."""
