"""Tell the operators what cannot wait."""

from dataclasses import dataclass

from services.notify.domain.letter import Alarm, Locale
from services.notify.ports import Composer, Sink


@dataclass(frozen=True, slots=True)
class RaiseAlarm:
    """
    Write to the operators at once, with no row between: a repeat of the event overwrites the mail.

    A sink that is full makes the event come again.
    """

    composer: Composer
    sink: Sink
    operator_mail: str
    locale: Locale

    def __call__(self, alarm: Alarm) -> None:
        """Deliver the mail; Unavailable when there is no room for it."""
        self.sink.deliver(self.composer.compose_alarm(alarm, to=self.operator_mail, locale=self.locale))
