"""What the programs beside this one share: checks that are counted, the way to the local server, and plain HTTP."""

import contextlib
import json
import os
import socket
import sys

import requests

# Keys that something between a program and the service could mistake: percent, plus, query, XML, blanks, scripts.
ODD_KEYS = [
    " blank at both ends ",
    "%41 is not A",
    "a+b c",
    "a//b/",
    "back\\slash",
    "line\nand\ttab",
    "query?a=b&c=d#e",
    "quote\"'<&>]]>",
    "~tilde-_.!*()",
    "\u00e9\u6587\u4ef6/\U0001f600",
]

_passed = 0
_failed = 0


def check(what, got, wanted=True):
    """Compares, says what came of it and counts."""
    global _passed, _failed
    if got == wanted:
        _passed += 1
        print("ok", what)
    else:
        _failed += 1
        print("FAILED", what, repr(got), "is not", repr(wanted))


def raised(exception, call, *arguments, **options):
    """The exception of this type that the call has to raise: a check, too."""
    try:
        call(*arguments, **options)
    except exception as error:
        check("%s from %s" % (exception.__name__, call.__name__), True)
        return error
    raise AssertionError("no %s from %s" % (exception.__name__, call.__name__))


def finish():
    """The last line says how many checks there were."""
    print("%d checks passed, %d failed" % (_passed, _failed))
    sys.exit(1 if _failed else 0)


def connect_all_to(port):
    """Answers every question for a host with the local server, so that the service's own host names can be used."""
    resolve = socket.getaddrinfo

    def local(_host, _port, *arguments, **options):
        return resolve("127.0.0.1", port, *arguments, **options)

    socket.getaddrinfo = local


class Setting:
    """What the test that runs this program says about the server."""

    def __init__(self):
        self.endpoint = os.environ["OSS_ENDPOINT"]
        self.region = os.environ["OSS_REGION"]
        self.signature = os.environ["OSS_SIGNATURE"]
        self.key = os.environ["OSS_ACCESS_KEY_ID"], os.environ["OSS_ACCESS_KEY_SECRET"]
        self.temporary_key = (
            os.environ["STS_ACCESS_KEY_ID"],
            os.environ["STS_ACCESS_KEY_SECRET"],
            os.environ["STS_TOKEN"],
        )
        if "CONNECT_TO" in os.environ:
            connect_all_to(int(os.environ["CONNECT_TO"]))

    @contextlib.contextmanager
    def spoilt_crc(self, operation):
        """Meanwhile the server answers such requests with a wrong CRC."""
        rules = self.endpoint + "/_local/rules"
        rule = {"operation": operation, "times": 1000, "action": {"type": "wrong_crc"}}
        requests.post(rules, data=json.dumps(rule)).raise_for_status()
        yield
        requests.delete(rules).raise_for_status()
