"""The kiosks: who they are, what they should run, what they say."""
