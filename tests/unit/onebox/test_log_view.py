"""Promise that an operator sees what matters, once, in one line."""

import io

from onebox.log_view import LogView


def shown(name: str, line: str, *, verbose: bool = False) -> str:
    """Return what the view prints."""
    out = io.StringIO()
    LogView(frozenset({"entries"}), verbose=verbose, out=out)(name, line)
    return out.getvalue()


def test_warnings_are_shown_in_one_line() -> None:
    """JSON is for machines."""
    line = '{"event": "relay_stopped", "level": "warning", "timestamp": "now", "house": "entries"}'

    assert shown("entries", line) == "   entries | warning relay_stopped house=entries\n"


def test_quiet_lines_stay_in_the_file() -> None:
    """A working system is silent on the terminal."""
    line = '{"event": "request", "level": "info"}'

    assert shown("entries", line) == ""
    assert "request" in shown("entries", line, verbose=True)


def test_what_is_no_json_is_shown_as_it_is() -> None:
    """A traceback comes from a program that could no longer log properly."""
    assert shown("entries", "Traceback (most recent call last):") == "   entries | Traceback (most recent call last):\n"
    assert shown("entries", '"a string"') == '   entries | "a string"\n'


def test_servers_speak_only_into_their_files() -> None:
    """RabbitMQ's banner is no news."""
    assert shown("rabbitmq", "  ##  ##      RabbitMQ") == ""


def test_before_the_system_is_ready_programs_are_not_heard() -> None:
    """Ten programs looking for a broker that still boots would bury the one line that matters."""
    out = io.StringIO()
    view = LogView(frozenset({"entries"}), out=out, awake=False)

    view("entries", "connection refused")
    view("onebox", "ended entries, left behind by a supervisor that was killed")

    assert "refused" not in out.getvalue()
    assert "left behind" in out.getvalue()
