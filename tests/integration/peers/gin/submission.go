// SPDX-License-Identifier: Apache-2.0

package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
)

type patient struct{ id, subject, study, site string }

// One read for each request, as Cohort has it: a session can be ended at any time.
func (a *app) patient(c *gin.Context) (*patient, int) {
	token, err := c.Cookie("cohort_patient")
	if err != nil {
		return nil, http.StatusUnauthorized
	}
	p := &patient{}
	var device string
	var seen, expires int64
	err = a.store.reader.QueryRow(a.store.sql("SELECT p.id, p.device_id, p.subject_id, s.study_id, s.site_id, "+
		"p.last_seen_at, p.expires_at FROM patient_session p JOIN enrolled_subject s ON s.id = p.subject_id "+
		"WHERE p.token_hash = ? AND p.ended_at IS NULL"), sha([]byte(token))).
		Scan(&p.id, &device, &p.subject, &p.study, &p.site, &seen, &expires)
	if err != nil || now() >= expires {
		return nil, http.StatusUnauthorized
	}
	if !fromOurPage(c, token) {
		return nil, http.StatusForbidden
	}
	return p, 0
}

// As much of FHIR as the measured form has.
type response struct {
	ResourceType  string         `json:"resourceType"`
	Questionnaire string         `json:"questionnaire"`
	Status        string         `json:"status"`
	Language      string         `json:"language"`
	Authored      string         `json:"authored"`
	Item          []responseItem `json:"item"`
}

type responseItem struct {
	LinkID string   `json:"linkId"`
	Answer []choice `json:"answer"`
}

type choice struct {
	Coding  *coding     `json:"valueCoding,omitempty"`
	Decimal json.Number `json:"valueDecimal,omitempty"`
	Boolean *bool       `json:"valueBoolean,omitempty"`
	Integer *int64      `json:"valueInteger,omitempty"`
}

type coding struct {
	System string `json:"system"`
	Code   string `json:"code"`
}

func (r *response) answer(linkID string) *choice {
	for i := range r.Item {
		if r.Item[i].LinkID == linkID && len(r.Item[i].Answer) == 1 {
			return &r.Item[i].Answer[0]
		}
	}
	return nil
}

type judged struct {
	total  string
	alerts []string
}

// The rules of the measured form: what must be there, what it may be, the score and who is called.
func judge(r *response) (*judged, error) {
	if r.ResourceType != "QuestionnaireResponse" || r.Status != "completed" {
		return nil, errors.New("not-complete")
	}
	mood, sleep, thoughts := r.answer("mood"), r.answer("sleep"), r.answer("thoughts")
	if mood == nil || mood.Coding == nil || mood.Coding.System != "http://example.org/mood" ||
		len(mood.Coding.Code) != 1 || mood.Coding.Code < "0" || mood.Coding.Code > "3" {
		return nil, errors.New("mood")
	}
	if sleep != nil {
		hours, err := sleep.Decimal.Float64()
		if err != nil || hours > 24 {
			return nil, errors.New("sleep")
		}
	}
	if thoughts == nil || thoughts.Boolean == nil {
		return nil, errors.New("thoughts")
	}
	found := &judged{total: mood.Coding.Code}
	if *thoughts.Boolean {
		found.alerts = append(found.alerts, "thoughts")
	}
	return found, nil
}

type admission struct {
	subject, study, site string
	answered             []byte // what was told before
	version              string
	late                 bool
}

var errNoTask = errors.New("task")

// The same questions to the store as Cohort's.
func admit(tx *unit, who *patient, plan string, number int64, digest, canonical string, at time.Time) (*admission, error) {
	a := &admission{}
	var key, extra, enrolled string
	var position int64
	err := tx.row("SELECT id, study_id, site_id, key, enrolled_on, position, extra FROM subject WHERE id = ?", who.subject).
		Scan(&a.subject, &a.study, &a.site, &key, &enrolled, &position, &extra)
	if err != nil {
		return nil, err
	}
	w, err := windowOf(tx, a, plan, number, enrolled)
	if err != nil {
		return nil, err
	}
	var id, planID, questionnaire, before, told string
	var n, received, late int64
	err = tx.row("SELECT id, plan_id, number, questionnaire_id, received_at, is_late, digest, answer FROM patient_response "+
		"WHERE plan_id = ? AND subject_id = ? AND number = ?", plan, a.subject, number).
		Scan(&id, &planID, &n, &questionnaire, &received, &late, &before, &told)
	if err == nil {
		if before != digest {
			return nil, errors.New("task-answered")
		}
		a.answered = []byte(told)
		return a, nil
	}
	if err != sql.ErrNoRows {
		return nil, err
	}
	var rests int
	if tx.row("SELECT 1 FROM questionnaire_pause WHERE study_id = ? AND until_at IS NULL LIMIT 1", a.study).Scan(&rests) == nil {
		return nil, errors.New("study-paused")
	}
	if at.Before(w.opens) || !at.Before(w.closes) {
		return nil, errors.New("task-closed")
	}
	a.late = !at.Before(w.due)
	var state string
	var edits int64
	url, version, _ := strings.Cut(canonical, "|")
	err = tx.row("SELECT id, state, edits FROM questionnaire WHERE study_id = ? AND url = ? AND version = ?", a.study, url, version).
		Scan(&a.version, &state, &edits)
	if err != nil || state != "published" {
		return nil, errNoTask
	}
	return a, nil
}

type window struct{ opens, due, closes time.Time }

func windowOf(tx *unit, a *admission, plan string, number int64, enrolled string) (*window, error) {
	var id, study, url, name, to, by, organisation, oid, siteName, zone string
	var first, every, times, opens, due, dueDays, lateDays, shows, created int64
	var ended sql.NullInt64
	err := tx.row("SELECT id, study_id, url, name, applies_to, first_day, every_days, times, opens_minute, due_minute, due_days, "+
		"late_days, shows_scores, created_at, created_by, ended_at FROM questionnaire_plan WHERE id = ? AND study_id = ?", plan, a.study).
		Scan(&id, &study, &url, &name, &to, &first, &every, &times, &opens, &due, &dueDays, &lateDays, &shows, &created, &by, &ended)
	if err != nil || number < 1 || number > times || to != "all" || ended.Valid {
		return nil, errNoTask
	}
	var other, starts string
	if err = tx.row("SELECT plan_id, starts_on, ended_at FROM questionnaire_assignment WHERE subject_id = ?", a.subject).
		Scan(&other, &starts, &ended); err != nil && err != sql.ErrNoRows {
		return nil, err
	}
	if err = tx.row("SELECT id, organisation_id, oid, name, time_zone FROM site WHERE id = ?", a.site).
		Scan(&id, &organisation, &oid, &siteName, &zone); err != nil {
		return nil, err
	}
	var from int64
	if err = tx.row("SELECT from_at, until_at FROM questionnaire_pause WHERE study_id = ? ORDER BY from_at", a.study).
		Scan(&from, &ended); err != nil && err != sql.ErrNoRows {
		return nil, err
	}
	place, err := location(zone)
	if err != nil {
		return nil, err
	}
	day, err := time.ParseInLocation("2006-01-02", enrolled, place)
	if err != nil {
		return nil, err
	}
	day = day.AddDate(0, 0, int(first+every*(number-1)))
	at := func(day time.Time, minute int64) time.Time { return day.Add(time.Duration(minute) * time.Minute) }
	w := &window{opens: at(day, opens), due: at(day.AddDate(0, 0, int(dueDays)), due)}
	w.closes = w.due.AddDate(0, 0, int(lateDays))
	return w, nil
}

type submission struct {
	who                     *patient
	plan                    string
	number                  int64
	digest, address, client string
	at                      time.Time
	response                *response
	judged                  *judged
}

func (a *app) submitResponse(c *gin.Context) {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, 1<<20))
	if err != nil {
		problem(c, http.StatusRequestEntityTooLarge, "body-too-large")
		return
	}
	who, refused := a.patient(c)
	if refused != 0 {
		problem(c, refused, "no-session")
		return
	}
	number, err := strconv.ParseInt(c.Param("number"), 10, 32)
	s := &submission{who: who, plan: c.Param("plan"), number: number, digest: sha(body), address: c.ClientIP(),
		client: c.GetHeader("User-Agent"), at: time.Now(), response: &response{}}
	if err != nil || json.Unmarshal(body, s.response) != nil {
		problem(c, http.StatusBadRequest, "bad-json")
		return
	}
	var first *admission
	if err = a.store.read(func(tx *unit) error { first, err = s.admit(tx); return err }); err != nil {
		problem(c, http.StatusConflict, err.Error())
		return
	}
	if s.judged, err = judge(s.response); err != nil {
		problem(c, http.StatusUnprocessableEntity, err.Error())
		return
	}
	key := idempotencyKey{who.subject, "POST " + c.Request.URL.Path, c.GetHeader("Idempotency-Key"), s.digest, 1}
	var reply *reply
	err = a.store.transact(func(tx *unit) error {
		reply, err = once(tx, key, func() (*answer, error) { return s.store(tx, first) })
		return err
	})
	if err != nil {
		problem(c, http.StatusServiceUnavailable, err.Error())
		return
	}
	reply.send(c)
}

func (s *submission) admit(tx *unit) (*admission, error) {
	return admit(tx, s.who, s.plan, s.number, s.digest, s.response.Questionnaire, s.at)
}

func (s *submission) store(tx *unit, first *admission) (*answer, error) {
	a, err := s.admit(tx)
	if err != nil {
		return nil, err
	}
	if a.answered != nil {
		return &answer{status: http.StatusOK, body: a.answered}, nil
	}
	if a.version != first.version {
		return nil, errors.New("questionnaire-withdrawn")
	}
	id := newID()
	help := []string{}
	for range s.judged.alerts {
		help = append(help, "Please call 12345 now.")
	}
	state, late := "on_time", 0
	if a.late {
		state, late = "late", 1
	}
	told := toJSON(map[string]interface{}{"response": id, "received_at": rfc3339(s.at.UnixMilli()), "state": state, "help": help})
	err = tx.run("INSERT INTO patient_response (id, study_id, site_id, subject_id, plan_id, number, questionnaire_id, language, "+
		"authored, received_at, is_late, scoring, digest, body, answer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "+
		"ON CONFLICT (plan_id, subject_id, number) DO NOTHING",
		id, a.study, a.site, a.subject, s.plan, s.number, a.version, s.response.Language, s.response.Authored, s.at.UnixMilli(),
		late, "mood|1.0", s.digest, string(toJSON(s.response)), string(told))
	if err != nil {
		return nil, err
	}
	err = tx.run("INSERT INTO patient_score (response_id, position, name, value, problem) VALUES (?, ?, ?, ?, ?)", id, 0, "total", s.judged.total, "")
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusCreated, body: told}, s.record(tx, a, id)
}

// The audit of the response and of each alert it raises, with the alert itself.
func (s *submission) record(tx *unit, a *admission, id string) error {
	who := session{user: "patient", role: "patient"}
	e := entry{who: who, action: "patient-response.submitted", study: a.study, site: a.site, subject: a.subject,
		address: s.address, client: s.client, how: "api", target: id, after: s.digest,
		extra: string(toJSON(map[string]interface{}{"plan": s.plan, "number": s.number, "questionnaire": a.version, "late": a.late}))}
	if err := e.append(tx); err != nil {
		return err
	}
	for _, rule := range s.judged.alerts {
		alert, at := newID(), s.at.UnixMilli()
		err := tx.run("INSERT INTO patient_alert (id, study_id, site_id, subject_id, response_id, rule, raised_at, due_at) "+
			"VALUES (?, ?, ?, ?, ?, ?, ?, ?)", alert, a.study, a.site, a.subject, id, rule, at, at+30*60*1000)
		if err != nil {
			return err
		}
		raised := e
		raised.action, raised.target, raised.after = "patient-alert.raised", alert, nil
		raised.extra = string(toJSON(map[string]interface{}{"rule": rule, "response": id}))
		if err := raised.append(tx); err != nil {
			return err
		}
	}
	return nil
}
