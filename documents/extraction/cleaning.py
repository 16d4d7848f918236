import re

# Not storable (NUL, lone surrogates) or not text: other controls and the two noncharacters.
UNWANTED = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
NEWLINES = re.compile("\r\n?|\x0c")


def clean(text: str) -> str:
    if "\r" in text or "\x0c" in text:
        text = NEWLINES.sub("\n", text)
    return UNWANTED.sub("", text)
