package server

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/demo"
	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
	"petajalan/seeds"
)

var (
	wib = time.FixedZone("WIB", 7*3600)
	// october is two working days before the deadline of 2026-TW3.
	october  = time.Date(2026, 10, 13, 9, 0, 0, 0, wib)
	november = time.Date(2026, 11, 20, 9, 0, 0, 0, wib)
)

// testSite is the whole site over a database of its own, as serve runs it, with a clock
// that stands still until it is set.
type testSite struct {
	*postgrestest.Database
	t      testing.TB
	server *Server
	http   *httptest.Server
	clock  *atomic.Pointer[time.Time]
	log    *lockedBuffer
}

// lockedBuffer is a log that requests may write to at the same time.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// town is a small city with agencies and accounts, but without a plan.
var town = postgrestest.NewFilled(func(ctx context.Context, d *postgrestest.Database) error {
	_, err := d.Owner.ExecContext(ctx, `
		INSERT INTO areas (code, level, name, source) VALUES ('35.72', 'kota', 'Kota Blitar', 'uji')`)
	if err != nil {
		return err
	}
	_, err = d.Owner.ExecContext(ctx, `
		INSERT INTO agencies (code, kind, name, short_name, area_code, public_facing, reports, valid_from, source, confidence)
		VALUES ('dlh', 'dinas', 'Dinas Lingkungan Hidup Kota Blitar', 'DLH', '35.72', true, true, '2025-01-01', 'uji', 'high')`)
	for login, a := range map[string]account.Appointment{
		"operator":    {Role: account.Operator, Agency: "dlh"},
		"kepala":      {Role: account.Head, Agency: "dlh"},
		"organisasi":  {Role: account.Reviewer},
		"inspektorat": {Role: account.Inspector},
		"dprd":        {Role: account.Council},
		"pimpinan":    {Role: account.Leader},
		"admin":       {Role: account.Admin},
		"habis":       {Role: account.Reviewer, To: october.AddDate(0, 0, -1)},
		"tutup":       {Role: account.Admin},
	} {
		a.From = october.AddDate(-1, 0, 0)
		err = errors.Join(err, addAccount(ctx, d.Owner, login, a))
	}
	return err
})

// newTestSite is a site over the town. change may alter the settings.
func newTestSite(t testing.TB, change ...func(*Config, *postgrestest.Database)) *testSite {
	t.Helper()
	return openSite(t, town.NewDatabase(t), change...)
}

// inventedCity is the demo, scored and with one publication.
var inventedCity = postgrestest.NewFilled(func(ctx context.Context, d *postgrestest.Database) error {
	if err := demo.Mark(ctx, d.Owner); err != nil {
		return err
	}
	if _, err := seeds.Load(ctx, d.Owner, seeds.Files(), demo.PlanKnown(wib)); err != nil {
		return err
	}
	if err := demo.Fill(ctx, d.Owner, wib); err != nil {
		return err
	}
	july := time.Date(2026, 7, 30, 12, 0, 0, 0, wib)
	_, err := scorecard.Publish(ctx, d.Owner, scorecard.PublishOptions{
		Period: scoring.Period{Year: 2026, Quarter: 2}, AsOf: july, PublishedAt: july, Zone: wib, Reason: "Terbitan triwulan",
	})
	if err != nil {
		return err
	}
	_, err = scorecard.ScorePeriod(ctx, d.Owner, scorecard.ScoreOptions{Period: scoring.Period{Year: 2026, Quarter: 3}, AsOf: november, Zone: wib})
	return err
})

// newDemoSite is a site over the invented city in November.
func newDemoSite(t testing.TB) *testSite {
	t.Helper()
	s := openSite(t, inventedCity.NewDatabase(t))
	s.at(november)
	return s
}

func openSite(t testing.TB, d *postgrestest.Database, change ...func(*Config, *postgrestest.Database)) *testSite {
	t.Helper()
	s := &testSite{Database: d, t: t, clock: &atomic.Pointer[time.Time]{}, log: &lockedBuffer{}}
	s.at(october)
	cfg := Config{
		Web: d.Web, Public: d.Public, Zone: wib, Evidence: testStore(t, d.Web),
		Now:  func() time.Time { return *s.clock.Load() },
		Log:  slog.New(slog.NewJSONHandler(s.log, nil)),
		Keys: testKeys(t),
	}
	for _, f := range change {
		f(&cfg, d)
	}
	var err error
	if s.server, err = New(cfg); err != nil {
		t.Fatal(err)
	}
	if err := s.server.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.http = httptest.NewServer(s.server.Handler())
	t.Cleanup(s.http.Close)
	return s
}

// in is the same site for a subtest.
func (s *testSite) in(t testing.TB) *testSite {
	c := *s
	c.t = t
	return &c
}

func (s *testSite) at(now time.Time) { s.clock.Store(&now) }

const testPassword = "kucing biru naik sepeda"

func (s *testSite) add(login string, as ...account.Appointment) {
	s.t.Helper()
	if err := addAccount(s.t.Context(), s.Owner, login, as...); err != nil {
		s.t.Fatal(err)
	}
}

func addAccount(ctx context.Context, db *bun.DB, login string, as ...account.Appointment) error {
	_, err := account.Add(ctx, db, account.NewHasher(), account.NewUser{Login: login, Name: "Petugas " + login, Password: testPassword, Appointments: as}, october)
	return err
}

// visitor is a browser: it keeps cookies and does not follow redirects by itself.
type visitor struct {
	site   *testSite
	client *http.Client
	header http.Header
}

// answered is what a visitor got.
type answered struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
}

func (s *testSite) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	client := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.t.Cleanup(client.CloseIdleConnections)
	return &visitor{site: s, client: client, header: http.Header{}}
}

// testKeys are the keys of every site of the tests.
func testKeys(t testing.TB) *account.Keys {
	t.Helper()
	keys, err := account.NewKeys(strings.Repeat("uji-", 10))
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// as is a visitor with a whole session: password and, where the role asks for it, second
// factor. The way there is tested in signin_test.go and signin_second_test.go.
func (s *testSite) as(login string) *visitor {
	s.t.Helper()
	token := strings.ReplaceAll(rand.Text()+rand.Text(), "=", "")[:43]
	sum := sha256.Sum256([]byte(token))
	res, err := s.Owner.NewRaw(`
		INSERT INTO sessions (token_sha256, user_id, created_at, last_seen, expires_at, auth_level)
		SELECT ?0, id, ?1, ?1, ?2, 2 FROM users WHERE login = ?3`,
		sum[:], *s.clock.Load(), s.clock.Load().Add(account.MaxSession), login).Exec(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		s.t.Fatalf("a session for %s: %d rows, %v", login, n, err)
	}
	v := s.visitor()
	v.client.Jar.SetCookies(mustURL(s.t, s.http.URL), []*http.Cookie{{Name: s.server.cookieName(), Value: token, Path: "/"}})
	return v
}

func (s *testSite) asWith(login, password string) *visitor {
	s.t.Helper()
	v := s.visitor()
	if a := v.post("/masuk", "pengguna", login, "sandi", password); a.Status != http.StatusSeeOther {
		s.t.Fatalf("sign in as %s: status %d, want 303", login, a.Status)
	}
	return v
}

func (v *visitor) get(path string) *answered {
	v.site.t.Helper()
	return v.do(http.MethodGet, path, nil)
}

// post sends a form given as names and values in turn.
func (v *visitor) post(path string, fields ...string) *answered {
	v.site.t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	return v.do(http.MethodPost, path, strings.NewReader(form.Encode()))
}

func (v *visitor) do(method, path string, body io.Reader) *answered {
	v.site.t.Helper()
	req, err := http.NewRequestWithContext(v.site.t.Context(), method, v.site.http.URL+path, body)
	if err != nil {
		v.site.t.Fatal(err)
	}
	for name, values := range v.header {
		req.Header[name] = values
	}
	if body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.site.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.site.t.Fatal(err)
	}
	return &answered{t: v.site.t, Status: res.StatusCode, Header: res.Header, Body: string(b)}
}

// page parses the body.
func (a *answered) page() *goquery.Document {
	a.t.Helper()
	d, err := goquery.NewDocumentFromReader(strings.NewReader(a.Body))
	if err != nil {
		a.t.Fatal(err)
	}
	return d
}

// text is the text of the first element that the selector finds, white space folded.
func (a *answered) text(selector string) string {
	a.t.Helper()
	return strings.Join(strings.Fields(a.page().Find(selector).First().Text()), " ")
}

func (a *answered) want(status int) *answered {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d; the page says %q", a.Status, status, a.text("main"))
	}
	return a
}

// wellFormed checks what holds for every page.
func (a *answered) wellFormed(name string) {
	a.t.Helper()
	d := a.page()
	if n := d.Find("h1").Length(); n != 1 {
		a.t.Errorf("%s has %d h1, want 1", name, n)
	}
	ids := map[string]bool{}
	d.Find("[id]").Each(func(_ int, e *goquery.Selection) {
		id := e.AttrOr("id", "")
		if ids[id] {
			a.t.Errorf("%s has the id %q twice", name, id)
		}
		ids[id] = true
	})
	d.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, e *goquery.Selection) {
		named := e.AttrOr("aria-label", "") != "" || e.Closest("label").Length() == 1
		if id := e.AttrOr("id", ""); !named && d.Find("label[for='"+id+"']").Length() != 1 {
			a.t.Errorf("%s: the input %q has no label", name, id)
		}
	})
	if d.Find("script:not([src]), body:not(.work) script, [style]").Length() > 0 {
		a.t.Errorf("%s has a script of its own or a style attribute", name)
	}
	for _, sign := range []string{"<no value>", "%!", "{{"} {
		if strings.Contains(a.Body, sign) {
			a.t.Errorf("%s contains %q", name, sign)
		}
	}
	d.Find("a[href^='#'], use").Each(func(_ int, e *goquery.Selection) {
		if ref := strings.TrimPrefix(e.AttrOr("href", ""), "#"); !ids[ref] {
			a.t.Errorf("%s points to #%s, which is not there", name, ref)
		}
	})
}

// checksum is a hash over all rows of the tables that a visit could change.
func checksum(t testing.TB, db *bun.DB, tables ...string) string {
	t.Helper()
	var all strings.Builder
	for _, table := range tables {
		var sum string
		err := db.NewRaw(`SELECT coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM ? x`, bun.Ident(table)).Scan(t.Context(), &sum)
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(sum)
	}
	return all.String()
}

// accountOf is a role in an agency since a year ago.
func accountOf(role, agency string) account.Appointment {
	return account.Appointment{Role: account.Role(role), Agency: agency, From: october.AddDate(-1, 0, 0)}
}

func mustTime(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
