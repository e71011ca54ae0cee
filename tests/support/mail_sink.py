#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A mail server for tests: takes mails over TLS and prints each as a line of JSON; stores nothing.

Usage: mail_sink.py CERTIFICATE KEY [tls] [plain] [user=NAME:PASSWORD]

Prints its port first. Speaks STARTTLS; `tls`: TLS from the first byte; `plain`: offers no TLS at all. The part of the
recipient before the @ says what it does:
refuse, later: 5xx, 4xx to RCPT; refuse-text, later-text: the same after the text; drop-data: closes at DATA; drop-middle:
closes before the text; drop-text: takes the text and closes without a word; hang, hang-text: falls silent at RCPT, after the text.
"""
import base64
import email
import json
import socket
import ssl
import sys
import threading

CERTIFICATE, KEY, *MODES = sys.argv[1:]
LOGIN = next((mode[5:] for mode in MODES if mode.startswith("user=")), None)
TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
TLS.load_cert_chain(CERTIFICATE, KEY)
PRINTING = threading.Lock()


def tell(**what):
    with PRINTING:
        print(json.dumps(what), flush=True)


class Closed(Exception):
    pass


class Session:
    def __init__(self, connection):
        self.connection, self.is_tls, self.user = connection, False, None
        self.unread = b""
        self.start_mail()

    def start_mail(self):
        self.sender, self.recipients = None, []

    def say(self, *lines):
        for line in lines:
            self.connection.sendall(line.encode() + b"\r\n")

    def line(self, end=b"\r\n"):
        while end not in self.unread:
            got = self.connection.recv(65536)
            if not got:
                raise Closed
            self.unread += got
        line, self.unread = self.unread.split(end, 1)
        return line.decode()

    def secure(self):
        self.connection = TLS.wrap_socket(self.connection, server_side=True)
        self.is_tls = True

    def hang(self, what):
        tell(hangs=what)
        while self.connection.recv(65536):
            pass
        raise Closed

    def behaves(self, way):
        return any(one.partition("@")[0] == way for one in self.recipients)

    def offers(self):
        features = ["sink", "8BITMIME"]
        if not self.is_tls and "plain" not in MODES:
            features.append("STARTTLS")
        if LOGIN and self.is_tls:
            features.append("AUTH PLAIN")
        return [f"250-{one}" for one in features[:-1]] + [f"250 {features[-1]}"]

    def login(self, rest):
        if rest.upper() == "PLAIN":
            self.say("334 ")
            rest = "PLAIN " + self.line()
        _, name, password = base64.b64decode(rest.split(" ")[1]).decode().split("\0")
        if f"{name}:{password}" != LOGIN:
            return self.say("535 5.7.8 wrong name or password")
        self.user = name
        return self.say("235 welcome")

    def recipient(self, rest):
        address = rest.partition("<")[2].partition(">")[0]
        way = address.partition("@")[0]
        if way == "refuse":
            return self.say("550 5.1.1 nobody of that name")
        if way == "later":
            return self.say("451 4.3.0 come back later")
        if way == "hang":
            self.hang("at RCPT")
        self.recipients.append(address)
        return self.say("250 ok")

    def data(self):
        if self.behaves("drop-data"):
            raise Closed
        self.say("354 go on")
        if self.behaves("drop-middle"):
            raise Closed
        text = self.line(b"\r\n.\r\n")
        if self.behaves("refuse-text"):
            return self.say("554 5.6.0 not with such a text")
        if self.behaves("later-text"):
            return self.say("452 4.2.2 mailbox full")
        says = email.message_from_string(text).get_payload(decode=True).decode()
        tell(sender=self.sender, to=self.recipients, text=text, says=says, tls=self.is_tls, user=self.user)
        if self.behaves("drop-text"):
            raise Closed
        if self.behaves("hang-text"):
            self.hang("after the text")
        self.start_mail()
        return self.say("250 2.0.0 taken as 4711")

    def command(self, line):
        word, _, rest = line.partition(" ")
        word = word.upper()
        if word in ("EHLO", "HELO"):
            self.say(*self.offers())
        elif word == "STARTTLS":
            self.say("220 go on")
            self.secure()
        elif word == "AUTH":
            self.login(rest)
        elif word == "MAIL" and LOGIN and not self.user:
            self.say("530 5.7.0 who are you?")
        elif word == "MAIL":
            self.sender = rest.partition("<")[2].partition(">")[0]
            self.say("250 ok")
        elif word == "RCPT":
            self.recipient(rest)
        elif word == "DATA":
            self.data()
        elif word == "QUIT":
            self.say("221 farewell")
            raise Closed
        else:
            self.say("502 what?")

    def run(self):
        try:
            if "tls" in MODES:
                self.secure()
            self.say("220 sink")
            while True:
                self.command(self.line())
        except (Closed, OSError):
            pass
        finally:
            self.connection.close()


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=Session(connection).run, daemon=True).start()


main()
