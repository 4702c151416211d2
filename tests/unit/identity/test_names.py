"""Names that virtual cameras and editing programs go by: found as words of their own, so that nobody is refused for their own name."""

import pytest

from identity.core.checks import injection
from tests.unit.identity.test_checks import B, codes, features

REAL_CAMERAS = [
    "Andi's iPhone Camera", "Brandi’s MacBook Air Camera", "Mandi's iPad", "Sindi's Galaxy S24", "Jacobs iPhone Camera", "Jacob's iPhone Camera",
    "Hobson desk", "Observatory room 2 (046d:085e)", "Community Room Logitech", "Unity's iPhone Camera", "Unity Church Hall Logitech",
    "Ndi's iPhone Camera", "iPhone de Ndi", "Cámara del iPhone de Unity", "Obs's Pixel 8", "Indigo Cam", "Fakery Ltd meeting room", "Sony DVCAM", "전면 카메라", "민지의 iPhone 카메라",
    "FaceTime HD Camera (Built-in) (05ac:8514)", "FaceTime HD Camera", "Integrated Camera (04f2:b6d9)", "Integrated Webcam", "HD Pro Webcam C920 (046d:082d)",
    "Logitech BRIO (046d:085e)", "Logi StreamCam", "camera2 1, facing front", "camera 0, facing back", "Front Camera", "Back Dual Wide Camera", "Desk View Camera",
    "Studio Display Camera", "Microsoft® LifeCam HD-3000", "Surface Camera Front", "HP TrueVision HD Camera", "EasyCamera", "USB2.0 HD UVC WebCam (13d3:56a2)",
    "UVC Camera (046d:0825)", "Insta360 Link", "Elgato Facecam", "OBSBOT Tiny 2", "Cam Link 4K", "Razer Kiyo Pro", "Poly Studio P5", "AUKEY PC-W3",
]  # fmt: skip
VIRTUAL_CAMERAS = [
    "OBS Virtual Camera", "OBS-Camera", "OBS Cam", "OBS Camera 2", "OBSVirtualCam", "obs-virtual", "Mina's OBS", "ManyCam Virtual Webcam", "ManyCam", "Snap Camera",
    "XSplit VCam", "XSplitVCam", "SplitCam Video Driver", "NDI Webcam Video 1", "NDI Video", "NewTek NDI Video", "NDI HX Camera", "NDI Virtual Input", "Unity Video Capture",
    "Unity Video Capture #2", "UnityCam", "DroidCam Source 3", "Iriun Webcam", "EpocCam", "CamTwist", "v4l2loopback", "Dummy video device (0x0000)",
    "fake_device_0", "Fake Video Capture", "e2eSoft VCam", "VCam", "akvcam", "Avatarify", "DeepFaceLive", "mmhmm Camera", "Webcamoid", "CyberLink YouCam 10",
    "NVIDIA Broadcast", "Camera (NVIDIA Broadcast)", "screen-capture-recorder", "Screen Capture", "Logi Virtual Camera", "/tmp/take.y4m", "take.mjpeg",
    "Streamlabs Desktop Virtual Webcam", "Animaze Virtual Camera",
]  # fmt: skip


@pytest.mark.parametrize("label", REAL_CAMERAS)
def test_a_real_camera_is_not_refused_for_its_name(label: str) -> None:
    assert injection.kept_of(label) == ""
    assert "injection.virtual_camera" not in codes(injection.check(features([]), label, B))


@pytest.mark.parametrize("label", VIRTUAL_CAMERAS)
def test_a_virtual_camera_is_refused_by_its_name_also_as_it_is_kept(label: str) -> None:
    for told in (label, label.upper(), injection.kept_of(label)):
        assert "injection.virtual_camera" in codes(injection.check(features([]), told, B)), told


@pytest.mark.parametrize(
    ("tag", "refused"),
    [
        ("comment=Jacobs birthday", False), ("comment=Las Vegas", False), ("comment=Slavfest", False), ("application=Chrome", False),
        ("application=QTmuxingAppLibWebM-0.0.1", False), ("com.apple.quicktime.software=18.1", False), ("handler_name=Core Media Video", False),
        ("encoder=Lavf60.16.100", True), ("encoder=Lavc60.31.102 libx264", True), ("trace=x264 - core", True), ("trace=Lavc", True), ("encoder=obs-output", True),
        ("encoder=OBS Studio 30", True), ("software=VEGAS Pro 21", True), ("software=Adobe Premiere Pro 2024", True), ("encoder=HandBrake 1.7", True),
        ("software=DaVinci Resolve", True), ("tool=mkvmerge v80", True), ("encoder=GPAC-2.2", True),
    ],
)  # fmt: skip
def test_an_editing_programs_name_is_a_word_of_its_own(tag: str, refused: bool) -> None:  # noqa: FBT001 -- a table's column
    assert bool(injection.EDITING_ENCODERS.search(tag)) is refused
