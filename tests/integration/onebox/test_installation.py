"""Promise that a data folder stays what it is."""

import socket
from pathlib import Path

import pytest
import typer

from onebox.commands.up import up
from onebox.installation import Character, WrongFolder, replace_taken_ports, settle
from onebox.running import open_folder
from onebox.servers import postgresql


def test_ports_are_chosen_once(tmp_path: Path) -> None:
    """Bookmarks and mails keep working after a restart."""
    first = settle(tmp_path / "data", Character.of_demo())
    again = settle(tmp_path / "data", Character.of_demo())

    assert first.ports == again.ports
    assert first.character == again.character
    assert len(set(first.ports.values())) == len(first.ports)


def test_a_port_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    """Another program on an inner port is no reason not to start."""
    installation = settle(tmp_path / "data", Character.of_demo())
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.ports["amqp"]))
        other.listen()
        moved = replace_taken_ports(installation)

    assert moved.ports["amqp"] != installation.ports["amqp"]
    assert moved.ports["postgresql"] == installation.ports["postgresql"]


def test_the_address_people_know_is_never_replaced(tmp_path: Path) -> None:
    """A real installation says that its port is taken, and does not move."""
    installation = settle(tmp_path / "data", Character.of_institution("Institut"))
    with socket.socket() as other:
        other.bind(("127.0.0.1", installation.ports["http"]))
        other.listen()
        with pytest.raises(WrongFolder):
            replace_taken_ports(installation)


def test_a_demonstration_never_becomes_evidence(tmp_path: Path) -> None:
    """Its people are invented and its keys say so: ``up`` refuses its folder, and the other way round."""
    settle(tmp_path / "demo", Character.of_demo())
    settle(tmp_path / "real", Character.of_institution("Institut"))

    with pytest.raises(typer.BadParameter, match="demonstration"):
        up(data=tmp_path / "demo", institution="Institut", admin="admin@example.org", code="I", verbose=False)
    with pytest.raises(WrongFolder):
        open_folder(tmp_path / "real", Character.of_demo())


def test_a_new_installation_needs_a_name_and_an_administrator(tmp_path: Path) -> None:
    """Nobody becomes administrator by being first."""
    with pytest.raises(typer.BadParameter, match="--institution"):
        up(data=tmp_path / "new", institution=None, admin=None, code="I", verbose=False)


def test_the_cluster_moves_where_its_account_can_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout under /root is closed to PostgreSQL's account; a link shows where the cluster went, for ever."""
    monkeypatch.setattr("onebox.servers.postgresql.account", lambda: "nobody")
    closed = tmp_path / "closed"
    data = closed / "data"
    data.mkdir(parents=True)
    closed.chmod(0o700)

    shelter = postgresql.cluster_folder(data)

    assert shelter.parent == postgresql.SHELTER
    assert (data / "postgresql").readlink() == shelter
    assert postgresql.cluster_folder(data) == shelter
