"""Owns turning seeds into bodies with anny 0.6.2, once, into bake.npz. Does not dress or light them."""

import os
import sys

import anny
import numpy as np
import torch
from anny.models.model_data import TopologyConfig
from anny.models.phenotype import Anny

HEAD = ("cheek", "chin", "ear-", "eyebrows", "eye-", "forehead", "head-", "mouth", "nose", "neck-scale-h")
CALM = ("head-age-incr", "head-fat-incr", "mouth-laugh-lines-out", "eye-bag-incr", "head-angle-out", "eye-eyefold-up")
HELPERS = ("helper-tights", "helper-upper-teeth", "helper-lower-teeth")
SMILE = dict(mouthSmileLeft=0.28, mouthSmileRight=0.28, cheekSquintLeft=0.15, cheekSquintRight=0.15)


def side_free(label):
    return label[2:] if label[:2] in ("l-", "r-") else label


def spread_of(kind):
    if kind.startswith("ear"):
        return 0.15
    if kind in CALM or kind.startswith(("eye-push", "eye-scale")) or kind == "head-trans-out":
        return 0.1
    if "trans-out" in kind and not kind.startswith("eye"):
        return 0.0  # would make a face lopsided
    return 0.34


def identity(seed, labels):
    """Phenotype, local changes and whether the body is a woman's (even seeds), all from the seed."""
    r = np.random.default_rng(seed)
    drawn = {}
    for label in labels:
        kind = side_free(label)
        if kind not in drawn:
            drawn[kind] = r.normal(0, spread_of(kind))
    changes = {label: float(np.clip(drawn[side_free(label)], -0.9, 0.9)) for label in labels}
    woman = seed % 2 == 0
    race = r.dirichlet([0.8, 0.8, 0.8])
    phenotype = dict(
        gender=0.95 if woman else 0.05, age=float(r.uniform(0.6, 0.78)), muscle=float(r.uniform(0.4, 0.6)),
        weight=float(r.uniform(0.4, 0.6)), height=0.5, proportions=0.6, cupsize=0.4, firmness=0.6,
        african=float(race[0]), asian=float(race[1]), caucasian=float(race[2]),
    )  # fmt: skip
    return phenotype, changes, woman, race


def groups_of(path):
    """Vertices by group, faces of the clothes and teeth, and texture places, from base.obj."""
    groups, faces, corners, places, name = {}, [], [], [], None
    for line in open(path):
        if line.startswith("g "):
            name = line.split()[1]
        elif line.startswith("vt "):
            places.append([float(x) for x in line.split()[1:3]])
        elif line.startswith("f "):
            face = [[int(x) - 1 for x in c.split("/")[:2]] for c in line.split()[1:]]
            groups.setdefault(name, set()).update(c[0] for c in face)
            for t in ([0, 1, 2], [0, 2, 3])[: len(face) - 2] if name in HELPERS else ():
                faces.append([face[i][0] for i in t])
                corners.append([face[i][1] for i in t])
    return {k: v for k, v in groups.items() if not k.startswith("joint")}, faces, corners, places


def main(first, last):
    topology = TopologyConfig(base_mesh="makehuman", remove_unattached_vertices=False, nudity_edits=False)
    model = Anny(topology=topology, local_changes="all", facial_actions="all", phenotypes="all")
    groups, faces, corners, places = groups_of(os.path.join(os.path.dirname(anny.__file__), "data/mpfb2/3dobjs/base.obj"))
    names = list(groups)
    group = np.full(19158, -1)
    for i, name in enumerate(names):
        group[list(groups[name])] = i
    body_faces, body_corners, uv = model.faces.numpy(), model.face_texture_coordinate_indices.numpy(), model.texture_coordinates.numpy()
    keep = group[body_faces[:, 0]] == 0
    labels = [label for label in model.local_change_labels if side_free(label).startswith(HEAD)]
    vertices, meta = [], []
    for seed in range(first, last):
        phenotype, changes, woman, race = identity(seed, labels)
        with torch.no_grad():
            out = model(phenotype_kwargs=phenotype, local_changes_kwargs=changes, facial_actions=SMILE)
        head = out["bone_poses"][0, model.bone_labels.index("head"), :3, 3].numpy()
        vertices.append(out["vertices"][0].numpy().astype("f4"))
        meta.append([seed, woman, *race, *head])
    np.savez(
        "bake.npz", V=np.array(vertices), meta=np.array(meta), faces=np.concatenate([body_faces[keep], faces]),
        ft=np.concatenate([body_corners[keep], np.array(corners) + len(uv)]), uv=np.concatenate([uv, places]), gid=group, names=np.array(names),
    )  # fmt: skip


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
