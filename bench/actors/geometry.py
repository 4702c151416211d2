"""Owns small mesh arithmetic: Loop subdivision, normals, smooth steps."""

import numpy as np


def unit(v):
    return v / np.maximum(1e-6, np.linalg.norm(v, axis=-1, keepdims=True))


def smooth(a, b, x):
    q = np.clip((x - a) / (b - a), 0, 1)
    return q * q * (3 - 2 * q)


def loop_subdivide(v, f):
    """One step of Loop subdivision; face k becomes faces 4k..4k+3."""
    he = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]])
    opp = np.concatenate([f[:, 2], f[:, 0], f[:, 1]])
    key = np.sort(he, 1)
    e, inv = np.unique(key, axis=0, return_inverse=True)
    inv = inv.ravel()
    used = np.bincount(inv, minlength=len(e))
    osum = np.zeros((len(e), 3))
    np.add.at(osum, inv, v[opp])
    inner = used == 2
    mid = np.where(inner[:, None], 0.375 * (v[e[:, 0]] + v[e[:, 1]]) + 0.125 * osum, 0.5 * (v[e[:, 0]] + v[e[:, 1]]))
    nsum, cnt, bsum, edge = np.zeros_like(v), np.zeros(len(v)), np.zeros_like(v), np.zeros(len(v), bool)
    for a, b in ((0, 1), (1, 0)):
        np.add.at(nsum, e[:, a], v[e[:, b]])
        np.add.at(cnt, e[:, a], 1)
        np.add.at(bsum, e[~inner][:, a], v[e[~inner][:, b]])
        edge[e[~inner][:, a]] = True
    cnt = np.maximum(cnt, 3)
    beta = np.where(cnt == 3, 3 / 16, 3 / (8 * cnt))[:, None]
    even = np.where(edge[:, None], 0.75 * v + 0.125 * bsum, v * (1 - cnt[:, None] * beta) + beta * nsum)
    m = len(v) + inv.reshape(3, -1).T
    nf = np.stack([f[:, 0], m[:, 0], m[:, 2], m[:, 0], f[:, 1], m[:, 1], m[:, 2], m[:, 1], f[:, 2], m[:, 0], m[:, 1], m[:, 2]], 1)
    return np.concatenate([even, mid]), nf.reshape(-1, 3)


def subdivide(v, f, uv):
    nv, nf = loop_subdivide(v, f)
    m = [(uv[:, i] + uv[:, (i + 1) % 3]) / 2 for i in range(3)]
    c = [uv[:, i] for i in range(3)]
    nuv = np.stack([np.stack(x, 1) for x in ((c[0], m[0], m[2]), (m[0], c[1], m[1]), (m[2], m[1], c[2]), (m[0], m[1], m[2]))], 1)
    return nv, nf, nuv.reshape(-1, 3, 2)


def normals(v, f):
    fn = np.cross(v[f[:, 1]] - v[f[:, 0]], v[f[:, 2]] - v[f[:, 0]])
    out = np.zeros_like(v)
    for i in range(3):
        np.add.at(out, f[:, i], fn)
    return unit(out)
