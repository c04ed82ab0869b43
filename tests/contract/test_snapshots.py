"""Contracts grow only: the snapshots say what was promised."""

import json

import pytest

from tools.contract_snapshots import FOLDER, HOUSES, breaks, snapshot


@pytest.mark.parametrize("house", HOUSES)
def test_no_promise_to_another_process_is_broken(house: str) -> None:
    """Old and new processes run side by side during a deployment: a changed promise would lose messages."""
    promised = json.loads((FOLDER / f"{house}.json").read_text(encoding="utf-8"))

    assert [] == list(breaks(promised, snapshot(house), place=house))


@pytest.mark.parametrize("house", HOUSES)
def test_every_promise_is_written_down(house: str) -> None:
    """A message missing from the snapshot could be broken tomorrow without anyone noticing."""
    promised = json.loads((FOLDER / f"{house}.json").read_text(encoding="utf-8"))

    assert set(promised) == set(snapshot(house))


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ({"properties": {}, "required": ["a"]}, "removed"),
        ({"properties": {"a": {"type": "integer"}}, "required": ["a"]}, "became"),
        ({"properties": {"a": {"type": "string"}, "b": {}}, "required": ["a", "b"]}, "newly required"),
    ],
)
def test_a_breaking_change_is_named(new: dict, said: str) -> None:
    """The gate must see the three ways a promise breaks: field gone, type changed, demand added."""
    old = {"properties": {"a": {"type": "string"}}, "required": ["a"]}

    assert any(said in complaint for complaint in breaks(old, new, place="x"))


def test_a_new_optional_field_is_no_break() -> None:
    """Additive change must pass, or nobody would ever add anything."""
    old = {"properties": {"a": {"type": "string"}}, "required": ["a"]}
    new = {"properties": {"a": {"type": "string"}, "b": {"default": 1}}, "required": ["a"]}

    assert [] == list(breaks(old, new, place="x"))
