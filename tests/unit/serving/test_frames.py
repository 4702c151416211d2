"""Frames between a watcher and its child: whole or not at all."""

import os

import pytest

from serving.replica.frames import Beat, Begin, Done, Inbox, PipeClosedError, Step, pack, receive, send


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    for fd in (reading, writing):
        try:
            os.close(fd)
        except OSError:
            continue


def test_what_was_sent_is_received(pipe):
    reading, writing = pipe
    send(writing, Begin(b"sealed"))
    send(writing, Beat())
    assert receive(reading) == Begin(b"sealed")
    assert receive(reading) == Beat()


def test_a_frame_cut_short_is_kept_until_the_rest_comes(pipe):
    reading, writing = pipe
    inbox = Inbox(reading)
    data = pack(Done("/spool/x", "0" * 64))
    os.write(writing, pack(Step(10)) + data[:7])
    assert inbox.take() == [Step(10)]
    os.write(writing, data[7:])
    assert inbox.take() == [Done("/spool/x", "0" * 64)]
    assert not inbox.closed


def test_an_empty_pipe_is_no_end_and_a_closed_one_is(pipe):
    reading, writing = pipe
    inbox = Inbox(reading)
    assert inbox.take() == []
    assert not inbox.closed
    os.close(writing)
    inbox.take()
    assert inbox.closed


def test_the_childs_side_learns_of_a_closed_pipe(pipe):
    reading, writing = pipe
    os.write(writing, b"\x00\x00")
    os.close(writing)
    with pytest.raises(PipeClosedError):
        receive(reading)
