#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A receiver of reports for all sites, for tests and to try things out: keeps what comes as files, and misbehaves as real ones do.

Usage: receiver.py FOLDER [NAME=VALUE ...]

Prints its port first. PUT /SITE/DELIVERY keeps the body as FOLDER/SITE/DELIVERY.pdf: under a temporary name, synced, renamed;
a second one of the same delivery changes nothing. GET /SITE/DELIVERY says what is kept. FOLDER/log has a line for each
thing that happened: "stored SITE DELIVERY", "again SITE DELIVERY", "fault KIND", "restart".

port               where it listens on this machine (any that is free)
certificate, key   speaks TLS with them
token              whom it lets in
fail               share of the calls that go wrong (0)
twice              share of the calls that are answered twice (0)
restart            share of the calls in the middle of which it dies, and comes back (0)
hang               seconds for which a call that goes wrong is not answered (3)
delay              seconds that it takes over a report (0)
dead               a SITE that never answers
refuse             a SITE that refuses all for good (422)
"""
import ctypes
import hashlib
import json
import os
import random
import signal
import socket
import ssl
import sys
import threading
import time
import uuid

FOLDER, *OPTIONS = sys.argv[1:]
GIVEN = dict(option.split("=", 1) for option in OPTIONS)
FAIL, TWICE, RESTART, DELAY = (float(GIVEN.get(name, "0")) for name in ("fail", "twice", "restart", "delay"))
HANG = float(GIVEN.get("hang", "3"))
LOCK = threading.Lock()  # what a death must not come between
LOG = os.open(os.path.join(FOLDER, "log"), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

BEFORE = ["503 before", "429 before", "hang before", "drop before", "drop in the middle"]
AFTER = ["500 after", "hang after", "drop after"]


def tell(*words):
    os.write(LOG, (" ".join(words) + "\n").encode())


class Closed(Exception):
    pass


def die():
    with LOCK:
        tell("restart")
        os._exit(1)


def stored(site, delivery, body):
    """Whether it is new."""
    folder = os.path.join(FOLDER, site)
    final = os.path.join(folder, delivery + ".pdf")
    if os.path.exists(final):
        return False
    os.makedirs(folder, exist_ok=True)
    part = f"{final}.{uuid.uuid4().hex}.part"
    with open(part, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    if random.random() < RESTART:
        die()
    with LOCK:
        if os.path.exists(final):
            os.unlink(part)
            return False
        os.rename(part, final)
        tell("stored", site, delivery)
        return True


class Connection:
    def __init__(self, connection):
        self.connection, self.unread = connection, b""

    def more(self):
        got = self.connection.recv(1 << 18)
        if not got:
            raise Closed
        self.unread += got

    def head(self):
        while b"\r\n\r\n" not in self.unread:
            self.more()
        head, self.unread = self.unread.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        return method, path, {name.lower(): value for name, value in headers.items()}

    def body(self, length):
        while len(self.unread) < length:
            self.more()
        body, self.unread = self.unread[:length], self.unread[length:]
        return body

    def say(self, status, said, *headers):
        body = json.dumps(said).encode()
        lines = [f"HTTP/1.1 {status} x", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
        answer = "\r\n".join(lines).encode() + b"\r\n\r\n" + body
        self.connection.sendall(answer * 2 if random.random() < TWICE else answer)

    def go_wrong(self, fault):
        tell("fault", fault)
        if fault.startswith("hang"):
            time.sleep(HANG)
        if fault.startswith(("hang", "drop")):
            raise Closed
        more = ["Retry-After: 1"] if fault.startswith("429") else []
        self.say(int(fault[:3]), {"title": "try again"}, *more)

    def put(self, site, delivery, headers):
        length = int(headers["content-length"])
        fault = random.choice(BEFORE + AFTER) if random.random() < FAIL else None
        if fault == "drop in the middle":
            self.body(min(length, 100))
            self.go_wrong(fault)
        body = self.body(length)
        time.sleep(DELAY)
        if site == GIVEN.get("dead"):
            self.go_wrong("hang before")
        if site == GIVEN.get("refuse"):
            return self.say(422, {"title": "not here"})
        if fault in BEFORE:
            return self.go_wrong(fault)
        digest = hashlib.sha256(body).hexdigest()
        if digest != headers.get("digest-sha256"):
            return self.say(400, {"title": "half a report"})
        new = stored(site, delivery, body)
        if not new:
            tell("again", site, delivery)
        if random.random() < RESTART:
            die()
        if fault:
            return self.go_wrong(fault)
        return self.say(201 if new else 200, {"delivery": delivery, "sha256": digest, "receipt": "kept"})

    def get(self, site, delivery):
        if site == GIVEN.get("dead"):
            self.go_wrong("hang before")
        if random.random() < FAIL:
            return self.go_wrong(random.choice(["503 asked", "hang asked", "drop asked"]))
        try:
            with open(os.path.join(FOLDER, site, delivery + ".pdf"), "rb") as file:
                digest = hashlib.sha256(file.read()).hexdigest()
        except FileNotFoundError:
            return self.say(404, {"title": "nothing of this delivery"})
        return self.say(200, {"delivery": delivery, "sha256": digest, "receipt": "kept"})

    def serve(self):
        method, path, headers = self.head()
        _, site, delivery = path.split("/")
        if headers.get("authorization") != "Bearer " + GIVEN.get("token", "token"):
            self.body(int(headers.get("content-length", "0")))
            return self.say(401, {"title": "who are you?"})
        if method == "PUT":
            return self.put(site, delivery, headers)
        return self.get(site, delivery)

    def run(self):
        try:
            self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if "certificate" in GIVEN:
                self.connection = TLS.wrap_socket(self.connection, server_side=True)
            while True:
                self.serve()
        except (Closed, OSError):
            pass
        finally:
            self.connection.close()


def serve(listener, parent):
    # Who started it is gone: so is this, also when that was before it could ask for it.
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    random.seed()
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=Connection(connection).run, daemon=True).start()


if "certificate" in GIVEN:
    TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    TLS.load_cert_chain(GIVEN["certificate"], GIVEN["key"])


def main():
    listener = socket.create_server(("127.0.0.1", int(GIVEN.get("port", "0"))), backlog=1024)
    print(listener.getsockname()[1], flush=True)
    # The door stays open while the one behind it dies and another comes.
    parent = os.getpid()
    while True:
        child = os.fork()
        if child == 0:
            serve(listener, parent)
        os.waitpid(child, 0)


main()
