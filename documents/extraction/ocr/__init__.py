"""Text in pictures, offline, by the PP-OCRv6 models that rapidocr ships."""
