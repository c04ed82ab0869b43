"""The words of French and English that tell nothing of a page, folded."""

from services.search.domain.folding import Word

_FRENCH = """
a ai au aux avec c ce ces cet cette d dans de des du elle elles en es est et etaient etait etant ete etre eu eux fut
il ils j je l la le les leur leurs lui m ma mais me meme mes mon n ne nos notre nous on ont ou par pas pour qu que qui
s sa se sera ses son sont sur t ta te tes toi ton tu un une vos votre vous y
"""
_ENGLISH = """
a an and are as at be been but by do does for from had has have he her him his how i if in into is it its me my no not
of on or our she so than that the their them then there these they this those to too was we were what when where which
who will with you your
"""
STOP_WORDS = frozenset((_FRENCH + _ENGLISH).split())


def is_stop_word(word: Word) -> bool:
    """Tell whether a word says nothing beside others."""
    return word.folded in STOP_WORDS
