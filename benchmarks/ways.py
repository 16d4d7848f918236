"""The ways to cut that benchmarks.retrieval compares."""

from benchmarks.searching import IN_USE, Way
from documents.chunking.splitting import Sizes

WAYS = (
    Way("300"),
    Way("300, estimated", estimated=True),
    Way("150", Sizes(full=150, thin=60, most=250, overlap=25)),
    Way("220", Sizes(full=220, thin=90, most=320, overlap=35)),
    Way("400", Sizes(full=400, thin=160, most=440, overlap=60)),
    Way("300, no overlap", Sizes(overlap=0)),
    Way("300, overlap 90", Sizes(overlap=90)),
    IN_USE,
    Way("300, no headings", context="nothing"),
)
