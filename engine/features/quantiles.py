"""The corpus percentiles of a model bundle, read without loading its weights."""

from __future__ import annotations

import json
from pathlib import Path

from engine.errors import BundleError
from engine.resources import resource_path


def read_quantiles(bundle: Path | None) -> dict[str, tuple[float, ...]]:
    """The corpus percentiles of a bundle, read without loading its weights.

    Raises:
        BundleError: if there is no such bundle, or it holds none.
    """
    shipped = resource_path("model", "compact")
    folder = bundle if bundle is not None else shipped
    try:
        data = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if data.get("profile") == "paper":  # it follows encoders; tempo and harmony are planned as for the other
            data = json.loads((shipped / "config.json").read_text(encoding="utf-8"))
        table = data["quantiles"]
        return {str(name): tuple(float(value) for value in values) for name, values in table.items()}
    except FileNotFoundError:
        raise BundleError("There is no model bundle in '{folder}'.", "Leave --bundle away.", folder=folder) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleError("The bundle in '{folder}' cannot be read.", "Leave --bundle away.", folder=folder) from error
