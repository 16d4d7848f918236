"""multilingual-e5-small on onnxruntime: text in, 384 numbers out."""

import json
import re
from pathlib import Path
from typing import Literal

import numpy as np

from providers.local.build import built
from providers.local.weights import Floats, Weights, check, dequantise, weights_path

DIMENSION = 384
# Texts are cut at 512 tokens and no token is rarer than this many characters on average in any
# script, so cutting here first keeps a huge text from costing tokenizer time.
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
        """One vector [384], L2-normalised. Texts beyond 512 tokens are cut."""
        ids = self._tokenizer.encode(self._prepared(f"{kind}: {text}")).ids
        rows = dequantise(self._word_rows[np.array(ids)])
        vector: Floats = self._session.run(None, {"word_emb": rows[None]})[0][0]
        return vector

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(self._prepared(text)).ids)

    def _prepared(self, text: str) -> str:
        text = _SURROGATES.sub("�", text[:MAX_CHARACTERS])
        return _SPACES.sub(" ", text.translate(self._normalisation))
