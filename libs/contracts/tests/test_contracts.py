"""Do the contracts hold: does everything ever published still parse, and do the documents say what the classes say?"""

import json
from pathlib import Path

import jsonschema
import pytest
from pydantic import ValidationError

import contracts
from contracts.catalog import LISTENERS, PAYLOADS, UnknownEventTypeError, event_class, listeners_of, subject_of
from contracts.generate import asyncapi, documents, schema_of

SAMPLES = sorted((Path(contracts.__file__).parent / "samples").glob("*/*.json"))
BY_NAME = {f"{path.parent.name}-{path.stem}": path for path in SAMPLES}


def test_every_type_has_a_sample() -> None:
    assert {path.parent.name for path in SAMPLES} == set(PAYLOADS)


@pytest.mark.parametrize("path", BY_NAME.values(), ids=BY_NAME.keys())
def test_every_sample_ever_published_still_parses_and_means_the_same(path: Path) -> None:
    body = path.read_bytes()
    event = event_class(path.parent.name).decoded(body)
    assert json.loads(event.encoded()) == json.loads(body)
    assert subject_of(event.data) == f"{event.type}.{event.subject}"


@pytest.mark.parametrize("path", BY_NAME.values(), ids=BY_NAME.keys())
def test_every_sample_holds_to_its_schema(path: Path) -> None:
    jsonschema.validate(
        json.loads(path.read_bytes()),
        schema_of(PAYLOADS[path.parent.name]),
        format_checker=jsonschema.FormatChecker(),
    )


@pytest.mark.parametrize("path", BY_NAME.values(), ids=BY_NAME.keys())
def test_a_reader_ignores_fields_that_came_later(path: Path) -> None:
    later = json.loads(path.read_bytes())
    later["newextension"] = "x"
    later["data"]["added_in_a_later_release"] = 1
    parsed = event_class(path.parent.name).decoded(json.dumps(later).encode())
    assert json.loads(parsed.encoded()) == json.loads(path.read_bytes())


def test_an_event_without_its_key_breaks_the_contract() -> None:
    broken = json.loads(BY_NAME["registry.report_submitted.v1-1"].read_bytes())
    del broken["data"]["unit_id"]
    with pytest.raises(ValidationError):
        event_class(broken["type"]).decoded(json.dumps(broken).encode())


def test_an_unknown_type_is_named() -> None:
    with pytest.raises(UnknownEventTypeError, match=r"registry\.unheard_of\.v1"):
        event_class("registry.unheard_of.v1")


def test_attribute_names_are_cloudevents_names() -> None:
    for payload in PAYLOADS.values():
        assert all(name.isalnum() and name.islower() for name in schema_of(payload)["properties"])


def test_generated_documents_are_what_the_classes_say() -> None:
    for path, text in documents():
        assert path.read_text() == text, f"{path.name}: run python -m contracts.generate"


def test_asyncapi_names_a_receiver_for_every_listener() -> None:
    operations = asyncapi()["operations"]
    for service, types in LISTENERS.items():
        for payload in types:
            assert f"{service}.receives.{payload.event_type}" in operations
            assert service in listeners_of(payload.event_type)


def test_no_payload_carries_free_text_or_names_of_persons() -> None:
    """Names in events are those of units, blocks, periods, criteria and titles: reference data that is published."""
    allowed = {"name", "title_name", "measure", "criterion", "group", "code", "receipt_number", "decided_by", "title"}
    allowed |= {"pack", "condition", "channel"}
    for payload in PAYLOADS.values():
        schema = payload.model_json_schema()
        models = [schema, *schema.get("$defs", {}).values()]
        texts = {
            name
            for model in models
            for name, field in model.get("properties", {}).items()
            if field.get("type") == "string" and "format" not in field and "pattern" not in field
        }
        # How a decision and an issuing document are cited.
        allowed |= {"decision_number", "number", "symbol"}
        amounts = {
            "baseline",
            "plan",
            "value",
            "points",
            "maximum",
            "percent",
            "leader_points",
            "previous_points",
            "target",
            "largest",
        }
        assert texts <= allowed | amounts, payload
