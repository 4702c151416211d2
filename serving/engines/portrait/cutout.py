"""Owns cutting a person out of a picture and filling what was behind. Does not move the person."""

import cv2
import msgspec
import numpy as np

from serving.engines.portrait.faces import Floats, Picture

_SURE = 0.96


class Cutout(msgspec.Struct, frozen=True):
    """A person without a background: `colour` float32 (h, w, 3) BGR 0..255, bled past the edge; `alpha` 0..1."""

    colour: Floats
    alpha: Floats


def cut_out(picture: Picture, mask: Floats) -> Cutout:
    """Take the person alone; under soft edges the person's own colour goes on, not the wall's."""
    alpha = np.clip((mask - 0.12) / 0.76, 0, 1).astype(np.float32)
    sure = cv2.erode((alpha > _SURE).astype(np.float32), np.ones((3, 3), np.uint8))
    colour = picture.astype(np.float32)
    bled = spread(colour, sure)
    keep = np.clip(alpha * 1.25 - 0.25, 0, 1)[:, :, None]
    inside = cv2.GaussianBlur(sure, (0, 0), 1.0)[:, :, None]
    mixed = np.maximum(keep * 0.35, inside)
    return Cutout((colour * mixed + bled * (1 - mixed)).astype(np.float32), alpha)


def background(picture: Picture, mask: Floats) -> Floats:
    """Fill the person's place from around it: float32 (h, w, 3) BGR 0..255, smooth."""
    grown = cv2.dilate(mask, np.ones((15, 15), np.uint8))
    free = (grown < 0.04).astype(np.float32)
    filled = spread(picture.astype(np.float32), free)
    soft = cv2.GaussianBlur(free, (0, 0), 5.0)[:, :, None] * free[:, :, None]
    return (picture * soft + filled * (1 - soft)).astype(np.float32)


def spread(colour: Floats, known: Floats) -> Floats:
    """Carry known colours outwards: finest scale that reaches a pixel wins, by weighted blurs."""
    out = np.zeros_like(colour)
    weight = np.zeros(known.shape, np.float32)
    for step in (1, 2, 4, 8, 16, 32, 64):
        size = (max(2, colour.shape[1] // step), max(2, colour.shape[0] // step))
        k = cv2.resize(known, size, interpolation=cv2.INTER_AREA)
        c = cv2.resize(colour * known[:, :, None], size, interpolation=cv2.INTER_AREA)
        k, c = cv2.GaussianBlur(k, (0, 0), 1.6), cv2.GaussianBlur(c, (0, 0), 1.6)
        value = cv2.resize(c / np.maximum(k, 1e-4)[:, :, None], colour.shape[1::-1])
        reach = np.clip(cv2.resize(k, colour.shape[1::-1]) * 6, 0, 1) * (1 - weight)
        out += value * reach[:, :, None]
        weight += reach
    return np.where(weight[:, :, None] > 0, out / np.maximum(weight, 1e-4)[:, :, None], colour)
