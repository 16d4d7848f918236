"""Whether a question leans on what was said before, and what it then leaves unsaid.

No list knows every language, so length counts too: nobody asks a whole question in three words.
Figures in docs/rag.md.
"""

import re
from collections.abc import Sequence
from enum import IntEnum

from language.folding import fold
from language.tokens import estimate_tokens

FRAGMENT = 4  # tokens: “Since when?”; 1 % of whole questions are as short as 5
SHORT = 8  # 5 to 10 % of whole questions are
LONG = 12  # an “it” in so long a question is mostly explained in it
EARLIER = 3  # questions that one can lean on, each through the next

# A question that goes on from another begins so.
OPENERS = frozenset(
    """and but or so then also what's how's
    und aber oder dann sowie et mais ou donc alors y pero o entonces
    e ma allora mas então en maar of dan
    и а но или тогда і але ve ama peki dan tapi và còn
    وفي وماذا ومن وهل وكم ولماذا وكيف ومتى وأين وما وعن وبعد و
    और तो लेकिन फिर या 그럼 그리고 그러면 그런데""".split()  # noqa: SIM905
)
PHRASES = re.compile(
    r"(?:(?:and |so |but )?(?:what|how) about|was ist mit|wie (?:ist|steht|sieht) es|qu'en est-il"
    r"|(?:y )?qué (?:pasa|hay)|e (?:per|quanto)|а (?:как|что)|ماذا عن)\b"
)
# These stand for what was named before.
PRONOUNS = frozenset(
    """he she him they them their theirs its those these thereof latter
    er ihn ihm ihnen dort davon dafür dazu damit daran darauf darin dessen deren
    jener jenes diese dieser dieses elle ils elles leur leurs celui celle celui-ci
    ello ella ellos ellas eso esto essi esse loro ele eles isso
    он она они его её их там этом этого это
    هناك ذلك تلك منهم
    वह वे उसका उसकी उसके उसे उसमें उनका उनकी उनके उन्हें इसका इसकी इसके इसे इसमें वहाँ वहां
    거기 그것 그건 그의""".split()  # noqa: SIM905
)
# These only at the end: elsewhere they mostly stand for nothing (“are there”, “gibt es”).
LAST_PRONOUNS = PRONOUNS | frozenset(
    """it that this there one ones her es sie das dies ça lui y ella él lì ci lo
    عليها عليه فيها فيه منها منه لها له لهم بها به عنها عنه إليها إليه هذا هذه""".split()  # noqa: SIM905
)
_GOES_ON = re.compile(
    "^(?:แล้ว|ส่วน|และ|หรือ|แต่|那|还有|而|另外|但|还|還|では|じゃ|それ|そこ|でも|あと)|(?:呢|ล่ะ|は)[?？]?$"
)
_STANDS_FOR = re.compile(
    "ที่นั่น|ที่นี่|พวกเขา|ของเขา|ของมัน|อันนั้น|เรื่องนั้น|สิ่งนั้น|那里|那儿|那裡|那边|它|(?<!其)他|她|那个|这个"
    "|それ|そこ|その"
)
EDGES = "?？!！.,;:…。،؟।¿¡\"'“”„()"


class Leaning(IntEnum):
    """NO: it stands alone. MAYBE: worth asking a model. YES: without the others it says nothing."""

    NO = 0
    MAYBE = 1
    YES = 2


def leaning(question: str) -> Leaning:
    words = pieces(question)
    if not words:
        return Leaning.NO
    length = estimate_tokens(question)
    goes_on = _goes_on(words)
    stands_for = _stands_for(words)
    if length <= FRAGMENT or (length <= LONG and (goes_on or stands_for)):
        return Leaning.YES
    return Leaning.MAYBE if length <= SHORT or goes_on or stands_for else Leaning.NO


def _goes_on(words: Sequence[str]) -> bool:
    text = " ".join(words)
    return words[0] in OPENERS or bool(PHRASES.match(text) or _GOES_ON.search(text))


def _stands_for(words: Sequence[str]) -> bool:
    named = not PRONOUNS.isdisjoint(words) or words[-1] in LAST_PRONOUNS
    return named or bool(_STANDS_FOR.search(" ".join(words)))


def leant_on(earlier: Sequence[str]) -> list[str]:
    """Of the earlier questions (oldest first) those that belong to what is talked about, the newest
    first: back to one that stands alone."""
    found: list[str] = []
    for question in reversed(earlier[-EARLIER:]):
        found.append(question)
        if leaning(question) < Leaning.YES:
            break
    return found


def pieces(text: str) -> list[str]:
    """What stands between spaces, folded, without punctuation at its edges."""
    return [piece for word in fold(text).split() if (piece := word.strip(EDGES))]
