"""What uvicorn serves: the pages."""

from __future__ import annotations

import os

import django
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.site.settings")
django.setup(set_prefix=False)

from fleet.site.sign_on import furnish  # noqa: E402 - it is of no use before Django is set up

furnish()
application = get_asgi_application()
