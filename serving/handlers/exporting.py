"""The command by which a person takes everything with them that is kept of them: own words, events, recordings, films, metadata.

What is left out, on purpose: what would help somebody pass as them (scores of checks, fingerprints and face templates, the distress
word), the contents of assets (cut from the recordings that are given), and what is about somebody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from identity.keys.errors import KeyholderRefusedError
from schemas.envelope import Envelope
from schemas.ids import cameo_of
from serving.core.archive import Entry, LeftOut, Moment, json_bytes, json_line, zipped
from serving.errors import CommandError, ForbiddenError, UnavailableError
from serving.handlers import step_up
from serving.handlers.apps import require_in_person
from serving.handlers.desk import Caller, Desk
from serving.overview_ports import InvitationStore, Overview
from serving.ports import PERSON, AccessStore, ProofStore
from streams.core.casework import appeal_id
from streams.core.seeming import as_shown
from streams.core.telling import noticed
from streams.export import cloud_event
from streams.ports import EventStore

PURPOSE = "export"
PAGE = 200
APPEALED = frozenset({"case.opened", "case.closed"})
README = """What this installation keeps of you.

account.json        your account, handle, tokens (never their secrets), invitations, apps
consent.json        what you permit, as it stands
events/             every event of your account, your cameo, your apps, your appeals, and the films that you asked for; your words opened
receipts.jsonl      what you accepted, each a signed receipt
grants_given.jsonl  grants_received.jsonl  requests_sent.jsonl  requests_received.jsonl  powers.json  groups.json
films.jsonl         every film that you asked for or are in: who asked, what for, what became of it
notifications.jsonl what you were told
recordings/         what you handed in as evidence and is not destroyed yet
films/              released films that you may see now
manifest.json       size and SHA-256 of every file, and what was left out and why

Left out on purpose: scores of checks, fingerprints and face templates, your distress word (they would help somebody pass as you);
the likeness cut from your recordings (its versions and sizes are events of your cameo); what is about somebody else.
"""


class PersonalKeys(Protocol):
    """The part of the keyholder that opens what is the caller's."""

    def unseal(self, stream: str, event_id: str, purpose: str) -> Mapping[str, bytes]:
        """Open own words of an event."""
        ...

    def get_evidence(self, evidence: str, purpose: str, by: str | None = None) -> bytes:
        """Open a recording; it is an event."""
        ...

    def film(self, generation: str, viewer: str) -> bytes:
        """Open a released film, decided now."""
        ...


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where everything lies that is given."""

    desk: Desk
    access: AccessStore
    proofs: ProofStore
    keys: PersonalKeys
    reader: Any
    """serving.adapters.reading.Reading"""
    overview: Overview
    invitations: InvitationStore
    receipts: Callable[[], Iterable[dict[str, Any]]]
    """What the caller accepted, each signed."""


def export(shelf: Shelf, caller: Caller, now: Moment) -> Iterator[bytes]:
    """Give everything of the caller as a zip, piece by piece. At most one recording or film is in memory at a time.

    Asks for a fresh proof where the caller has that on, and for a token that may do everything a person may. Raises
    CommandError before the first piece; breaks off where the ledger or the keyholder go away: the zip is then none.
    """
    require_in_person(caller)
    missing = sorted(set(PERSON) - caller.scopes)
    if missing:
        raise ForbiddenError("scope.narrow", f"this gives everything, and your token lacks {', '.join(missing)}", "use your first token")
    if not step_up.require(shelf.desk, shelf.proofs, caller, ["export"]):  # nothing that looks like everything can be given
        raise UnavailableError("keyholder.unavailable", "the keyholder does not answer", "try again in a moment")
    left_out = LeftOut()
    about = {"account": caller.account, "cameo": cameo_of(caller.account), "made": "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*now)}
    return zipped(_entries(shelf, caller.account, left_out), left_out, about, now)


def _entries(shelf: Shelf, account: str, left_out: LeftOut) -> Iterator[Entry]:
    store, cameo = shelf.desk.store, cameo_of(account)
    own = _own_films(shelf, account)
    yield Entry("README.txt", (README.encode(),))
    yield Entry("account.json", (json_bytes(_account(shelf, account)),))
    yield Entry("consent.json", (json_bytes(_or_none(lambda: shelf.reader.consent(cameo))),))
    cameos = [cameo, *shelf.overview.things(account)]
    streams = {"account": [account], "cameo": cameos, "apps": [one.app for one in shelf.overview.apps(account)]}
    for name, named in (streams | {"films": [one["generation"] for one in own]}).items():
        yield Entry(f"events/{name}.jsonl", _events(store, shelf.keys, named, account))
    yield Entry("events/appeals.jsonl", _appeals(store, shelf.keys, cameo))
    yield Entry("receipts.jsonl", map(json_line, shelf.receipts()))
    yield Entry("powers.json", (json_bytes(shelf.reader.powers(account)),))
    yield Entry("groups.json", (json_bytes(_or_none(lambda: shelf.reader.groups(cameo))),))
    yield from _listings(shelf, account, cameo)
    yield Entry("films.jsonl", (json_line(one["row"]) for one in own))
    yield from _recordings(shelf, account, cameo, left_out)
    for one in own:
        if one["row"].get("state") == "released":
            yield from _opened(f"films/{one['generation']}.mp4", lambda one=one: shelf.keys.film(one["generation"], account), left_out)


def _listings(shelf: Shelf, account: str, cameo: str) -> Iterator[Entry]:
    reader, access = shelf.reader, shelf.access
    listings: dict[str, Callable[[str | None], dict[str, Any]]] = {
        "grants_given": lambda cursor: reader.grants(cameo, grantee=None, standing=False, limit=PAGE, cursor=cursor),
        "grants_received": lambda cursor: reader.received(account, limit=PAGE, cursor=cursor),
        "requests_sent": lambda cursor: reader.requests_sent(account, access, limit=PAGE, cursor=cursor),
        "requests_received": lambda cursor: reader.requests_received(cameo, access, limit=PAGE, cursor=cursor),
        "notifications": lambda cursor: reader.notifications(account, limit=PAGE, cursor=cursor),
    }
    for name, listing in listings.items():
        yield Entry(f"{name}.jsonl", (json_line(one) for one in _all(listing)))


def _account(shelf: Shelf, account: str) -> dict[str, Any]:
    with shelf.desk.store.snapshot() as facts:
        known = {key: fact.value for key, fact in facts.scan(account, "")}
    return {
        "account": account,
        "cameo": cameo_of(account),
        "handle": shelf.access.handle_of(account),
        "facts": known,
        "recovery_codes_left": shelf.proofs.codes_left(account),
        "tokens": [
            {"token_id": one.token_id, "label": one.label, "scopes": sorted(one.scopes), "app": one.app, "made": one.created_at.isoformat()}
            for one in shelf.access.tokens_of(account)
        ],
        "invitations": [{"invitation": one.invitation, "redeemed": one.redeemed} for one in shelf.invitations.of(account)],
        "apps": [one._asdict() for one in shelf.overview.apps(account)],
    }


def _own_films(shelf: Shelf, account: str) -> list[dict[str, Any]]:
    """List the films that the account asked for or is in; rows of ids and codes, some hundred bytes each."""
    rows = _all(
        lambda cursor: shelf.reader.search(
            subject=None, creator=None, since_us=None, generation=None, limit=PAGE, cursor=cursor, visible_to=account
        )
    )
    return [{"generation": row["generation"], "mine": row["requester"] == account, "row": row} for row in rows]


def _events(store: EventStore, keys: PersonalKeys, streams: list[str], account: str) -> Iterator[bytes]:
    for stream in streams:
        with store.snapshot() as facts:
            envelopes = as_shown(facts, store.read(stream))
        without = {one.data["enrolment"]: one.data.get("without", ()) for one in envelopes if one.type == "enrolment.started"}
        for envelope in envelopes:
            if not _is_ones_own(envelope, envelopes[0], account):
                continue
            told = cloud_event(envelope) | {"data": _data(envelope, account, without)}
            if envelope.sealed:
                told["sealed"], told["words"] = sorted(envelope.sealed), _words(keys, envelope)
            yield json_line(told)


def _appeals(store: EventStore, keys: PersonalKeys, cameo: str) -> Iterator[bytes]:
    """Tell one's appeals and how they ended. Who looked and what they said is a case's own."""
    refused = dict.fromkeys(one.data["enrolment"] for one in store.read(cameo) if one.type == "enrolment.refused")
    for name in map(appeal_id, refused):
        for envelope in store.read(name):
            if envelope.type in APPEALED:
                told = {name: envelope.data[name] for name in ("kind", "enrolment", "codes", "outcome") if name in envelope.data}
                yield json_line(
                    cloud_event(envelope) | {"data": told, "actor": None, "words": _words(keys, envelope) if envelope.sealed else None}
                )


def _is_ones_own(envelope: Envelope, first: Envelope, account: str) -> bool:
    """Tell whether an event may be told: of a film that somebody else asked for only one's own acts, and nobody's reports."""
    if envelope.type == "generation.reported" or first.data.get("requester", account) != account:
        return account in (envelope.actor, envelope.acting_as)
    return True


def _data(envelope: Envelope, account: str, without: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Leave out of an event what is about others, or helps to pass as the person. `without`: by enrolment, what they cannot do."""
    data = envelope.data
    match envelope.type:
        case "generation.decided":  # its input holds other people's facts
            return {name: data[name] for name in ("decision", "action", "attempt", "permit", "codes") if name in data}
        case "enrolment.assessed":
            told = {name: data[name] for name in ("enrolment", "evidence", "profile", "level") if name in data}
            return told | {"unmet": list(noticed(data, without.get(data["enrolment"], ())))}
        case "evidence.opened":
            return data | {"by": data["by"] if data["by"] in (None, account) else "a reviewer"}
        case _:
            return data


def _words(keys: PersonalKeys, envelope: Envelope) -> dict[str, str] | None:
    try:
        found = keys.unseal(envelope.stream, envelope.event_id, PURPOSE)
    except KeyholderRefusedError:
        return None  # nothing of it is given out: README says what that is
    return {name: value.decode("utf-8", "replace") for name, value in found.items()}


def _recordings(shelf: Shelf, account: str, cameo: str, left_out: LeftOut) -> Iterator[Entry]:
    events = [(one.type, one.data["evidence"]) for one in shelf.desk.store.read(cameo) if "evidence" in one.data]
    gone = {evidence for kind, evidence in events if kind == "evidence.destroyed"}
    given = dict.fromkeys(evidence for kind, evidence in events if kind in ("enrolment.recording_received", "evidence.added"))
    for evidence in given:
        if evidence in gone:
            left_out.reasons[f"recordings/{evidence}"] = ("evidence.destroyed",)
        else:
            yield from _opened(
                f"recordings/{evidence}", lambda evidence=evidence: shelf.keys.get_evidence(evidence, PURPOSE, account), left_out
            )


def _opened(name: str, opened: Callable[[], bytes], left_out: LeftOut) -> Iterator[Entry]:
    try:
        yield Entry(name, (opened(),), packed=False)
    except KeyholderRefusedError as error:
        left_out.reasons[name] = error.codes


def _all(listing: Callable[[str | None], dict[str, Any]]) -> Iterator[dict[str, Any]]:
    cursor: str | None = None
    while True:
        page = listing(cursor)
        yield from page["items"]
        cursor = page.get("next")
        if cursor is None:
            return


def _or_none(read: Callable[[], Any]) -> Any:
    try:
        return read()
    except CommandError:
        return None
