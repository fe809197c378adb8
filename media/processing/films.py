"""Video and sound, by ffmpeg: what they are, a picture of them, and a copy that every browser plays.

ffmpeg opens local files only, in the one format that the file was found to have.
"""

import json
import os
import subprocess
from array import array
from typing import Any

from PIL import Image

from media.processing import pictures
from media.processing.trouble import CannotPreview, TooMuch

Shape = dict[str, Any]
POSTER_SIDE = 960
BARS = 64
SOUND_RATE = 4000
LONGEST_DRAWN = 3600
PLAYED_EVERYWHERE = {"h264", "vp8", "vp9", "av1"}
BOXES_PLAYED_EVERYWHERE = {"video/mp4", "video/quicktime", "video/x-m4v", "video/webm"}
LONGEST_CONVERTED = 600
CONVERTED_SIDE = 720


def prepare(source: str, folder: str, task: Shape) -> Shape:
    """Duration, size, a poster with its placeholder. A container with nothing but sound is a sound."""
    told = _probe(source, task)
    film = _stream(told, "video")
    if film is None:
        return {**prepare_sound(source, folder, task), "kind": "audio"}
    duration = _duration(told)
    poster = _poster(source, folder, task, duration)
    answer: Shape = {
        **_posters(poster, folder),
        "duration": duration,
        "details": {
            "codec": str(film.get("codec_name", ""))[:20],
            "plays": _plays(film, task),
        },
    }
    answer["width"], answer["height"] = _true_size(film, poster)
    return answer


def _plays(film: Shape, task: Shape) -> bool:
    """Whether every browser has a decoder for it."""
    known = film.get("codec_name") in PLAYED_EVERYWHERE and task["type"] in BOXES_PLAYED_EVERYWHERE
    return known and (film.get("codec_name") != "h264" or film.get("pix_fmt") in ("yuv420p", "yuvj420p"))


def prepare_playable(source: str, folder: str, task: Shape) -> Shape:
    """A copy in H.264 that every browser plays; at most 720 pixels high and ten minutes long."""
    duration = _duration(_probe(source, task))
    if duration is None or duration > LONGEST_CONVERTED:
        raise CannotPreview
    path = os.path.join(folder, "play.mp4")
    scale = f"scale='min({CONVERTED_SIDE * 2},iw)':'min({CONVERTED_SIDE},ih)':force_original_aspect_ratio=decrease"
    even = "scale=trunc(iw/2)*2:trunc(ih/2)*2"
    _ffmpeg(
        task, source, "-map", "0:v:0", "-map", "0:a:0?", "-map_metadata", "-1", "-vf", f"{scale},{even}",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2",
        "-movflags", "+faststart", path,
    )  # fmt: skip
    if not os.path.exists(path):
        raise CannotPreview
    return {"renditions": {"play": {"file": "play.mp4", "type": "video/mp4", "width": None, "height": None}}}


def prepare_sound(source: str, folder: str, task: Shape) -> Shape:
    """Duration, measured rather than believed, and the loudness in 64 bars from 0 to 100."""
    told = _probe(source, task)
    if _stream(told, "audio") is None:
        raise CannotPreview
    claimed = _duration(told)
    if claimed is not None and claimed > LONGEST_DRAWN:
        _check_length(claimed, task)
        return {"renditions": {}, "duration": claimed, "details": {}}
    samples = _samples(source, task)
    duration = len(samples) / SOUND_RATE
    _check_length(duration, task)
    return {"renditions": {}, "duration": duration, "details": {"waveform": _bars(samples)}}


def _check_length(duration: float, task: Shape) -> None:
    longest = task.get("longest")
    if longest and duration > longest + 1:
        raise TooMuch(f"The voice note is longer than {longest // 60} minutes.")


def _probe(source: str, task: Shape) -> Shape:
    wanted = (
        "format=duration:stream=codec_type,codec_name,pix_fmt,width,height:stream_disposition=attached_pic"
    )
    command = [*_careful(task, "ffprobe"), "-show_entries", wanted, "-of", "json", f"file:{source}"]
    told = json.loads(_run(command) or b"{}")
    return told if isinstance(told, dict) else {}


def _stream(told: Shape, kind: str) -> Shape | None:
    for stream in told.get("streams", []):
        if stream.get("codec_type") == kind and not stream.get("disposition", {}).get("attached_pic"):
            return dict(stream)
    return None


def _duration(told: Shape) -> float | None:
    try:
        seconds = float(told["format"]["duration"])
    except (KeyError, TypeError, ValueError):
        return None
    return round(seconds, 3) if 0 < seconds < 1e6 else None


def _poster(source: str, folder: str, task: Shape, duration: float | None) -> Image.Image:
    path = os.path.join(folder, "poster.png")
    scale = f"scale='min({POSTER_SIDE},iw)':'min({POSTER_SIDE},ih)':force_original_aspect_ratio=decrease"
    for moment in (min(1.0, (duration or 0) / 4), 0):
        _ffmpeg(task, source, "-an", "-sn", "-dn", "-frames:v", "1", "-vf", scale, path, seek=moment)
        if os.path.exists(path):
            with Image.open(path, formats=["PNG"]) as frame:
                return frame.convert("RGB")
    raise CannotPreview


def _posters(poster: Image.Image, folder: str) -> Shape:
    made = pictures.stills(poster, folder, photo=True)
    return {
        **made,
        "renditions": {"poster": made["renditions"]["preview"], "thumb": made["renditions"]["thumb"]},
    }


def _true_size(film: Shape, poster: Image.Image) -> tuple[int, int]:
    """As it is seen: the poster is turned already."""
    width, height = int(film.get("width") or poster.width), int(film.get("height") or poster.height)
    turned = (width > height) != (poster.width > poster.height) and width != height
    return (height, width) if turned else (width, height)


def _samples(source: str, task: Shape) -> "array[int]":
    command = [
        *_careful(task, "ffmpeg"), "-i", f"file:{source}", "-map", "0:a:0", "-t", str(LONGEST_DRAWN), "-ac", "1",
        "-ar", str(SOUND_RATE), "-f", "s16le", "pipe:1",
    ]  # fmt: skip
    command[command.index("-protocol_whitelist") + 1] = "file,pipe"
    samples = array("h")
    samples.frombytes(_run(command))
    if not samples:
        raise CannotPreview
    return samples


def _bars(samples: "array[int]") -> list[int]:
    step = max(1, len(samples) // BARS)
    peaks = [max(map(abs, samples[start : start + step])) for start in range(0, len(samples), step)][:BARS]
    loudest = max(peaks) or 1
    return [round(100 * peak / loudest) for peak in peaks]


def _ffmpeg(task: Shape, source: str, *rest: str, seek: float = 0) -> None:
    start = ["-ss", f"{seek:.3f}"] if seek else []
    _run([*_careful(task, "ffmpeg"), *start, "-i", f"file:{source}", *rest])


def _careful(task: Shape, tool: str) -> list[str]:
    quiet = ["-nostdin", "-y", "-threads", "1"] if tool == "ffmpeg" else []
    return [task[tool], "-v", "error", *quiet, "-protocol_whitelist", "file", "-f", task["demuxer"]]


def _run(command: list[str]) -> bytes:
    """What it prints. The limits of this process are its limits."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        raise CannotPreview from None
    if done.returncode < 0:
        raise CannotPreview
    return done.stdout
