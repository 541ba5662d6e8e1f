"""The REST interface under ``/api/v1/``: for programs, with a token, what the pages are for people.

Nothing below this package is imported before the first request for it (``fleet.api.door``): django-ninja and pydantic
are 30 MB that only `fleet serve` needs, and only where programs ask.
"""
