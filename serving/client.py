"""A client of the HTTP API: answers as decoded JSON. Retries nothing by itself: send an idempotency key and call again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self
from urllib.parse import quote

import httpx
import msgspec


class ApiError(Exception):
    """The API answered with a problem, or not at all (status 0)."""

    def __init__(self, status: int, code: str, detail: str, remedy: str, codes: tuple[str, ...] = ()) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.remedy = remedy
        self.codes = codes

    @property
    def unavailable(self) -> bool:
        """Whether nothing was decided: the API, or a part behind it, does not answer."""
        return self.status in {0, 503}


class Client:
    """One caller's connection to one installation."""

    def __init__(
        self,
        address: str,
        token: str | None,
        *,
        timeout_s: float = 30,
        transport: httpx.BaseTransport | None = None,
        step_up: str | None = None,
        app_key: str | None = None,
        device: str | None = None,
    ) -> None:
        """`transport`: what carries the requests; left out, TCP. `step_up`: a fresh proof, for what widens consent.

        `app_key`: of the app whose lent token this is (`cameo app key`). `device`: 16 to 64 characters that this device drew
        once; a challenge that it takes is then answered by it alone.
        """
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        headers |= {"Cameo-Step-Up": step_up} if step_up else {}
        headers |= {"Cameo-App-Key": app_key} if app_key else {}
        headers |= {"Cameo-Device": device} if device else {}
        url = address if address.startswith("http") else f"http://{address}"
        self.wrote: str | None = None
        """The token of the last write."""
        self._http = httpx.Client(base_url=url, headers=headers, timeout=timeout_s, transport=transport)

    def act_for(self, subject: str) -> None:
        """Do what follows for somebody else (`@handle` or account id), within a power that they wrote down."""
        self._http.headers["Cameo-Acting-As"] = quote(subject, safe="@")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def call(
        self,
        method: str,
        path: str,
        body: object | None = None,
        *,
        query: dict[str, Any] | None = None,
        idempotency_key: str | None = None,
        at_least: str | None = None,
    ) -> Any:
        """Call a route with a JSON body; returns the decoded answer, None for an empty one. Raises ApiError.

        `at_least`: the token of an earlier write (`self.wrote` after it), which the answer then has seen.
        """
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        headers |= {"Cameo-At-Least": at_least} if at_least else {}
        params = {key: value for key, value in (query or {}).items() if value is not None}
        answer = self._send(method, path, json=body, params=params, headers=headers)
        return answer.json() if answer.content else None

    def upload(self, path: str, data: bytes, media_type: str, camera_label: str) -> Any:
        """Send a recording as the request's body."""
        headers = {"Content-Type": media_type, "X-Camera-Label": quote(camera_label)}
        return self._send("PUT", path, content=data, headers=headers).json()

    def send(self, method: str, path: str, *, content: bytes = b"", headers: dict[str, str] | None = None) -> httpx.Response:
        """Send bytes to a route that answers in headers, as of an upload. Raises ApiError."""
        return self._send(method, path, content=content, headers=headers or {})

    def fetch(self, path: str, query: dict[str, Any] | None = None) -> bytes:
        """Fetch bytes, as of a film."""
        return self._send("GET", path, params={key: value for key, value in (query or {}).items() if value is not None}).content

    def pieces(self, path: str) -> Iterator[bytes]:
        """Fetch bytes as they come, as of an export. Raises ApiError, also where they break off."""
        try:
            with self._http.stream("GET", path, timeout=httpx.Timeout(30, read=None)) as answer:
                if answer.is_error:
                    answer.read()
                    raise _error(answer)
                yield from answer.iter_bytes()
        except httpx.HTTPError as error:
            raise _unreachable(error) from error

    def lines(self, path: str, query: dict[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """Read newline-delimited JSON as it comes."""
        try:
            with self._http.stream("GET", path, params=query, timeout=httpx.Timeout(30, read=None)) as answer:
                if answer.is_error:
                    answer.read()
                    raise _error(answer)
                for line in answer.iter_lines():
                    if line:
                        yield msgspec.json.decode(line)
        except httpx.HTTPError as error:
            raise _unreachable(error) from error

    def _send(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise _unreachable(error) from error
        if answer.is_error:
            raise _error(answer)
        self.wrote = answer.headers.get("Cameo-At-Least", self.wrote)
        return answer


def _error(answer: httpx.Response) -> ApiError:
    try:
        problem = answer.json()
        return ApiError(answer.status_code, problem["code"], problem["detail"], problem["remedy"], tuple(problem.get("codes", ())))
    except (ValueError, KeyError, TypeError):
        return ApiError(answer.status_code, "api.unreadable", answer.text[:200], "check that this is the Cameo API")


def _unreachable(error: httpx.HTTPError) -> ApiError:
    return ApiError(0, "api.unreachable", str(error), "is it running? cameo status; cameo up")
