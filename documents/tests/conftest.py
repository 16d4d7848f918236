import pytest

from documents.extraction import extract


@pytest.fixture
def read(tmp_path):
    """Extract a file with this content and name, in the child that uploads are read in."""

    def read(content, name="file", **options):
        path = tmp_path / "upload"
        path.write_bytes(content)
        return extract(path, name, **options)

    return read
