// SPDX-License-Identifier: Apache-2.0

package main

import (
	"crypto/ed25519"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"log"
	"os"
	"strings"
	"time"
)

const (
	softwareVersion = "0.1.0"
	recordsARound   = 500
	sealEvery       = 250 * time.Millisecond
)

func newID() string {
	var b [16]byte
	rand.Read(b[:])
	ms := now()
	for i := 0; i < 6; i++ {
		b[i] = byte(ms >> (40 - 8*i))
	}
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	text := hex.EncodeToString(b[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// A text with what is needed to destroy it later without breaking the chain.
func salted(text string) (salt, digest interface{}) {
	var b [16]byte
	rand.Read(b[:])
	s := hex.EncodeToString(b[:])
	return s, sha(toJSON([]string{s, text, ""}))
}

// What a record says; nil and "" are not there.
type entry struct {
	who                                                    session
	action, study, site, subject, address, client, how     string
	event, eventRepeat, form, formRepeat, formID           interface{}
	group, repeat, item, target, before, after, why, extra interface{}
}

func saltedOrNil(text interface{}) (salt, digest interface{}) {
	if text == nil {
		return nil, nil
	}
	return salted(text.(string))
}

func orNil(text string) interface{} {
	if text == "" {
		return nil
	}
	return text
}

func (e *entry) append(tx *unit) error {
	id := newID()
	oldSalt, oldDigest := saltedOrNil(e.before)
	newSalt, newDigest := saltedOrNil(e.after)
	reasonSalt, reasonDigest := saltedOrNil(e.why)
	addressSalt, addressDigest := salted(e.address)
	err := tx.run("INSERT INTO audit_record (id, chain, at, zone, actor, role, on_behalf_of, action, study, "+
		"site, subject, event, event_repeat, form, form_repeat, form_id, item_group, group_repeat, "+
		"item, target, old_value, old_unit, old_salt, old_digest, new_value, new_unit, new_salt, "+
		"new_digest, reason_code, reason, reason_salt, reason_digest, address, address_salt, "+
		"address_digest, client, how, version, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "+
		"?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		id, e.study, now(), nil, e.who.user, e.who.role, nil, e.action, e.study, e.site, e.subject,
		e.event, e.eventRepeat, e.form, e.formRepeat, e.formID, e.group, e.repeat, e.item, e.target,
		e.before, nil, oldSalt, oldDigest, e.after, nil, newSalt, newDigest,
		nil, e.why, reasonSalt, reasonDigest, e.address, addressSalt, addressDigest,
		orNil(e.client), orNil(e.how), softwareVersion, e.extra)
	if err != nil {
		return err
	}
	return tx.run("INSERT INTO audit_unsealed (chain, record) VALUES (?, ?)", e.study, id)
}

func readKey(path string) ed25519.PrivateKey {
	text, err := os.ReadFile(path)
	check(err)
	words := strings.Fields(string(text))
	encoded := words[len(words)-1]
	seed, err := base64.RawURLEncoding.DecodeString(encoded[strings.LastIndexByte(encoded, ':')+1:])
	check(err)
	return ed25519.NewKeyFromSeed(seed)
}

var hashedColumns = []string{"id", "chain", "at", "zone", "actor", "role", "on_behalf_of", "action", "study", "site",
	"subject", "event", "event_repeat", "form", "form_repeat", "form_id", "item_group", "group_repeat", "item", "target",
	"old_digest", "new_digest", "reason_code", "reason_digest", "address_digest", "client", "how", "version", "detail"}

func (s *store) sealForEver(key ed25519.PrivateKey) {
	for range time.Tick(sealEvery) {
		for s.sealSome(key) > 0 {
		}
	}
}

type sealed struct{ record, hash string }

// One round of one chain that has records waiting. How many it sealed.
func (s *store) sealSome(key ed25519.PrivateKey) int {
	var chain string
	if s.reader.QueryRow("SELECT DISTINCT chain FROM audit_unsealed LIMIT 1").Scan(&chain) != nil {
		return 0
	}
	var from int64
	var previous string
	err := s.reader.QueryRow(s.sql("SELECT number, hash FROM audit_seal WHERE chain = ? ORDER BY number DESC LIMIT 1"), chain).Scan(&from, &previous)
	if err != nil && err != sql.ErrNoRows {
		log.Print(err)
		return 0
	}
	at := now()
	fresh := s.hashWaiting(chain, from, previous, at)
	if len(fresh) == 0 {
		return 0
	}
	err = s.transact(func(tx *unit) error { return storeSeals(tx, key, chain, from, at, fresh) })
	if err != nil {
		log.Print(err)
		return 0
	}
	return len(fresh)
}

func (s *store) hashWaiting(chain string, number int64, previous string, at int64) []sealed {
	rows, err := s.reader.Query(s.sql("SELECT r."+strings.Join(hashedColumns, ", r.")+
		" FROM audit_unsealed u JOIN audit_record r ON r.id = u.record WHERE u.chain = ? ORDER BY u.record LIMIT ?"), chain, recordsARound)
	if err != nil {
		log.Print(err)
		return nil
	}
	defer rows.Close()
	cells := make([]interface{}, len(hashedColumns))
	places := make([]interface{}, len(hashedColumns))
	for i := range cells {
		places[i] = &cells[i]
	}
	var fresh []sealed
	for rows.Next() {
		check(rows.Scan(places...))
		record := map[string]interface{}{}
		for i, cell := range cells {
			if text, isBytes := cell.([]byte); isBytes {
				record[hashedColumns[i]] = string(text)
			} else if cell != nil {
				record[hashedColumns[i]] = cell
			}
		}
		number++
		previous = sha(toJSON(map[string]interface{}{"v": 1, "chain": chain, "number": number, "previous": previous, "sealed_at": at, "record": record}))
		fresh = append(fresh, sealed{record["id"].(string), previous})
	}
	return fresh
}

func storeSeals(tx *unit, key ed25519.PrivateKey, chain string, number, at int64, fresh []sealed) error {
	var fence int64
	err := tx.row("INSERT INTO lease (name, holder, fence, held_until) VALUES (?, ?, 1, ?) ON CONFLICT (name) DO UPDATE SET "+
		"fence = CASE WHEN lease.holder = excluded.holder THEN lease.fence ELSE lease.fence + 1 END, "+
		"holder = excluded.holder, held_until = excluded.held_until "+
		"WHERE lease.holder = excluded.holder OR lease.held_until <= ? RETURNING fence", "audit-sealer", "peer", at+2000, at).Scan(&fence)
	if err != nil {
		return err
	}
	for _, one := range fresh {
		number++
		if err := tx.run("INSERT INTO audit_seal (chain, number, record, sealed_at, hash) VALUES (?, ?, ?, ?, ?)", chain, number, one.record, at, one.hash); err != nil {
			return err
		}
		if err := tx.run("DELETE FROM audit_unsealed WHERE chain = ? AND record = ?", chain, one.record); err != nil {
			return err
		}
	}
	public := hex.EncodeToString(key.Public().(ed25519.PublicKey))
	hash := fresh[len(fresh)-1].hash
	text := toJSON(map[string]interface{}{"v": 1, "what": "cohort-audit-head", "chain": chain, "number": number, "hash": hash, "at": at, "key": public})
	return tx.run("INSERT INTO audit_head (chain, day, number, hash, at, key_id, signature) VALUES (?, ?, ?, ?, ?, ?, ?) "+
		"ON CONFLICT (chain, day) DO UPDATE SET number = excluded.number, hash = excluded.hash, at = excluded.at, "+
		"key_id = excluded.key_id, signature = excluded.signature",
		chain, at/86400000, number, hash, at, public, hex.EncodeToString(ed25519.Sign(key, text)))
}
