"""The kiosk's lights, call button, tamper switch and buzzer."""
