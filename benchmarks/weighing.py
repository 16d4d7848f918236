"""Weights of the evidence for an answer, found by logistic regression: none below zero, and both
sides counted alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from providers.local.refusal import Evidence

Floats = npt.NDArray[np.float64]

# What speaks for an answer, as providers.local.refusal.Evidence names it.
FIGURES = {
    "words alone": ("words", "length"),
    "same language": ("nearness", "distinct", "words_of_nearest", "words", "length"),
    "other language": ("nearness", "distinct", "outstanding"),
}
# Across languages both errors alike would be one in five: rather refuse than answer at random.
REFUSED = {"other language": 0.9}
STEPS, RATE, MOMENTUM = 4_000, 0.5, 0.9
SMALL = 1e-3  # of the weights' squares, so that they stay finite where sides are quite apart


def fitted(
    figures: Floats, answerable: npt.NDArray[np.bool_], refused: float | None = None
) -> tuple[Floats, float]:
    """Weights of the columns, and the constant with which a sum above zero means an answer: such
    that this share of the others is refused, or both errors are alike."""
    mean, deviation = figures.mean(axis=0), figures.std(axis=0) + 1e-9
    scaled = (figures - mean) / deviation
    importance = np.where(answerable, 0.5 / answerable.sum(), 0.5 / (~answerable).sum())
    weights, constant = np.zeros(figures.shape[1]), 0.0
    speed, drift = np.zeros_like(weights), 0.0
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-(scaled @ weights + constant)))
        wrong = importance * (likely - answerable)
        speed = MOMENTUM * speed + scaled.T @ wrong + SMALL * weights
        drift = MOMENTUM * drift + wrong.sum()
        weights, constant = np.maximum(0, weights - RATE * speed), constant - RATE * drift
        speed[weights == 0] = 0
    weights = weights / deviation
    scores = figures @ weights
    if refused:
        return weights, -float(np.quantile(scores[~answerable], refused))
    return weights, -_balance(scores, answerable)


def _balance(scores: Floats, answerable: npt.NDArray[np.bool_]) -> float:
    """The limit at which the larger of both errors is smallest: halfway between two scores."""
    limits = np.unique(scores)
    lost = np.searchsorted(np.sort(scores[answerable]), limits) / answerable.sum()
    kept = 1 - np.searchsorted(np.sort(scores[~answerable]), limits) / (~answerable).sum()
    best = int(np.maximum(lost, kept).argmin())
    return float(limits[max(0, best - 1) : best + 1].mean())


def weights_from(judged: Sequence[tuple[Evidence, bool]]) -> dict[str, dict[str, float]]:
    """As providers.local.refusal.WEIGHTS has them, from evidence and whether there is an answer."""
    found = {}
    for kind, names in FIGURES.items():
        mine = [
            (asdict(evidence), is_there) for evidence, is_there in judged if evidence.kind == kind
        ]
        if mine:
            figures = np.array([[evidence[name] for name in names] for evidence, _ in mine])
            sides = np.array([is_there for _, is_there in mine])
            weights, constant = fitted(figures, sides, REFUSED.get(kind))
            pairs = zip((*names, "constant"), (*weights, constant), strict=True)
            found[kind] = {name: round(float(value), 2) for name, value in pairs}
    return found
