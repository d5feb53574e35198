"""A photo as it may be kept: its picture, and nothing of who took it, where, when and with what (P-PRIV)."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Photo(BaseModel):
    """A cleaned photo; `starter.photo` makes them and nobody else. Sizes are in pixels, as the picture is looked at."""

    model_config = ConfigDict(frozen=True)

    media_type: Literal["image/jpeg", "image/png"]
    content: bytes = Field(repr=False)
    width: int = Field(ge=1)
    height: int = Field(ge=1)
    fingerprint: str = Field(pattern=r"^[0-9a-f]{32}$")  # of the file as it came: the same file again is the same photo
