"""Small real files, made by code."""

import base64
import io
import os
import random
import shutil
import struct
import subprocess
import zipfile
import zlib
from pathlib import Path
from typing import Any

from PIL import Image

FFMPEG = shutil.which("ffmpeg")
MAKER = 0x010F
GPS = 0x8825
HEVC = ("-c:v", "libx265", "-tag:v", "hvc1", "-pix_fmt", "yuv420p", "-c:a", "aac")


def photo(
    width: int = 320, height: int = 200, *, turned: int = 1, format: str = "JPEG", **extra: Any
) -> bytes:
    """A picture with something to see: red on the left, blue on the right; with the place where it was taken."""
    picture = Image.new("RGB", (width, height), (200, 30, 30))
    picture.paste((30, 30, 200), (width // 2, 0, width, height))
    exif = Image.Exif()
    exif[MAKER] = "SECRETCAM"
    exif[0x0112] = turned
    exif.get_ifd(GPS).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    target = io.BytesIO()
    picture.save(target, format, exif=exif, **extra)
    return target.getvalue()


def noise(width: int, height: int, quality: int = 90) -> bytes:
    """A JPEG that is as hard to decode as a real photo."""
    grain = random.Random(1).randbytes((width // 4) * (height // 4) * 3)
    small = Image.frombytes("RGB", (width // 4, height // 4), grain)
    target = io.BytesIO()
    small.resize((width, height), Image.Resampling.BICUBIC).save(target, "JPEG", quality=quality)
    return target.getvalue()


def scenery(width: int, height: int, quality: int = 90) -> bytes:
    """A JPEG with as much detail as photos have: much of what is large, little of what is fine; 1.7 bits a pixel."""
    grain, layers = random.Random(1), {256: 1.0, 64: 0.4, 16: 0.25, 4: 0.12, 2: 0.06}
    picture = Image.new("RGB", (width, height))
    for coarse, share in layers.items():
        size = max(2, width // coarse), max(2, height // coarse)
        layer = Image.frombytes("RGB", size, grain.randbytes(size[0] * size[1] * 3))
        picture = Image.blend(picture, layer.resize((width, height), Image.Resampling.BICUBIC), share)
    target = io.BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()


def moving(frames: int = 4, side: int = 60, format: str = "GIF") -> bytes:
    pictures = [Image.new("RGB", (side, side), (number * 40 % 255, 90, 200)) for number in range(frames)]
    target = io.BytesIO()
    pictures[0].save(target, format, save_all=True, append_images=pictures[1:], duration=80, loop=0)
    return target.getvalue()


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A few bytes that claim to be a huge picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def heic() -> bytes:
    """64 × 40 pixels as a phone would store them, with its maker and place. Nothing here could make one."""
    return zlib.decompress(base64.b85decode(_HEIC))


def film(folder: Path, name: str = "film.mp4", *codec: str, seconds: float = 2) -> bytes:
    """Two seconds of a test picture with a tone."""
    return made(
        folder, name, "-f", "lavfi", "-i", f"testsrc=size=320x180:rate=15:duration={seconds}",
        "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", "-shortest",
        *(codec or ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-c:a", "aac")),
    )  # fmt: skip


def makes(encoder: str) -> bool:
    """Whether the ffmpeg here has this encoder."""
    told = subprocess.run([str(FFMPEG), "-encoders"], capture_output=True, text=True, check=False).stdout
    return encoder in told


def sound(folder: Path, name: str = "note.webm", *, seconds: float = 2) -> bytes:
    codec = () if name.endswith(".mp3") else ("-c:a", "libopus")
    return made(folder, name, "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}", *codec)


def made(folder: Path, name: str, *arguments: str) -> bytes:
    """What ffmpeg makes of these arguments."""
    path = folder / name
    subprocess.run(
        [str(FFMPEG), "-v", "error", "-y", *arguments, str(path)], check=True, env=dict(os.environ)
    )
    return path.read_bytes()


def pdf() -> bytes:
    """One page with nothing but a picture."""
    target = io.BytesIO()
    Image.new("RGB", (200, 280), (250, 240, 200)).save(target, "PDF")
    return target.getvalue()


def docx() -> bytes:
    """As much of a Word document as tells that it is one."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<document/>")
    return target.getvalue()


EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-" + b"TEST-FILE!$H+H*"
POLYGLOT = b"GIF89a/*" + b"\0" * 30 + b"*/=1;alert(1)//"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>'
_HEIC = (
    "c-mc3J4*vW5T3oug+mh+9}q+mMU-HbfQ4l=ri_K!*yY^Zk%c?6Bq7Ac2U=*Qjn>+Tot2;#qOJahfQW)vi4RO+IA=Gjh{NrEv)_C>"
    "yEn4{FyK^{dBJ8B&^+cOh3_%T0U(#2U9q5LLxsFsQa*4-EAY?8nOl@erc<B+5gxg3A=)r<XqxfM9N?H>Y{`);5$(f;EoG=FRB00a"
    "kVHr_H74a9oK-wfN@y}(;)r#|X%VrCd(%W0)UFgoU*N0RXaIETIouIRkr45HA<%_F7hm*3OIa8kn<C_2<X~{!*nfUFIzKZDi9w`v"
    "F~QIx%7fG7x_q^bhxE{*TUw%S4cRaR*O2OEWp1nAO{o#5uEmuvE+1DYi{ShIlPX3RXEi2B-84;v2;<&QF9;B0UDJ(C^!r)Kb`;-1"
    "^JOZFFEZYGc}sLD7AGg|xsS(<6aV$*^Etk8xUjeS*3|1e{^{}d`yEPxt-@xrFor7=G}0+A(S~DmYXk!7k_mCjTqZr6nNLq<0eRUL"
    "&}LdaG(gr29GoSe5q#j6U-@|}Dql=tNMTrEL}9nUZz_Rpga"
)
