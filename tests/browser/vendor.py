"""Re-creates the files of static/vendor from the npm registry, or with --check compares them with their table."""

import base64
import hashlib
import io
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"


@dataclass(frozen=True)
class Vendored:
    """One line of the README's table."""

    file: str
    package: str
    licence: str
    member: str
    integrity: str
    sha512: str

    @property
    def spec(self) -> str:
        name, version = self.package.rsplit(" ", 1)
        return f"{name}@{version}"


def table() -> list[Vendored]:
    lines = (VENDOR / "README.md").read_text().splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
    return [Vendored(*row) for row in rows[2:]]


def differing() -> list[str]:
    """Files that are missing, unlisted, or not what the table says."""
    wanted = {row.file: row.sha512 for row in table()}
    present = {path.name for path in VENDOR.iterdir() if path.name != "README.md"}
    wrong = {name for name in present & wanted.keys() if digest((VENDOR / name).read_bytes()) != wanted[name]}
    return sorted((present ^ wanted.keys()) | wrong)


def digest(content: bytes) -> str:
    return hashlib.sha512(content).hexdigest()


def fetch(row: Vendored) -> bytes:
    """The file out of its package. Raises SystemExit when the package or the file is not the pinned one."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", row.spec], cwd=folder, check=True, stdout=subprocess.DEVNULL
        )
        package = next(Path(folder).glob("*.tgz")).read_bytes()
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(package).digest()).decode()
    if integrity != row.integrity:
        raise SystemExit(f"{row.spec} is {integrity}, not {row.integrity}")
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        member = archive.extractfile(row.member)
        assert member is not None, row.member
        content = member.read()
    if digest(content) != row.sha512:
        raise SystemExit(f"{row.file} in {row.spec} is not the pinned file")
    return content


def main() -> None:
    if "--check" not in sys.argv:
        for row in table():
            (VENDOR / row.file).write_bytes(fetch(row))
    if wrong := differing():
        raise SystemExit(f"Not as the table says: {', '.join(wrong)}")


if __name__ == "__main__":
    main()
