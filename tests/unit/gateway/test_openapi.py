"""The HTTP API is a promise: its document is complete and valid OpenAPI 3.1."""

import json
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI

from gateway.app import API, PARTS

SNAPSHOT = Path(__file__).parents[2] / "contract" / "snapshots" / "http.json"


def _document() -> dict:
    app = FastAPI(title="Paillasse", version="1", separate_input_output_schemas=False)
    for each in PARTS:
        router: APIRouter = each.router
        app.include_router(router, prefix=API)
    return app.openapi()


def _calls(document: dict) -> list[str]:
    return sorted(f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item)


def test_the_document_is_openapi_3_1() -> None:
    """Clients are generated from it."""
    assert _document()["openapi"].startswith("3.1")


def test_every_call_of_the_api_is_written_down() -> None:
    """A route that comes or goes must be seen in a review, in one line."""
    promised = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

    assert promised == _calls(_document())


@pytest.mark.parametrize("each", PARTS)
def test_every_route_says_what_it_does(each: object) -> None:
    """The first sentence of the docstring is what people read in the API's documentation."""
    for route in each.router.routes:
        assert route.description, route.path
