"""Firmware of this kiosk: fetched, installed, proved, and taken back when it does not prove itself."""
