"""The load generator counts answers, and takes nothing but a success for one."""

import json
from collections.abc import Iterator

import pytest

from benchmarks.load import Generator, generating, request
from benchmarks.serving import Server, serving


@pytest.fixture(scope="module")
def generator() -> Iterator[Generator]:
    with generating() as made:
        yield made


@pytest.fixture(scope="module")
def bare() -> Iterator[Server]:
    with serving(["-m", "benchmarks.peers.bare_service"]) as server:
        yield server


def test_a_request_is_whole_as_it_goes_over_the_wire():
    head, _, body = request("POST", "/hazards", token="t", body={"place": "二车间"}).partition(b"\r\n\r\n")

    assert head.split(b"\r\n") == [
        b"POST /hazards HTTP/1.1",
        b"Host: 127.0.0.1",
        b"Accept: application/json",
        b"Authorization: Bearer t",
        b"Content-Type: application/json",
        b"Content-Length: %d" % len(body),
    ]
    assert json.loads(body) == {"place": "二车间"}


def test_every_request_is_answered(generator: Generator, bare: Server):
    assert generator.send(bare.port, [request("GET", "/enterprises/91320583MA1WXYRC06/board")], 100) > 0


def test_what_a_peer_refuses_is_no_answer(generator: Generator, bare: Server):
    with pytest.raises(RuntimeError, match="an answer was 422"):
        generator.send(bare.port, [request("POST", "/hazards", body={})], 10)


def test_a_server_holds_some_memory(bare: Server):
    assert bare.resident_megabytes > 1


def test_what_does_not_serve_is_said_with_what_it_said():
    with pytest.raises(RuntimeError, match="out of paint"), serving(["-c", "raise SystemExit('out of paint')"]):
        pass
