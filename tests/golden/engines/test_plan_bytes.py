"""Owns the bytes that a plan had when it was first digested: decisions rest on them, so they are never edited."""

from serving.core.plan import canonical_bytes, plan_from_bytes, plan_from_prompt

PLAN_1 = (
    '{"fps":24,"height_px":512,"mark":"민아","scenes":[{"action":"on a beach she says","cameos":["cameo-1"],"camera":"drift",'
    '"duration_ms":5000,"lines":[{"cameo":"cameo-1","text":"hello there"}],"setting":"beach","sound":"waves"}],"width_px":512}'
).encode()


def test_a_plan_keeps_its_bytes():
    plan = plan_from_prompt('on a beach she says "hello there"', "cameo-1", "민아")
    assert canonical_bytes(plan) == PLAN_1
    assert plan_from_bytes(PLAN_1) == plan
