// SPDX-License-Identifier: Apache-2.0

// The form save and the patient's submission of Cohort as a Go team would write them, to stand beside
// Cohort in ./dev bench: gin, database/sql, a writer that commits whoever waits. It works on a store
// that Cohort made, runs the same statements, writes the same audit and seals it; `cohort verify-audit`
// must find nothing wrong with what it leaves behind. Sign-in, roles and everything else that Cohort
// asks from memory is answered from memory here too.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/gin-gonic/gin"
)

type app struct {
	store    *store
	sessions sync.Map // hash of the token -> *session
	heads    sync.Map // form -> *head
}

type session struct{ user, name, role string }

type head struct{ study, site, form string }

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func sha(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func now() int64 { return time.Now().UnixMilli() }

func rfc3339(ms int64) string {
	return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04:05.000Z")
}

func problem(c *gin.Context, status int, code string) {
	c.Header("Content-Type", "application/problem+json")
	c.JSON(status, gin.H{"type": "about:blank", "status": status, "code": code})
}

// Who asks, by the session's cookie.
func (a *app) caller(c *gin.Context) (*session, int) {
	token, err := c.Cookie("cohort_session")
	if err != nil {
		return nil, http.StatusUnauthorized
	}
	hash := sha([]byte(token))
	known, ok := a.sessions.Load(hash)
	if !ok {
		s := &session{role: "coordinator"}
		err := a.store.reader.QueryRow(a.store.sql("SELECT u.id, u.name FROM session JOIN user_account u "+
			"ON u.id = session.user_id WHERE session.token_hash = ? AND session.ended_at IS NULL "+
			"AND u.disabled_at IS NULL AND session.expires_at > ?"), hash, now()).Scan(&s.user, &s.name)
		if err != nil {
			return nil, http.StatusUnauthorized
		}
		known, _ = a.sessions.LoadOrStore(hash, s)
	}
	if !fromOurPage(c, token) {
		return nil, http.StatusForbidden
	}
	return known.(*session), 0
}

// A page on another site cannot know the token that belongs to the cookie.
func fromOurPage(c *gin.Context, token string) bool {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte("cohort csrf v1"))
	wanted := base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
	return subtle.ConstantTimeCompare([]byte(wanted), []byte(c.GetHeader("X-CSRF-Token"))) == 1
}

func (a *app) head(form string) (*head, error) {
	if known, ok := a.heads.Load(form); ok {
		return known.(*head), nil
	}
	h := &head{}
	err := a.store.reader.QueryRow(a.store.sql("SELECT f.study_id, s.site_id, f.form_oid FROM form_instance f "+
		"JOIN enrolled_subject s ON s.id = f.subject_id WHERE f.id = ?"), form).Scan(&h.study, &h.site, &h.form)
	if err == nil {
		a.heads.Store(form, h)
	}
	return h, err
}

func (a *app) patchForm(c *gin.Context) {
	clock := startClock()
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, 1<<20))
	if err != nil {
		problem(c, http.StatusRequestEntityTooLarge, "body-too-large")
		return
	}
	var patch patch
	if err := json.Unmarshal(body, &patch); err != nil || len(patch.Changes) == 0 || len(patch.Changes) > 1000 {
		problem(c, http.StatusBadRequest, "bad-json")
		return
	}
	clock.receive()
	who, refused := a.caller(c)
	if refused != 0 {
		problem(c, refused, "no-session")
		return
	}
	id := c.Param("form")
	h, err := a.head(id)
	if err != nil {
		problem(c, http.StatusNotFound, "form")
		return
	}
	if code := validate(h.form, &patch); code != "" {
		problem(c, http.StatusUnprocessableEntity, code)
		return
	}
	clock.validate()
	key := idempotencyKey{who.user, "PATCH /api/v1/forms/" + id, c.GetHeader("Idempotency-Key"), sha(body), 0}
	wish := saving{form: id, patch: &patch, who: who, address: c.ClientIP(), client: c.GetHeader("User-Agent"), clock: clock}
	var reply *reply
	err = a.store.transact(func(tx *unit) error {
		reply, err = once(tx, key, func() (*answer, error) { return save(tx, &wish) })
		return err
	})
	if err != nil {
		problem(c, http.StatusServiceUnavailable, err.Error())
		return
	}
	reply.send(c)
}

func (r *reply) send(c *gin.Context) {
	if r.etag != "" {
		c.Header("ETag", r.etag)
	}
	c.Header("X-Content-Type-Options", "nosniff")
	c.Header("Cache-Control", "no-store")
	c.Data(r.status, "application/json", r.body)
}

func main() {
	folder := flag.String("data", "", "data folder of a store that Cohort made, with its audit.key")
	postgres := flag.String("postgres", "", "its database, where it is in PostgreSQL")
	flag.Parse()
	gin.SetMode(gin.ReleaseMode)
	s, err := openStore(*folder, *postgres)
	check(err)
	a := &app{store: s}
	go s.sealForEver(readKey(*folder + "/audit.key"))

	router := gin.New()
	router.PATCH("/api/v1/forms/:form", a.patchForm)
	router.POST("/api/v1/patient/tasks/:plan/:number/response", a.submitResponse)
	router.GET("/plain", func(c *gin.Context) { c.Data(200, "image/svg+xml", plain) })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	server := &http.Server{Handler: router, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	go func() {
		stop := make(chan os.Signal, 1)
		signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
		<-stop
		server.Close()
	}()
	fmt.Printf("gin is ready at http://%s/\n", listener.Addr())
	if err := server.Serve(listener); err != http.ErrServerClosed {
		check(err)
	}
	s.stop()
}

var plain = make([]byte, 379)

func etag(version int64) string { return strconv.Quote(strconv.FormatInt(version, 10)) }
