"""`cameo identity assess`: the real checks on files of an operator, with rates where labels are given."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from serving.cli.main import run


def assess(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        run(["identity", "assess", *arguments])
    return int(ended.value.code or 0), capsys.readouterr().out


def test_a_folder_with_labels_tells_rates_and_a_file_without_sense_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, models: Path
) -> None:
    monkeypatch.setenv("CAMEO_MODELS", str(models))
    for name in ("broken.webm", "empty.mp4"):
        (tmp_path / name).write_bytes(b"" if name.startswith("empty") else b"no film at all" * 100)
    (tmp_path / "labels.csv").write_text("file,label\nbroken.webm,garbage\nempty.mp4,bona_fide\n", encoding="utf-8")
    code, out = assess(capsys, str(tmp_path), "--labels", str(tmp_path / "labels.csv"), "--json")
    told = json.loads(out)
    assert code == 0
    assert [(one["accepted"], one["codes"], one["left_out"]) for one in told["files"]] == [(False, ["media.unreadable"], [2, 3, 6])] * 2
    assert {one["name"]: (one["errors"], one["count"]) for one in told["rates"]} == {"BPCER": (1, 1), "APCER garbage": (0, 1)}
    code, out = assess(capsys, str(tmp_path / "broken.webm"))
    assert (code, out.split()[0]) == (1, "refused")


def test_wrong_use_is_told_before_any_model_is_read(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["identity", "assess", str(tmp_path)]) == 2
    assert "holds no recording" in capsys.readouterr().err
    (tmp_path / "take.webm").touch()
    (tmp_path / "challenge.json").write_text('{"phrase": "no list"}', encoding="utf-8")
    assert run(["identity", "assess", str(tmp_path), "--challenge", str(tmp_path / "challenge.json")]) == 2
    assert "is no challenge" in capsys.readouterr().err
