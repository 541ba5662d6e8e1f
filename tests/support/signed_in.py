"""Browsers of people who have signed in, for tests that ask for pages without a server."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.test import Client


def browser_of(user: User, **said: Any) -> Client:
    """One in which ``user`` has signed in; ``said``: what it says with each request (``HTTP_ACCEPT_LANGUAGE``)."""
    browser = Client(SERVER_NAME="localhost", **said)
    browser.force_login(user)
    return browser
