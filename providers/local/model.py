"""multilingual-e5-small on onnxruntime: text in, 384 numbers out."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from providers.local.build import built
from providers.local.weights import Floats, Weights, check, dequantise, weights_path

DIMENSION = 384
POSITIONS = 512
MARKS = 2  # around every text
MAX_TOKENS = POSITIONS - MARKS - 2  # "passage:" goes before
# Texts are cut at POSITIONS tokens and in no script do so many characters make fewer on average,
# so cutting here first keeps a huge text from costing tokenizer time.
MAX_CHARACTERS = 8_000
_SPACES = re.compile(r"\s+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")


class E5:
    """Several threads may call it: session and tokenizer hold no state between calls."""

    def __init__(self, models: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        folder, source = built(models), weights_path()
        check(source)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # every length of text would keep its own buffers
        self._session = onnxruntime.InferenceSession(
            str(folder / "body.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        normalisation = json.loads((folder / "normalisation.json").read_text())
        self._normalisation = {int(code): text for code, text in normalisation.items()}
        self._word_rows = Weights(source).word_rows

    def encode(self, text: str, kind: Literal["query", "passage"]) -> Floats:
        """One vector [384], L2-normalised. Texts beyond POSITIONS tokens are cut."""
        ids = self._tokenizer.encode(self._prepared(f"{kind}: {text}")).ids
        rows = dequantise(self._word_rows[np.array(ids)])
        vector: Floats = self._session.run(None, {"word_emb": rows[None]})[0][0]
        return vector

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Without marks and prefix; up to 510, which is more than MAX_TOKENS."""
        prepared = [self._prepared(text) for text in texts]
        return [len(found.ids) - MARKS for found in self._tokenizer.encode_batch_fast(prepared)]

    def _prepared(self, text: str) -> str:
        text = _SURROGATES.sub("�", text[:MAX_CHARACTERS])
        return _SPACES.sub(" ", text.translate(self._normalisation))
