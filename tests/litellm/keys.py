"""Whose key is it? LiteLLM asks this for each request: what a database would tell it of a key, the key itself does.

It is imported by the proxy, from beside its config.
"""

import json
from base64 import urlsafe_b64decode

from litellm.proxy._types import UserAPIKeyAuth


async def user(request, api_key: str) -> UserAPIKeyAuth:
    _, _, told = api_key.partition("~")
    known = json.loads(urlsafe_b64decode(told)) if told else {}
    return UserAPIKeyAuth(api_key=api_key, **known)
