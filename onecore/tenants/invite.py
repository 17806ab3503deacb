"""Tell a new person how to come in: the e-mail with which they set their first password."""

from __future__ import annotations

import logging
import smtplib

from allauth.account.forms import ResetPasswordForm
from django.http import HttpRequest

log = logging.getLogger(__name__)


def invite(request: HttpRequest, email: str) -> bool:
    """Send the link to set a password. False if no mail could be sent; the person can still ask for it at the sign-in."""
    form = ResetPasswordForm(data={"email": email})
    if not form.is_valid():
        return False
    try:
        form.save(request)
    except (OSError, smtplib.SMTPException) as problem:
        log.warning("no invitation could be mailed: %s", problem)
        return False
    return True
