"""Describe a private MinIO: an S3 server with versioning and Object Lock, for trying and testing on this machine."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from onebox.probes import http_probe
from onebox.programs import Program

# Names the program where it is not in PATH.
PROGRAM_VARIABLE = "PAILLASSE_MINIO"
BUCKET = "paillasse"


class MinioMissing(RuntimeError):
    """No MinIO on this machine."""

    remedy = (
        f"set {PROGRAM_VARIABLE} to the program (go install github.com/minio/minio@v0.0.0-20260212201848-7aac2a2c5b7c)"
    )

    def __init__(self) -> None:
        super().__init__(f"MinIO was not found; {self.remedy}")


def find_program() -> Path:
    """
    Return the program.

    Raises:
        MinioMissing: it is neither named nor in PATH.

    """
    named = os.environ.get(PROGRAM_VARIABLE) or shutil.which("minio")
    if not named or not os.access(named, os.X_OK):
        raise MinioMissing
    return Path(named)


@dataclass(frozen=True, slots=True)
class Minio:
    """
    A private server: its folder, loopback port, and who its only user is.

    It is a process of its own, started unmodified and never shipped: AGPL, and no longer maintained. A real
    installation names any S3 that passes ``paillasse doctor --store``.
    """

    folder: Path
    port: int
    access_key: str
    secret_key: str = field(repr=False)
    # Pages of this origin may send parts; MinIO knows no rules of single buckets.
    origin: str = "http://localhost"

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    async def make_folder(self) -> None:
        """Make the folder at the first start."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def program(self) -> Program:
        """Describe the server for the supervisor; secrets go by environment, for arguments are public."""
        return Program(
            name="minio",
            argv=(
                str(find_program()), "server", "--quiet", "--address", f"127.0.0.1:{self.port}", str(self.folder),
            ),
            env={
                "MINIO_ROOT_USER": self.access_key,
                "MINIO_ROOT_PASSWORD": self.secret_key,
                "MINIO_API_CORS_ALLOW_ORIGIN": self.origin,
                "MINIO_UPDATE": "off",
                "MINIO_BROWSER": "off",
                "MINIO_CONFIG_DIR": f"{self.folder}.conf",
                "HOME": f"{self.folder}.conf",
                "GOMEMLIMIT": "512MiB",
            },
            before=self.make_folder,
            ready=http_probe(self.port, "/minio/health/ready"),
            grace_seconds=10,
            shows_log=False,
        )  # fmt: skip
