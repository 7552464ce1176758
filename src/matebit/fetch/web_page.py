"""Web pages that come in place of a file, above all those of Google Drive."""

from __future__ import annotations

import html
import re

# What Drive writes when a file was fetched too often, with status 200.
_QUOTA = ("quota exceeded", "too many users have viewed or downloaded", "download quota")
_SIGN_IN = ("accounts.google.com/servicelogin", "sign in - google", "you need access", "request access")


def drive_url(identifier: str) -> str:
    """Where Drive serves the file `identifier` without asking whether an unscanned file is wanted."""
    return f"https://drive.usercontent.google.com/download?id={identifier}&export=download&confirm=t"


def reason_for_page(text: str) -> str:
    """Why a web page came instead of a file, as the end of a sentence."""
    lowered = text.lower()
    if any(mark in lowered for mark in _QUOTA):
        return "Google Drive refuses it for now: too many people fetched it (its quota page came)"
    if any(mark in lowered for mark in _SIGN_IN):
        return "it asks to sign in or to be given access"
    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    said = " ".join(html.unescape(title[1]).split())[:80] if title else ""
    return f"a web page came in place of the file{f' ({said})' if said else ''}"
