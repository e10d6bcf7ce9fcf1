"""What lies on the disk: the manifests as they were written, their icons, Microsoft's schemas."""

from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree

_HERE: Final = Path(__file__).resolve().parent
# A wheel carries the add-in's files beside this module; a checkout has them at its root.
_PLACES: Final = (_HERE / "addin", _HERE.parents[2] / "addin")
_ICONS: Final = "/icons/"


def manifest(name: str) -> bytes:
    """The manifest as it was written, such as `manifest.xml`."""
    return (_addin() / name).read_bytes()


def icon(path: str) -> bytes | None:
    """The picture that the add-in's host serves at `path`, or None if it serves none there."""
    name = path.removeprefix(_ICONS)
    if not path.startswith(_ICONS) or "/" in name:
        return None
    file = _addin() / "icons" / name
    return file.read_bytes() if file.is_file() else None


@cache
def schema() -> etree.XMLSchema:
    """Microsoft's schemas as one; schemas/README.md says whence."""
    return etree.XMLSchema(etree.parse(_HERE / "schemas" / "OfficeAppManifestV1_1.xsd"))


@cache
def _addin() -> Path:
    return next(place for place in _PLACES if place.is_dir())
