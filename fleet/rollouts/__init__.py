"""Roll-outs: new firmware or new settings for many kiosks, a wave at a time, stopped by what goes wrong."""
