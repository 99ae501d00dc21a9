"""The mixer on a clock in place of a device."""

from __future__ import annotations

from typing import Any

import pytest

from diffbgm_gui.sound import outputs
from diffbgm_gui.sound.mixer import Mixer
from diffbgm_gui.sound.outputs import SilentOutput


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(outputs, "time", made)
    return made


def test_playing_after_a_long_rest_begins_where_it_stands(qapp: Any, clock: Clock) -> None:
    mixer = Mixer(SilentOutput())
    mixer.set_duration(20.0)
    mixer.seek(3.0)
    clock.now += 600
    mixer.play()
    assert mixer.position_s == pytest.approx(3.0)
    clock.now += 2
    assert mixer.position_s == pytest.approx(5.0) and not mixer.has_ended
    assert mixer.pause() == pytest.approx(5.0)
    clock.now += 600
    mixer.play()
    assert mixer.position_s == pytest.approx(5.0)
    clock.now += 15.1
    assert mixer.position_s == pytest.approx(20.0) and mixer.has_ended
    mixer.close()
