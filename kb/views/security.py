"""Headers that keep pages from loading, running or leaking anything but what we serve."""

from __future__ import annotations

from wsgiref.headers import Headers

from flask import Flask, Response, abort, current_app, request

# The page template of GOV.UK Frontend has one inline script, which says that scripts run; this is its hash.
TEMPLATE_SCRIPT = "'sha256-GUQ5ad8JK5KmEWmROf3LZd9ge94daqNvd8xy9YS1iDw='"
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        f"script-src 'self' {TEMPLATE_SCRIPT}",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
STATIC_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def add_headers(response: Response) -> Response:
    """Set the headers on every answer; over https, tell browsers to stay there."""
    wanted = {**HEADERS, "Strict-Transport-Security": "max-age=31536000"} if request.is_secure else HEADERS
    present = {
        name.lower() for name, _value in response.headers
    }  # asked once, and not for each: a tenth of a page's overhead
    response.headers.extend({name: value for name, value in wanted.items() if name.lower() not in present})
    return response


def add_static_headers(headers: Headers, _path: str, _url: str) -> None:
    """Set the headers of static files, which do not pass through the app."""
    for name, value in STATIC_HEADERS.items():
        headers[name] = value


def refuse_large_bodies() -> None:
    """Answer 413 to a request that announces more than its form sends, before anything reads it."""
    limit = current_app.config["BODY_LIMITS"].get(request.endpoint, current_app.config["MAX_CONTENT_LENGTH"])
    request.max_content_length = limit
    if (request.content_length or 0) > limit:
        abort(413)


def register(app: Flask) -> None:
    """Refuse what is too large; add the headers to everything the app answers."""
    app.config.setdefault("BODY_LIMITS", {})  # in bytes by endpoint, where a form sends more than others
    app.before_request(refuse_large_bodies)
    app.after_request(add_headers)
