"""Sentences keep their template and values wherever they go, and are plain English to whoever does not ask."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path

import pytest

from engine.errors import InputError
from engine.wording import Told, reason_of


def test_a_sentence_is_a_plain_str_that_knows_its_parts() -> None:
    told = Told("'{name}' lasts {length_s:.2f} s.", name=Path("film.mp4"), length_s=2.5)
    assert told == "'film.mp4' lasts 2.50 s." and isinstance(told, str)
    assert told.template == "'{name}' lasts {length_s:.2f} s."
    assert told.values == {"name": "film.mp4", "length_s": 2.5}, "it holds on to nothing that it was made of"
    assert json.loads(json.dumps({"message": told})) == {"message": "'film.mp4' lasts 2.50 s."}


def test_without_values_braces_are_text() -> None:
    assert Told('Write {"density": [[0, 0.2]]}.') == 'Write {"density": [[0, 0.2]]}.'


@pytest.mark.parametrize("way", [lambda told: pickle.loads(pickle.dumps(told)), copy.deepcopy, copy.copy])
def test_it_goes_to_other_processes_whole(way: object) -> None:
    inner = Told("it lies {ms:.0f} ms off", ms=12.4)
    told = way(Told("Not met: {reason}.", reason=inner))  # type: ignore[operator]
    assert told == "Not met: it lies 12 ms off."
    assert told.values["reason"].template == "it lies {ms:.0f} ms off"


def test_errors_tell_with_values() -> None:
    error = InputError("There is no take '{name}'.", "It has: {known}.", name="A", known="1, 2")
    assert (error.message, error.hint) == ("There is no take 'A'.", "It has: 1, 2.")
    assert str(error) == error.message
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is InputError and again.message.template == "There is no take '{name}'."
    assert again.hint.values["known"] == "1, 2"


def test_errors_without_values_are_taken_as_they_are() -> None:
    error = InputError("A {brace} stays.", 'Write {"a": 1}.')
    assert (error.message, error.hint) == ("A {brace} stays.", 'Write {"a": 1}.')


def test_what_the_system_says() -> None:
    known = reason_of(PermissionError(13, "Permission denied"))
    assert known == "permission denied" and known.template == "permission denied"
    assert reason_of(OSError("odd {thing}")) == "odd {thing}"
