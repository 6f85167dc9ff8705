"""The description of the interface (OpenAPI 3.1) says what it does: schemathesis asks what it allows and what it does not."""

from __future__ import annotations

import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.support import Site


def test_every_operation_answers_as_described(address: str) -> None:
    """All of schemathesis' checks but one: names of places, numbers and cursors are refused when they are none, which no
    schema can say beforehand."""
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json")
    faults: dict[str, str] = {}
    for operation in (result.ok() for result in schema.get_all_operations()):

        @settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def answers_as_described(case: schemathesis.Case) -> None:
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        try:
            answers_as_described()
        except (FailureGroup, Failure) as fault:
            faults[operation.label] = str(getattr(fault, "exceptions", fault))[:1500]
    assert faults == {}


def test_it_is_openapi_3_1_with_examples(site: Site) -> None:
    document = site.client.get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    bare = [
        f"{method} {path} {parameter['name']}"
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        for parameter in operation.get("parameters", ())
        if parameter.get("required") and "examples" not in parameter["schema"] and "examples" not in parameter
    ]
    assert bare == []
    for operations in document["paths"].values():
        for operation in operations.values():
            assert operation["summary"]
            assert operation["tags"]
