"""The OpenAPI documents of all services, and of open data: ``python -m thidua.documents`` writes them, ``--check`` compares."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fastapi import FastAPI

from chassis import errors, standard_api
from contracts.catalog import SERVICES
from gateway.pages.routes import open_data

_FOLDER: Final = Path(__file__).parents[3] / "docs" / "openapi"


def documents() -> Iterator[tuple[Path, str]]:
    """Give each service's document with its place, without building the service: no settings are needed."""
    for service in SERVICES:
        app = FastAPI(title=f"Thi đua – {service}", version="1")
        errors.document(app)
        app.include_router(standard_api.router)
        app.include_router(importlib.import_module(f"{service}.api").router)
        yield _FOLDER / f"{service}.json", _written(app.openapi())
    yield _FOLDER / "open-data.json", _written(open_data.schema())


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    """Write or compare; give the exit code."""
    stale = [path for path, text in documents() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.name} is not what the service says: run python -m thidua.documents", file=sys.stderr)
        return bool(stale)
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for path, text in documents():
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
