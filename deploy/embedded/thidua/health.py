"""Is a service ready, and if not, why? Asked over HTTP as any operator would."""

import http.client
import json
from typing import Final
from urllib.parse import urlsplit

_OK: Final = 200
_PATIENCE_SECONDS: Final = 3.0


def trouble_of(url: str) -> str | None:
    """Ask ``/health/ready``: None when ready, else the service's own words, or that it does not answer."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        if answer.status == _OK:
            return None
        return str(json.loads(answer.read())["detail"])
    except (OSError, http.client.HTTPException):
        return "chưa trả lời"
    except (ValueError, KeyError, TypeError):
        return "trả lời không đúng dạng"
    finally:
        connection.close()
