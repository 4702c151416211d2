"""Signs in the picture, on facts made by rule: each shows what it is for, and is silent where it cannot be read."""

from dataclasses import replace

import numpy as np
import pytest

from identity.core.checks import generated, injection, screen, solid, still
from identity.core.effects import EFFECTS, Effect
from identity.core.features import FaceTrack, MediaFacts
from identity.core.picture import EYE_RINGS, GRID, SKIN, SPECTRUM_PX, Lines, PictureFacts
from identity.core.unwrapped import skin_of
from tests.unit.identity.test_checks import B, L, R, codes, features, track

CHANCE = np.random.default_rng(5)
NO_LINES = Lines(*(np.zeros(0, kind) for kind in (np.int32, np.float32, np.float32, np.float32, np.float32)))


def facts_of(face: FaceTrack, *, light: float = 0.0, bound: bool = True, **changes) -> PictureFacts:
    """A face of one albedo under one lamp from the left of the picture, of this strength; `bound`: the shading turns with the face."""
    rows = len(face.times_us)
    looks = np.arange(0, rows, 5)
    blank = PictureFacts(
        times_us=face.times_us,
        grid=np.full((rows, GRID, GRID), 120.0, np.float32) + CHANCE.normal(0, 0.5, (rows, GRID, GRID)).astype(np.float32),
        rows_us=face.times_us,
        skin=np.full((rows, len(SKIN)), 120.0, np.float32),
        rings=np.full((rows, len(EYE_RINGS)), 120.0, np.float32) * CHANCE.normal(1, 0.01, (rows, len(EYE_RINGS))).astype(np.float32),
        look_rows=looks.astype(np.int32),
        patches=CHANCE.normal(0, 5, (len(looks), 4, 32, 32)).astype(np.float32),
        next_patches=CHANCE.normal(0, 5, (len(looks), 4, 32, 32)).astype(np.float32),
        level=np.full(len(looks), 120.0, np.float32),
        still_noise=np.full(len(looks), 1.0, np.float32),
        spectrum=falling(-2.5),
        peaks=np.full((len(looks), 3), 1.0, np.float32),
        face_px=np.full(len(looks), 200.0, np.float32),
        lines=NO_LINES,
        fixed_pattern=0.1,
        fixed_pixels=5000,
    )
    skin = skin_of(blank, face)
    assert skin is not None
    facing = skin.normals if not bound else np.repeat(skin.normals[:1], rows, axis=0)
    shaded = 120 * np.exp(-light * facing[:, :, 0]) * CHANCE.normal(1, 0.004, (rows, len(SKIN)))
    return replace(blank, skin=shaded.astype(np.float32), **changes)


def falling(slope: float) -> np.ndarray:
    fy, fx = np.meshgrid(np.fft.fftfreq(SPECTRUM_PX), np.fft.rfftfreq(SPECTRUM_PX), indexing="ij")
    return (1e9 * np.maximum(np.hypot(fx, fy) * SPECTRUM_PX, 1.0) ** slope).astype(np.float32)


TURNING = track((L, R))


def test_light_that_stays_in_the_room_changes_the_shading_and_is_found():
    lamp = skin_of(facts_of(TURNING, light=2.0, bound=False), TURNING)
    assert still.shading_change(lamp, TURNING) > 1.3 * still.MIN_SHADING
    explained, strength = still.light_explains(lamp)
    assert explained > 0.2
    assert strength > 3 * still.MIN_LIGHT


def test_shading_that_turns_with_the_face_is_a_stills():
    drawn = skin_of(facts_of(TURNING, light=2.0, bound=True), TURNING)
    assert still.shading_change(drawn, TURNING) < still.MIN_SHADING
    assert still.light_explains(drawn)[1] < still.MIN_LIGHT


def test_light_and_texture_are_not_read_before_there_is_enough_turn():
    resting = track((L, R), amount=0.3)
    said = [r.code for r in still.check(features([], face=resting, picture=facts_of(resting)), B)]
    assert "still.shading" not in said
    assert "still.texture" not in said
    turned = [r.code for r in still.check(features([], face=TURNING, picture=facts_of(TURNING)), B)]
    assert {"still.shading", "still.texture", "still.light"} <= set(turned)


def test_the_same_detail_at_every_pose_is_a_stills():
    one = facts_of(TURNING)
    same = replace(one, patches=np.repeat(one.patches[:1], len(one.patches), axis=0))
    assert still.same_texture(same, TURNING) > 0.95
    assert still.same_texture(one, TURNING) < 0.1
    assert "still.texture" in codes(still.check(features([], face=TURNING, picture=same), B))


def test_a_background_that_stands_still_is_told_from_one_that_does_not():
    one = facts_of(TURNING)
    frozen = replace(one, grid=np.full_like(one.grid, 120.0))
    near = replace(TURNING, landmarks=TURNING.landmarks * 0.5 + (200, 200, 0))
    assert still.background_change(frozen, near, 640, 480) == 0
    assert still.background_change(one, near, 640, 480) > 0.3
    assert np.isnan(still.background_change(one, replace(TURNING, landmarks=TURNING.landmarks * 4 - (500, 500, 0)), 640, 480))


def test_without_facts_or_a_face_nothing_is_said():
    empty = replace(facts_of(TURNING), rows_us=np.zeros(0, np.int64), look_rows=np.zeros(0, np.int32))
    for picture in (None, empty):
        assert still.check(features([], picture=picture), B) == ()
        assert screen.check(picture, B) == ()
        assert generated.check(features([], picture=picture), B) == ()


def test_a_narrow_peak_in_the_faces_spectrum_is_moire():
    assert codes(screen.check(replace(facts_of(TURNING), peaks=np.full((30, 3), 4.0, np.float32)), B)) == ["screen.moire"]
    assert codes(screen.check(facts_of(TURNING), B)) == []


def edges(offsets: tuple[float, ...], looks: int) -> Lines:
    look = np.repeat(np.arange(looks) * 2, len(offsets))
    size = len(look)
    offset = np.tile(np.asarray(offsets, np.float32), looks)
    return Lines(look.astype(np.int32), np.zeros(size, np.float32), offset, np.full(size, 2.0, np.float32), np.zeros(size, np.float32))


def test_edges_on_both_sides_that_keep_to_the_face_are_a_frame_and_on_one_side_are_not():
    one = facts_of(TURNING)
    looks = len(one.look_rows) // 2
    assert codes(screen.check(replace(one, lines=edges((-1.2, 1.2), looks)), B)) == ["screen.bezel"]
    assert codes(screen.check(replace(one, lines=edges((1.2,), looks)), B)) == []


def test_edges_that_stay_in_the_room_while_the_face_moves_are_no_frame():
    one = facts_of(TURNING)
    looks = len(one.look_rows) // 2
    kept = edges((-1.2, 1.2), looks)
    passing = np.linspace(-0.6, 0.6, looks).repeat(2).astype(np.float32)
    assert codes(screen.check(replace(one, lines=replace(kept, offset=kept.offset + passing)), B)) == []


def test_banding_that_beats_is_a_line_over_time():
    one = facts_of(TURNING)
    beat = 1 + 0.03 * np.sin(2 * np.pi * 3.1 * one.times_us / 1e6)
    assert screen.flicker(replace(one, grid=one.grid * beat[:, None, None].astype(np.float32))) > screen.flicker(one) + 1


def test_lids_lit_by_themselves_are_apart_from_the_face():
    one = facts_of(TURNING)
    apart = replace(one, rings=one.rings * (1 + 0.3 * np.sin(np.arange(len(one.rings)) / 3))[:, None].astype(np.float32))
    assert screen.eyes_apart(apart) > 4 * screen.eyes_apart(one)


def test_upscaled_pictures_fall_off_faster():
    one = facts_of(TURNING)
    soft = replace(one, spectrum=falling(-5))
    assert generated.spectrum_slope(one) == pytest.approx(-2.5, abs=0.2)
    assert generated.spectrum_slope(soft) < -4
    assert generated.fine_part(soft) < generated.fine_part(one)


def test_detail_that_does_not_change_from_frame_to_frame_is_too_steady():
    one = facts_of(TURNING)
    steady = replace(one, next_patches=one.patches)
    assert "generated.flicker" in codes(generated.check(features([], face=TURNING, picture=steady), B))
    assert still.face_noise(steady) == 0
    last = one.next_patches.copy()
    last[-1] = np.nan
    assert np.isfinite(generated.detail_flicker(replace(one, next_patches=last)))


def blinking(starts_s: tuple[float, ...]) -> FaceTrack:
    one = track((L, R), blink=False)
    closing = np.zeros(len(one.times_us), np.float32)
    for start in starts_s:
        closing[(one.times_us >= start * 1e6) & (one.times_us < start * 1e6 + 160_000)] = 0.9
    still_ones = replace(one, yaw_deg=np.zeros_like(one.yaw_deg), pitch_deg=np.zeros_like(one.pitch_deg))
    return replace(still_ones, blink=closing)


def test_blinks_at_even_pauses_are_told_from_a_persons():
    assert generated.blink_regularity(blinking((0.4, 1.4, 2.4, 3.4, 4.4))) < 0.05
    assert generated.blink_regularity(blinking((0.4, 0.9, 2.9, 3.3, 4.6))) > 0.4
    assert np.isnan(generated.blink_regularity(blinking((0.4, 1.4))))


def test_solidity_rises_with_each_reading():
    weak, strong = solid.Depth(30, 0.12, 0.03, 0.03), solid.Depth(30, 0.6, 0.2, 0.2)
    assert solid.solidity(weak) < 0.05
    assert solid.solidity(strong) > 0.95
    for more in (replace(weak, parallax=0.5), replace(weak, rank3=0.2), replace(weak, off_plane=0.2)):
        assert solid.solidity(more) > solid.solidity(weak)
    assert solid.solidity(solid.Depth(0, 0, 0, 0)) < 1e-6


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
CHROMES_OWN = ("encoder=Chrome", "application=Chrome", "application=Chrome")


def made(container: str, video: str, sound: str, *tags: str) -> MediaFacts:
    return MediaFacts(container, video, sound, 640, 480, 6_000_000, tags)


@pytest.mark.parametrize(
    ("client", "media"),
    [
        (CHROME, made("matroska", "vp8", "opus", *CHROMES_OWN)),
        (CHROME, made("matroska", "h264", "opus", *CHROMES_OWN)),
        (CHROME, made("matroska", "libdav1d", "opus", *CHROMES_OWN)),
        (CHROME, made("mov", "vp9", "opus", "handler_name=VideoHandler", "encoder=VPC Coding", "handler_name=SoundHandler")),
        (FIREFOX, made("matroska", "vp8", "opus", "application=QTmuxingAppLibWebM-0.0.1", "application=QTwritingAppLibWebM-0.0.1")),
        (SAFARI, made("mov", "h264", "aac", "handler_name=Core Media Video")),
        ("cameo 0.5", made("matroska", "vp8", "opus", "application=Lavf61")),
        ("", made("matroska", "vp8", "opus", "application=Lavf61")),
    ],
)
def test_what_a_client_writes_contradicts_nothing_it_said(client, media):
    assert "injection.client" not in codes(injection.check(features([], media=media), "", B, client))


@pytest.mark.parametrize(
    ("client", "media"),
    [
        (CHROME, made("matroska", "vp8", "opus", "application=Lavf61.7.100")),
        (CHROME, made("matroska", "vp8", "opus")),
        (CHROME, made("matroska", "vp8", "aac", *CHROMES_OWN)),
        (CHROME, made("matroska", "hevc", "opus", *CHROMES_OWN)),
        (FIREFOX, made("mov", "h264", "aac")),
        (FIREFOX, made("matroska", "vp8", "opus", *CHROMES_OWN)),
        (SAFARI, made("mov", "vp8", "opus")),
    ],
)
def test_what_a_client_does_not_write_is_a_code_of_its_own(client, media):
    assert "injection.client" in codes(injection.check(features([], media=media), "", B, client))


def test_dropped_frames_are_counted_and_refuse_nobody():
    one = features([])
    times = one.frames.times_us[np.arange(150) % 3 != 0]
    kept = np.arange(150) % 3 != 0
    frames = replace(
        one.frames,
        times_us=times,
        thumbnails=one.frames.thumbnails[kept],
        change=one.frames.change[kept],
        digests=tuple(np.asarray(one.frames.digests)[kept]),
    )
    (dropped,) = [r for r in injection.check(replace(one, frames=frames), "", B) if r.code == "injection.dropped"]
    assert dropped.score_micro > 150_000
    assert EFFECTS["injection.dropped"] is Effect.NOTE


def test_no_sign_in_the_picture_refuses_by_itself():
    picture = facts_of(TURNING)
    said = {r.code for r in (*still.check(features([], face=TURNING, picture=picture), B), *screen.check(picture, B))}
    said |= {r.code for r in generated.check(features([], face=TURNING, picture=picture), B)}
    assert all(EFFECTS[code] is not Effect.REFUSE for code in said)
