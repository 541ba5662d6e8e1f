"""Every page."""

from __future__ import annotations

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.i18n import set_language

from fleet.web.views import (
    account,
    bank,
    channels,
    commands,
    figures,
    identity,
    kiosks,
    overview,
    partners,
    payments,
    settings,
    settings_reference,
    tell,
    tickets,
    tracking,
)

app_name = "web"

urlpatterns = [
    path("", overview.overview, name="overview"),
    path("sign-in/", account.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("language/", set_language, name="language"),
    path("theme/", account.theme, name="theme"),
    path("more/", account.more, name="more"),
    path("kiosks/", kiosks.kiosks, name="kiosks"),
    path("kiosks/<str:kiosk_id>/", kiosks.kiosk, name="kiosk"),
    path("kiosks/<str:kiosk_id>/command/", commands.command, name="command"),
    path("kiosks/<str:kiosk_id>/brought/<str:command_id>", commands.brought, name="brought"),
    path("kiosks/<str:kiosk_id>/identity/", identity.identity, name="identity"),
    path("enrol/<str:enrolment_id>", identity.enrol, name="enrol"),
    path("settings/", settings.layers, name="settings"),
    path("settings/reference/", settings_reference.reference, name="reference"),
    path("settings/<str:layer>/", settings.layer, {"key": ""}, name="layer"),
    path("settings/<str:layer>/<str:key>/", settings.layer, name="layer"),
    path("settings-undo/<str:layer>/", settings.undo_last, {"key": ""}, name="undo"),
    path("settings-undo/<str:layer>/<str:key>/", settings.undo_last, name="undo"),
    path("settings-back/<str:layer>/<int:revision>/", settings.back, {"key": ""}, name="back"),
    path("settings-back/<str:layer>/<str:key>/<int:revision>/", settings.back, name="back"),
    path("payments/", payments.payments, name="payments"),
    path("payments/<str:number>/", payments.payment, name="payment"),
    path("figures/", figures.figures, name="figures"),
    path("figures/<int:year>/", figures.figures, name="figures"),
    path("figures/<int:year>/<str:iso_code>/", figures.figures, name="figures"),
    path("figures/<int:year>.<str:kind>", figures.figures_file, name="figures-file"),
    path("figures/<int:year>/<str:iso_code>.<str:kind>", figures.figures_file, name="figures-file"),
    path("partners/", partners.partners, name="partners"),
    path("partners/<str:system>/", partners.partner, name="partner"),
    path("bank/", bank.bank, name="bank"),
    path("tickets/", tickets.tickets, name="tickets"),
    path("tickets/<str:number>/", tickets.ticket, name="ticket"),
    path("registrations/", tickets.registrations, name="registrations"),
    path("channels/", channels.channels, name="channels"),
    path("channels/<str:office_id>/<str:code>/", channels.channel, name="channel"),
    path("tell/<str:office_id>", tell.tell, name="tell"),
    path("t/<str:token>", tracking.tracking, name="tracking"),
]
