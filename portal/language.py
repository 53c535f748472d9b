"""Which language a page is in: Chinese, unless the person chose another by the switch."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.cache import patch_vary_headers


class ChosenLanguage:
    """In the place of Django's LocaleMiddleware, which would follow the browser: on a campus the browsers of many
    laptops ask for English, and their owners expect the union's pages in Chinese all the same.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        with translation.override(chosen(request)):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
            # A response that is rendered late is rendered by now: Django renders it before it comes here.
            response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        patch_vary_headers(response, ("Cookie",))
        return response


def chosen(request) -> str:
    """The language of the cookie that the switch sets; the site's own without one, or with one that is not ours."""
    code = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return code if code in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
