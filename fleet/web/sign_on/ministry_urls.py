"""To the ministry and back, where one is set up (``fleet.site.sign_on``). The names are allauth's."""

from __future__ import annotations

from allauth.socialaccount.providers.openid_connect import views
from django.urls import path

urlpatterns = [
    path("<str:provider_id>/", views.login, name="openid_connect_login"),
    path("<str:provider_id>/back/", views.callback, name="openid_connect_callback"),
]
