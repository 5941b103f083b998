"""Does every service do what its OpenAPI document says, whatever it is sent? Schemathesis makes up the requests.

``EXAMPLES=100`` makes up new ones, as many for each operation; without it a few that are always the same.
"""

import asyncio
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import city
import pytest
import schemathesis
from house import CITY, House, Templates
from hypothesis import HealthCheck, settings
from schemathesis import checks
from schemathesis.config import (
    CoveragePhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)

from chassis.identity import HEADER
from contracts.catalog import SERVICES

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
DOCUMENTS = Path(__file__).parents[2] / "docs" / "openapi"
GRANTS = (("operator", CITY), ("city_office", CITY), ("unit_officer", city.TAN_PHONG))
KNOWN = {
    "unit_id": list(city.UNITS),
    "block_id": [city.BLOCK],
    "campaign_id": [city.CAMPAIGN],
    "period_id": [city.PERIOD],
    "sheet_id": [city.SHEET],
}
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.ignored_auth,
]


def document(service: str) -> dict[str, Any]:
    """Give a service's document with the ids that exist as examples: most made-up ones only lead to "not found"."""

    def with_examples(part: Any) -> Any:
        if isinstance(part, list):
            return [with_examples(each) for each in part]
        if not isinstance(part, dict):
            return part
        for name, schema in (
            [(part["name"], part["schema"])]
            if {"name", "schema"} <= part.keys()
            else part.get("properties", {}).items()
        ):
            if name in KNOWN:
                schema["examples"] = [str(each) for each in KNOWN[name]]
        return {key: with_examples(value) for key, value in part.items()}

    read: dict[str, Any] = with_examples(json.loads((DOCUMENTS / f"{service}.json").read_text()))
    return read


def schema(service: str) -> Any:
    generation = GenerationConfig(
        max_examples=EXAMPLES or 6, deterministic=not EXAMPLES, with_security_parameters=False
    )
    # Every border of every field, one request each, takes minutes.
    phases = PhasesConfig(coverage=CoveragePhaseConfig(enabled=bool(EXAMPLES)))
    project = ProjectConfig(generation=generation, phases=phases)
    return schemathesis.openapi.from_dict(
        document(service), config=SchemathesisConfig(projects=ProjectsConfig(default=project))
    )


@pytest.fixture(scope="module")
def inhabited(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    house = House(templates, tmp_path_factory.mktemp("house"), "house_openapi")
    with asyncio.Runner() as runner:
        runner.run(house.open(SERVICES))
        runner.run(city.found(house))
        yield house
        runner.run(house.close())


@schemathesis.pytest.parametrize(**{service: schema(service) for service in SERVICES})
@pytest.mark.timeout(120 + 10 * EXAMPLES)
@settings(deadline=None, suppress_health_check=list(HealthCheck))
def test_a_service_does_what_its_document_says(case: schemathesis.Case, inhabited: House) -> None:
    service = case.operation.schema.raw_schema["info"]["title"].rpartition(" ")[2]
    headers = {HEADER: inhabited.client(service, *GRANTS).headers[HEADER]}
    answer = case.call(base_url=inhabited.services[service].url, headers=headers)
    case.validate_response(answer, checks=CHECKS)
