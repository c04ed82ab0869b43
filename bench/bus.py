"""``bus``: a call through our bus beside a bare aiormq round trip, behind the same kind of HTTP route."""

from collections.abc import Callable
from pathlib import Path
from statistics import median

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.broker import Broker, broker
from bench.bus_house import USERS
from bench.bus_twin import READY
from bench.children import READY_SECONDS, Children, children
from bench.load import Target, http
from bench.processes import family
from bench.result import Result
from bench.rounds import WARM_SECONDS, Side, interleave
from onebox.probes import http_probe
from onebox.servers.ports import free_ports

SECONDS = 1.5
FLOOR = 0.5
CLIENTS = (1, 8, 32)
_TWIN = "FastAPI route -> aiormq -> plain aiormq consumer, classic queue, same broker"


async def measure(folder: Path, seconds: float) -> Result:
    """Compare at 1, 8 and 32 clients; the quorum queue of houses that keep evidence is a figure."""
    result = Result("bus", _TWIN)
    async with broker(folder) as running:
        with children(folder) as held:
            port = await _start(running, held)

            def pids() -> set[int]:
                return {pid for root in held.pids() | running.pids for pid in family(root)}

            def side(path: str) -> Side:
                request = http("GET", f"/{path}?text={'x' * 64}", headers={})
                return Side(Target("127.0.0.1", port, lambda _client, _number: request), pids)

            for path in ("ours", "twin", "quorum"):
                await side(path).run(clients=8, seconds=WARM_SECONDS)
            await _compare(result, side, seconds)
    return result


async def _compare(result: Result, side: Callable[[str], Side], seconds: float) -> None:
    for clients in CLIENTS:
        ours, twin = side("ours"), side("twin")
        result.compare(f"rate_{clients}", await interleave(ours, twin, clients=clients, seconds=seconds), floor=FLOOR)
        for name, each in (("ours", ours), ("twin", twin)):
            result.figures[f"cpu_ms_{clients}_{name}"] = round(median(each.cpu), 3)
            result.figures[f"p99_ms_{clients}_{name}"] = round(median(ran.percentile(0.99) for ran in each.runs), 2)
    quorum = side("quorum")
    ran = await quorum.run(clients=CLIENTS[-1], seconds=seconds)
    result.figures[f"rate_{CLIENTS[-1]}_quorum"] = round(ran.per_second, 1)
    result.figures[f"cpu_ms_{CLIENTS[-1]}_quorum"] = round(quorum.cpu[0], 3)


async def _start(running: Broker, held: Children) -> int:
    """Start both houses, the twin's consumer and the application; return the application's port."""
    key = Ed25519PrivateKey.generate()
    port, *health = free_ports(1 + len(USERS))
    url = running.speaker("search").url
    for user, health_port in zip(USERS, health, strict=True):
        held.start(
            f"house-{user}", module=("chassis.bus.runner", "bench.bus_house"),
            env=running.environment(user, key=key, health_port=health_port),
        )  # fmt: skip
    held.start("twin", module=("bench.bus_twin",), env={"BENCH_TWIN_URL": url})
    for user, health_port in zip(USERS, health, strict=True):
        await held.until_ready(f"house-{user}", http_probe(health_port))
    await held.until_said("twin", READY, seconds=READY_SECONDS)
    environment = {**running.environment("gateway", key=key), "BENCH_TWIN_URL": url, "BENCH_PORT": str(port)}
    held.start("route", module=("bench.bus_route",), env=environment)
    await held.until_ready("route", http_probe(port, "/twin?text=x"))
    return port
