"""How did a streamed answer end, wherever it was cut?"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leverframe.gateway.events import Events

WORD = b'data: {"choices":[{"delta":{"content":"Fr"}}]}'
ERROR = b'data: {"error": {"message": "The server had an error", "type": "server_error"}}'
DONE = b"data: [DONE]"
GOOD, BAD, OPEN = (True, False), (False, True), (False, False)
STREAMS = [
    ([WORD, DONE], GOOD),
    ([WORD, b"data:[DONE]"], GOOD),
    ([b": a comment", b"event: message", WORD, DONE], GOOD),
    ([WORD, ERROR], BAD),
    ([WORD, ERROR, DONE], BAD),
    ([WORD, b'data: {"error":"overloaded"}'], BAD),
    ([WORD, b"event: error", b'data: {"message": "overloaded"}'], BAD),
    ([WORD], OPEN),
    ([], OPEN),
    ([WORD, b'data: {"error": null, "choices": []}', DONE], GOOD),
    ([b'data: {"choices":[{"delta":{"content":"say \\"error\\": [DONE]"}}]}'], OPEN),
    ([b'data: {"choices":[{"delta":{"error": "of a tool"}}]}', DONE], GOOD),
    ([b'data: "error" {', b'data: ["error"]', DONE], GOOD),
    ([DONE, ERROR], GOOD),
]


@pytest.mark.parametrize(("lines", "end"), STREAMS)
@given(data=st.data(), line_end=st.sampled_from([b"\n\n", b"\r\n\r\n", b"\r\r"]))
def test_an_answer_ends_as_it_says_wherever_its_bytes_are_cut(lines, end, data, line_end):
    whole = b"".join(line + line_end for line in lines)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(whole)))) | {0, len(whole)})
    events = Events()
    for start, stop in pairwise(cuts):
        events.read(whole[start:stop])
    assert (events.done, events.failed) == end
    assert events.ended is (end != OPEN)


def test_the_last_event_needs_no_line_end():
    events = Events()
    events.read(WORD + b"\n\n" + DONE)
    assert (events.done, events.failed) == GOOD
