// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"
)

type change struct {
	Group       string `json:"group"`
	Repeat      string `json:"repeat"`
	Item        string `json:"item"`
	Raw         string `json:"raw"`
	BaseVersion int64  `json:"base_version"`
	Reason      string `json:"reason"`
	value       interface{}
}

type patch struct {
	Changes []change `json:"changes"`
}

// The document as the store holds it.
type document struct {
	Rows []*row `json:"rows"`
}

type row struct {
	Group   string  `json:"group"`
	Repeat  string  `json:"repeat"`
	Version int64   `json:"version"`
	Items   []*item `json:"items"`
}

type item struct {
	Item    string      `json:"item"`
	Raw     string      `json:"raw"`
	Value   interface{} `json:"value"`
	By      string      `json:"by"`
	At      int64       `json:"at"`
	Version int64       `json:"version"`
}

type stage struct{ at, us int64 }

type clock struct {
	last                        time.Time
	received, validated, stored stage
}

func startClock() *clock { return &clock{last: time.Now()} }

func (c *clock) lap() stage {
	at := time.Now()
	took := at.Sub(c.last).Microseconds()
	c.last = at
	return stage{at.UnixMilli(), took}
}
func (c *clock) receive()  { c.received = c.lap() }
func (c *clock) validate() { c.validated = c.lap() }

type saving struct {
	form            string
	patch           *patch
	who             *session
	address, client string
	clock           *clock
}

// The part of the definition that the measured form has.
func validate(form string, p *patch) string {
	for i := range p.Changes {
		c := &p.Changes[i]
		if form != "F" || c.Group != "VITALS" || c.Item != "SYS" {
			return "unknown-item"
		}
		if len(c.Raw) > 64<<10 {
			return "too-long"
		}
		if c.Repeat == "" {
			c.Repeat = "1"
		}
		if number, err := strconv.ParseInt(c.Raw, 10, 64); err == nil {
			c.value = number
		}
	}
	return ""
}

func (d *document) at(c *change) (*row, *item) {
	for _, r := range d.Rows {
		if r.Group != c.Group || r.Repeat != c.Repeat {
			continue
		}
		for _, i := range r.Items {
			if i.Item == c.Item {
				return r, i
			}
		}
		return r, nil
	}
	return nil, nil
}

type answer struct {
	status  int
	version int64
	body    []byte
}

func toJSON(value interface{}) []byte {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	check(encoder.Encode(value))
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

type form struct {
	study, site, subject, subjectKey     string
	event, eventRepeat, form, formRepeat string
	metadata, state                      string
	version                              int64
	document                             document
	archived                             struct {
		version, at sql.NullInt64
		by, digest  sql.NullString
	}
}

func read(tx *unit, id string) (*form, error) {
	f := &form{}
	var text, extra string
	var position int64
	err := tx.row("SELECT f.study_id, s.site_id, f.subject_id, f.event_oid, f.event_repeat, f.form_oid, f.form_repeat, "+
		"s.key, f.metadata_version_id, f.state, f.version, f.document, f.position, f.extra, "+
		"a.version, a.archived_at, a.archived_by, a.digest "+
		"FROM form_instance f JOIN enrolled_subject s ON s.id = f.subject_id "+
		"LEFT JOIN form_archive a ON a.form_id = f.id AND a.version = "+
		"(SELECT MAX(version) FROM form_archive WHERE form_id = f.id) WHERE f.id = ?", id).
		Scan(&f.study, &f.site, &f.subject, &f.event, &f.eventRepeat, &f.form, &f.formRepeat, &f.subjectKey, &f.metadata,
			&f.state, &f.version, &text, &position, &extra,
			&f.archived.version, &f.archived.at, &f.archived.by, &f.archived.digest)
	if err != nil {
		return nil, err
	}
	return f, json.Unmarshal([]byte(text), &f.document)
}

func save(tx *unit, wish *saving) (*answer, error) {
	f, err := read(tx, wish.form)
	if err != nil {
		return nil, err
	}
	at := now()
	for i := range wish.patch.Changes {
		c := &wish.patch.Changes[i]
		_, known := f.document.at(c)
		if known != nil && known.Version != c.BaseVersion && known.Raw != c.Raw {
			return nil, errors.New("item-changed")
		}
	}
	changed := false
	for i := range wish.patch.Changes {
		c := &wish.patch.Changes[i]
		r, known := f.document.at(c)
		if known != nil && known.Raw == c.Raw {
			continue
		}
		if r == nil {
			r = &row{Group: c.Group, Repeat: c.Repeat}
			f.document.Rows = append(f.document.Rows, r)
		}
		var before *item
		if known == nil {
			known = &item{Item: c.Item}
			r.Items = append(r.Items, known)
		} else {
			copied := *known
			before = &copied
		}
		known.Raw, known.Value, known.By, known.At = c.Raw, c.value, wish.who.user, at
		known.Version++
		r.Version++
		changed = true
		if err := changeOf(f, wish, c, before).append(tx); err != nil {
			return nil, err
		}
	}
	if changed {
		if err := write(tx, f, wish); err != nil {
			return nil, err
		}
	}
	return view(tx, f, wish)
}

func changeOf(f *form, wish *saving, c *change, before *item) *entry {
	e := &entry{who: *wish.who, action: "form.item.changed", study: f.study, site: f.site, subject: f.subject,
		address: wish.address, client: wish.client, how: "api",
		event: f.event, eventRepeat: f.eventRepeat, form: f.form, formRepeat: f.formRepeat, formID: wish.form,
		group: c.Group, repeat: c.Repeat, item: c.Item, after: c.Raw, why: orNil(c.Reason)}
	if before != nil {
		e.before = before.Raw
	}
	return e
}

func write(tx *unit, f *form, wish *saving) error {
	f.version++
	c := wish.clock
	started := time.Now()
	err := tx.run("UPDATE form_instance SET state = ?, version = ?, changed_at = ?, document = ? WHERE id = ?",
		f.state, f.version, now(), string(toJSON(&f.document)), wish.form)
	if err != nil {
		return err
	}
	c.stored = stage{now(), time.Since(started).Microseconds()}
	return tx.run("INSERT INTO form_stage (form_id, version, received_at, receive_us, validated_at, validate_us, "+
		"stored_at, store_us, archived_at, archive_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		wish.form, f.version, c.received.at, c.received.us, c.validated.at, c.validated.us, c.stored.at, c.stored.us, nil, nil)
}

// Of what the store would say it asks only what this unit of work does not know.
func view(tx *unit, f *form, wish *saving) (*answer, error) {
	c := wish.clock
	if c.stored.at == 0 {
		err := tx.row("SELECT received_at, receive_us, validated_at, validate_us, stored_at, store_us "+
			"FROM form_stage WHERE form_id = ? ORDER BY version DESC LIMIT ?", wish.form, 1).
			Scan(&c.received.at, &c.received.us, &c.validated.at, &c.validated.us, &c.stored.at, &c.stored.us)
		if err != nil && err != sql.ErrNoRows {
			return nil, err
		}
	}
	people := map[string]string{wish.who.user: wish.who.name}
	rows := []map[string]interface{}{}
	items := []map[string]interface{}{}
	for _, r := range f.document.Rows {
		rows = append(rows, map[string]interface{}{"group": r.Group, "repeat": r.Repeat, "version": r.Version})
		for _, i := range r.Items {
			items = append(items, map[string]interface{}{"group": r.Group, "repeat": r.Repeat, "item": i.Item, "raw": i.Raw,
				"value": i.Value, "by": i.By, "at": rfc3339(i.At), "version": i.Version, "findings": []string{}})
			if _, known := people[i.By]; known {
				continue
			}
			var name string
			if err := tx.row("SELECT name FROM user_account WHERE id = ?", i.By).Scan(&name); err != nil {
				return nil, err
			}
			people[i.By] = name
		}
	}
	passed := func(name string, s stage) map[string]interface{} {
		return map[string]interface{}{"stage": name, "at": rfc3339(s.at), "ms": float64(s.us) / 1000}
	}
	body := toJSON(map[string]interface{}{
		"id": wish.form, "study": f.study, "site": f.site, "state": f.state, "version": f.version, "metadata_version": f.metadata,
		"subject": map[string]string{"id": f.subject, "key": f.subjectKey},
		"event":   map[string]string{"oid": f.event, "repeat": f.eventRepeat},
		"form":    map[string]string{"oid": f.form, "repeat": f.formRepeat},
		"rows":    rows, "items": items, "people": people,
		"stages": []interface{}{passed("received", c.received), passed("validated", c.validated), passed("stored", c.stored)},
	})
	return &answer{http.StatusOK, f.version, body}, nil
}

type idempotencyKey struct {
	caller, route, key, bodyHash string
	forEver                      int
}

type reply struct {
	status int
	etag   string
	body   []byte
}

// Does it once for the key, and gives the earlier answer after that.
func once(tx *unit, key idempotencyKey, do func() (*answer, error)) (*reply, error) {
	var bodyHash, headers, body string
	var status int
	err := tx.row("SELECT body_hash, status, headers, body FROM idempotency WHERE caller = ? AND route = ? AND key = ?",
		key.caller, key.route, key.key).Scan(&bodyHash, &status, &headers, &body)
	if err == nil {
		if bodyHash != key.bodyHash {
			return nil, errors.New("idempotency-mismatch")
		}
		kept := map[string]string{}
		if err := json.Unmarshal([]byte(headers), &kept); err != nil {
			return nil, err
		}
		return &reply{status, kept["ETag"], []byte(body)}, nil
	}
	if err != sql.ErrNoRows {
		return nil, err
	}
	done, err := do()
	if err != nil {
		return nil, err
	}
	tag := ""
	headers = `{"Content-Type":"application/json"}`
	if done.version != 0 {
		tag = etag(done.version)
		headers = string(toJSON(map[string]string{"Content-Type": "application/json", "ETag": tag}))
	}
	err = tx.run("INSERT INTO idempotency (caller, route, key, body_hash, status, headers, body, at, for_ever) "+
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", key.caller, key.route, key.key, key.bodyHash, done.status,
		headers, string(done.body), now(), key.forEver)
	return &reply{done.status, tag, done.body}, err
}
