"""Owns growing hair on a scalp: roots, direction, fall. Does not own brows and lashes."""

import numpy as np
from geometry import smooth, unit
from shade import fbm


def grow(self, look, count, rng, steps=12):
    c = self.v[self.f].mean(1)
    uvc = self.uv.mean(1)
    area = np.linalg.norm(np.cross(self.v[self.f[:, 1]] - self.v[self.f[:, 0]], self.v[self.f[:, 2]] - self.v[self.f[:, 0]]), axis=1)
    dens = area * (c[:, 2] > self.lm[152, 2]) * (self.hair_mask(c, uvc, 0.014) > 0.02)
    tri = rng.choice(len(c), count, p=dens / dens.sum())
    b = rng.dirichlet([1, 1, 1], count)
    root = np.einsum("ni,nij->nj", b, self.v[self.f[tri]])
    n = unit(np.einsum("ni,nij->nj", b, self.n[self.f[tri]]))
    uv = np.einsum("ni,nij->nj", b, self.uv[tri])
    m = self.hair_mask(root, uv, 0.006)
    keep = rng.random(count) < m**1.3
    root, n, m = root[keep], n[keep], m[keep]
    k = len(root)
    topness = smooth(self.lm[10, 2] - 0.02, self.top - 0.035, root[:, 2])
    low = 1 - smooth(self.lm[4, 2] - 0.04, self.lm[10, 2] + 0.005, root[:, 2])
    length = look["len_side"] + (look["len_top"] - look["len_side"]) * topness
    length = length * (1 - look["fade"] * low) * rng.uniform(0.75, 1.1, k) * (0.35 + 0.65 * m)
    part = look["part"]
    side = np.tanh((root[:, 0] - part) / 0.012)
    comb = np.stack([side * look["sweep"][0], np.full(k, look["sweep"][1]), np.full(k, look["sweep"][2])], 1)
    downside = np.stack([0 * side, np.full(k, look["side_back"]), np.full(k, -1.0)], 1)
    comb = unit(comb * topness[:, None] + downside * (1 - topness)[:, None])
    lock = np.stack([fbm(root, look["lock"], 20 + i, 2) - 0.37 for i in range(3)], 1)
    comb = unit(comb + look["messy"] * 2 * lock + rng.normal(0, look["stray"], (k, 3)))
    tang = unit(comb - n * np.sum(comb * n, 1, keepdims=True))
    d = unit(tang + n * look["lift"] * (0.6 + 0.8 * topness)[:, None] * rng.uniform(0.6, 1.3, (k, 1)))
    pts = np.zeros((k, steps, 3))
    pts[:, 0] = root - n * 0.001
    pts[:, 1] = root + d * (length / (steps - 1))[:, None]
    depth_in = rng.uniform(0.0015, 1.0, k) ** 1.0 * look["volume"] * (0.45 + 0.55 * topness)
    for s in range(2, steps):
        d = d + np.array([0, 0, -look["gravity"]]) * (length / 0.05)[:, None] / steps + tang * 0.06
        d = unit(d)
        q = pts[:, s - 1] + d * (length / (steps - 1))[:, None]
        _, ix = self.tree.query(q, workers=2)
        h = np.sum((q - self.v[ix]) * self.n[ix], 1)
        push = np.clip(np.minimum(depth_in, 0.0012 + length * 0.5) * min(1, s / 4) - h, 0, 0.004)
        over = np.clip(h - look["volume"] * 1.3, 0, 1) * 0.25
        q = q + self.n[ix] * (push - over)[:, None]
        d = unit(q - pts[:, s - 1])
        pts[:, s] = q
    base = np.array(look["hair"])
    tone = (0.62 + 0.5 * rng.random(k)[:, None] + 0.5 * (fbm(root, 240, 8, 2)[:, None] - 0.4)) * (1 + rng.normal(0, 0.06, (k, 3)))
    along = np.linspace(0, 1, steps)[None, :, None]
    h_in = np.clip(depth_in / look["volume"], 0, 1)[:, None, None]
    occ = 0.45 + 0.35 * h_in + 0.30 * along
    col = np.concatenate(
        [
            np.clip(base * tone[:, None] * 1.0, 0, 1)[:, :1].reshape(k, 1, 3) * occ,
            np.clip(1.15 - along**6, 0, 1).repeat(k, 0) * look.get("alpha", 0.8),
        ],
        -1,
    )
    return pts, col
