"""Coming in: passwords, second factors, passkeys and the ministry's sign-on, over django-allauth.

Only the process that serves pages imports what is in here (``fleet.site.sign_on``).
"""
