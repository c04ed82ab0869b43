"""Read a public file of the log."""

from dataclasses import dataclass

from contracts.errors import NotFound
from services.signing.domain.tiles import is_log_path
from services.signing.domain.views import LogFile
from services.signing.ports.machines import LogFolder
from services.signing.use_cases.keep_log import HEAD


@dataclass(frozen=True)
class GetLogFile:
    """Serve what the folder holds and nothing beside it."""

    folder: LogFolder

    def __call__(self, path: str) -> LogFile:
        """Raises NotFound for a path that is not one of the log's, or not there yet."""
        content = self.folder.read(path) if is_log_path(path) else None
        if content is None:
            raise NotFound(path=path)
        if path == HEAD:
            return LogFile(content, "text/plain; charset=utf-8", immutable=False)
        return LogFile(content, "application/octet-stream", immutable=True)
