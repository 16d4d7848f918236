"""How near a question and passages come to ordinary texts of their own languages: the level that
similarities of this model and these languages start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from language.forms import function_words
from language.scripts import scripts_of
from providers.base import Embedder, Kind, Vectors
from providers.local.ordinary import COURTESIES, QUESTIONS, SENTENCES

# Of each script the languages there are ordinary texts in; of any other script English ones serve.
WRITTEN = {
    **{"Latin": ("en", "de", "fr", "es", "pt", "tr", "vi", "id"), "Cyrillic": ("ru",)},
    **{"Han": ("zh",), "Kana": ("ja",), "Hangul": ("ko",), "Thai": ("th",)},
    **{"Devanagari": ("hi",), "Arabic": ("ar",)},
}
LEAST_ROOM = 0.05  # between what is ordinary and the same
SOME_KANA = 0.05  # of all letters, in Japanese


@dataclass(frozen=True)
class Ordinary:
    language: str
    vectors: Vectors  # [n, dimension]


class Background:
    """Vectors of ordinary texts, made when a script is first met (0.1 s) and kept."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._kept: dict[tuple[Kind, str], Vectors] = {}

    def sentences(self, text: str, vectors: Vectors) -> Ordinary:
        """In the language of the passages, of which `vectors` are sentences."""
        return self._nearest(SENTENCES, "passage", text, vectors)

    def questions(self, text: str, vector: Vectors) -> Ordinary:
        return self._nearest(QUESTIONS, "query", text, vector[None])

    def courtesy(self, text: str, vector: Vectors, questions: Ordinary) -> float:
        """How near a text is to a greeting or thanks, in parts of what is left up to 1, from how
        near it is to ordinary questions. Few words have no language of their own to tell, so those
        of all languages of the script are compared."""
        languages = WRITTEN.get(script_of(text), ("en",))
        said = tuple(one for language in languages for one in COURTESIES[language])
        level = float((questions.vectors @ vector).mean())
        nearest = float((self._vectors("query", said) @ vector).max())
        return (nearest - level) / max(LEAST_ROOM, 1 - level)

    def _nearest(
        self, texts: Mapping[str, tuple[str, ...]], kind: Kind, text: str, vectors: Vectors
    ) -> Ordinary:
        """Which of the languages of a script it is, the first text of each tells: vectors of the
        same language are nearer to each other. Of few words they tell less than function words."""
        languages = WRITTEN.get(script_of(text), ("en",))
        if len(languages) > 1:
            first = [self._vectors(kind, (texts[language][0],)) for language in languages]
            nearness = (vectors @ np.concatenate(first).T).mean(axis=0)
            languages = (languages[int(nearness.argmax())],)
        english, others, _ = function_words(text)
        language = "en" if english > others else languages[0]
        return Ordinary(language, self._vectors(kind, texts[languages[0]]))

    def _vectors(self, kind: Kind, texts: tuple[str, ...]) -> Vectors:
        missing = [text for text in texts if (kind, text) not in self._kept]
        if missing and kind == "passage":
            found = self._embedder.embed_passages(missing)
            self._kept |= {(kind, text): one for text, one in zip(missing, found, strict=True)}
        for text in missing if kind == "query" else ():
            self._kept[kind, text] = self._embedder.embed_query(text)
        return np.stack([self._kept[kind, text] for text in texts])


def script_of(text: str) -> str:
    counts = scripts_of(text)
    if counts["Kana"] > SOME_KANA * counts.total():
        return "Kana"
    return max(counts, key=counts.__getitem__, default="")
