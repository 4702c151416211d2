"""Owns one actor's geometry: the baked body, its regions, hair, brows and lashes. Does not own light or colour."""

import numpy as np
import trimesh
from geometry import normals, smooth, subdivide, unit
from hair import grow
from scipy.spatial import cKDTree
from shade import CLOTH, EYE, MOUTH, SKIN, fbm, sample

BROW_R = ([46, 53, 52, 65, 55], [70, 63, 105, 66, 107])
BROW_L = ([276, 283, 282, 295, 285], [300, 293, 334, 296, 336])
LID_R, LID_L = [33, 246, 161, 160, 159, 158, 157, 173], [263, 466, 388, 387, 386, 385, 384, 398]
LOW_R, LOW_L = [7, 163, 144, 145, 153, 154], [249, 390, 373, 374, 380, 381]


class Person:
    def __init__(self, bake, index, masks):
        v, gid, names = bake["V"][index].astype(float), bake["gid"], list(bake["names"])
        faces, fuv = bake["faces"], bake["uv"][bake["ft"]]
        fg = gid[faces[:, 0]]
        v = v - [v[gid == names.index("body"), 0].mean(), 0, 0]
        self.head = bake["meta"][index][5:8]
        hz = self.head[2]
        body = (fg == names.index("body")) & (v[faces[:, 0], 2] > hz - 0.38)
        used, inv = np.unique(faces[body], return_inverse=True)
        bv, bf, buv = subdivide(v[used], inv.reshape(-1, 3), fuv[body])
        self.v, self.f, self.uv, self.n = bv, bf, buv, normals(bv, bf)
        parts = []
        mouth = sample(masks["mouth"], buv.mean(1)) > 0.5
        keep = ~self._covered(bv[bf].mean(1))
        parts.append((bv[bf][keep], self.n[bf][keep], buv[keep], np.where(mouth, MOUTH, SKIN)[keep]))
        for name in ("upper-teeth", "lower-teeth"):
            sel = fg == names.index("helper-" + name)
            parts.append((v[faces[sel]], normals(v, faces[sel])[faces[sel]], fuv[sel], np.full(sel.sum(), MOUTH)))
        self.eyes = []
        for side in "lr":
            w = v[gid == names.index(f"helper-{side}-eye")]
            c = (w.max(0) + w.min(0)) / 2
            r = np.median(np.linalg.norm(w - c, axis=1))
            s = trimesh.creation.icosphere(4, r * 0.985)
            sv = s.vertices + c
            parts.append((sv[s.faces], s.vertices[s.faces] / (r * 0.985), np.zeros((len(s.faces), 3, 2)), np.full(len(s.faces), EYE)))
            self.eyes.append((c, r))
        sel = (fg == names.index("helper-tights")) & (v[faces[:, 0], 2] > hz - 0.40)
        used, inv = np.unique(faces[sel], return_inverse=True)
        cv, cf, cuv = subdivide(v[used], inv.reshape(-1, 3), fuv[sel])
        cn = normals(cv, cf)
        cv = cv + cn * 0.008
        top = self._collar(cv[cf])
        cut = top.mean(1) < 0
        parts.append((cv[cf][cut], cn[cf][cut], cuv[cut], np.full(cut.sum(), CLOTH)))
        self._collar_ring(parts, cv, cf)
        self.pos, self.nrm, self.tuv, self.mat = (np.concatenate(x) for x in zip(*parts, strict=True))
        self.mat = np.repeat(self.mat, 3).astype(float)
        self.masks, self.lm = masks, None
        self.tree = cKDTree(self.v)

    def _collar(self, p):
        """Signed height over the neck opening, a tilted plane."""
        return p[..., 2] - (self.head[2] - 0.118 + 0.42 * (p[..., 1] - self.head[1]))

    def _covered(self, c):
        return self._collar(c) < -0.02

    def _collar_ring(self, parts, cv, cf):
        """A rolled edge round the neck opening."""
        d = self._collar(cv)
        pts = []
        for a, b in ((0, 1), (1, 2), (2, 0)):
            i, j = cf[:, a], cf[:, b]
            x = d[i] * d[j] < 0
            t = (d[i] / (d[i] - d[j]))[x][:, None]
            pts.append(cv[i[x]] * (1 - t) + cv[j[x]] * t)
        p = np.concatenate(pts)
        c = p.mean(0)
        ang = np.arctan2(p[:, 1] - c[1], p[:, 0] - c[0])
        r = np.linalg.norm((p - c)[:, :2], axis=1)
        grid = np.linspace(-np.pi, np.pi, 97)
        rad = np.array(
            [
                np.median(r[np.abs(np.angle(np.exp(1j * (ang - g)))) < 0.12])
                if (np.abs(np.angle(np.exp(1j * (ang - g)))) < 0.12).any()
                else np.nan
                for g in grid
            ]
        )
        rad = np.where(np.isnan(rad), np.nanmedian(rad), rad)
        rad = np.convolve(np.tile(rad[:-1], 3), np.ones(7) / 7, "same")[96:193]
        x, y = c[0] + rad * np.cos(grid), c[1] + rad * np.sin(grid)
        z = self.head[2] - 0.118 + 0.42 * (y - self.head[1])
        ring = np.stack([x, y, z], 1)
        m, tube = 12, 0.0042
        th = np.linspace(0, 2 * np.pi, m + 1)
        out = np.stack([np.cos(grid), np.sin(grid), 0 * grid], 1)
        nn = out[:, None] * np.cos(th)[None, :, None] + np.array([0, 0, 1.0]) * np.sin(th)[None, :, None]
        vv = ring[:, None] + nn * np.array([tube * 0.6, tube * 0.6, tube * 1.3])
        q = lambda a: (a[:-1, :-1], a[1:, :-1], a[1:, 1:], a[:-1, 1:])
        pv, pn = q(vv), q(nn)
        tri = lambda s: np.concatenate(
            [np.stack([s[0], s[1], s[2]], 2).reshape(-1, 3, 3), np.stack([s[0], s[2], s[3]], 2).reshape(-1, 3, 3)]
        )
        tv, tn = tri(pv), tri(pn)
        parts.append((tv, tn, np.zeros((len(tv), 3, 2)), np.full(len(tv), CLOTH)))

    def place(self, lm3):
        """Take 478 landmarks' places on the surface (478, 3) and derive the regions from them."""
        self.lm = lm3
        self.top = self.v[:, 2].max()
        self.ctr = np.array([0, self.v[self.v[:, 2] > lm3[10, 2], 1].mean(), lm3[10, 2]])
        self.width = np.linalg.norm(lm3[234] - lm3[454])

    def hair_mask(self, p, uv=None, soft=0.008, raise_m=0.0):
        """1 where hair grows, on skin points p."""
        lm = self.lm
        az = np.degrees(np.abs(np.arctan2(p[:, 0], -(p[:, 1] - self.ctr[1]))))
        z10 = max(lm[10, 2], self.top - 0.085) + 0.006
        eye = (lm[33, 2] + lm[263, 2]) / 2
        ear = lm[4, 2]
        knots = [
            (0, z10),
            (22, z10 + 0.001),
            (38, z10 - 0.012),
            (52, z10 - 0.030),
            (62, eye + 0.014),
            (72, eye - 0.004),
            (84, eye - 0.022),
            (93, eye - 0.024),
            (98, eye + 0.012),
            (118, eye - 0.002),
            (130, ear - 0.025),
            (180, ear - 0.045),
        ]
        line = np.interp(az, *zip(*knots, strict=True)) + raise_m
        line = line + 0.006 * (fbm(p * [1, 1, 0.3], 180, 5, 2) - 0.4)
        m = smooth(-soft, soft, p[:, 2] - line)
        if uv is not None:
            m = m * (1 - np.clip(sample(self.masks["ears"], uv) * 1.5, 0, 1))
        return m

    def regions(self):
        lm = self.lm
        g = lambda p, c, s: np.exp(-np.sum(((p - c) / s) ** 2, 1))
        mouth_z = lm[13, 2]

        def redness(p):
            return np.clip(
                0.9 * g(p, lm[50], 0.024)
                + 0.9 * g(p, lm[280], 0.024)
                + 0.9 * g(p, lm[4], 0.016)
                + 0.4 * g(p, lm[152], 0.02)
                + 0.5 * smooth(self.width * 0.49, self.width * 0.56, np.abs(p[:, 0])) * (p[:, 2] > mouth_z),
                0,
                1,
            )

        def tzone(p):
            return np.clip(
                g(p, lm[4], 0.02) + g(p, lm[6], 0.02) + 0.6 * g(p, lm[151], 0.04) + 0.5 * g(p, lm[50], 0.018) + 0.5 * g(p, lm[280], 0.018),
                0,
                1,
            )

        def stubble(p):
            jaw = lm[2, 2] - 0.004 - 0.0 * p[:, 0]
            side = np.abs(p[:, 0]) / self.width
            line = np.where(side > 0.25, jaw - 0.030 + 0.14 * np.clip(side - 0.25, 0, 1) * 0.9, jaw - 0.13 * np.clip(side - 0.13, 0, 0.2))
            neck = smooth(lm[152, 2] - 0.045, lm[152, 2] - 0.01, p[:, 2])
            front = smooth(self.ctr[1] + 0.02, self.ctr[1] - 0.02, p[:, 1])
            return smooth(0.007, -0.007, p[:, 2] - line) * neck * front

        def lidshade(p):
            out = np.ones(len(p))
            for up, low in ((LID_R, LOW_R), (LID_L, LOW_L)):
                zt = np.interp(p[:, 0], *self._sorted(lm[up]))
                zb = np.interp(p[:, 0], *self._sorted(lm[low]))
                near = np.abs(p[:, 0] - lm[up][:, 0].mean()) < 0.022
                s = 0.42 + 0.58 * smooth(-0.0006, 0.0042, zt - p[:, 2]) * (0.75 + 0.25 * smooth(-0.0005, 0.002, p[:, 2] - zb))
                out = np.where(near, s, out)
            return out

        lipm, lidm = self.masks["lips"], self.masks["lids"]
        return dict(
            redness=redness,
            tzone=tzone,
            stubble=stubble,
            lidshade=lidshade,
            mid_x=0.0,
            lips=lambda t: sample(lipm, t[:, :2]),
            lids=lambda t: sample(lidm, t[:, :2]),
            scalp=lambda p: self.hair_mask(p) * 0.9,
            eye_l=self.eyes[0][0],
            eye_r=self.eyes[1][0],
            eye_radius=self.eyes[0][1],
        )

    @staticmethod
    def _sorted(pts):
        o = np.argsort(pts[:, 0])
        return pts[o, 0], pts[o, 2]

    def hair(self, look, count, rng):
        return grow(self, look, count, rng)

    def brows(self, look, rng, count=560):
        out, cols = [], []
        for low, up in (BROW_R, BROW_L):
            lo, hi = self.lm[low], self.lm[up]
            u, w = rng.random(count) ** 0.95, rng.random(count)
            at = lambda a, u: np.stack([np.interp(u * 4, range(5), a[:, i]) for i in range(3)], 1)
            a, b = at(lo, u), at(hi, u)
            mid = (a + b) / 2
            half = (b - a) / 2 * look["brow_h"] * (0.55 + 0.75 * np.sin(np.pi * np.clip(u * 0.8 + 0.2, 0, 1)))[:, None]
            p = mid + half * (w * 2 - 1)[:, None]
            _, ix = self.tree.query(p)
            nn = self.n[ix]
            p = p + nn * (0.0006 - np.sum((p - self.v[ix]) * nn, 1))[:, None]
            out_dir = unit(
                at(lo, np.clip(u - 0.15, 0, 1))
                + at(hi, np.clip(u - 0.15, 0, 1))
                - at(lo, np.clip(u + 0.15, 0, 1))
                - at(hi, np.clip(u + 0.15, 0, 1))
            )
            rise = np.clip(u * 1.5 - 0.2, -0.1, 1)[:, None] * np.array([0, 0, 1.0]) * np.where(w < 0.55, 1.0, -0.25)[:, None]
            d = unit(out_dir + rise * 0.9 + rng.normal(0, 0.13, (count, 3)))
            d = unit(d - nn * np.sum(d * nn, 1, keepdims=True) + nn * 0.12)
            ln = rng.uniform(0.004, 0.0085, count) * (0.65 + 0.35 * np.sin(np.pi * u))
            t = np.linspace(0, 1, 5)[None, :, None]
            curve = p[:, None] + d[:, None] * ln[:, None, None] * t - np.array([0, 0, 1.0]) * 0.0010 * t**2
            out.append(curve)
            c = np.array(look["brow"]) * rng.uniform(0.7, 1.2, (count, 1))
            alpha = (
                (0.85 * (1 - 0.8 * t**3))
                * np.ones((count, 1, 1))
                * np.clip(1.25 - np.abs(w * 2 - 1) ** 3, 0, 1)[:, None, None]
                * smooth(-0.05, 0.3, 1 - u)[:, None, None]
            )
            cols.append(np.concatenate([np.repeat(c[:, None], 5, 1), alpha], -1))
        return np.concatenate(out), np.concatenate(cols)

    def lashes(self, look, rng):
        out, cols = [], []
        for ids, s, ln0, up, n in (
            (LID_R, -1, look["lash"], 1, 75),
            (LID_L, 1, look["lash"], 1, 75),
            (LOW_R, -1, 0.0025, -1, 30),
            (LOW_L, 1, 0.0025, -1, 30),
        ):
            line = self.lm[ids]
            u = np.sort(rng.random(n)) * (len(ids) - 1)
            p = np.stack([np.interp(u, range(len(ids)), line[:, i]) for i in range(3)], 1)
            mid = line[:, 0].mean()
            fan = (p[:, 0] - mid) / 0.016
            d = unit(np.stack([fan * 0.75 + s * 0.25, np.full(n, -1.0), np.full(n, up * 0.25)], 1) + rng.normal(0, 0.12, (n, 3)))
            ln = ln0 * rng.uniform(0.7, 1.15, n) * (0.75 + 0.35 * np.clip(fan * s, -1, 1))
            t = np.linspace(0, 1, 6)[None, :, None]
            curl = np.array([0, 0.1, up * 0.62])
            out.append(
                p[:, None] + np.array([0, -0.0006, up * 0.0002]) + d[:, None] * ln[:, None, None] * t + curl * ln[:, None, None] * t**2
            )
            a = (0.85 if up > 0 else 0.35) * (1 - t**2) * np.ones((n, 1, 1))
            cols.append(np.concatenate([np.full((n, 6, 3), 0.012) + np.array(look["brow"]) * 0.25, a], -1))
        # the lash line itself
        for ids in (LID_R, LID_L):
            line = self.lm[ids]
            u = np.linspace(0, len(ids) - 1, 40)
            p = np.stack([np.interp(u, range(len(ids)), line[:, i]) for i in range(3)], 1) + np.array([0, -0.0007, 0])
            for dz in (0, 0.0002, 0.0004):
                seg = np.stack([p[:-1], p[1:]], 1)
                seg = np.stack([seg[:, 0] * (1 - a) + seg[:, 1] * a for a in np.linspace(0, 1, 6)], 1) + np.array([0, 0, dz])
                out.append(seg)
                cols.append(np.concatenate([np.full((len(seg), 6, 3), 0.02), np.full((len(seg), 6, 1), 0.5)], -1))
        return np.concatenate(out), np.concatenate(cols)
