"""The language of a text, by its script where that is certain, else by py3langid.

Its model takes 75 MB in a process; laid out in files once, all processes share what they map of it.
"""

import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from py3langid.langid import MODEL_DIR, MODEL_FILE, LanguageIdentifier
from py3langid.modelio import load_model

from language.scripts import LANGUAGES, scripts_of

FOLDER = "py3langid-0.4"
SAMPLES, SAMPLE = 5, 500  # characters, from all over a text
FEWEST_LETTERS = 24
FEWEST_SIGNS = 8  # of Chinese, Japanese and Korean
SHORT = 120  # letters, below which more certainty is asked
SURE, SURER = 0.6, 0.85
MOSTLY = 0.6
SOME_KANA = 0.05  # of Japanese; Chinese has none
WITHOUT_SPACES = {"Han", "Kana", "Hangul"}


def language_of(text: str, models: Path) -> str:
    """ISO 639-1, or "" for a text that is too short, mixed or none. `models` keeps the model."""
    sample = _sample(text)
    counts = scripts_of(sample)
    if counts["Kana"] > SOME_KANA * counts["Han"]:
        counts["Kana"] += counts.pop("Han", 0)
    letters = counts.total()
    [(script, count)] = counts.most_common(1) or [("", 0)]
    fewest = FEWEST_SIGNS if script in WITHOUT_SPACES else FEWEST_LETTERS
    if count < fewest or count < MOSTLY * letters:
        return ""
    possible = LANGUAGES.get(script, set())
    if len(possible) == 1:
        return next(iter(possible))
    language, certainty = _identifier(models).classify(sample)
    is_possible = language in possible if possible else _is_latin(language)
    is_sure = certainty >= (SURE if letters >= SHORT else SURER)
    return language if is_possible and is_sure else ""


def load(models: Path) -> None:
    """Have the model ready, for processes about to be forked."""
    _identifier(models)


def _is_latin(language: str) -> bool:
    others = set().union(*LANGUAGES.values())
    return len(language) == 2 and language not in others


def _sample(text: str) -> str:
    if len(text) <= SAMPLES * SAMPLE:
        return text
    step = (len(text) - SAMPLE) // (SAMPLES - 1)
    return "\n".join(text[n * step : n * step + SAMPLE] for n in range(SAMPLES))


@lru_cache(maxsize=1)
def _identifier(models: Path) -> LanguageIdentifier:
    folder = models / FOLDER
    if not folder.is_dir():
        _lay_out(folder)
    about = json.loads((folder / "about.json").read_text())
    scores = np.load(folder / "scores.npy", mmap_mode="r")
    steps: Any = memoryview(np.load(folder / "steps.npy", mmap_mode="r"))
    return LanguageIdentifier(
        scores,
        np.array(about["priors"], np.float32),
        about["languages"],
        steps,
        about["outputs"],
        norm_probs=True,
        tk_row=about["rows"],
    )


def _lay_out(folder: Path) -> None:
    """Unpack the model beside its place, then move it there: others may do so at the same time."""
    scores, priors, languages, steps, rows, outputs = load_model(MODEL_DIR / MODEL_FILE)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as work:
        unpacked = Path(work) / FOLDER
        unpacked.mkdir()
        np.save(unpacked / "scores.npy", np.asarray(scores))
        np.save(unpacked / "steps.npy", np.asarray(steps))
        about = {"priors": priors.tolist(), "languages": languages}
        about |= {"rows": list(rows), "outputs": outputs}
        (unpacked / "about.json").write_text(json.dumps(about))
        if not folder.is_dir():
            try:
                os.rename(unpacked, folder)
            except OSError:
                if not folder.is_dir():
                    raise
