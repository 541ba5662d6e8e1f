"""Django's settings, urls and servers: the only part that knows every app."""
