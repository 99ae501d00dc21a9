"""Hits that can be heard: `python -m benchmarks.hits VIDEO|FOLDER ... [--seeds 1] [--every-palette] [--no-sound]`.

Every video is scored with default settings. Two sets of instants are looked at: the stars, and all hard cuts that lie
1.5 s or more after the one before (as labelled in a `cuts.json` beside the videos' folder, where it has them; as
detected otherwise). An instant is met when something begins within one video frame of it in the MIDI, and when librosa
finds an onset in the WAV within 20 ms or one frame, whichever is larger. Beside it stand the same seed without guidance
and completion (`hit_onsets` off, the same tempo), one whose rows do not ask for hits either, and chance: the instants
of the guided piece shifted by up to a second, either way. With `--every-palette` the guided pieces are also played by
every palette, and librosa listens to each.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.compose import SAMPLE_RATE_HZ, Piece, bundle_of, compose, look, videos_in
from engine.audio.clip import AudioClip
from engine.direction import OPEN
from engine.music.hits import gather_hits
from engine.music.palettes import PALETTES
from engine.pipeline import write_score
from engine.settings import GenerationSettings

WAYS = ("guided", "unguided", "unaware")
STAR_BAR, CUT_BAR = 0.95, 0.9
APART_S = 1.5
HEARD_S = 0.02
HOP, WINDOW = 256, 1024
SHIFTS_S = (-0.93, -0.71, -0.47, -0.29, 0.31, 0.53, 0.67, 0.89)
OPENING_S = 0.1


def heard_onsets_s(clip: AudioClip) -> NDArray[np.float64]:
    """Onsets that librosa hears in a clip, in seconds."""
    import librosa

    mono = clip.samples.mean(0).astype(np.float32)
    envelope = librosa.onset.onset_strength(y=mono, sr=SAMPLE_RATE_HZ, hop_length=HOP, n_fft=WINDOW)
    found = librosa.onset.onset_detect(
        onset_envelope=envelope, sr=SAMPLE_RATE_HZ, hop_length=HOP, units="time", backtrack=False
    )
    return np.asarray(found, np.float64)


@dataclass(slots=True)
class Tally:
    """How many instants of a kind were met, in the notes and in the sound, each with chance."""

    n: int = 0
    counts: dict[str, float] = field(default_factory=dict)

    def add(
        self, instants_s: Sequence[float], onsets: dict[str, NDArray[np.float64]], within: dict[str, float]
    ) -> None:
        """Count the instants that lie near an onset, for each kind of onsets."""
        at = np.asarray(instants_s)
        self.n += len(at)
        for name, times_s in onsets.items():
            met = _met(at, times_s, within[name])
            shifted = [_met(at + shift_s, times_s, within[name]) for shift_s in SHIFTS_S]
            self.counts[name] = self.counts.get(name, 0.0) + met
            self.counts[f"{name} by chance"] = self.counts.get(f"{name} by chance", 0.0) + float(np.mean(shifted))

    def share(self, name: str) -> float:
        return self.counts.get(name, 0.0) / self.n if self.n else float("nan")


def _met(at: NDArray[np.float64], onsets_s: NDArray[np.float64], within_s: float) -> int:
    if not len(onsets_s) or not len(at):
        return 0
    return int((np.abs(at[:, None] - onsets_s[None]).min(1) <= within_s + 1e-6).sum())


def spaced(times_s: Sequence[float], duration_s: float) -> list[float]:
    """Instants 1.5 s or more after the one before; no poster frame, nothing in the last fifth of a second."""
    kept: list[float] = []
    for time_s in sorted(times_s):
        if OPENING_S <= time_s <= duration_s - 0.2 and (not kept or time_s - kept[-1] >= APART_S):
            kept.append(time_s)
    return kept


def labelled_cuts_s(video: Path) -> list[float] | None:
    """Hard cuts of a video as labelled in `cuts.json`, None where it is not."""
    for folder in (video.parent, video.parent.parent):
        file = folder / "cuts.json"
        if file.is_file():
            labels = json.loads(file.read_text(encoding="utf-8"))
            entry = labels.get(f"{video.parent.name}/{video.name}", labels.get(video.name))
            return None if entry is None or "hard_s" not in entry else [float(t) for t in entry["hard_s"]]
    return None


def onsets_of(piece: Piece, *, sound: bool) -> dict[str, NDArray[np.float64]]:
    """Onsets in the notes, and in the sound when asked for."""
    found = {"notes": piece.onsets_s}
    return found | ({"sound": heard_onsets_s(piece.sound())} if sound else {})


def main(argv: list[str] | None = None) -> int:
    """Print the table; exit status 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path, nargs="+")
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--palette", default=GenerationSettings().palette)
    parser.add_argument("--bundle")
    parser.add_argument("--no-sound", action="store_true", help="notes only")
    parser.add_argument("--only-guided", action="store_true", help="no comparisons but chance")
    parser.add_argument("--every-palette", action="store_true", help="every palette plays the guided pieces")
    options = parser.parse_args(argv)
    bundle = bundle_of(options.bundle)
    ways = WAYS[:1] if options.only_guided else WAYS
    tallies = {(kind, way): Tally() for kind in ("stars", "cuts") for way in ways}
    palettes = {name: {"stars": Tally(), "cuts": Tally()} for name in PALETTES if options.every_palette}
    print(f"{'video':<36}{'stars':>6}{'notes':>8}{'sound':>8}   {'cuts':>5}{'notes':>8}{'sound':>8}")
    for video in videos_in(options.videos):
        signals = look(video)
        frame_s = float(1 / signals.info.frame_rate)
        within = {"notes": frame_s, "sound": max(HEARD_S, frame_s)}
        here = {kind: Tally() for kind in ("stars", "cuts")}
        for seed in range(1, options.seeds + 1):
            settings = GenerationSettings(seed=seed, palette=options.palette)
            for way in ways:
                asked = replace(settings, hit_onsets=way == "guided")
                piece = compose(bundle, signals, asked, aware=way != "unaware")
                onsets = onsets_of(piece, sound=not options.no_sound)
                for kind, instants_s in instants_of(video, piece).items():
                    tallies[kind, way].add(instants_s, onsets, within)
                    if way == "guided":
                        here[kind].add(instants_s, onsets, within)
                if way == "guided":
                    for name, tally in palettes.items():
                        heard = {"sound": heard_onsets_s(played_by(name, piece).sound())}
                        for kind, instants_s in instants_of(video, piece).items():
                            tally[kind].add(instants_s, heard, within)
        columns = "   ".join(f"{t.n:>5}{t.share('notes'):>8.0%}{t.share('sound'):>8.0%}" for t in here.values())
        print(f"{video.name[-36:]:<36}{columns}", flush=True)
    for name, by_kind in palettes.items():
        told = "  ".join(f"{kind} {tally.share('sound'):.1%} of {tally.n}" for kind, tally in by_kind.items())
        print(f"{name:<20} in the sound: {told}")
    return report(tallies)


def played_by(palette: str, piece: Piece) -> Piece:
    """The piece played by other instruments."""
    settings = replace(piece.settings, palette=palette)
    return Piece(piece.plan, piece.notes, write_score(piece.notes, piece.plan, settings), settings)


def instants_of(video: Path, piece: Piece) -> dict[str, list[float]]:
    """The stars and the spaced hard cuts of a video."""
    plan = piece.plan
    hits = gather_hits(plan.shots, OPEN, piece.settings.strictness, duration_s=plan.duration_s)
    cuts_s = labelled_cuts_s(video)
    if cuts_s is None:
        cuts_s = [float(shot.start_s) for shot in plan.shots[1:] if shot.transition == "cut"]
    return {
        "stars": [float(hit.time_s) for hit in hits if hit.starred],
        "cuts": spaced(cuts_s, float(plan.duration_s)),
    }


def report(tallies: dict[tuple[str, str], Tally]) -> int:
    """Print the table; 1 when a bar is missed."""
    print(f"\n{'':<28}{'n':>5}{'notes':>9}{'sound':>9}")
    for kind in ("stars", "cuts"):
        for way in [way for way in WAYS if (kind, way) in tallies]:
            tally = tallies[kind, way]
            print(f"{kind + ', ' + way:<28}{tally.n:>5}{tally.share('notes'):>9.1%}{tally.share('sound'):>9.1%}")
        tally = tallies[kind, "guided"]
        chance = tally.share("notes by chance"), tally.share("sound by chance")
        print(f"{kind + ', by chance':<28}{tally.n:>5}{chance[0]:>9.1%}{chance[1]:>9.1%}")
    stars, cuts = tallies["stars", "guided"], tallies["cuts", "guided"]
    names = [name for name in ("notes", "sound") if name in stars.counts]
    met = all(stars.share(name) >= STAR_BAR for name in names) and cuts.share("notes") >= CUT_BAR
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
