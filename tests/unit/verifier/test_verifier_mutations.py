"""Whatever is changed at random is refused, and never breaks the verifier: a seeded sample of a longer run."""

import random
from dataclasses import replace

import pytest

from tests.builders.evidence import Bundle, pack
from tests.builders.evidence_pki import Stamp

SEALED_LATER = ("META-INF/signature004.p7s", "META-INF/ASiCManifest004.xml", "META-INF/proof/leaf004.tlog-proof")


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Return the content with one bit or byte changed, some bytes less, some more, or its end cut off."""
    at = chance.randrange(len(content))
    return chance.choice(
        [
            content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :],
            content[:at] + bytes([(content[at] + chance.randrange(1, 256)) % 256]) + content[at + 1 :],
            content[:at] + content[at + chance.randrange(1, 9) :],
            content[:at] + chance.randbytes(4) + content[at:],
            content[:at],
        ]
    )


@pytest.mark.parametrize("seed", range(8))
def test_a_file_mutated_at_random_is_refused(seed, valid, judge):
    """Every byte of every file is covered by something."""
    chance = random.Random(seed)
    for _ in range(25):
        name = chance.choice([*SEALED_LATER, *valid.files])
        content = mutated(valid.files[name], chance)
        if content != valid.files[name]:
            assert "refused" == judge(valid, {**valid.files, name: content}).verdict, name


@pytest.mark.parametrize("seed", range(4))
def test_an_archive_mutated_at_random_never_breaks_the_verifier(seed, valid, judge):
    """Only dates and permission bits in zip headers say nothing, so a few mutations pass; none may crash."""
    chance, whole = random.Random(seed), pack(valid.files)

    verdicts = [judge(valid, mutated(whole, chance)).verdict for _ in range(50)]

    assert verdicts.count("refused") >= 45


@pytest.mark.parametrize("stage", ["p7s.2", "p7s.4", "token.2", "file_token.2", "checkpoint_token.seal"])
def test_a_signature_or_token_mutated_at_random_is_refused(stage, home, judge):
    """The seal was made over the mutation, so its own structure must give it away."""
    chance = random.Random(stage)

    def forge(at, value):
        if at != stage:
            return value
        return (
            replace(value, result=mutated(value.encode(), chance))
            if isinstance(value, Stamp)
            else mutated(value, chance)
        )

    for _ in range(20):
        assert "refused" == judge(Bundle(home, forge=forge).build()).verdict
