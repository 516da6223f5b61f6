"""Requests made up from the API's own description, valid and not: each gets an answer that the description promises."""

from __future__ import annotations

from collections import Counter

import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema

CONFIG = {
    "seed": 1,
    "headers": {"Accept-Encoding": "identity"},  # the checks read answers as they are sent
    "generation": {"max-examples": 30, "deterministic": True, "database": "none"},
    # No description can say that one of several parameters must be there: nobody named is 400.
    "operations": [{"include-path": "/api/v1/match", "checks": {"positive_data_acceptance": {"enabled": False}}}],
    "phases": {"stateful": {"enabled": False}},  # no request here changes what another one sees
}


def test_every_made_up_request_gets_an_answer_that_the_description_promises(app: Flask) -> None:
    config = SchemathesisConfig.from_dict(CONFIG)
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=config)
    sent = Counter[str]()
    faults = set()
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            sent[event.label or ""] += len(event.recorder.cases)
            faults |= {
                f"{check.name}: {check.failure_info.failure}: {check.failure_info.code_sample}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.status == Status.FAILURE
            }
    assert sorted(faults) == []
    paths = app.url_map.iter_rules()
    assert len(sent) == len({rule.rule for rule in paths if rule.rule.startswith("/api/v1/")}) - 1
    assert min(sent.values()) > 20
