// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgconn"
	_ "github.com/jackc/pgx/v4/stdlib"
	_ "github.com/mattn/go-sqlite3"
)

const unitsACommit = 256

// With SQLite one goroutine writes and commits whoever waits; with PostgreSQL each unit is a serialisable
// transaction of its own, run again when the server says so.
type store struct {
	reader     *sql.DB
	writer     *sql.Conn
	statements map[string]*sql.Stmt
	waiting    chan *request
	closing    sync.WaitGroup
	isPostgres bool
	rewritten  sync.Map
	ofReaders  sync.Map // text -> *sql.Stmt
}

type request struct {
	body func(*unit) error
	err  error
	done chan struct{}
}

// What a unit of work runs its statements on.
type unit struct {
	store *store
	tx    *sql.Tx // of PostgreSQL
}

func openStore(folder, postgres string) (*store, error) {
	if postgres != "" {
		db, err := sql.Open("pgx", postgres)
		if err != nil {
			return nil, err
		}
		db.SetMaxOpenConns(20)
		db.SetMaxIdleConns(20)
		return &store{reader: db, isPostgres: true}, db.Ping()
	}
	name := "file:" + folder + "/cohort.db?_foreign_keys=on&_journal_mode=WAL&_synchronous=FULL&_cache_size=-16384&_busy_timeout=5000"
	reader, err := sql.Open("sqlite3", name)
	if err != nil {
		return nil, err
	}
	reader.SetMaxIdleConns(4)
	conn, err := reader.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	s := &store{reader: reader, writer: conn, statements: map[string]*sql.Stmt{}, waiting: make(chan *request, 4096)}
	// Checkpoints do not hold the writer up.
	if _, err := conn.ExecContext(context.Background(), "PRAGMA wal_autocheckpoint = 0"); err != nil {
		return nil, err
	}
	s.closing.Add(1)
	go s.write()
	go s.checkpoint()
	return s, nil
}

func (s *store) stop() {
	if !s.isPostgres {
		close(s.waiting)
		s.closing.Wait()
	}
}

// The statement as the store wants its places named.
func (s *store) sql(text string) string {
	if !s.isPostgres {
		return text
	}
	if known, ok := s.rewritten.Load(text); ok {
		return known.(string)
	}
	var out strings.Builder
	n := 0
	for _, c := range text {
		if c == '?' {
			n++
			fmt.Fprintf(&out, "$%d", n)
		} else {
			out.WriteRune(c)
		}
	}
	s.rewritten.Store(text, out.String())
	return out.String()
}

var places sync.Map // name -> *time.Location

// Cohort has a zone in memory once it was asked for; time.LoadLocation reads it each time.
func location(name string) (*time.Location, error) {
	if known, ok := places.Load(name); ok {
		return known.(*time.Location), nil
	}
	place, err := time.LoadLocation(name)
	if err == nil {
		places.Store(name, place)
	}
	return place, err
}

// One snapshot for several questions.
func (s *store) read(body func(*unit) error) error {
	tx, err := s.reader.BeginTx(context.Background(), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	return body(&unit{s, tx})
}

func (s *store) transact(body func(*unit) error) error {
	if s.isPostgres {
		return s.transactAlone(body)
	}
	r := &request{body: body, done: make(chan struct{})}
	s.waiting <- r
	<-r.done
	return r.err
}

func (s *store) transactAlone(body func(*unit) error) error {
	for {
		tx, err := s.reader.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelSerializable})
		if err != nil {
			return err
		}
		if err = body(&unit{s, tx}); err == nil {
			err = tx.Commit()
		}
		if err == nil {
			return nil
		}
		tx.Rollback()
		var failed *pgconn.PgError
		if errors.As(err, &failed) && (failed.Code == "40001" || failed.Code == "40P01") {
			continue
		}
		return err
	}
}

func (s *store) write() {
	defer s.closing.Done()
	for first := range s.waiting {
		batch := []*request{first}
	gather:
		for len(batch) < unitsACommit {
			select {
			case next, open := <-s.waiting:
				if !open {
					break gather
				}
				batch = append(batch, next)
			default:
				break gather
			}
		}
		s.commit(batch)
		for _, r := range batch {
			close(r.done)
		}
	}
}

func (s *store) commit(batch []*request) {
	u := &unit{store: s}
	err := u.run("BEGIN IMMEDIATE")
	for _, r := range batch {
		if err != nil {
			break
		}
		if err = u.run("SAVEPOINT unit"); err != nil {
			break
		}
		if r.err = r.body(u); r.err != nil {
			err = u.run("ROLLBACK TO unit")
		}
		if err == nil {
			err = u.run("RELEASE unit")
		}
	}
	if err == nil {
		err = u.run("COMMIT")
	}
	if err != nil {
		u.run("ROLLBACK")
		for _, r := range batch {
			r.err = err
		}
	}
}

func (s *store) checkpoint() {
	for range time.Tick(time.Second) {
		s.reader.Exec("PRAGMA wal_checkpoint(PASSIVE)")
	}
}

func (u *unit) prepared(text string) (*sql.Stmt, error) {
	if known, ok := u.store.statements[text]; ok {
		return known, nil
	}
	made, err := u.store.writer.PrepareContext(context.Background(), text)
	if err == nil {
		u.store.statements[text] = made
	}
	return made, err
}

func (u *unit) run(text string, values ...interface{}) error {
	if u.tx != nil {
		_, err := u.tx.Exec(u.store.sql(text), values...)
		return err
	}
	statement, err := u.prepared(text)
	if err == nil {
		_, err = statement.Exec(values...)
	}
	return err
}

// database/sql prepares it once on each connection; pgx does the like by itself.
func (s *store) prepared(text string) (*sql.Stmt, error) {
	if known, ok := s.ofReaders.Load(text); ok {
		return known.(*sql.Stmt), nil
	}
	made, err := s.reader.Prepare(text)
	if err == nil {
		s.ofReaders.Store(text, made)
	}
	return made, err
}

func (u *unit) row(text string, values ...interface{}) *sql.Row {
	if u.tx != nil && !u.store.isPostgres {
		if statement, err := u.store.prepared(text); err == nil {
			return u.tx.Stmt(statement).QueryRow(values...)
		}
	}
	if u.tx != nil {
		return u.tx.QueryRow(u.store.sql(text), values...)
	}
	statement, err := u.prepared(text)
	if err != nil {
		return u.store.writer.QueryRowContext(context.Background(), text, values...)
	}
	return statement.QueryRow(values...)
}
