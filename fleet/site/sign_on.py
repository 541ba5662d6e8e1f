"""What only pages need for signing in: django-allauth, and the sign-on of a ministry.

`ingest` and `conduct` by themselves, and commands, carry none of it: it is in no ``INSTALLED_APPS`` they read, and
``furnish`` puts it there for whoever serves pages (``asgi``), and for migrations, for its tables. `fleet up` does so
before it forks, so that all its parts share those pages of memory.

``sign-on.json`` in the data folder, to be read by nobody else, names the provider:
``{"issuer": "https://…", "client_id": "…", "secret": "…", "name_th": "…", "name_en": "…", "groups_claim": "groups",
"groups": {"sala-{province}-officers": "officer"}}``; the mapping is ``fleet.people.groups``'.
"""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import clear_url_caches, include, path

log = logging.getLogger(__name__)

APPS = (
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
)
OPENID_APP = "allauth.socialaccount.providers.openid_connect"
"""Only where a ministry is named: it brings requests, 5 MB that ten thousand kiosks need. It has no tables."""

MIDDLEWARE = "allauth.account.middleware.AccountMiddleware"
FILE = "sign-on.json"
PROVIDER_ID = "ministry"
TIMEOUT_S = 10
"""Of every question to the provider: a person waits in front of it."""


class SignOnError(ValueError):
    """``sign-on.json`` cannot be used; it says why, and nothing of the secret. Mend it, or take it away."""


def furnish() -> None:
    """Put the apps, the routes and the provider in place; done twice, it is done once.

    A file that cannot be used is no reason to serve no page: it is told of, and passwords go on working.
    """
    if APPS[0] in settings.INSTALLED_APPS:
        return
    try:
        know(Path(settings.DATA_DIR) / FILE)
    except SignOnError as err:
        log.error("%s", err)
    openid = [OPENID_APP] if settings.SIGN_ON is not None else []
    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, *APPS, *openid]
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, MIDDLEWARE]
    apps.set_installed_apps(settings.INSTALLED_APPS)

    from fleet.site import urls
    from fleet.web.sign_on import notes

    urls.urlpatterns.append(path("", include("fleet.web.sign_on.urls")))
    if openid:
        urls.urlpatterns.append(path("sign-on/", include("fleet.web.sign_on.ministry_urls")))
    clear_url_caches()
    notes.listen()


def know(file: Path) -> None:
    """Have Django's settings name the provider of the file; without a file, none.

    Raises: SignOnError.
    """
    from fleet.people.groups import MappingError, Provider, rules_of

    if not file.exists():
        return
    try:
        said: dict[str, Any] = json.loads(file.read_text("utf-8"))
        issuer, client_id, secret = (str(said[name]) for name in ("issuer", "client_id", "secret"))
        rules = rules_of(said.get("groups", {}))
    except (KeyError, TypeError, ValueError, AttributeError) as err:
        is_line = isinstance(err, MappingError)
        why = f"a line of groups: {err}" if is_line else "it must be JSON with issuer, client_id, secret"
        raise SignOnError(f"{FILE}: {why}") from None
    settings.SIGN_ON = Provider(
        id=PROVIDER_ID,
        name_th=str(said.get("name_th", "")),
        name_en=str(said.get("name_en", "")),
        claim=str(said.get("groups_claim", "groups")),
        rules=rules,
    )
    app = {
        "provider_id": PROVIDER_ID,
        "name": str(said.get("name_en", "")) or PROVIDER_ID,
        "client_id": client_id,
        "secret": secret,
        "settings": {"server_url": issuer, "oauth_pkce_enabled": True, "scope": _scope(said)},
    }
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def _scope(said: dict[str, Any]) -> list[str]:
    more = said.get("scope", [])
    return ["openid", "profile", *(str(each) for each in more if str(each) not in ("openid", "profile"))]
