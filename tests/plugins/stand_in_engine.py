"""A stand-in for the engine where a test is about what surrounds it: a sine tone as the music, one hit a second.

It understands the options that the add-ons give, tells progress and answers as `diffbgm --json --progress json` does.
With `--slow` it takes a minute and tidies up when it is cancelled.
"""

from __future__ import annotations

import json
import math
import signal
import struct
import sys
import time
import wave
from pathlib import Path

SECONDS = 9.5


def option(name, default=None):
    for index, word in enumerate(sys.argv):
        if word == name:
            return sys.argv[index + 1]
        if word.startswith(f"{name}="):
            return word.split("=", 1)[1]
    return default


def say(**event):
    sys.stderr.write(json.dumps(event) + "\n")
    sys.stderr.flush()


def write_tone(path, hz=220.0):
    count = round(SECONDS * 48000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(48000)
        period = [round(8000 * math.sin(2 * math.pi * hz * i / 48000)) for i in range(4800)]
        block = b"".join(struct.pack("<hh", value, value) for value in period)
        file.writeframes((block * (count // 4800 + 1))[: count * 4])


def manifest(seed):
    hits = [
        {
            "time_s": float(second), "kind": "cut", "label": f"cut {second}", "bar": second // 2 + 1, "beat": 1,
            "error_ms": 0.0 if second % 2 else 12.5, "starred": bool(second % 2),
        }
        for second in (1, 2, 3)
    ]  # fmt: skip
    return {"seed": seed, "hits": hits, "music": {"start_s": 0.0, "bpm": 120.0, "beats": 19, "tempo": [[0.0, 120.0]]}}


def main():
    command = sys.argv[1]
    with Path(option("--log", "/dev/null")).open("a") as log:
        log.write(json.dumps(sys.argv[1:]) + "\n")
    if "--slow" in sys.argv:
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(130))
        say(event="started", seed=1)
        say(event="progress", stage="denoise", done=1, total=24, share=0.1, eta_s=60)
        time.sleep(60)
    if "--fail" in sys.argv:
        print(json.dumps({"ok": False, "error": {"message": "The clip 'a.mov' is missing.", "hint": "Give --media."}}))
        return 1
    wav = Path(option("-o"))
    stems = option("--stems")
    if stems:
        Path(stems).mkdir()
        write_tone(Path(stems) / "1 Melody - Piano.wav")
        write_tone(Path(stems) / "2 Bass - Piano.wav")
    if command == "score":
        Path(option("--project")).write_text("project")
        count, seed = int(option("--takes", "1")), int(option("--seed", "40"))
        takes = []
        for index in range(count):
            say(event="started", seed=seed + index)
            path = wav if count == 1 else wav.with_name(f"{wav.stem}.{index + 1}.wav")
            write_tone(path, 220.0 + 10 * index)
            takes.append(
                {
                    "output": str(path), "take": f"id{index}", "name": f"Take {index + 1}", "seed": seed + index,
                    "stems": stems, "manifest": manifest(seed + index), "warnings": [],
                }
            )  # fmt: skip
        print(json.dumps({"ok": True, **takes[0], "takes": takes}))
        return 0
    write_tone(wav, 330.0)
    Path(option("--manifest")).write_text(json.dumps(manifest(1)))
    take = {"id": f"new{time.time_ns()}", "name": f"Take 1 {command}", "details": {"seed": 77}}
    answer = {"ok": True, "output": str(wav), "manifest": option("--manifest"), "stems": stems, "take": take}
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
