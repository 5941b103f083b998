"""Write the documents that are made from the contracts: JSON Schemas and AsyncAPI 3.

``python -m contracts.generate`` writes them, ``--check`` fails when what stands in the repository differs.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from contracts.catalog import LISTENERS, PAYLOADS, STREAM, event_class
from contracts.envelope import Payload

_HERE = Path(__file__).parent
_ASYNCAPI = _HERE.parents[2] / "docs" / "asyncapi" / "asyncapi.json"


def schema_of(payload: type[Payload]) -> dict[str, Any]:
    """Give the JSON Schema (2020-12) of a whole event, envelope and all."""
    schema = event_class(payload.event_type).model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["$id"] = f"https://thidua.vn/schemas/{payload.event_type}.json"
    schema["title"] = payload.event_type
    schema["properties"]["type"] = {"const": payload.event_type}
    return schema


def asyncapi() -> dict[str, Any]:
    """Give the AsyncAPI 3.0 document: one channel per event type, who sends it and who receives it."""
    channels: dict[str, Any] = {}
    operations: dict[str, Any] = {}
    messages: dict[str, Any] = {}
    for name, payload in PAYLOADS.items():
        messages[name] = {
            "name": name,
            "title": payload.__name__,
            "summary": (payload.__doc__ or payload.__name__).strip().splitlines()[0],
            "contentType": "application/cloudevents+json",
            "headers": {
                "type": "object",
                "properties": {
                    "Nats-Msg-Id": {"type": "string", "description": "The event's id"},
                    "Thidua-Sequence": {"type": "string", "description": "Contiguous number within the service"},
                    "Thidua-Hash": {"type": "string", "description": "sha256 chain over the service's events"},
                    "traceparent": {"type": "string", "description": "W3C Trace Context"},
                },
            },
            "payload": {
                "schemaFormat": "application/schema+json;version=draft-2020-12",
                "schema": {"$ref": f"https://thidua.vn/schemas/{name}.json"},
            },
        }
        channels[name] = {
            "address": f"{name}.{{{payload.ordering_key}}}",
            "parameters": {payload.ordering_key: {"description": "The UUID that orders events of this type"}},
            "messages": {name: {"$ref": f"#/components/messages/{name}"}},
            "bindings": {"nats": {}},
        }
        sender = name.partition(".")[0]
        operations[f"{sender}.sends.{name}"] = _operation("send", name)
        for service, types in LISTENERS.items():
            if payload in types:
                operations[f"{service}.receives.{name}"] = _operation("receive", name)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Thi đua",
            "version": "1",
            "description": f"Events on the JetStream stream {STREAM}: CloudEvents 1.0, structured JSON.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": channels,
        "operations": operations,
        "components": {"messages": messages},
    }


def _operation(action: str, name: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{name}"},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }


def documents() -> Iterator[tuple[Path, str]]:
    """Give every generated document with its place."""
    for name, payload in PAYLOADS.items():
        yield _HERE / "schemas" / f"{name}.json", _written(schema_of(payload))
    yield _ASYNCAPI, _written(asyncapi())


def _written(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    """Write or compare; give the exit code."""
    stale = [path for path, text in documents() if not path.exists() or path.read_text() != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.name} is not what the contracts say: run python -m contracts.generate", file=sys.stderr)
        return bool(stale)
    for path, text in documents():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
