"""Describe every program of the system, with its place, its settings and its needs."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from contracts.topology import RELAY_USER, VIRTUAL_HOST
from onebox import pki
from onebox.installation import Installation
from onebox.probes import TcpProbe, http_probe
from onebox.programs import Program
from onebox.secrets import HOUSES, Secrets
from onebox.servers import minio, opensearch, postgresql, rabbitmq
from onebox.servers.databases import DatabasePasswords, make_databases

PROJECT = Path(__file__).resolve().parent.parent
SERVICES = ("entries", "signing", "storage", "search", "notify")
# Longer than a house's own drain (chassis: 20 s), so that SIGKILL is for the stuck only.
HOUSE_GRACE_SECONDS = 25.0
DEMO_STAMP_SECONDS = 2
STAMP_SECONDS = 600
S3_ACCESS_KEY = "paillasse"
# Mails of one machine fall into one folder, whoever they are for.
OPERATOR_MAIL = "exploitation@demo.paillasse.example"
# The key files of pki.create, and who holds which under what name.
SIGNING_KEYS = {"ca_key": "issuing", "seal_key": "seal", "log_key": "log"}
AUTHORITY_KEYS = {"tsu_key": "tsu"}


@dataclass(frozen=True, slots=True)
class System:
    """All programs of one installation."""

    installation: Installation
    secrets: Secrets

    @classmethod
    def prepare(cls, installation: Installation) -> "System":
        """Make secrets, keys and folders at first start; renew revocation lists; tell each process its places."""
        system = cls(installation, Secrets(installation.secrets))
        system.secrets.create()
        for name in ("trust", "store", "mail", "log-tiles"):
            (installation.folder / name).mkdir(exist_ok=True, mode=0o700)
        keys, passphrase = system.secrets.of("pki"), system.secrets.read("pki", "key_passphrase").encode()
        if not pki.present(installation.trust, keys):
            names = pki.Names(
                institution=installation.character.institution, pki_url=f"{installation.public_url}/pki",
                origin=installation.character.origin, demo=installation.character.demo,
            )  # fmt: skip
            pki.create(names, trust=installation.trust, keys=keys, passphrase=passphrase)
        system.renew_lists()
        system._hand_out(keys)
        return system

    def renew_lists(self) -> bool:
        """Renew revocation lists that have lived half of their life."""
        return pki.renew_lists(
            trust=self.installation.trust,
            keys=self.secrets.of("pki"),
            passphrase=self.secrets.read("pki", "key_passphrase").encode(),
        )

    def _hand_out(self, keys: Path) -> None:
        for process, wanted in (("signing", SIGNING_KEYS), ("authority", AUTHORITY_KEYS)):
            self.secrets.put_all(process, {name: (keys / f"{file}.pem").read_text() for name, file in wanted.items()})
        self.secrets.put_all("migrate", {"databases": json.dumps({house: self._database(house) for house in HOUSES})})
        relay = {
            house: {
                **self._database(house),
                "user": f"{house}_relay",
                "password": self.secrets.read(RELAY_USER, f"{house}_database_password"),
            }
            for house in HOUSES
        }
        self.secrets.put_all(RELAY_USER, {"relay_databases": json.dumps(relay)})

    def _database(self, house: str) -> dict[str, object]:
        return {
            "host": "127.0.0.1", "port": self.installation.ports["postgresql"], "name": house, "user": house,
            "password": self.secrets.read(house, "database_password"),
        }  # fmt: skip

    def programs(self) -> list[Program]:
        """Return every program, servers first."""
        return [
            self._cluster().program(),
            *self._node().programs(),
            *self._s3(),
            *self._opensearch(),
            self._migrate(),
            self._authority(),
            self._relay(),
            *(self._house(house) for house in SERVICES),
            self._door(),
            self._gateway(),
        ]

    def _cluster(self) -> postgresql.Cluster:
        return postgresql.Cluster(
            folder=postgresql.cluster_folder(self.installation.folder),
            port=self.installation.ports["postgresql"],
            password=self.secrets.read("postgresql", "superuser_password"),
        )

    def _node(self) -> rabbitmq.Node:
        ports = self.installation.ports
        users = (*HOUSES, RELAY_USER)
        return rabbitmq.Node(
            folder=self.installation.folder / "rabbitmq",
            port=ports["amqp"],
            distribution_port=ports["distribution"],
            epmd_port=ports["epmd"],
            passwords={user: self.secrets.read(user, "bus_password") for user in users},
        )

    def _s3(self) -> tuple[Program, ...]:
        if self.installation.character.store != "s3":
            return ()
        bucket = Program(
            name="bucket",
            argv=(sys.executable, "-m", "onebox.servers.bucket"),
            env=self._environment("storage", self._s3_place()),
            depends_on=("minio",),
            runs_once=True,
            cwd=str(PROJECT),
        )
        return self._minio().program(), bucket

    def _opensearch(self) -> tuple[Program, ...]:
        node = opensearch.Node(self.installation.folder / "opensearch", self.installation.ports["opensearch"])
        return (node.program(),) if self.installation.character.search == "opensearch" else ()

    def _search(self) -> dict[str, str]:
        url = f"http://127.0.0.1:{self.installation.ports['opensearch']}"
        return {"SEARCH_ENGINE": self.installation.character.search, "OPENSEARCH_URL": url}

    def operation(self, house: str, *arguments: str) -> Program:
        """Describe an operation of a house (``python -m services.HOUSE.jobs …``), with the house's own settings."""
        argv = (sys.executable, "-m", f"services.{house}.jobs", *arguments)
        return Program(name="operation", argv=argv, env=self._house(house).env, runs_once=True, cwd=str(PROJECT))

    def _minio(self) -> minio.Minio:
        return minio.Minio(
            folder=self.installation.folder / "s3", port=self.installation.ports["s3"], access_key=S3_ACCESS_KEY,
            secret_key=self.secrets.read("storage", "s3_secret_key"), origin=self.installation.public_url,
        )  # fmt: skip

    def _s3_place(self) -> dict[str, str]:
        return {"S3_URL": self._minio().url, "S3_BUCKET": minio.BUCKET, "S3_ACCESS_KEY": S3_ACCESS_KEY}

    async def _databases(self) -> None:
        passwords = {
            house: DatabasePasswords(
                owner=self.secrets.read(house, "database_password"),
                relay=self.secrets.read(RELAY_USER, f"{house}_database_password"),
            )
            for house in HOUSES
        }
        await make_databases(
            port=self.installation.ports["postgresql"], superuser=postgresql.SUPERUSER,
            password=self.secrets.read("postgresql", "superuser_password"), houses=passwords,
        )  # fmt: skip

    def _migrate(self) -> Program:
        return Program(
            name="migrate",
            argv=(sys.executable, "-m", "chassis.migrate", *HOUSES),
            env={"PAILLASSE_MIGRATE_FILE": str(self.secrets.of("migrate") / "databases")},
            before=self._databases,
            depends_on=("postgresql",),
            runs_once=True,
            cwd=str(PROJECT),
        )

    def _authority(self) -> Program:
        port = self.installation.ports["authority"]
        return Program(
            name="authority",
            argv=(sys.executable, "-m", "onebox.authority"),
            env=self._environment(
                "authority", {"AUTHORITY_PORT": str(port), "TRUST_DIR": str(self.installation.trust)}
            ),
            ready=TcpProbe(port=port),
            cwd=str(PROJECT),
        )

    def _relay(self) -> Program:
        places = self.secrets.of(RELAY_USER) / "relay_databases"
        extra = {"RELAY_FILE": str(places), "HOUSE": RELAY_USER, **self._bus(RELAY_USER)}
        return self._python("relay", ("chassis.outbox.relay",), secrets_of=RELAY_USER, extra=extra)

    def _house(self, house: str) -> Program:
        own: Mapping[str, Mapping[str, str]] = {
            "storage": self._store(),
            "signing": self._signing(),
            "search": self._search(),
            "notify": {"MAILDIR": str(self.installation.maildir), "OPERATOR_MAIL": OPERATOR_MAIL},
        }
        extra = {"HOUSE": house, **self._bus(house), **self._place(house), **own.get(house, {})}
        return self._python(house, ("chassis.bus.runner", f"services.{house}.service"), secrets_of=house, extra=extra)

    def _door(self) -> Program:
        extra = {"HOUSE": "storage", **self._place("storage"), **self._store()}
        return self._python("door", ("services.storage.transfer",), secrets_of="door", extra=extra, bus=False)

    def comparison(self) -> Program:
        """Describe the program that compares rows and files, for ``doctor --deep``."""
        extra = {"HOUSE": "storage", **self._place("storage"), **self._store()}
        return Program(
            name="comparison",
            argv=(sys.executable, "-m", "services.storage.transfer.compare"),
            env=self._environment("door", extra),
            runs_once=True,
            cwd=str(PROJECT),
        )

    def _gateway(self) -> Program:
        extra = {
            "HOUSE": "gateway", "HTTP_PORT": str(self.installation.ports["http"]),
            "MAILDIR": str(self.installation.maildir), "LOG_DIR": str(self.installation.folder / "log-tiles"),
            "TRUST_DIR": str(self.installation.trust), "FILES_ORIGIN": " ".join(self._files_origins()),
            "WEB_DIR": str(PROJECT / "web" / "dist"), **self._bus("gateway"), **self._place("gateway"),
        }  # fmt: skip
        # It looks for the broker by itself: its imports need not wait for RabbitMQ's boot.
        return self._python("gateway", ("gateway",), secrets_of="gateway", extra=extra, bus=False)

    def _python(
        self, name: str, module: tuple[str, ...], *, secrets_of: str, extra: Mapping[str, str], bus: bool = True
    ) -> Program:
        health = self.installation.ports[f"health_{name}"]
        return Program(
            name=name,
            argv=(sys.executable, "-m", *module),
            env=self._environment(secrets_of, {**extra, "HEALTH_PORT": str(health)}),
            depends_on=(("migrate", "rabbitmq") if bus else ("migrate",)) + self._store_needs(name),
            ready=http_probe(health),
            grace_seconds=HOUSE_GRACE_SECONDS,
            children_survive=name in SERVICES,
            cwd=str(PROJECT),
        )

    def _store_needs(self, name: str) -> tuple[str, ...]:
        return ("bucket",) if name in {"storage", "door"} and self.installation.character.store == "s3" else ()

    def _environment(self, secrets_of: str, extra: Mapping[str, str]) -> dict[str, str]:
        character = self.installation.character
        settings = {
            "SECRETS_DIR": str(self.secrets.of(secrets_of)),
            "PUBLIC_URL": self.installation.public_url,
            "INSTITUTION_TIME_ZONE": character.time_zone,
            "DEMO": "1" if character.demo else "0",
            "LOG_LEVEL": "INFO",
            **extra,
        }
        # Two arenas instead of eight a core: threads are few, memory is shared by a dozen processes.
        machine = {"PYTHONUNBUFFERED": "1", "MALLOC_ARENA_MAX": "2"}
        return machine | {f"PAILLASSE_{name}": value for name, value in settings.items()}

    def _place(self, house: str) -> dict[str, str]:
        return {
            "DATABASE_HOST": "127.0.0.1", "DATABASE_PORT": str(self.installation.ports["postgresql"]),
            "DATABASE_NAME": house, "DATABASE_USER": house,
        }  # fmt: skip

    def _bus(self, user: str) -> dict[str, str]:
        return {
            "BUS_HOST": "127.0.0.1", "BUS_PORT": str(self.installation.ports["amqp"]), "BUS_USER": user,
            "BUS_VHOST": VIRTUAL_HOST,
        }  # fmt: skip

    @property
    def _door_url(self) -> str:
        return f"http://127.0.0.1:{self.installation.ports['transfer']}"

    def _files_origins(self) -> list[str]:
        return [self._door_url] + [self._minio().url] * (self.installation.character.store == "s3")

    def _store(self) -> dict[str, str]:
        port = self.installation.ports["transfer"]
        kind = self.installation.character.store
        return {
            "STORE": kind,
            "STORE_DIR": str(self.installation.folder / "store"),
            "DOOR_PORT": str(port),
            "DOOR_URL": self._door_url,
            **(self._s3_place() if kind == "s3" else {}),
        }

    def _signing(self) -> dict[str, str]:
        demo = self.installation.character.demo
        return {
            "TRUST_DIR": str(self.installation.trust),
            "TIMESTAMP_URLS": f"http://127.0.0.1:{self.installation.ports['authority']}/",
            "LOG_DIR": str(self.installation.folder / "log-tiles"),
            "LOG_ORIGIN": self.installation.character.origin,
            "CHECKPOINT_STAMP_INTERVAL_SECONDS": str(DEMO_STAMP_SECONDS if demo else STAMP_SECONDS),
        }
