"""To the ministry and back, where one is set up (``fleet.site.sign_on``). The names are allauth's."""

from __future__ import annotations

import logging

from allauth.socialaccount.providers.openid_connect import views
from django.http import HttpRequest, HttpResponse
from django.urls import path
from requests import RequestException

from fleet.web.sign_on.views import not_signed_on

log = logging.getLogger(__name__)


def to_the_ministry(request: HttpRequest, provider_id: str) -> HttpResponse:
    """As allauth goes there; where nobody answers, the door says so, and a password still opens it."""
    try:
        response: HttpResponse = views.login(request, provider_id)
    except RequestException as err:
        log.error("the ministry's sign-on cannot be asked: %s", type(err).__name__)
        return not_signed_on(request)
    return response


urlpatterns = [
    path("<str:provider_id>/", to_the_ministry, name="openid_connect_login"),
    path("<str:provider_id>/back/", views.callback, name="openid_connect_callback"),
]
