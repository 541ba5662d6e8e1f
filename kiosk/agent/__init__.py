"""The process that keeps the kiosk in touch with its fleet, even when the front desk is broken."""
