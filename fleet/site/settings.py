"""Django's settings, from the environment: one folder for everything, and nothing secret in the code.

``SALA_FLEET_DIR`` holds database, certificates and keys; ``fleet`` sets it from ``--data-dir``. ``SALA_DATABASE`` puts
the database elsewhere.
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any

from fleet.site.database import VARIABLE, databases

DATA_DIR = Path(os.environ.get("SALA_FLEET_DIR", "fleet-data")).resolve()


SECRET_KEY = os.environ.get("SALA_SECRET_KEY") or secrets.token_urlsafe(48)
"""Signs sessions. `fleet` keeps it in the data folder and hands it down; without it, sessions end with the process."""

DEBUG = False
ALLOWED_HOSTS = os.environ.get("SALA_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]").split(",")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "fleet.audit",
    "fleet.people",
    "fleet.people.tokens",
    "fleet.webhooks",
    "fleet.trust",
    "fleet.office",
    "fleet.office.changes",
    "fleet.office.register",
    "fleet.office.folders",
    "fleet.office.fees",
    "fleet.office.cases",
    "fleet.office.holidays",
    "fleet.office.channels",
    "fleet.partners",
    "fleet.devices",
    "fleet.rollouts",
    "fleet.payments",
    "fleet.figures",
    "fleet.alerts",
    "fleet.rounds",
    "fleet.web",
]
MIDDLEWARE = [
    "fleet.web.squeezed.Squeezed",
    "fleet.web.only_tls.OnlyTls",
    "django.middleware.security.SecurityMiddleware",
    "fleet.web.static_files.StaticFiles",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "fleet.web.csp.ContentSecurityPolicy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "fleet.web.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "fleet.web.no_nul.NoNul",
]
ROOT_URLCONF = "fleet.site.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "fleet.web.context.shell",
            ]
        },
    }
]

DATABASES = databases(os.environ.get(VARIABLE, ""), DATA_DIR)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "th"
LANGUAGES = [("th", "ไทย"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "web" / "locale"]
TIME_ZONE = "Asia/Bangkok"
USE_TZ = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 3600
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/web/"
"""Pages name these with their version (``{% asset %}``), or, fonts and what others wrote, with it in the name."""

LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/sign-in/"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
# TLS ends in front of a public fleet; the demonstration is plain HTTP on loopback.
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = os.environ.get("SALA_HTTPS", "") == "1"
IS_PUBLIC = SESSION_COOKIE_SECURE
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PUBLIC else 0
SESSION_COOKIE_AGE = int(float(os.environ.get("SALA_SESSION_HOURS", "12")) * 3600)
"""From the last use: a page that is open on a wall stays, a forgotten one does not outlast the day."""

SECOND_FACTOR_REQUIRED = os.environ.get("SALA_SECOND_FACTOR", "required" if IS_PUBLIC else "offered") == "required"
"""Of admins and treasury officers who sign in with a password of ours; the ministry's sign-on sees to its own."""

SIGN_ON: Any = None
"""The ministry's sign-on: ``fleet.site.sign_on`` reads it from the data folder, in the process that serves pages."""

# django-allauth, in that process only. Nobody signs up; a name and a password are all there is to a local account.
ACCOUNT_ADAPTER = "fleet.web.sign_on.adapters.AccountAdapter"
SOCIALACCOUNT_ADAPTER = "fleet.web.sign_on.adapters.SignOnAdapter"
MFA_ADAPTER = "fleet.web.sign_on.adapters.SecondFactorAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_UNIQUE_EMAIL = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_LOGIN_ON_GET = True
"""A link, not a form: a policy that lets forms go nowhere but to us also stops one that we send on. All it can bring
about is that somebody signs in as who they are."""

SOCIALACCOUNT_STORE_TOKENS = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Sala"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PUBLIC

SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

PRETEND_BANK = os.environ.get("SALA_PRETEND_BANK", "") == "1"
"""Whether this fleet plays its own bank: in demonstrations, never where money moves."""

SECOND_EYES_ABOVE_SATANG = int(os.environ.get("SALA_SECOND_EYES_SATANG", "1000000"))
"""Above this, two officers decide about an odd payment. 10,000 baht is our sample (ตัวอย่าง): the ministry says."""

PREVIEW_TIMEOUT_S = 20.0
"""How long a draft of settings may be drawn (``web.screen_preview``): two seconds on a quiet machine."""

SCB_INQUIRY = os.environ.get("SALA_SCB_INQUIRY", "")
SCB_TOKEN = os.environ.get("SALA_SCB_TOKEN", "")
"""Where to ask SCB about its callbacks, and with what; without an address there is no callback."""

KTB_SECRET = os.environ.get("SALA_KTB_SECRET", "")
"""What a KTB-style request must bring; without it there is no such way in."""

REMINDERS_MAIL = os.environ.get("SALA_REMINDERS_MAIL", "")
REMINDERS_LINE = os.environ.get("SALA_REMINDERS_LINE", "")
"""Apprise addresses of the carriers of reminders, ``{to}`` where the factory's address goes, e.g.
``mailtos://user:password@smtp.example?from=office@example&to={to}`` and ``line://token/{to}``; without one, no such
reminder is sent."""

ALERTS_MAIL = os.environ.get("SALA_ALERTS_MAIL", "") or REMINDERS_MAIL
ALERTS_LINE = os.environ.get("SALA_ALERTS_LINE", "") or REMINDERS_LINE
"""The carriers of alerts, as those of reminders, whose they are unless said otherwise."""

WEBHOOK_ORIGINS = frozenset(os.environ.get("SALA_WEBHOOK_ORIGINS", "").replace(",", " ").split())
"""Neighbours that webhooks may go to, as ``https://noc.example`` with commas between, so that no page makes the fleet
call what stands beside it. Those of alerts go nowhere else; those of subscriptions also to the public internet."""

PAGES_ADDRESS = os.environ.get("SALA_PAGES_ADDRESS", "").rstrip("/")
"""Where the pages are, for links in letters; the address that kiosks print on slips unless it is said."""

CERTIFICATE_LIFE = timedelta(hours=float(os.environ.get("SALA_CERTIFICATE_HOURS", "2160")))
"""Of a kiosk's certificate; the kiosk renews it at two thirds. 90 days, as ``fleet.trust.authority`` says why."""

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"()": "fleet.site.log_lines.PlainLines", "format": "%(levelname)s %(name)s: %(message)s"},
        "json": {"()": "fleet.site.log_lines.JsonLines"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": "json" if os.environ.get("SALA_LOG", "") == "json" else "plain",
        },
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "apprise": {"handlers": ["nowhere"], "propagate": False},  # it tells whom it has written to
        "fontTools": {"level": "ERROR"},  # it tells of every table of every font it subsets
        "tuf": {"level": "WARNING"},  # it tells of every key that has not signed
        "weasyprint": {"level": "WARNING"},  # it tells of every page
    },
}
