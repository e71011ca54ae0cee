# SPDX-License-Identifier: Apache-2.0
"""A patient's phone for the fuzzer, and bodies that fit together: without them no questionnaire would ever be answered."""
import json

URL = "http://fuzz.example/mood"
PIN = "471508"


def form(version):
    return {"resourceType": "Questionnaire", "url": URL, "version": version, "status": "active", "language": "en", "title": "Mood",
            "item": [{"linkId": "hours", "type": "decimal", "text": "Hours"}, {"linkId": "bad", "type": "boolean", "text": "Bad?"}]}


def rules():
    return {"scoring": {"name": "sum", "version": "1", "formulas": [{"name": "all", "expression": "%resource.item.count()"}]},
            "alerts": [{"name": "bad", "expression": "%resource.item.where(linkId='bad').answer.value = true", "help": {"en": "Call."}}]}


def answers(version):
    return {"resourceType": "QuestionnaireResponse", "questionnaire": f"{URL}|{version}", "status": "completed",
            "item": [{"linkId": "hours", "answer": [{"valueDecimal": 7.5}]}, {"linkId": "bad", "answer": [{"valueBoolean": True}]}]}


class Patient:
    def __init__(self, rng):
        self.rng = rng
        self.cookies, self.csrf, self.invited = {}, "", {}
        self.task = None  # (plan, number, version) of what can be answered
        self.assigned = None  # (subject, plan)
        self.is_answered = False  # and nobody has looked for alerts since

    @staticmethod
    def calls(path):
        return path.startswith("/api/v1/patient/")

    def headers(self):
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()), "X-CSRF-Token": self.csrf}

    def weight(self, path, name):
        """What brings the patient in, and to what can be answered; nothing where it does not matter."""
        if name in ("invitePatient", "activatePatient") and not self.csrf:
            return 20 if self.invited or name == "invitePatient" else 0.1
        if name == "submitResponse" and not self.task or name == "endAssignment" and not self.assigned:
            return 0.1
        if self.calls(path) and not self.csrf and name != "startPatientSession":
            return 0.1
        if name == "listPatientAlerts" and self.is_answered:
            return 20
        return 5 if name == "listPatientTasks" else None

    def segment(self, operation, name):
        """What stands in the path, where it has to fit."""
        if operation == "submitResponse" and self.task and self.rng.random() < 0.9:
            return self.task[0] if name == "plan" else self.task[1]
        if operation == "endAssignment" and self.assigned:
            return self.assigned[0 if name == "subject" else 1]
        return None

    def body(self, name):
        """What is usually sent there; nothing where any body of the schema will do."""
        known = {
            "importQuestionnaire": form(str(self.rng.randint(1, 60))),
            "setQuestionnaireRules": rules(),
            "addQuestionnairePlan": {"url": URL, "name": "daily", "times": 1000, "late_days": 3660,
                                     "applies_to": self.rng.choice(["all", "assigned"])},
            "withdrawQuestionnaire": {"reason": "fuzz"},
            "pauseQuestionnaires": {"reason": "fuzz"},
            "assignQuestionnaire": {},
            "activatePatient": {**self.invited, "pin": PIN},
            "startPatientSession": {"pin": PIN},
            "acknowledgePatientAlert": {"note": "called"},
            "submitResponse": answers(self.task[2] if self.task else "1"),
        }
        return known.get(name) if self.rng.random() < 0.85 else None

    def heard(self, name, target, status, headers, text):
        if self.calls(target) and (status == 401 or name == "endPatientSession" and status == 204):
            self.csrf = ""
        if name == "invitePatient" and status == 201:
            made = json.loads(text)
            self.invited = {"invitation": made["invitation"], "code": made["code"]}
        if name == "assignQuestionnaire" and status == 204:
            parts = target.split("/")
            self.assigned = (parts[4], parts[6])
        if name == "endAssignment":
            self.assigned = None
        if name == "submitResponse" and status == 201:
            self.is_answered = True
        if name == "listPatientAlerts" and status == 200 and json.loads(text)["alerts"]:
            self.is_answered = False
        if name == "listPatientTasks" and status == 200:
            today = json.loads(text)["today"]
            first = self.rng.choice(today) if today else None
            self.task = first and (first["task"]["plan"], first["task"]["number"], first["form"]["version"])
        if name in ("activatePatient", "startPatientSession") and status == 200:
            self.csrf, self.invited = json.loads(text)["csrf"], {}
            for cookie in headers.get_all("Set-Cookie"):
                key, _, value = cookie.split(";")[0].partition("=")
                self.cookies[key] = value
