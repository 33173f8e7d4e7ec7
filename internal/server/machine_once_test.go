package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/machine"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// TestMachine_RequestsCountOnce is T-08 of the design: a key that is missing, under way, of
// another request, sent again after a restart, and after three days.
func TestMachine_RequestsCountOnce(t *testing.T) {
	t.Parallel()
	s := newReportingSite(t)
	r := s.robot([]string{"dispendukcapil"}, nil)
	body := item("dispendukcapil", "DUK-KTP", `,"numerator":90,"denominator":100`)
	for _, key := range []string{"", " ", "a b", strings.Repeat("k", machine.MaxKey+1), `""`} {
		r.post("/reports", key, body).want(http.StatusBadRequest)
	}

	first := r.post("/reports", "kunci-1", body).want(http.StatusOK)
	again := r.post("/reports", `"kunci-1"`, body).want(http.StatusOK)
	if again.Body != first.Body || again.Header.Get("Idempotency-Replayed") != "true" || first.Header.Get("Idempotency-Replayed") != "" {
		t.Errorf("again: %s, headers %v; first %s", again.Body, again.Header, first.Body)
	}
	r.post("/reports", "kunci-1", body+" ").want(http.StatusUnprocessableEntity)
	r.post("/reports/batch", "kunci-1", body).want(http.StatusUnprocessableEntity)
	// Keys belong to their token.
	other := s.robot([]string{"dispendukcapil"}, nil)
	other.post("/reports", "kunci-1", body).want(http.StatusPreconditionRequired)

	// What was refused leaves nothing behind, so that its key can be used again.
	r.post("/reports", "kunci-2", item("dispendukcapil", "INFO-BERKALA", `,"value":"x"`)).want(http.StatusUnprocessableEntity)
	r.post("/reports", "kunci-2", item("dispendukcapil", "INFO-BERKALA", `,"value":4`)).want(http.StatusOK)

	// After a restart: another site over the same database.
	restarted, err := New(s.server.cfg)
	if err != nil {
		t.Fatal(err)
	}
	if err := restarted.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(restarted.Handler())
	t.Cleanup(web.Close)
	second := *s
	second.http, second.server = web, restarted
	later := &robot{site: &second, secret: r.secret}
	if a := later.post("/reports", "kunci-1", body).want(http.StatusOK); a.Body != first.Body || a.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("after a restart: %s", a.Body)
	}

	// Two at once: one of them saves, the other is told to wait or gets the same answer.
	twice := item("dispendukcapil", "SP-LENGKAP", `,"numerator":9,"denominator":10`)
	answers := make(chan *said, 8)
	for range cap(answers) {
		go func() { answers <- r.post("/reports", "kunci-3", twice) }()
	}
	saved := 0
	for range cap(answers) {
		switch a := <-answers; {
		case a.Status == http.StatusConflict && a.Header.Get("Retry-After") != "" && strings.Contains(a.Body, "masih dikerjakan"):
		case a.Status == http.StatusOK && a.Header.Get("Idempotency-Replayed") == "true":
		case a.Status == http.StatusOK:
			saved++
		default:
			t.Errorf("at once: %d %s", a.Status, a.Body)
		}
	}
	if saved != 1 || s.count(`SELECT count(*) FROM feed_values WHERE numerator = 9 AND denominator = 10 AND source = 'SIAK' AND year = 2026 AND quarter = 4`) != 1 {
		t.Errorf("saved %d times", saved)
	}

	// While the first is under way, for certain.
	under, go_ := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	request := machine.Request{Key: "kunci-4", Method: http.MethodPost, Path: machinePrefix + "/reports", Body: []byte(body)}
	p, err := machine.Lookup(t.Context(), s.Web, r.secret, inJanuary)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_, err := machine.Once(context.WithoutCancel(t.Context()), s.Web, p, request, inJanuary, func(context.Context, bun.Tx) (*machine.Answer, error) {
			close(under)
			<-go_
			return nil, fmt.Errorf("given up")
		})
		done <- err
	}()
	<-under
	if a := r.post("/reports", "kunci-4", body).want(http.StatusConflict); !strings.Contains(a.Body, "masih dikerjakan") {
		t.Errorf("under way: %s", a.Body)
	}
	close(go_)
	if err := <-done; err == nil {
		t.Error("the first was to give up")
	}

	// Three days later it is a new request: which has not seen the version that is there now.
	s.at(inJanuary.Add(72*time.Hour - time.Second))
	r.post("/reports", "kunci-1", body).want(http.StatusOK)
	s.at(inJanuary.Add(72 * time.Hour))
	r.post("/reports", "kunci-1", body).want(http.StatusPreconditionRequired)
	if n, err := machine.Purge(t.Context(), s.Owner, inJanuary.Add(71*time.Hour)); err != nil || n != 0 {
		t.Errorf("purged %d, error %v, want none", n, err)
	}
	if n, err := machine.Purge(t.Context(), s.Owner, inJanuary.Add(72*time.Hour)); err != nil || n != 3 {
		t.Errorf("purged %d, error %v, want the 3 answers", n, err)
	}
}

func TestMachine_TokensAreSecretAndEnd(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	admin := s.as("admin")
	page := admin.post("/kerja/token", "aksi", "buat", "nama", "Server SIAK", "sumber", "SIAK", "hari", "10", "instansi", "dlh").want(http.StatusCreated)
	page.wellFormed("/kerja/token")
	secret := page.text(".one-time")
	if len(secret) != 47 || !strings.HasPrefix(secret, "pjk_") {
		t.Fatalf("the token is %q", secret)
	}
	r := &robot{site: s, secret: secret}
	r.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusNotFound) // no period here, but let in
	list := s.as("organisasi").get("/kerja/token").want(http.StatusOK)
	if strings.Contains(list.Body, secret) || !strings.Contains(list.Body, "Server SIAK") || list.page().Find("form[action='/kerja/token']").Length() != 0 {
		t.Error("the list shows the token, not its name, or forms to one who may not use them")
	}
	if again := admin.get("/kerja/token").want(http.StatusOK); strings.Contains(again.Body, secret) {
		t.Error("the token is shown a second time")
	}
	for _, table := range []string{"machine_tokens", "audit_entries", "notices", "users"} {
		if n := s.count(`SELECT count(*) FROM ` + table + ` x WHERE x::text LIKE '%' || '` + secret[4:20] + `' || '%'`); n != 0 {
			t.Errorf("the token stands in %s", table)
		}
	}

	t.Run("WhatIsWrongIsToldAtTheField", func(t *testing.T) {
		s := s.in(t)
		v := s.as("admin")
		for field, form := range map[string][]string{
			"nama":      {"sumber", "SIAK", "hari", "10", "instansi", "dlh"},
			"sumber":    {"nama", "x", "hari", "10", "instansi", "dlh"},
			"hari":      {"nama", "x", "sumber", "SIAK", "hari", "401", "instansi", "dlh"},
			"indikator": {"nama", "x", "sumber", "SIAK", "hari", "10"},
			"instansi":  {"nama", "x", "sumber", "SIAK", "hari", "10", "instansi", "tidak-ada"},
		} {
			a := v.post("/kerja/token", append([]string{"aksi", "buat"}, form...)...).want(http.StatusUnprocessableEntity)
			a.wellFormed("/kerja/token")
			if a.page().Find("[role=alert] a[href='#"+field+"']").Length() != 1 || a.page().Find("#"+field).Length() != 1 {
				t.Errorf("%s: no link to the field: %s", field, a.text("[role=alert]"))
			}
		}
		s.as("admin").post("/kerja/token", "aksi", "lain").want(http.StatusUnprocessableEntity)
		s.as("admin").post("/kerja/token", "aksi", "cabut", "id", "x").want(http.StatusNotFound)
		s.as("organisasi").post("/kerja/token", "aksi", "buat").want(http.StatusForbidden)
	})

	t.Run("ARequestWithoutOneIsToldSo", func(t *testing.T) {
		s := s.in(t)
		for header, status := range map[string]int{"": 401, "Bearer": 401, "Bearer ": 401, "Basic " + secret: 401, "Bearer " + secret + "x": 401, "Bearer " + strings.ToUpper(secret): 401,
			"Bearer pjk_" + strings.Repeat("A", 43): 401, "bearer " + secret: 404} {
			a := r.ask(http.MethodGet, "/due?period=2026-TW3", "", "Authorization", header).want(status)
			if status == 401 && !strings.HasPrefix(a.Header.Get("WWW-Authenticate"), `Bearer realm=`) {
				t.Errorf("%q: WWW-Authenticate %q", header, a.Header.Get("WWW-Authenticate"))
			}
		}
		// The session of somebody who may do everything is of no use here.
		v := s.as("operator")
		if a := v.get(machinePrefix + "/due"); a.Status != http.StatusUnauthorized {
			t.Errorf("with a cookie: %d", a.Status)
		}
		if a := v.do(http.MethodOptions, machinePrefix+"/due", nil); a.Status < 400 || a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("preflight: %d, %v", a.Status, a.Header)
		}
	})

	t.Run("ItsAccountIsNobody", func(t *testing.T) {
		s := s.in(t)
		var login string
		if err := s.Owner.NewRaw(`SELECT login FROM users WHERE machine`).Scan(t.Context(), &login); err != nil {
			t.Fatal(err)
		}
		s.visitor().post("/masuk", "pengguna", login, "sandi", "-").want(http.StatusUnprocessableEntity)
		s.as("admin").get("/kerja/pengguna/" + login).want(http.StatusNotFound)
		s.as("admin").post("/kerja/pengguna/"+login, "aksi", "kode").want(http.StatusNotFound)
		if body := s.as("admin").get("/kerja/pengguna?q=mesin").want(http.StatusOK).Body; strings.Contains(body, login) {
			t.Error("the directory lists it")
		}
	})

	if seen := s.count(`SELECT count(*) FROM machine_tokens WHERE last_used_at = ?`, october); seen != 1 {
		t.Errorf("%d tokens were used now, want 1", seen)
	}
	s.at(october.Add(59 * time.Second))
	r.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusNotFound)
	if seen := s.count(`SELECT count(*) FROM machine_tokens WHERE last_used_at = ?`, october); seen != 1 {
		t.Error("the use was written within the minute")
	}
	s.at(october.AddDate(0, 0, 10).Add(-time.Second))
	r.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusNotFound)
	s.at(october.AddDate(0, 0, 10))
	r.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusUnauthorized)

	s.at(october)
	id := page.page().Find("form input[name=id]").First().AttrOr("value", "")
	s.as("admin").post("/kerja/token", "aksi", "cabut", "id", id).want(http.StatusSeeOther)
	r.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusUnauthorized)
	s.as("admin").post("/kerja/token", "aksi", "cabut", "id", id).want(http.StatusConflict)
	for _, action := range []string{"create token", "revoke token"} {
		if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = ? AND stream = 'security'`, action); n != 1 {
			t.Errorf("%d entries %q, want 1", n, action)
		}
	}
	if log := s.log.String(); strings.Contains(log, secret) || strings.Contains(log, secret[4:]) || !strings.Contains(log, machinePrefix+"/due") {
		t.Error("the token stands in the log, or the requests do not")
	}
}

func TestMachine_LimitsEachToken(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	r, other := s.robot([]string{"dlh"}, nil), s.robot([]string{"dlh"}, nil)
	for range machineRequests {
		_, _ = s.server.programs.allow(fmt.Sprint(r.token.ID))
	}
	if a := r.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusTooManyRequests); a.Header.Get("Retry-After") != "300" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	other.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusNotFound)
	stranger := &robot{site: s, secret: "pjk_" + strings.Repeat("A", 43)}
	for range machineFailures {
		_, _ = s.server.strangers.allow("127.0.0.1")
	}
	stranger.ask(http.MethodGet, "/due", "").want(http.StatusTooManyRequests)
	// A program that was let in before from the same office still is; one whose token was revoked is not.
	other.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusNotFound)
	exec(t, s.Owner, `UPDATE machine_tokens SET revoked_at = created_at, revoked_by = created_by WHERE id = ?`, other.token.ID)
	other.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusUnauthorized)
	other.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusTooManyRequests)
	s.at(october.Add(apiWindow))
	stranger.ask(http.MethodGet, "/due", "").want(http.StatusUnauthorized)
	r.ask(http.MethodGet, "/due?period=2026-TW3", "").want(http.StatusNotFound)
}

// handIn hands in what stands in the draft of dispendukcapil, with an explanation.
func handIn(s *testSite, login, indicator string) {
	s.t.Helper()
	u, p := s.user(login), scoring.Period{Year: 2026, Quarter: 4}
	w, err := report.LoadWorksheet(s.t.Context(), s.Web, u, "dispendukcapil", p, inJanuary)
	if err != nil {
		s.t.Fatal(err)
	}
	row := w.Row(indicator)
	v := row.Value
	v.Note, v.Obstacle, v.NextStep, v.NextStepOwner, v.NextStepDue = "Sebab", "Kendala", "Rencana", "Bidang", new(inJanuary.AddDate(0, 2, 0))
	problems, err := report.SubmitAll(s.t.Context(), s.Web, u, "dispendukcapil", p, []report.DraftRow{{Key: row.Key, Version: row.Version, Value: v}}, "0b9a6d2e-1111-4222-8333-944455556666", inJanuary)
	if err != nil || problems != nil {
		s.t.Fatalf("hand in: problems %v, error %v", problems, err)
	}
}

// TestMachine_WhoMadeTheTokenDoesNotApprove: what came with a token counts as typed by whoever
// made it, also when a person hands it in.
func TestMachine_WhoMadeTheTokenDoesNotApprove(t *testing.T) {
	t.Parallel()
	s := newReportingSite(t)
	exec(t, s.Owner, `INSERT INTO user_roles (user_id, role, valid_from) SELECT id, 'admin', '2025-01-01' FROM users WHERE login = 'kepala.dispendukcapil'`)
	head := s.user("kepala.dispendukcapil")
	_, secret, err := machine.Create(t.Context(), s.Web, head, machine.NewToken{Name: "Uji", Source: "SIAK", Agencies: []string{"dispendukcapil"}}, inJanuary)
	if err != nil {
		t.Fatal(err)
	}
	r := &robot{site: s, secret: secret}
	r.post("/reports", "k", item("dispendukcapil", "DUK-KTP", `,"numerator":99,"denominator":100`)).want(http.StatusOK)
	handIn(s, "operator.dispendukcapil", "DUK-KTP")
	var grade string
	if err := s.Owner.NewRaw(`SELECT e.kind FROM evidence e JOIN report_revisions v ON v.id = e.revision_id JOIN reports r ON r.id = v.report_id WHERE r.year = 2026 AND r.quarter = 4`).Scan(t.Context(), &grade); err != nil || grade != "umpan" {
		t.Errorf("the evidence is %q, error %v, want a feed", grade, err)
	}
	decide := func(login string) string {
		version := s.count(`SELECT version FROM reports WHERE year = 2026 AND quarter = 4 AND status = 'submitted'`)
		return s.as(login).post("/kerja/setujui/dispendukcapil/"+period, "aksi", "setujui", "pilih", fmt.Sprintf("dispendukcapil|%s|DUK-KTP|%d", period, version)).Body
	}
	if decide("kepala.dispendukcapil"); s.count(`SELECT count(*) FROM reports WHERE year = 2026 AND quarter = 4 AND status = 'submitted'`) != 1 {
		t.Error("whoever made the token approved its figure")
	}
	s.add("plt", account.Appointment{Role: account.Head, Agency: "dispendukcapil", Acting: true, From: inJanuary.AddDate(0, 0, -1)})
	if decide("plt"); s.count(`SELECT count(*) FROM reports WHERE year = 2026 AND quarter = 4 AND status = 'approved'`) != 1 {
		t.Error("another head could not approve it")
	}
}
