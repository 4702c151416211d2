"""Owns rendering the fictional actors' stills and measuring that they are told apart. How: infra/assets/actors/README.md."""

import itertools
import sys

import cv2
import mediapipe as mp
import numpy as np
import onnx
import onnxruntime
from looks import ACTORS, look_of
from person import Person
from raster import Raster, look_at
from shade import sample, shade

MASKS = {"lips": "mpfb_lips", "lids": "mpfb_eyelids", "ears": "mpfb_ears", "mouth": "mpfb_inside-mouth"}
DISTANCE, FOV = 1.35, 22.0
POSES = ((0, 0), (-15, 0), (15, 0), (0, 10), (0, -10))
ALIGNED = np.array([[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]], "f4")


def masks(folder):
    out = {}
    for k, name in MASKS.items():
        img = cv2.imread(f"{folder}/{name}.jpg", 0).astype("f4") / 255
        out[k] = cv2.GaussianBlur(img, (0, 0), 3 if k in ("lips", "lids") else 1.5)
    return out


def landmarker(path):
    o = mp.tasks.vision.FaceLandmarkerOptions(base_options=mp.tasks.BaseOptions(model_asset_path=path))
    return mp.tasks.vision.FaceLandmarker.create_from_options(o)


class Studio:
    def __init__(self, size, scale, models, textures):
        self.size, self.scale = size, scale
        self.r = Raster(size * scale)
        self.shadow_r = Raster(2048, self.r.ctx)
        self.lm = landmarker(models + "/face_landmarker.task")
        self.masks = masks(textures)

    def camera(self, person, yaw=0.0, pitch=0.0):
        at = person.head + np.array([0, -0.02, 0.012])
        y, p = np.radians(yaw), np.radians(pitch)
        d = np.array([np.sin(y) * np.cos(p), -np.cos(y) * np.cos(p), np.sin(p)])
        eye = at + d * DISTANCE
        return eye, look_at(eye, at, FOV)

    def shadow(self, person, key, P):
        at = person.head + np.array([0, -0.02, 0.04])
        mvp = look_at(key, at, 26.0, 0.3, 3.5)
        b = self.shadow_r.gbuffer(mvp, person.pos.reshape(-1, 3), person.nrm.reshape(-1, 3), person.tuv.reshape(-1, 2), person.mat)
        d = np.where(b[0][..., 3] > 0, np.linalg.norm(b[0][..., :3] - key, axis=-1), 9).astype("f4")
        hit = P[..., 3] > 0
        p = np.concatenate([P[hit][:, :3], np.ones((hit.sum(), 1))], 1) @ mvp.T
        x, y = (p[:, 0] / p[:, 3] * 0.5 + 0.5) * 2048, (0.5 - p[:, 1] / p[:, 3] * 0.5) * 2048
        dist = np.linalg.norm(P[hit][:, :3] - key, axis=1)
        vis = np.zeros(hit.sum(), "f4")
        for k in range(12):
            a, r = k * 2.4, 2.2 * np.sqrt(k + 0.5)
            xi, yi = np.clip(x + r * np.cos(a), 0, 2047).astype(int), np.clip(y + r * np.sin(a), 0, 2047).astype(int)
            vis += dist < d[yi, xi] + 0.0035
        out = np.ones(P.shape[:2], "f4")
        out[hit] = vis / 12
        return out

    def bare(self, person, look):
        _, mvp = self.camera(person)
        b = self.r.gbuffer(mvp, person.pos.reshape(-1, 3), person.nrm.reshape(-1, 3), person.tuv.reshape(-1, 2), person.mat)
        hit = b[0][..., 3] > 0
        n = b[1][..., :3]
        l = np.array([-0.4, -0.8, 0.45])
        img = np.full((*hit.shape, 3), 0.75, "f4")
        sk = np.array(look["skin"]) * (0.25 + 0.9 * np.clip(n @ (l / np.linalg.norm(l)), 0, 1))[..., None]
        img[hit] = sk[hit]
        lips = np.zeros(hit.shape, "f4")
        t = b[2][hit]
        lips[hit] = sample(self.masks["lips"], t[:, :2])
        img = img * (1 - lips[..., None]) + np.array(look["lip"]) * lips[..., None]
        ey = np.rint(b[2][..., 2]) == 2
        p = b[0][..., :3]
        for c, _ in person.eyes:
            d = np.linalg.norm(p[..., [0, 2]] - c[[0, 2]], axis=-1)
            near = ey & (d < 0.03)
            img[near] = np.where((d < 0.006)[near][:, None], 0.05, 0.75)
        rgb = (np.clip(img, 0, 1) ** (1 / 2.2) * 255).astype("u1")
        rgb = cv2.resize(rgb, (self.size, self.size), interpolation=cv2.INTER_AREA)
        res = self.lm.detect(mp.Image(image_format=mp.ImageFormat.SRGB, data=np.ascontiguousarray(rgb)))
        if not res.face_landmarks:
            return None, rgb
        s = self.size * self.scale
        pts = np.array([[q.x * s, q.y * s] for q in res.face_landmarks[0]])
        ix = np.clip(np.rint(pts).astype(int), 0, s - 1)
        at = b[0][ix[:, 1], ix[:, 0]]
        lm3 = at[:, :3].copy()
        bad = at[:, 3] == 0
        if bad.any():
            lm3[bad] = [person.v[np.argmin(np.linalg.norm(person.v[:, [0, 2]] - lm3[~bad][0][[0, 2]], axis=1))] for _ in range(bad.sum())]
        return lm3, rgb

    def render(self, person, look, strands, yaw=0.0, pitch=0.0):
        eye, mvp = self.camera(person, yaw, pitch)
        key = person.head + np.array([-0.75, -1.25, 0.75])
        b = self.r.gbuffer(mvp, person.pos.reshape(-1, 3), person.nrm.reshape(-1, 3), person.tuv.reshape(-1, 2), person.mat)
        img = shade(b, person.regions(), look, eye, key, self.shadow(person, key, b[0]))
        for pts, col in strands:
            img = self.r.strands(mvp, pts, col, eye, key, img)
        img = tone(img)
        img = cv2.resize(img, (self.size, self.size), interpolation=cv2.INTER_AREA)
        return (np.clip(img, 0, 1) * 255 + 0.5).astype("u1")


def tone(x):
    x = np.clip(x, 0, None) * 0.60
    x = (x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)
    return np.clip(x, 0, 1) ** (1 / 2.2)


def strands(person, look, hairs):
    rng = np.random.default_rng(look["seed"])
    return [person.hair(look, hairs, rng), person.brows(look, rng), person.lashes(look, rng)]


def made(studio, bake, seed, hairs):
    """One person of the bake, dressed: (person, look, strands), or None where no face was found."""
    row = int(np.flatnonzero(bake["meta"][:, 0] == seed)[0])
    meta = bake["meta"][row]
    look = look_of(seed, int(meta[1]), meta[2:5])
    person = Person(bake, row, studio.masks)
    landmarks, _ = studio.bare(person, look)
    if landmarks is None:
        return None
    person.place(landmarks)
    return person, look, strands(person, look, hairs)


def stills(bake, models, textures, out):
    """Render the chosen actors, 768 px, about 15 s each."""
    studio = Studio(768, 3, models, textures)
    for seed, (name, _) in ACTORS.items():
        picture = studio.render(*made(studio, bake, seed, 70000))
        cv2.imwrite(f"{out}/{name}.jpg", picture[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, 93])


def told_apart(bake, models, textures, seeds):
    """Print SFace similarity of every pair over five poses: frontal, yaw -15 and 15, pitch -10 and 10."""
    studio = Studio(512, 1, models, textures)
    detector = cv2.FaceDetectorYN.create(models + "/face_detection_yunet_2023mar_int8bq.onnx", "", (512, 512))
    embed = embedder(models + "/face_recognition_sface_2021dec_int8bq.onnx")
    vectors = {}
    for seed in seeds:
        one = made(studio, bake, seed, 30000)
        rows = []
        for yaw, pitch in POSES if one else ():
            picture = studio.render(*one, yaw, pitch)[:, :, ::-1].copy()
            found = detector.detect(picture)[1]
            if found is not None:
                rows.append(embed(picture, found[0]))
        if rows:
            vectors[seed] = np.array(rows)
    for a, b in itertools.combinations(vectors, 2):
        print(f"{a} {b} frontal {vectors[a][0] @ vectors[b][0]:.3f} largest {(vectors[a] @ vectors[b].T).max():.3f}")


def embedder(path):
    """SFace; its file lists stale graph inputs, which are removed first."""
    model = onnx.load(path)
    keep = [i for i in model.graph.input if i.name == "data"]
    del model.graph.input[:]
    model.graph.input.extend(keep)
    session = onnxruntime.InferenceSession(model.SerializeToString())

    def embed(picture, face):
        matrix, _ = cv2.estimateAffinePartial2D(face[4:14].reshape(5, 2), ALIGNED, method=cv2.LMEDS)
        blob = cv2.warpAffine(picture, matrix, (112, 112))[:, :, ::-1].transpose(2, 0, 1)[None].astype("f4")
        vector = session.run(None, {"data": blob})[0][0]
        return vector / np.linalg.norm(vector)

    return embed


if __name__ == "__main__":
    what, models, textures = sys.argv[1:4]
    bake = dict(np.load("bake.npz"))
    if what == "stills":
        stills(bake, models, textures, sys.argv[4])
    else:
        told_apart(bake, models, textures, [int(s) for s in sys.argv[4].split(",")] if sys.argv[4:] else list(ACTORS))
