"""Owns the look of skin, eyes, cloth and wall, in numpy on screen-space buffers. Does not own geometry."""

import cv2
import numpy as np

SKIN, EYE, CLOTH, MOUTH = 1, 2, 3, 4


def _hash(i, j, k, seed):
    h = (i * 374761393 + j * 668265263 + k * 2147483647 + seed * 1274126177).astype(np.int64) & 0xFFFFFFFF
    h = ((h ^ (h >> 13)) * 1274126177) & 0xFFFFFFFF
    return ((h ^ (h >> 16)) & 0xFFFF).astype("f4") / 65535


def noise(p, scale, seed=0):
    """Value noise in 0..1 at points p (n, 3), one cell per 1/scale metre."""
    q = p * scale
    c = np.floor(q).astype(np.int64)
    f = (q - c).astype("f4")
    f = f * f * (3 - 2 * f)
    out = 0
    for a in (0, 1):
        for b in (0, 1):
            for d in (0, 1):
                w = (f[:, 0] if a else 1 - f[:, 0]) * (f[:, 1] if b else 1 - f[:, 1]) * (f[:, 2] if d else 1 - f[:, 2])
                out = out + w * _hash(c[:, 0] + a, c[:, 1] + b, c[:, 2] + d, seed)
    return out


def fbm(p, scale, seed=0, octaves=4):
    return sum(noise(p, scale * 2**o, seed + o) / 2 ** (o + 1) for o in range(octaves))


def unit(v):
    return v / np.maximum(1e-6, np.linalg.norm(v, axis=-1, keepdims=True))


def sample(img, uv):
    h, w = img.shape[:2]
    x = np.clip(uv[:, 0] * w, 0, w - 1).astype("f4")
    y = np.clip((1 - uv[:, 1]) * h, 0, h - 1).astype("f4")
    n = len(x)
    side = 30000
    pad = -n % side
    x, y = np.pad(x, (0, pad)).reshape(-1, side), np.pad(y, (0, pad)).reshape(-1, side)
    return np.concatenate([cv2.remap(img, x[i : i + 1], y[i : i + 1], cv2.INTER_LINEAR).ravel() for i in range(len(x))])[:n]


def masked_blur(img, mask, sigma):
    w = cv2.GaussianBlur(mask, (0, 0), sigma)
    return cv2.GaussianBlur(img * (mask[..., None] if img.ndim == 3 else mask), (0, 0), sigma) / np.maximum(
        1e-3, w[..., None] if img.ndim == 3 else w
    )


def wall(size, look):
    y, x = np.mgrid[0:size, 0:size] / size
    base = np.array(look["wall"])[None, None]
    light = 1.06 - 0.22 * np.hypot(x - 0.42, y - 0.35) - 0.10 * y
    return (base * light[..., None]).astype("f4")


def shade(buffers, person, look, eye_pos, key_pos, shadow):
    """Linear RGB (size, size, 3) of everything but strands. `shadow` 0..1 is the key light's visibility."""
    P, N, T = buffers
    size = P.shape[0]
    ss = size / 768
    hit = P[..., 3] > 0
    p, n, t = P[hit][:, :3], unit(N[hit][:, :3]), T[hit]
    mat = np.rint(t[:, 2]).astype(int)
    V, L = unit(eye_pos - p), unit(key_pos - p)
    fill, rim = unit(np.array([[-0.9, -1.0, 0.05]])), unit(np.array([[0.9, 0.8, 0.5]]))
    skin, eye, cloth, mouth = (mat == m for m in (SKIN, EYE, CLOTH, MOUTH))

    # bump: pores and fine creases
    bump = noise(p, 1500, 3) * 0.5 + noise(p, 700, 9) * 0.5
    img = np.zeros((size, size), "f4")
    img[hit] = bump
    gx, gy = cv2.Sobel(img, cv2.CV_32F, 1, 0)[hit], cv2.Sobel(img, cv2.CV_32F, 0, 1)[hit]
    nb = n.copy()
    k = np.where(skin, 0.07, 0.0)
    nb[:, 0] -= k * gx
    nb[:, 2] += k * gy
    nb = unit(nb)

    alb = np.zeros_like(p)
    alb[skin] = skin_albedo(p[skin], t[skin], person, look)
    alb[cloth] = cloth_albedo(p[cloth], look)
    alb[mouth] = np.array([0.28, 0.10, 0.09])
    eye_rgb, eye_spec = eyes(p[eye], person, look, eye_pos)
    alb[eye] = eye_rgb

    # ambient occlusion from depth
    depth = np.where(hit, np.linalg.norm(P[..., :3] - eye_pos, axis=-1), 1.6).astype("f4")
    ao = np.ones((size, size), "f4")
    for r, gain in ((3 * ss, 5.0), (9 * ss, 4.0), (26 * ss, 2.2), (60 * ss, 1.0)):
        diff = depth - cv2.GaussianBlur(depth, (0, 0), r)
        ao -= 0.24 * np.clip(diff * gain * 40 / (1 + 3000 * np.abs(diff) * 0), 0, 1)
    ao = np.clip(ao, 0.25, 1)[hit]

    sh = shadow[hit]
    wrap = lambda d, w: np.clip((d + w) / (1 + w), 0, 1)
    ndl, ndf, ndr = (np.sum(n * L, 1), np.sum(n * fill, 1), np.sum(n * rim, 1))
    up = 0.5 + 0.5 * n[:, 2]
    keyc, fillc, rimc, ambc = (np.array(c) for c in ([1.42, 1.34, 1.26], [0.26, 0.28, 0.31], [0.40, 0.40, 0.42], [0.20, 0.205, 0.22]))
    w = np.where(skin, 0.18, 0.05)
    irr = (
        (wrap(ndl, w) * sh)[:, None] * keyc
        + (wrap(ndf, 0.3) * (0.5 + 0.5 * ao))[:, None] * fillc
        + (wrap(ndr, 0.0))[:, None] * rimc * 0.6
        + (ao * (0.55 + 0.45 * up))[:, None] * ambc
    )
    # light under the skin: blur the light, most in red
    sk = np.zeros((size, size), "f4")
    sk[hit] = skin
    light = np.zeros((size, size, 3), "f4")
    light[hit] = irr
    for c, s in enumerate((7.0, 3.0, 1.8)):
        light[..., c] = 0.75 * masked_blur(light[..., c], sk, s * ss) * (sk > 0) + light[..., c] * np.where(sk > 0, 0.25, 1)
    out = alb * light[hit]

    # highlights
    H = unit(L + V)
    ndh = np.clip(np.sum(nb * H, 1), 0, 1)
    oil = np.where(skin, 0.7 + 0.6 * person["tzone"](p), 0)
    spec = (0.05 * ndh**14 + 0.09 * ndh**48) * oil * sh * np.clip(ndl * 4, 0, 1)
    lips = person["lips"](t) * skin
    spec = spec * (1 - 0.6 * lips) + lips * 0.10 * ndh**60 * sh
    edge = (1 - np.clip(np.sum(n * V, 1), 0, 1)) ** 4 * 0.10 * np.clip(ndr + 0.4, 0, 1) * skin
    out += (spec + edge)[:, None] * np.array([1, 0.98, 0.95]) * 1.25
    out[eye] = alb[eye] * (0.35 + 0.65 * light[hit][eye] / 1.7) * person["lidshade"](p[eye])[:, None] + eye_spec[:, None] * 1.4
    result = wall(size, look)
    # soft contact of the person on the wall is left out: plain background is wanted
    result[hit] = out
    return result


def skin_albedo(p, t, person, look):
    tone = np.array(look["skin"])
    big = fbm(p, 28, look["seed"], 3)[:, None] - 0.45
    fine = fbm(p, 420, look["seed"] + 7, 3)[:, None] - 0.45
    red = person["redness"](p)[:, None]
    lips = person["lips"](t)[:, None]
    lids = person["lids"](t)[:, None]
    a = tone * (1 + 0.20 * big + 0.20 * fine)
    a = a * (1 - red * np.array([0.02, 0.20, 0.18]) * look.get("flush", 1.0))
    a = a * (1 - 0.10 * lids * np.array([0.6, 1.0, 0.9]))
    if look.get("freckles", 0) > 0:
        f = np.clip(noise(p, 520, 77) * (0.6 + 0.4 * noise(p, 140, 41)) * 3.4 - 1.75, 0, 1)[:, None] * np.clip(
            0.25 + person["redness"](p)[:, None], 0, 1
        )
        a = a * (1 - look["freckles"] * f * np.array([0.25, 0.42, 0.5]))
    st = person["stubble"](p)[:, None] * look.get("stubble", 0)
    a = a * (1 - st * (0.55 + 0.5 * fine * 2) * np.array([0.42, 0.36, 0.30]))
    lip = np.array(look["lip"]) * (1 + 0.18 * fine)
    a = a * (1 - lips * 0.92) + lip * lips * 0.92
    sc = person["scalp"](p)[:, None]
    return a * (1 - sc) + np.array(look["hair"]) * 0.30 * sc


def cloth_albedo(p, look):
    c = np.array(look["cloth"])
    if not len(p):
        return p
    ang = np.arctan2(p[:, 0], -p[:, 1])
    rib = 0.5 + 0.5 * np.sin(ang * 420)
    row = 0.5 + 0.5 * np.sin(p[:, 2] * 2600)
    f = fbm(p, 60, 5, 3) - 0.45
    return c * (0.86 + 0.10 * rib * row + 0.18 * f)[:, None]


def eyes(p, person, look, eye_pos):
    if not len(p):
        return p, np.zeros(0)
    left = p[:, 0] > person["mid_x"]
    c = np.where(left[:, None], person["eye_l"], person["eye_r"])
    r = person["eye_radius"]
    d = unit(p - c)
    gaze = unit(eye_pos[None] - c)
    ang = np.arccos(np.clip(np.sum(d * gaze, 1), -1, 1)) * r  # metres on the eyeball
    iris_r, pupil_r = 0.0060, 0.0023
    side = unit(np.cross(gaze, [0, 0, 1.0]))
    upv = np.cross(side, gaze)
    th = np.arctan2(np.sum(d * upv, 1), np.sum(d * side, 1))
    fib = (
        0.75
        + 0.35 * noise(np.stack([np.cos(th) * 9, np.sin(th) * 9, ang * 500], 1), 3, 5)
        + 0.12 * np.sin(th * 47) * noise(np.stack([th * 7, ang * 900, th * 0], 1), 1, 8)
    )
    rel = ang / iris_r
    iris = np.array(look["iris"]) * (fib * (1.25 - 0.5 * rel**3))[:, None]
    sm = lambda a, b, x: np.clip((x - a) / (b - a), 0, 1) ** 2 * (3 - 2 * np.clip((x - a) / (b - a), 0, 1))
    scl = (
        np.array([0.74, 0.71, 0.69])
        * (1 - 0.25 * sm(1.3, 2.2, rel))[:, None]
        * (1 - sm(1.5, 2.3, rel)[:, None] * np.array([0, 0.12, 0.12]))
    )
    limb = sm(0.86, 1.08, rel)[:, None]
    a = iris * (1 - limb) + scl * limb
    a = a * (1 - 0.55 * np.exp(-(((rel - 0.97) / 0.07) ** 2)))[:, None]
    pup = (1 - sm(pupil_r / iris_r - 0.06, pupil_r / iris_r + 0.06, rel))[:, None]
    a = a * (1 - pup) + 0.012 * pup
    # catch light: a soft window up and to the side
    u, v = np.sum((p - c) * side, 1) / iris_r, np.sum((p - c) * upv, 1) / iris_r
    win = np.exp(-(((u - 0.32) / 0.17) ** 4) - (((v - 0.38) / 0.20) ** 4))
    low = 0.12 * np.exp(-(((u + 0.35) / 0.22) ** 4) - (((v + 0.25) / 0.3) ** 4))
    return a, (win * 0.75 + low) * (rel < 1.15)
