"""The models: where a picture holds lines of text, and what each says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import rapidocr
from rapidocr.main import RapidOCRError

from documents.extraction.reasons import no_text_in_pictures

MODELS = Path(rapidocr.__file__).parent / "models"
OPTIONS = {
    # Named, so that nothing is ever looked for elsewhere.
    "Det.model_path": str(MODELS / "PP-OCRv6_det_small.onnx"),
    "Rec.model_path": str(MODELS / "PP-OCRv6_rec_small.onnx"),
    "Cls.model_path": str(MODELS / "ch_ppocr_mobile_v2.0_cls_mobile.onnx"),
    "Global.log_level": "critical",
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    # Lines are found as well at this size as at 2,000, in a third of the time and the memory.
    "Det.limit_type": "max",
    "Det.limit_side_len": 1280,
    # Lines of different lengths in one batch would all be padded to the longest.
    "Rec.rec_batch_num": 1,
}
LEAST_SURE = 0.8  # scripts that the model does not know come out as nonsense below this
SURE = 0.9
LEAST_PART = 0.5  # of a page, measured in letters, that is read for sure
TALL = 1.5
SAMPLE = 4  # lines that tell which way up a page is

Picture = Any  # uint8 array [height, width, 3], blue first


@dataclass(frozen=True)
class Line:
    left: float
    top: float
    right: float
    bottom: float
    text: str = ""

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True)
class Found:
    """Lines as they were found, still unread."""

    boxes: Any  # [lines, 4 corners, x and y]
    crops: list[Picture]

    @property
    def is_upright(self) -> bool:
        """Whether most lines run from left to right rather than from top to bottom."""
        sides = self.boxes.max(axis=1) - self.boxes.min(axis=1)
        return bool((sides[:, 1] > TALL * sides[:, 0]).mean() < 0.5)


class Engine:
    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._models = rapidocr.RapidOCR(params=OPTIONS)
        blank = np.full((64, 320, 3), 255, np.uint8)  # the models are loaded at their first use
        self._find(blank)
        self._read([blank])

    def lines(self, picture: Picture) -> list[Line]:
        """What is written in a picture, whichever of its four sides is up, in no order.

        Raises ExtractionError if most of it is uncertain: the scraps would be nonsense.
        """
        found = self._find(picture)
        if found and not found.is_upright:
            picture = np.ascontiguousarray(np.rot90(picture))
            found = self._find(picture)
        if not found:
            return []
        if self._is_upside_down(found):
            found = _turned_over(found, picture)
        read = self._read(found.crops)
        if _sure_part(found, read) < LEAST_PART:
            raise no_text_in_pictures()
        lines = zip(found.boxes, read, strict=True)
        return [_line(box, text) for box, (text, score) in lines if score >= LEAST_SURE and text]

    def _find(self, picture: Picture) -> Found | None:
        try:
            crops, found = self._models.detect_and_crop(picture, {})
        except RapidOCRError:  # there is none
            return None
        return Found(found.boxes, crops)

    def _read(self, crops: list[Picture]) -> list[tuple[str, float]]:
        read = self._models.recognize_txt(crops)
        texts, scores = read.txts or [""] * len(crops), read.scores or [0.0] * len(crops)
        return [(text.strip(), float(score)) for text, score in zip(texts, scores, strict=True)]

    def _is_upside_down(self, found: Found) -> bool:
        """By reading a few lines both ways: the model for this mistakes long lines too often."""
        sample = sorted(found.crops, key=lambda crop: crop.shape[1])[-2 * SAMPLE :][:SAMPLE]
        as_is = self._certainty(sample)
        return as_is < SURE and self._certainty([_over(crop) for crop in sample]) > as_is

    def _certainty(self, crops: list[Picture]) -> float:
        return float(np.mean([score for _, score in self._read(crops)]))


def _sure_part(found: Found, read: list[tuple[str, float]]) -> float:
    """Of the letters that there is room for in the lines."""
    sides = found.boxes.max(axis=1) - found.boxes.min(axis=1)
    letters = sides[:, 0] / sides[:, 1].clip(1)
    sure = np.array([bool(text) and score >= SURE for text, score in read])
    return float(letters[sure].sum() / letters.sum())


def _over(picture: Picture) -> Picture:
    return np.ascontiguousarray(np.rot90(picture, 2))


def _turned_over(found: Found, picture: Picture) -> Found:
    height, width = picture.shape[:2]
    return Found(np.array([width, height]) - found.boxes, [_over(crop) for crop in found.crops])


def _line(box: Any, text: str) -> Line:
    (left, top), (right, bottom) = box.min(axis=0), box.max(axis=0)
    return Line(float(left), float(top), float(right), float(bottom), text)
