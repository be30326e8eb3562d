"""Is the house built as its settings say?"""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from leverframe.actions import gateways
from leverframe.cli import here
from leverframe.nouns.gateways import Gateway
from leverframe.nouns.verdicts import Invalid
from leverframe.wiring import Settings, build


@pytest.fixture
def told(tmp_path):
    """Return what a gateway is told by a house with these settings."""
    started = []

    def tell(**settings):
        built = build(Settings(tmp_path / "data", stream_listen="127.0.0.1:0", demo=True, **settings))
        started.append(built)
        built.start()
        return gateways.welcome(built.house, Gateway("edge", frozenset(), "adi", built.house.clock.now()))

    yield tell
    for built in started:
        built.stop()


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"switch_repo": Path("/nowhere"), "switch_branch": "-x"}, "--switch-branch"),
        ({"switch_repo": Path("/nowhere"), "switch_path": "../x"}, "--switch-path"),
        ({"switch_write_back": True}, "--switch-write-back"),
    ],
)
def test_a_switch_file_that_cannot_be_meant_is_refused_before_anything_is_made(tmp_path, settings, place):
    with pytest.raises(Invalid) as refused:
        build(Settings(tmp_path / "data", **settings))
    assert [fault.place for fault in refused.value.faults] == [place]
    assert not (tmp_path / "data").exists()


def test_a_switch_file_that_is_not_there_yet_keeps_nobody_from_starting(tmp_path):
    built = build(Settings(tmp_path / "data", switch_repo=tmp_path / "nowhere", switch_write_back=True))
    assert built.house.following is not None
    assert (built.house.following.branch.name, built.house.following.write_back) == ("main", True)
    built.house.store.close()


def test_a_gateway_is_told_where_the_stream_listens(told):
    assert told().stream_url.startswith("http://127.0.0.1:")
    assert not told().stream_url.endswith(":0")


def test_a_gateway_is_told_the_address_of_the_proxy_before_the_stream(told):
    assert told(stream_address="https://levers.example/line").stream_url == "https://levers.example/line"


def test_an_address_that_is_none_is_refused_before_anything_listens(tmp_path):
    with pytest.raises(Invalid, match="--stream-address"):
        here.serve(
            data=tmp_path,
            listen="127.0.0.1:1",
            stream_listen="127.0.0.1:2",
            stream_address="levers.example",
        )


def test_an_address_that_is_taken_is_refused_before_anything_is_made(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Invalid, match=f"{listen} cannot be listened on"):
            here.serve(data=tmp_path / "data", listen=listen, stream_listen="127.0.0.1:0", stream_address="")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("mysql://root@127.0.0.1/leverframe", "sqlite and postgresql, not mysql"),
        ("no address", "Could not parse"),
        ("postgresql://postgres@127.0.0.1:1/leverframe", "it does not answer"),
    ],
)
def test_a_database_that_cannot_be_is_a_fault_with_its_place(tmp_path, database, said):
    with pytest.raises(Invalid, match=said) as refused:
        build(Settings(tmp_path / "data", database))
    assert [fault.place for fault in refused.value.faults] == ["--database"]
