"""Describe a private OpenSearch node: where the server and a fitting Java are, its files, how it is started."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from onebox.probes import http_probe
from onebox.programs import Program

# Names the folder of an unpacked server: the one that holds bin, lib and modules.
HOME_VARIABLE = "PAILLASSE_OPENSEARCH_HOME"
JVMS = Path("/usr/lib/jvm")
# A demonstration's pages fit many times; OpenSearch itself wants most of it.
HEAP = "384m"
READY_SECONDS = 180.0
_VERSION = re.compile(r"opensearch-(\d+)\.[\d.]+\.jar")
_RELEASE = re.compile(r'^JAVA_VERSION="(?:1\.)?(\d+)', re.MULTILINE)
# Major version of the server → the Java versions it runs on.
_JAVAS = {2: range(11, 24), 3: range(21, 100)}
_FOLDERS = ("conf", "data", "logs", "tmp")


class OpensearchMissing(RuntimeError):
    """No OpenSearch server, or no Java that it runs on."""

    remedy = (
        "unpack OpenSearch 2.19 or 3 (or org.opensearch.distribution.integ-test-zip from Maven Central), "
        f"set {HOME_VARIABLE} to its folder, and for 2.19: apt-get install openjdk-17-jre-headless"
    )

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; {self.remedy}")


@dataclass(frozen=True, slots=True)
class Found:
    """A server that can be started: its folder, its major version, and a Java for it."""

    home: Path
    major: int
    java: Path


def find_server() -> Found:
    """
    Return the server that ``PAILLASSE_OPENSEARCH_HOME`` names, and a Java it runs on.

    Raises:
        OpensearchMissing: one of them is not there.

    """
    named = os.environ.get(HOME_VARIABLE)
    if not named:
        raise OpensearchMissing("OpenSearch was not found")
    home = Path(named)
    jar = next((match for path in home.glob("lib/opensearch-*.jar") if (match := _VERSION.fullmatch(path.name))), None)
    if jar is None:
        raise OpensearchMissing(f"{home} holds no OpenSearch")
    major = int(jar[1])
    for java in _javas():
        if _major_of(java) in _JAVAS.get(major, _JAVAS[3]):
            return Found(home, major, java / "bin" / "java")
    raise OpensearchMissing(f"no Java for OpenSearch {major} was found")


def _javas() -> list[Path]:
    named = [Path(home) for home in (os.environ.get("OPENSEARCH_JAVA_HOME"), os.environ.get("JAVA_HOME")) if home]
    on_path = shutil.which("java")
    found = [Path(on_path).resolve().parents[1]] if on_path else []
    return [*named, *found, *sorted(JVMS.glob("*"))]


def _major_of(java: Path) -> int:
    """Read the version a Java writes about itself; 0 when it is none."""
    try:
        match = _RELEASE.search((java / "release").read_text())
    except OSError:
        return 0
    return int(match[1]) if match and (java / "bin" / "java").exists() else 0


@dataclass(frozen=True, slots=True)
class Node:
    """A private node: its folder, its loopback port, its heap."""

    folder: Path
    port: int
    heap: str = HEAP

    async def write_files(self) -> None:
        """Write the configuration; the node reads it at each start."""
        for name in _FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = {
            "cluster.name": "paillasse",
            "network.host": "127.0.0.1",
            "http.port": str(self.port),
            # A single node speaks to nobody: any free port will do.
            "transport.port": "0",
            "discovery.type": "single-node",
            "path.data": str(self.folder / "data"),
            "path.logs": str(self.folder / "logs"),
            # A typing error in a name must not make an index.
            "action.auto_create_index": "false",
            "cluster.routing.allocation.disk.threshold_enabled": "false",
            # Needs no setting of the kernel's (vm.max_map_count).
            "node.store.allow_mmap": "false",
        }
        lines = "".join(f"{name}: {value}\n" for name, value in settings.items())
        (self.folder / "conf" / "opensearch.yml").write_text(lines)
        (self.folder / "conf" / "log4j2.properties").write_text(_LOGGING)

    def program(self) -> Program:
        """Describe the server for the supervisor."""
        found = find_server()
        return Program(
            name="opensearch",
            argv=(*_as_somebody(), *self._command(found)),
            env={"LANG": "C.UTF-8"},
            before=self.write_files,
            ready=http_probe(self.port, "/_cluster/health?wait_for_status=yellow&timeout=1s"),
            ready_seconds=READY_SECONDS,
            grace_seconds=20,
            shows_log=False,
        )

    def _command(self, found: Found) -> list[str]:
        tmp = self.folder / "tmp"
        options = [
            f"-Xms{self.heap}", f"-Xmx{self.heap}", "-XX:+UseG1GC", "-XX:+ExitOnOutOfMemoryError",
            # The quick compiler alone: half the work of a start, and a demonstration is mostly starts.
            "-XX:TieredStopAtLevel=1", "-XX:MaxDirectMemorySize=128m", "-Xss1m", "-Dfile.encoding=UTF-8",
            "-Djava.awt.headless=true", f"-Djava.io.tmpdir={tmp}", f"-Djna.tmpdir={tmp}", "-Djna.nosys=true",
            "-Dio.netty.noUnsafe=true", "-Dio.netty.noKeySetOptimization=true",
            "-Dio.netty.recycler.maxCapacityPerThread=0", "-Dlog4j.shutdownHookEnabled=false",
            "-Dlog4j2.disable.jmx=true", f"-Dopensearch.path.home={found.home}",
            f"-Dopensearch.path.conf={self.folder / 'conf'}", "-Dopensearch.distribution.type=zip",
            "-Dopensearch.bundled_jdk=false", *_of_version(found),
        ]  # fmt: skip
        return [str(found.java), *options, "-cp", f"{found.home}/lib/*", "org.opensearch.bootstrap.OpenSearch"]


_LOGGING = """status = error
appender.console.type = Console
appender.console.name = console
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = [%d{ISO8601}][%p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
"""


def _of_version(found: Found) -> list[str]:
    """Return what the two lines want differently: 2 a security manager, 3 an agent in its place."""
    agent = found.home / "agent" / "opensearch-agent.jar"
    if agent.exists():
        return [f"-javaagent:{agent}", "-Djava.locale.providers=SPI,CLDR"]
    threads = "org.opensearch.secure_sm.SecuredForkJoinWorkerThreadFactory"
    return [
        "-Djava.security.manager=allow", "-Djava.locale.providers=SPI,COMPAT",
        f"-Djava.util.concurrent.ForkJoinPool.common.threadFactory={threads}",
    ]  # fmt: skip


def _as_somebody() -> tuple[str, ...]:
    """Return what makes root somebody else in a user namespace of its own: OpenSearch refuses root, files stay ours."""
    unshare = shutil.which("unshare")
    if os.geteuid() != 0 or unshare is None:
        return ()
    return (unshare, "--user", "--map-user=1000", "--map-group=1000", "--")
