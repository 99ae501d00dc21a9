"""Sentences that keep what they were made of, so that a window can say them in another language.

In the engine a sentence is English and a plain `str` to all who print, log or store it. `template` and `values` are
there for who translates: the template is looked up, the values are set into what is found. A template stands in the
source as one string constant, so that all of them can be found without running anything.
"""

from __future__ import annotations

from typing import Any, Final

_PLAIN: Final = (str, float, int)
"""What a sentence keeps of its values as it is."""


class Told(str):
    """A sentence, or a part of one, made of a template and values.

    Args:
        template: English, with the places of the values as in `str.format`, by name; without values, taken as it is.
        values: numbers, other `Told`, and whatever stands for itself in any language: names, paths, commands.

    Raises:
        KeyError: if the template names a value that is not given.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, Any]

    def __new__(cls, template: str, /, **values: Any) -> Told:
        for name, value in values.items():
            if not isinstance(value, _PLAIN):
                values[name] = str(value)  # a sentence may outlive what it speaks of, and go to another process
        told = str.__new__(cls, template.format(**values) if values else template)
        told.template, told.values = template, values
        return told

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, Any]]:
        return (self.template,), self.values


def reason_of(error: OSError) -> Told:
    """Why the system refused, without a full stop, in the small letters of the middle of a sentence."""
    said = (error.strerror or str(error)).lower()
    return _OF_SYSTEM.get(said) or Told(said)


_OF_SYSTEM: Final = {
    str(told): told
    for told in (
        Told("bad file descriptor"),
        Told("broken pipe"),
        Told("device or resource busy"),
        Told("disk quota exceeded"),
        Told("file exists"),
        Told("file name too long"),
        Told("file too large"),
        Told("input/output error"),
        Told("invalid argument"),
        Told("is a directory"),
        Told("no space left on device"),
        Told("no such file or directory"),
        Told("not a directory"),
        Told("operation not permitted"),
        Told("permission denied"),
        Told("read-only file system"),
        Told("too many open files"),
    )
}
"""What systems say most often; anything else is passed on as it is."""
