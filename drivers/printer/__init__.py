"""Thermal slip printers."""
