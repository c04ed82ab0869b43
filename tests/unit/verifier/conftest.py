"""Build, forge and judge evidence files for the verifier's tests."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders.evidence import Bundle, pack
from tests.builders.evidence_pki import Institution
from verifier import trust
from verifier.verdict import Report
from verifier.verification import verify


@pytest.fixture(scope="session")
def home() -> Institution:
    """Return one institution for the whole run."""
    return Institution()


@pytest.fixture(scope="session")
def valid(home) -> Bundle:
    """Return a file nobody forged."""
    return Bundle(home).build()


@pytest.fixture
def judge(tmp_path: Path, home) -> Callable[..., Report]:
    """Return a judge of files: ``judge(bundle, files_or_bytes)``; the reader trusts what the bundle's maker is."""

    def judged(bundle: Bundle, content: Any = None, *, reader: Any = None, at: datetime | None = None) -> Report:
        path = tmp_path / "page.asice"
        content = bundle.files if content is None else content
        path.write_bytes(content if isinstance(content, bytes) else pack(content))
        anchors = reader or trust.load(lambda name: bundle.trust()[name], own=True)
        return verify(path, anchors, now=at or datetime.now(UTC) + timedelta(minutes=5))

    return judged


@pytest.fixture
def forged(home, judge) -> Callable[..., Report]:
    """Return a judge of forgeries made from the inside: ``forged({stage: change, …}, **fields of Bundle)``."""

    def judged(changes: Mapping[str, Callable[[Any], Any]], **fields: Any) -> Report:
        def forge(stage: str, value: Any) -> Any:
            return changes[stage](value) if stage in changes else value

        return judge(Bundle(**{"institution": home, "forge": forge, **fields}).build())

    return judged
