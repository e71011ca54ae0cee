#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server is sent what its own description allows and what it does not; no answer may be a 5xx, or
one that the description does not say; and every operation must have been done well at least once.

    tests/fuzz/api_fuzz.py BINARY [--seconds S | --requests N] [--seed SEED]

Knows nothing of the routes but /api/v1/openapi.json. What a server answers is remembered by the names
of its members, so that later requests name things that are there.
"""
import argparse
import collections
import http.client
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse

import api_document
import api_patient

ROOT = pathlib.Path(__file__).resolve().parents[2]
DEMO_STUDY = b"ST.HTN"
REFUSED = ["\u0000", "\ud800"]  # no text holds these
NASTY = ["", " ", "1", "-1", "null", "李娜", "\u202egnp.exe", "a" * 3000, "O'Brien; DROP TABLE subject;--",
         "<x>&amp;", "../../etc/passwd", "%00", "${1}", "1e400", "NaN", "2026-02-30", "2026-11-21",
         "9999-12-31T23:59:59Z", "2026-11-21T10:00:00.000Z", "00000000-0000-7000-8000-000000000000", "\r\nX-Evil: 1",
         "admin", "coordinator", "UNK", "120", "37.5", "\U0001f9ec"]
NUMBERS = [0, 1, -1, 2, 9, 2**31, 2**53, 2**63 - 1, -2**63, 2**63, 2**64, 1.5, 1e300, -0.0]
RAW = {"date": "2026-11-20", "datetime": "2026-11-20T10:00:00", "time": "10:30:00", "float": "37.5", "integer": "2",
       "partialDate": "2026-11", "text": "text"}
# What ends the fuzzer's own sessions or makes the store large is asked seldom.
WEIGHTS = {"signOut": 0.05, "changePassword": 0.05, "signIn": 0.05, "createUser": 0.4, "setPassword": 0.2,
           "importStudy": 0.05, "addSubject": 0.3, "exportStudy": 0.1, "saveForm": 6, "completeForm": 2, "addRow": 2,
           "openForm": 2, "withdrawQuestionnaire": 0.2, "pauseQuestionnaires": 0.2, "endQuestionnairePlan": 0.2,
           "endPatientAccess": 0.2}
# In which states, as they were seen last, a job or a questionnaire can be told so.
STATES = {"publishQuestionnaire": ("draft",), "setQuestionnaireRules": ("draft",), "withdrawQuestionnaire": ("draft", "published"),
          "pauseJob": ("queued", "running"), "resumeJob": ("paused", "cancelled"),
          "cancelJob": ("queued", "running", "paused"), "readResult": ("running", "succeeded")}


class Server:
    """A fresh server with the demo study."""

    def __init__(self, binary, folder):
        self.folder = folder
        self.log = open(folder / "stderr.txt", "wb")
        settings = ["identity.guesses_per_account=1000000", "identity.guesses_per_address=1000000",
                    "patient.guesses=1000000", "patient.guesses_in_all=1000000", "identity.hash_memory=1MiB", "identity.hash_passes=1",
                    f"data.demo_study={ROOT / 'demo/hypertension.xml'}"]
        arguments = [argument for one in settings for argument in ("--set", one)]
        self.process = subprocess.Popen([binary, "serve", "--data", folder / "data", "--port", "0", *arguments],
                                        stdout=subprocess.PIPE, stderr=self.log, text=True)
        said = ""
        for line in self.process.stdout:
            said += line
            if found := re.search(r"ready at http://([^/]+)/", line):
                self.address = found[1]
                break
        else:
            raise SystemExit(f"the server did not start: {said}{(folder / 'stderr.txt').read_text()}")

    def people(self):
        for line in (self.folder / "data/demo-users.txt").read_text().splitlines():
            if match := re.fullmatch(r"(\S+@demo)\s+(\S+)\s+(\S+)", line):
                yield match[1], match[2]

    def stop(self):
        self.process.terminate()
        return self.process.wait(60)


class Person:
    def __init__(self, login, password):
        self.login, self.password = login, password
        self.cookie = self.csrf = None


class Pool:
    """What answers held, by the member's name, ids apart from words; the newest are kept."""

    ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

    def __init__(self):
        self._ids = collections.defaultdict(lambda: collections.deque(maxlen=60))
        self._words = collections.defaultdict(lambda: collections.deque(maxlen=60))
        self.below = {}  # forms of a visit, groups of a form, items of a group
        self.form_of = {}  # what a form with an id is
        self.version_of = {}  # the one that was seen last of what has an id
        self.user_of = {}  # who holds a grant
        self.state_of = {}  # of a job, when it was seen last
        self.items = {}  # what the study says of one
        self.codes = {}  # of a code list

    def _keep(self, name, value):
        is_id = isinstance(value, str) and self.ID.fullmatch(value)
        kept = (self._ids if is_id else self._words)[name.removesuffix("_id")]
        if value not in kept:
            kept.append(value)

    def add(self, value, name=""):
        if isinstance(value, dict):
            for key, one in value.items():
                self.add(one, key)
            if isinstance(value.get("id"), str):
                self._keep(self._kind(value), value["id"])
            if isinstance(value.get("oid"), str):
                self._keep(name, value["oid"])
                for children in (value.get("forms"), value.get("groups"), value.get("items")):
                    if isinstance(children, list):
                        self.below[value["oid"]] = [child["oid"] for child in children]
            if isinstance(value.get("form"), dict) and "id" in value:
                self.form_of[value["id"]] = value["form"]["oid"]
            if isinstance(value.get("version"), int) and "id" in value:
                self.version_of[value["id"]] = value["version"]
            if "edits" in value:
                self.version_of[value["id"]] = value["edits"]
                self.state_of[value["id"]] = value["state"]
            if "question" in value and "oid" in value:
                self.items[value["oid"]] = value
            if "entries" in value:
                self.codes[value["oid"]] = [entry["value"] for entry in value["entries"]]
            if "done_a_minute" in value:
                self.state_of[value["id"]] = value["state"]
            if "granted_at" in value:
                self.user_of[value["id"]] = value["user"]
        elif isinstance(value, list):
            for one in value[:40]:
                self.add(one, name.removesuffix("s"))
        elif isinstance(value, (str, int)) and not isinstance(value, bool):
            self._keep(name, value)

    @staticmethod
    def _kind(value):
        for member, kind in (("weekdays", "schedule"), ("granted_at", "grant"), ("login", "user"), ("stages", "form"), ("key", "subject"),
                             ("withdrawn_why", "questionnaire"), ("every_days", "plan"), ("authored", "response"), ("acknowledged_by", "alert"),
                             ("time_zone", "site"), ("protocol", "study"), ("done_a_minute", "job")):
            if member in value:
                return kind
        return "thing"

    def raw(self, rng, item):
        """What somebody might enter."""
        said = self.items.get(item, {})
        codes = self.codes.get(said.get("code_list"))
        return rng.choice(codes) if codes else RAW.get(said.get("data_type"), "text")

    def id(self, rng, name, wanted=lambda one: True):
        found = [one for one in self._ids.get(name, ()) if wanted(one)]
        return rng.choice(found) if found else None

    def ids(self, name, wanted=lambda one: True):
        return sum(1 for one in self._ids.get(name, ()) if wanted(one))

    def word(self, rng, name):
        return rng.choice(self._words[name]) if self._words.get(name) else None


class Fuzzer:
    def __init__(self, server, seed):
        self.server, self.seed, self.rng, self.pool = server, seed, random.Random(seed), Pool()
        self.connection = http.client.HTTPConnection(server.address, timeout=60)
        self.people = [Person(*one) for one in server.people()]
        if not self.people:
            raise SystemExit("no demo accounts to sign in with")
        self.document = json.loads(self.send("GET", "/api/v1/openapi.json", {}, None)[2])
        self.answers = api_document.Answers(self.document)
        self.schemas = self.document["components"]["schemas"]
        self.operations = list(api_document.operations(self.document))
        self.counts = collections.Counter()
        self.person = None  # who asks
        self.named = {}  # the ids in the path of the request
        self.patient = api_patient.Patient(self.rng)
        self.done = {operation["operationId"]: collections.Counter() for _, _, operation in self.operations}
        self.findings = {}
        self.logins = 0  # that were thought of
        self.left_out = {}  # by a form's id: the pointers to what was said to be missing
        for person in self.people:
            self.sign_in(person)
        self.protected = {person.user for person in self.people}

    # --- HTTP ---------------------------------------------------------------------------------

    def send(self, method, target, headers, body):
        for again in (True, False):
            try:
                self.connection.request(method, target, body=body, headers=headers)
                answer = self.connection.getresponse()
                if answer.headers.get_content_type() == "text/event-stream":  # it has no end
                    answer.close()
                    self.connection.close()
                    return answer.status, answer.headers, b""
                return answer.status, answer.headers, answer.read()
            except (http.client.HTTPException, OSError):
                # The server may close after an error; a second time it is not that.
                self.connection.close()
                if not again or self.server.process.poll() is not None:
                    raise

    def sign_in(self, person):
        body = json.dumps({"login": person.login, "password": person.password})
        status, headers, text = self.send("POST", "/api/v1/session", {"Content-Type": "application/json"}, body)
        if status != 200:
            raise SystemExit(f"{person.login} cannot sign in: {status} {text.decode()}")
        session = json.loads(text)
        person.user, person.csrf = session["user"]["id"], session["csrf"]
        person.permissions = {one["permission"] for one in session["permissions"]}
        person.cookie = headers["Set-Cookie"].split(";")[0]

    # --- values -------------------------------------------------------------------------------

    def resolve(self, schema):
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def text(self, name, schema):
        if name == "raw" and self.rng.random() < 0.7:
            return self.rng.choice(["1", "0", "2", "37.5", "120", "2026-11-21", "10:30", "text"])
        if "enum" in schema and self.rng.random() < 0.8:
            return self.rng.choice(schema["enum"])
        known = (self.pool.id if schema.get("format") == "uuid" else self.pool.word)(self.rng, name)
        if known is not None and self.rng.random() < 0.85:
            return str(known)
        if name == "current" and self.rng.random() < 0.7:
            return self.person.password
        if name in ("password", "new") and self.rng.random() < 0.7:
            return "a heron stands by the weir"
        if schema.get("format") == "date-time" and self.rng.random() < 0.8:
            return f"20{self.rng.randint(20, 40)}-0{self.rng.randint(1, 9)}-11T10:00:00Z"
        if schema.get("format") == "date" and self.rng.random() < 0.7:
            return f"20{self.rng.randint(0, 30):02}-{self.rng.randint(1, 12):02}-{self.rng.randint(1, 28):02}"
        return self.rng.choice(NASTY)

    def value(self, schema, name=""):
        schema = self.resolve(schema)
        if "anyOf" in schema:
            choices = [one for one in schema["anyOf"] if one.get("type") != "null" or self.rng.random() < 0.1]
            return self.value(self.rng.choice(choices), name)
        kind = schema.get("type", "any")
        if kind == "object":
            out = {}
            for member, of in schema.get("properties", {}).items():
                if member in schema.get("required", []) or self.rng.random() < 0.5:
                    out[member] = self.value(of, member)
            return self.fitting(out) if self.rng.random() < 0.9 else out
        if kind == "array":
            return [self.value(schema["items"], name.removesuffix("s")) for _ in range(self.rng.choice((0, 1, 1, 1, 1, 2, 6)))]
        if kind == "integer":
            return self.rng.choice([*[schema.get("minimum", 0)] * 4, 1, 2, 3, 4, *NUMBERS[:9]])
        if kind == "string":
            return self.text(name, schema)
        return {"boolean": True, "null": None, "number": 1.5}.get(kind, self.rng.choice(NASTY))

    def fitting(self, out):
        """The same about things that belong together, as far as that is known."""
        below = self.pool.below
        if "event" in out and "form" in out and (forms := below.get(out["event"])):
            out["form"] = self.rng.choice(forms)
        if "group" in out and (groups := below.get(self.pool.form_of.get(self.named.get("form")))):
            out["group"] = self.rng.choice(groups)
        if "item" in out and (items := below.get(out.get("group"))):
            out["item"] = self.rng.choice(items)
        if "raw" in out and self.rng.random() < 0.7:
            out["raw"] = self.pool.raw(self.rng, out.get("item"))
        if "changes" in out and (pointers := self.left_out.pop(self.named.get("form"), None)):
            out = {"changes": [self.entry(pointer) for pointer in pointers]}
        if "each" in out and self.rng.random() < 0.5:  # a job that lasts
            out = {"each": "subject", "rate": 1}
        if "url" in out and self.rng.random() < 0.7:  # where nobody listens
            out |= {"url": "http://127.0.0.1:9/reports", "token": "a-token"}
        if out.keys() == {"login", "password"}:
            known = self.rng.choice(self.people)
            out = {"login": known.login, "password": known.password}
        elif "login" in out and self.rng.random() < 0.8:
            self.logins += 1
            out["login"] = f"person{self.logins}@fuzz"
        return out

    def entry(self, pointer):
        _, _, group, repeat, item = pointer.split("/")
        return {"group": group, "repeat": repeat, "item": item, "raw": self.pool.raw(self.rng, item), "base_version": 0}

    def spoilt(self, value):
        """The same with one thing wrong."""
        if isinstance(value, dict) and value and self.rng.random() < 0.8:
            name = self.rng.choice(list(value))
            choice = self.rng.random()
            out = dict(value)
            if choice < 0.25:
                del out[name]
            elif choice < 0.35:
                out[self.rng.choice(["extra", "李娜", "id", ""])] = 1
            else:
                out[name] = self.spoilt(value[name])
            return out
        if isinstance(value, list) and value and self.rng.random() < 0.7:
            return [self.spoilt(value[0]), *value[1:]]
        return self.rng.choice([None, True, [], {}, [[]], {"a": {"b": []}}, *NUMBERS, *NASTY, *REFUSED])

    def body_text(self, value):
        text = json.dumps(value, ensure_ascii=self.rng.random() < 0.5).encode("utf-8", "surrogatepass")
        if self.rng.random() < 0.9:
            return text
        cut = self.rng.randrange(len(text) + 1)
        junk = [b"", b"\xff", b"}", b'"', b"[" * 100, b",", b"\x00", b'{"a":1,"a":1}', b" " * 100]
        return text[:cut] + self.rng.choice(junk) + text[cut + self.rng.choice((0, 0, 1)):]

    def odm(self):
        text = (ROOT / "demo/hypertension.xml").read_bytes()
        if self.rng.random() < 0.4:  # a study like the demo's, but another
            return text.replace(DEMO_STUDY, b"%s.%d" % (DEMO_STUDY, self.rng.randint(1, 2)))
        at = self.rng.randrange(len(text))
        return text[:at] + self.rng.choice([b"", b"<", b"\x00", b"&x;", b'"', b"<!DOCTYPE a>", b"</ODM>"]) + text[at + 1:]

    # --- requests -----------------------------------------------------------------------------

    def fits_path(self, operation, name):
        """Which known ids may stand in the path: nobody is shut out whom the fuzzer needs."""
        harmful = re.search("disable|Password|revoke|grant", operation["operationId"])
        if name == "user" and operation["operationId"] == "revokeRole":
            return lambda one: one not in self.protected and one in self.pool.user_of.values()
        if name == "user" and harmful:
            return lambda one: one not in self.protected
        if name == "grant":
            return lambda one: self.pool.user_of.get(one) == self.named.get("user")
        if wanted := STATES.get(operation["operationId"]):
            return lambda one: self.pool.state_of.get(one) in wanted
        return lambda one: True

    def segment(self, operation, name):
        if known := self.patient.segment(operation["operationId"], name):
            pass
        elif name == "version":
            known = self.pool.version_of.get(self.named.get("form"))
        elif name in ("item", "number"):
            known = self.rng.choice((1, 1, 2))
        else:
            known = self.pool.id(self.rng, name, self.fits_path(operation, name))
        if known is not None and self.rng.random() < 0.97:
            self.named[name] = known
            return urllib.parse.quote(str(known), safe="")
        text = self.rng.choice([*NASTY[1:], "\u0000"])
        return urllib.parse.quote(text, safe="")

    def query(self, operation):
        pairs = []
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "query" or self.rng.random() < 0.6:
                continue
            schema = parameter["schema"]
            value = self.value(schema, parameter["name"])
            if schema.get("type") == "integer" and self.rng.random() < 0.8:
                value = self.rng.randint(schema["minimum"], min(schema["maximum"], 50))
            pairs.append((parameter["name"], str(value).encode("utf-8", "surrogatepass")))
        if self.rng.random() < 0.02:
            pairs.append(("surprise", "1"))
        return "?" + urllib.parse.urlencode(pairs) if pairs else ""

    def done_well(self, name):
        return any(200 <= status < 300 for status in self.done[name])

    def goes_on(self, requests):
        """The ids are the server's, so no seed makes two runs alike: what was never done has as many tries again."""
        asked = self.counts["all"]
        return asked < requests or (asked < 2 * requests and not all(self.done_well(name) for name in self.done))

    def weight(self, path, operation):
        """What makes things first, then what needs them; what was never done before all else."""
        name = operation["operationId"]
        if name == "addSubject" and self.pool.ids("subject") < 6:
            return 5
        if name == "openForm" and self.pool.ids("form") < 12:
            return 10
        if name == "startExport" and not self.pool.ids("job", lambda one: self.pool.state_of.get(one) == "running"):
            return 5
        if (weight := self.patient.weight(path, name)) is not None:
            return weight
        needed = [one for one in re.findall(r"{(\w+)}", path) if one not in ("version", "grant", "item", "number")]
        if not all(self.pool.ids(one, self.fits_path(operation, one)) for one in needed):
            return 0.1
        return WEIGHTS.get(name, 1) if self.done_well(name) else 10

    def request(self):
        weights = [self.weight(path, operation) for _, path, operation in self.operations]
        method, path, operation = self.rng.choices(self.operations, weights)[0]
        wanted = operation["x-cohort-access"].get("permission")
        able = [one for one in self.people if wanted in one.permissions]
        person = self.person = self.rng.choice(able if able and self.rng.random() < 0.8 else self.people)
        self.named = {}
        target = re.sub(r"{(\w+)}", lambda found: self.segment(operation, found[1]), path) + self.query(operation)
        headers, body = {}, None
        if self.patient.calls(path):
            headers.update(self.patient.headers() if self.rng.random() < 0.97 else {})
        elif self.rng.random() < 0.97:
            headers["Cookie"] = person.cookie
            if method != "GET" and self.rng.random() < 0.98:
                headers["X-CSRF-Token"] = person.csrf
        for parameter in operation.get("parameters", []):
            if parameter["in"] != "header" or self.rng.random() < 0.1:
                continue
            if parameter["name"] == "If-Match":
                version = self.pool.version_of.get(self.named.get("questionnaire", self.named.get("form")), 1)
                headers["If-Match"] = self.rng.choice([*[f'"{version}"'] * 6, "*", '"x"'])
            else:
                headers["Idempotency-Key"] = self.rng.choice([*[f"k{self.rng.randrange(10**9)}"] * 8, "same", "a" * 256])
        if wanted := operation.get("requestBody"):
            kind = next(iter(wanted["content"]))
            if kind.endswith("json"):
                value = self.patient.body(operation["operationId"])
                if value is None:
                    value = self.value(wanted["content"][kind].get("schema", {"type": "object"}))
                body = self.body_text(value if self.rng.random() < 0.75 else self.spoilt(value))
            else:
                body = self.odm()
            headers["Content-Type"] = kind if self.rng.random() < 0.97 else self.rng.choice(["text/plain", "a", "application/"])
        return method, target, headers, body, operation, person

    def one(self):
        method, target, headers, body, operation, person = self.request()
        status, answer_headers, text = self.send(method, target, headers, body)
        self.counts[status] += 1
        self.counts["all"] += 1
        self.done[operation["operationId"]][status] += 1
        error = self.answers.error(operation, status, answer_headers["Content-Type"], lambda: json.loads(text))
        if status >= 500:
            error = f"{status} {text[:300]!r}"
        if error:
            key = (operation["operationId"], re.sub(r"[0-9a-f-]{8,}|\d+", "#", error))
            shown = {name: value for name, value in headers.items() if name not in ("Cookie", "X-CSRF-Token")}
            self.findings.setdefault(key, f"{error}\n  {person.login}: {method} {target} {shown}\n  {(body or b'')[:2000]!r}")
        name = operation["operationId"]
        self.patient.heard(name, target, status, answer_headers, text)
        if status in (200, 201) and (answer_headers["Content-Type"] or "").startswith("application/json"):
            if name != "readDescription":
                self.pool.add(json.loads(text))
        if status == 422 and b'"mandatory"' in text:
            self.left_out[self.named["form"]] = [
                one["pointer"] for one in json.loads(text)["errors"]
                if one["code"] == "mandatory" and one["pointer"].count("/") == 4]
        if status == 422 and name in STATES:
            self.pool.state_of[self.named.get("job")] = "another"
        if status == 200 and name == "changePassword":
            person.password = json.loads(body)["new"]
        if api_patient.Patient.calls(target):
            return
        if status == 401 or (status < 300 and name in ("signOut", "changePassword")):
            if "Cookie" in headers:
                self.sign_in(person)
        if status == 403 and b'"csrf"' in text and "X-CSRF-Token" in headers:
            self.sign_in(person)


def run(binary, seconds, requests, seed):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binary, pathlib.Path(folder))
        try:
            fuzzer = Fuzzer(server, seed)
            for error in api_document.form_errors(fuzzer.document):
                fuzzer.findings[error] = error
            end = time.monotonic() + seconds if seconds else None
            while time.monotonic() < end if end else fuzzer.goes_on(requests):
                fuzzer.one()
        finally:
            code = server.stop()
        if code != 0:
            fuzzer.findings["end"] = f"the server ended with {code}: {(server.folder / 'stderr.txt').read_text()[-3000:]}"
    for name in fuzzer.done:
        if not fuzzer.done_well(name):
            fuzzer.findings[name] = f"{name} was never done: {dict(fuzzer.done[name])}"
    return fuzzer


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("binary")
    arguments.add_argument("--seconds", type=float)
    arguments.add_argument("--requests", type=int, default=6000)
    arguments.add_argument("--seed", type=int, default=1)
    given = arguments.parse_args()
    fuzzer = run(given.binary, given.seconds, given.requests, given.seed)
    answers = ", ".join(f"{count} × {status}" for status, count in sorted(fuzzer.counts.items(), key=str))
    print(f"seed {given.seed}: {answers}")
    for finding in fuzzer.findings.values():
        print(f"FOUND {finding}")
    done = sum(1 for name in fuzzer.done if fuzzer.done_well(name))
    print(f"done: {done} of {len(fuzzer.done)} operations")
    return 1 if fuzzer.findings else 0


if __name__ == "__main__":
    sys.exit(main())
