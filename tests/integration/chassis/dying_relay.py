"""Relay until the broker has confirmed a first batch, and die before it is deleted from the outbox."""

import os
import signal
import sys
from collections.abc import Sequence

from chassis.outbox import relay
from chassis.outbox.broker import Broker, Waiting


class DyingBroker(Broker):
    """Publish as the real one does; the confirms are the last thing this process hears."""

    def publish(self, batch: Sequence[Waiting]) -> tuple[list[int], list[int]]:
        """Die when the broker keeps something."""
        kept, back = super().publish(batch)
        if kept:
            os.kill(os.getpid(), signal.SIGKILL)
        return kept, back


if __name__ == "__main__":
    relay.Broker = DyingBroker
    sys.exit(relay.main())
