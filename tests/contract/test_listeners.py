"""What the relay believes about who listens is what the houses say."""

import importlib
import inspect

import pytest

from contracts.topology import EVENT_SOURCES, LISTENERS

HOUSES = tuple(house for house in EVENT_SOURCES if house != "gateway")


@pytest.mark.parametrize("house", HOUSES)
def test_every_listener_is_in_the_table(house: str) -> None:
    """A fact is kept until its listener's queue exists only when the table names the listener (ADR-0003)."""
    from chassis.bus.listeners import Listener
    from chassis.bus.runner import service_classes

    module = importlib.import_module(f"services.{house}.service")
    listening = {
        (entrypoint.event.source, entrypoint.event.type)
        for served in service_classes(module)
        for _, method in inspect.getmembers(served, inspect.isfunction)
        for entrypoint in getattr(method, "nameko_entrypoints", ())
        if isinstance(entrypoint, Listener)
    }

    assert {fact for fact, houses in LISTENERS.items() if house in houses} == listening
