"""What uvicorn serves: the pages, and the streams that tell open pages of changes."""

from __future__ import annotations

import os

import django
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.site.settings")
django.setup(set_prefix=False)

from fleet.site.bodies import BoundedBodies  # noqa: E402 - it is of no use before Django is set up
from fleet.site.sign_on import furnish  # noqa: E402 - the same
from fleet.web.watching.door import Watched  # noqa: E402 - the same

furnish()
application = Watched(BoundedBodies(get_asgi_application()))
