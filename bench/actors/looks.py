"""Owns how candidates and the chosen actors look: palettes, hair, clothes. Does not own their faces."""

import numpy as np

HAIR_COLOURS = [(0.016, 0.012, 0.010), (0.035, 0.02, 0.013), (0.10, 0.055, 0.03), (0.22, 0.13, 0.065), (0.16, 0.055, 0.025)]
IRISES = [(0.10, 0.05, 0.025), (0.16, 0.09, 0.04), (0.13, 0.15, 0.09), (0.15, 0.20, 0.24)]
CLOTHS = [(0.05, 0.10, 0.16), (0.22, 0.07, 0.06), (0.05, 0.12, 0.09), (0.30, 0.27, 0.22), (0.10, 0.06, 0.14), (0.25, 0.17, 0.05)]
LONG = dict(len_top=0.085, len_side=0.095, fade=0.1, sweep=(1.0, -0.1, -0.35), side_back=0.25, lift=0.35, volume=0.020, gravity=1.3)
SHORT = dict(len_top=0.038, len_side=0.014, fade=0.6, sweep=(0.8, 0.25, 0.1), side_back=0.5, lift=0.35, volume=0.014, gravity=0.8)

# The two that are told apart: seed -> name and what was set by hand over the drawn look.
ACTORS = {
    19: ("joon", dict(
        skin=(0.52, 0.345, 0.235), lip=(0.42, 0.17, 0.15), hair=(0.016, 0.012, 0.011), brow=(0.013, 0.01, 0.009),
        iris=(0.07, 0.038, 0.02), cloth=(0.06, 0.12, 0.20), wall=(0.36, 0.36, 0.34), len_top=0.052, len_side=0.012, fade=0.65,
        sweep=(0.9, 0.35, 0.1), part=0.035, side_back=0.5, lift=0.38, volume=0.014, gravity=0.55, messy=0.45, lock=85, stray=0.10,
        lash=0.0055, brow_h=0.95, stubble=0.35,
    )),
    22: ("maeve", dict(
        skin=(0.62, 0.43, 0.345), lip=(0.46, 0.17, 0.16), hair=(0.20, 0.065, 0.026), brow=(0.12, 0.045, 0.02),
        iris=(0.10, 0.15, 0.12), cloth=(0.09, 0.15, 0.12), wall=(0.35, 0.345, 0.36), freckles=0.9, len_top=0.095, len_side=0.085,
        fade=0.15, sweep=(1.0, 0.55, -0.05), part=-0.03, side_back=0.45, lift=0.16, volume=0.011, gravity=0.9, messy=0.35, lock=70,
        stray=0.08, lash=0.0075, brow_h=0.62, stubble=0,
    )),
}  # fmt: skip


def drawn_look(seed, woman, race):
    """A look at random for a candidate, from its own seed and the body's origins."""
    r = np.random.default_rng(1000 + seed)
    african, asian, european = race
    skin = european * np.array([0.62, 0.42, 0.32]) + asian * np.array([0.56, 0.37, 0.25]) + african * np.array([0.20, 0.105, 0.065])
    skin = skin * r.uniform(0.85, 1.08)
    lip = skin * np.array([0.86, 0.56, 0.56]) * (1 - 0.1 * woman) + np.array([0.03 * woman, 0, 0.005])
    fair = european * (african < 0.25)
    weight = np.array([african + asian + 0.15, 0.6, european * 0.8, fair * 0.5, fair * 0.35])
    hair = np.array(HAIR_COLOURS[r.choice(5, p=weight / weight.sum())])
    weight = np.array([0.5 + african + asian, 0.5, european * 0.6, european * 0.5])
    iris = IRISES[r.choice(4, p=weight / weight.sum())]
    cloth = CLOTHS[r.integers(6)]
    look = dict(seed=seed, skin=skin, lip=lip, hair=hair, brow=hair * 0.7, iris=iris, cloth=cloth, wall=(0.34, 0.36, 0.37))
    look |= dict(part=float(r.choice([-0.03, 0.03, 0.0])), lock=60, messy=0.35, stray=0.10, brow_h=0.75, stubble=0, flush=1, alpha=0.8)
    if woman:
        return look | LONG | dict(lash=0.0075, brow_h=0.6)
    return look | SHORT | dict(lash=0.0055, brow_h=0.95, stubble=float(r.choice([0, 0.4, 0.8])))


def look_of(seed, woman, race):
    """An actor's look, or a candidate's."""
    return drawn_look(seed, woman, race) | (ACTORS[seed][1] if seed in ACTORS else {})
