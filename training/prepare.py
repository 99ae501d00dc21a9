"""`diffbgm-train prepare FOLDER...`: public datasets into one compact file, with counts and a hash."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.timebase import BEATS_PER_BAR
from training.data.corpus import SPLITS, Corpus, build_corpus, save_corpus, song_indices, window_starts
from training.data.pop909 import Song, read_song, song_folders
from training.data.symmv import is_symmv, read_symmv_song, symmv_songs


@dataclass(frozen=True, slots=True)
class Reading:
    """A dataset's songs and how one is read."""

    songs: list[Any]
    read: Callable[[Any], Song | None]


@dataclass(frozen=True, slots=True)
class Counts:
    """What a corpus holds; POP909 has 909 songs, 74,919 downbeats, 93.9 % regular bars, a median of 74 BPM.

    Attributes:
        regular_bars: share of a song's bars, from downbeat to downbeat, that have four beats; mean of the songs.
        median_bpm: of the songs' median tempi.
    """

    songs: int
    beats: int
    downbeats: int
    notes: int
    regular_bars: float
    median_bpm: float

    def lines(self) -> list[str]:
        """For people."""
        return [
            f"songs      {self.songs}",
            f"beats      {self.beats}",
            f"downbeats  {self.downbeats}",
            f"regular    {self.regular_bars:.1%} of bars have four beats (mean of songs)",
            f"tempo      median {self.median_bpm:.0f} BPM",
            f"notes      {self.notes}",
        ]


def count(corpus: Corpus) -> Counts:
    """Count what a corpus holds."""
    shares = []
    for song in range(corpus.n_songs):
        part = corpus.downbeat[corpus.beat_start[song] : corpus.beat_start[song + 1]]
        bars = np.diff(np.flatnonzero(part))
        shares.append(float((bars == BEATS_PER_BAR).mean()) if len(bars) else 0.0)
    return Counts(
        songs=corpus.n_songs,
        beats=len(corpus.downbeat),
        downbeats=int(corpus.downbeat.sum()),
        notes=len(corpus.onset),
        regular_bars=float(np.mean(shares)),
        median_bpm=float(np.median(corpus.bpm)),
    )


def run(arguments: argparse.Namespace) -> int:
    """Read the folders into `arguments.output`; returns the exit status 0."""
    readings = [_reading(folder) for folder in arguments.folder]
    songs = [song for reading in readings for song in _read_all(reading)]
    if not songs:
        raise InputError("None of the songs could be used.")
    if len({song.name for song in songs}) < len(songs):
        raise InputError("Two of the folders hold songs of the same name.")
    corpus = build_corpus(songs)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    save_corpus(corpus, arguments.output)
    print("\n".join(describe(corpus)))
    print(f"written    {arguments.output}")
    return 0


def describe(corpus: Corpus) -> list[str]:
    """Counts, splits, windows and the data hash."""
    lines, windows = count(corpus).lines(), 0
    for split in SPLITS:
        indices = song_indices(corpus, split)
        n = len(window_starts(corpus, indices))
        windows += n
        lines.append(f"{split:<10} {len(indices)} songs, {n} windows")
    return [*lines, f"windows    {windows}", f"data hash  {corpus.data_hash()}"]


def _reading(folder: Path) -> Reading:
    if is_symmv(folder):
        return Reading(list(symmv_songs(folder)), read_symmv_song)
    return Reading(list(song_folders(folder)), read_song)


def _read_all(reading: Reading) -> Iterable[Song]:
    began, total = time.monotonic(), len(reading.songs)
    with ProcessPoolExecutor() as pool:
        for number, song in enumerate(pool.map(reading.read, reading.songs, chunksize=4), 1):
            if number % 50 == 0 or number == total:
                left_s = (time.monotonic() - began) / number * (total - number)
                print(f"read {number}/{total} songs, {left_s:.0f} s left", file=sys.stderr)
            if song is not None:
                yield song
