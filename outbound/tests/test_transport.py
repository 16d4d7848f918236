"""The clients that vendors' SDKs are given: every request they make is checked like a fetch."""

import asyncio
import json
import time

import anyio.to_thread
import httpx2
import openai
import pytest
from google import genai
from google.genai import types

from outbound import permits
from outbound.errors import AddressRefused
from outbound.tests.servers import page, redirect, site
from outbound.tests.spellings import FORBIDDEN, LOOPBACK_V4, LOOPBACK_V6
from outbound.transport import Guard, async_client, client

SAID = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Blue."}}]}
SAID |= {"id": "1", "object": "chat.completion", "created": 1, "model": "m"}


@pytest.mark.parametrize("written", FORBIDDEN)
def test_a_client_goes_to_no_forbidden_address(inside, written):
    url = written.format(port=inside[0].port)
    with client() as http, pytest.raises((AddressRefused, httpx2.HTTPError, httpx2.InvalidURL)):
        http.get(url)
    assert [here.connections for here in inside] == [0] * len(inside)


@pytest.mark.parametrize("written", [*LOOPBACK_V4, *LOOPBACK_V6])
def test_an_asynchronous_client_goes_there_neither(inside, written):
    async def ask() -> None:
        async with async_client() as http:
            await http.get(written.strip().format(port=inside[0].port))

    with pytest.raises((AddressRefused, httpx2.HTTPError, httpx2.InvalidURL)):
        asyncio.run(ask())
    assert [here.connections for here in inside] == [0] * len(inside)


@pytest.mark.parametrize("answers", [["127.0.0.1"], ["8.8.8.8", "::1"], ["169.254.169.254"]])
def test_an_asynchronous_client_checks_where_a_name_leads(inside, answers):
    async def ask() -> None:
        async with async_client(Guard(resolve=lambda host, port: answers)) as http:
            await http.get("http://models.example/")

    with pytest.raises(AddressRefused):
        asyncio.run(ask())
    assert [here.connections for here in inside] == [0] * len(inside)


def test_an_asynchronous_client_does_not_wait_for_a_resolver_for_ever():
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(0.5)
        return ["8.8.8.8"]

    async def ask() -> None:
        async with async_client(Guard(resolve=resolve), timeout=0.1) as http:
            await http.get("http://models.example/")

    with pytest.raises(httpx2.ConnectTimeout):
        asyncio.run(ask())


def test_a_slow_resolver_keeps_no_thread_that_others_wait_for():
    def resolve(host: str, port: int) -> list[str]:
        time.sleep(0.5)
        return ["127.0.0.1"]

    async def ask_fifty_times() -> float:
        async with async_client(Guard(resolve=resolve), timeout=0.4) as http:
            asked = [http.get(f"http://models{number}.example/") for number in range(50)]
            waiting = asyncio.gather(*asked, return_exceptions=True)
            await asyncio.sleep(0.1)
            started = time.monotonic()
            await anyio.to_thread.run_sync(time.monotonic)
            waited = time.monotonic() - started
            await waiting
        return waited

    assert asyncio.run(ask_fifty_times()) < 0.2


def test_each_request_of_a_client_has_the_whole_time_anew(outside):
    def slow(handler):
        time.sleep(0.4)
        page()(handler)

    outside.pages["/"] = slow
    with client(total=0.6) as http:
        assert [http.get(outside.url()).status_code for _ in range(3)] == [200] * 3


def test_a_client_s_request_ends_with_its_time_however_its_server_drips(outside):
    def drip(handler):
        for _ in range(100):
            handler.wfile.write(b"HTTP/1.1 102 Processing\r\n\r\n")
            time.sleep(0.1)

    outside.pages["/"] = drip
    started = time.monotonic()
    with client(total=0.5) as http, pytest.raises(httpx2.ReadTimeout):
        http.get(outside.url())
    assert time.monotonic() - started < 1


def test_streams_come_piece_by_piece(outside):
    def two_pieces(handler):
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(b"data: 1\n\n")
        time.sleep(0.3)
        handler.wfile.write(b"data: 2\n\n")

    async def read() -> list[float]:
        async with async_client() as http, http.stream("GET", outside.url()) as response:
            return [time.monotonic() async for line in response.aiter_lines() if line]

    outside.pages["/"] = two_pieces
    first, second = asyncio.run(read())
    assert second - first > 0.2


def test_redirects_are_the_sdks_to_report_and_not_to_follow(outside, inside):
    outside.pages["/v1/chat/completions"] = redirect(inside[0].url(), 307)
    sdk = openai.OpenAI(
        api_key="secret", base_url=outside.url("/v1"), http_client=client(), max_retries=0
    )
    with pytest.raises(openai.APIStatusError) as refusal:
        sdk.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])
    assert refusal.value.status_code == 307
    assert [here.connections for here in inside] == [0] * len(inside)


def test_openais_sdk_works_through_it(outside):
    outside.pages["/v1/chat/completions"] = page(
        json.dumps(SAID).encode(), Content_Type="application/json"
    )

    async def ask() -> str | None:
        sdk = openai.AsyncOpenAI(
            api_key="secret", base_url=outside.url("/v1"), http_client=async_client()
        )
        answer = await sdk.chat.completions.create(
            model="m", messages=[{"role": "user", "content": "Hi"}]
        )
        await sdk.close()
        return answer.choices[0].message.content

    assert asyncio.run(ask()) == "Blue."
    assert outside.requests[0]["Authorization"] == "Bearer secret"


def test_openais_sdk_lets_a_refusal_through():
    sdk = openai.OpenAI(
        api_key="secret", base_url="http://[::1]/v1", http_client=client(), max_retries=0
    )
    with pytest.raises(AddressRefused):
        sdk.models.list()


def test_googles_sdk_works_through_it(outside):
    said = {"candidates": [{"content": {"role": "model", "parts": [{"text": "Blue."}]}}]}
    outside.pages["*"] = page(json.dumps(said).encode(), Content_Type="application/json")
    sdk = genai.Client(
        api_key="secret",
        http_options=types.HttpOptions(base_url=outside.url(), httpx_client=client()),
    )
    assert sdk.models.generate_content(model="m", contents="Hi").text == "Blue."
    permits.configure()
    with pytest.raises(AddressRefused):
        sdk.models.generate_content(model="m", contents="Hi")


def test_a_person_who_is_permitted_one_place_reaches_no_other(outside):
    with site("127.0.0.1") as neighbour, client() as http:
        outside.pages["/"] = page(b"Mine.")
        assert http.get(outside.url()).content == b"Mine."
        with pytest.raises(AddressRefused):
            http.get(neighbour.url())
        assert neighbour.connections == 0
