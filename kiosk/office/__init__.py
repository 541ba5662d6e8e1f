"""The office's records as this kiosk knows them."""
