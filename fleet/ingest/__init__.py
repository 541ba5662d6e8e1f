"""MQTT to database: what kiosks say, committed before it is acknowledged."""
