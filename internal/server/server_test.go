package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

func mustURL(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestEveryResponseIsFramed(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	public := "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	work := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	v := s.as("organisasi")
	for path, csp := range map[string]string{
		"/": public, "/tidak-ada": public, "/livez": public, "/tema.css": public, "/gaya.css": public, "/api/v1/tidak-ada": public,
		"/masuk": work, "/kerja/": work, "/kerja/tidak-ada": work, "/keluar": work,
	} {
		a := v.get(path)
		for name, want := range map[string]string{
			"Content-Security-Policy":      csp,
			"X-Content-Type-Options":       "nosniff",
			"Referrer-Policy":              "same-origin",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %s = %q, want %q", path, name, got, want)
			}
		}
		if a.Header.Get("Permissions-Policy") == "" || a.Header.Get("Strict-Transport-Security") != "" {
			t.Errorf("%s: Permissions-Policy %q, HSTS %q (over http)", path, a.Header.Get("Permissions-Policy"), a.Header.Get("Strict-Transport-Security"))
		}
		if csp == work && a.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control = %q, want no-store", path, a.Header.Get("Cache-Control"))
		}
	}
}

func TestErrorPagesHelp(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	v := s.visitor()
	a := v.get("/tidak-ada").want(http.StatusNotFound)
	a.wellFormed("404")
	if a.page().Find("form[action='/cari'] input[name=q]").Length() != 1 || a.page().Find("main a[href='/kelurahan']").Length() != 1 {
		t.Error("the 404 page has no search or no list")
	}
	v.do(http.MethodPost, "/livez", nil).want(http.StatusMethodNotAllowed).wellFormed("405")
	v.do(http.MethodDelete, "/masuk", nil).want(http.StatusMethodNotAllowed)
	s.as("dprd").get("/kerja/instansi/dlh").want(http.StatusForbidden).wellFormed("403")
	for _, path := range []string{"/kerja/instansi/%00", "/kerja/instansi/%ff%fe", "/kerja/instansi/tidak-ada", "/kerja/instansi/dlh?periode=2026-TW9", "/kerja/instansi/dlh?periode=%00", "/kerja/instansi/" + strings.Repeat("x", 3000)} {
		s.as("organisasi").get(path).want(http.StatusNotFound).wellFormed(path)
	}
	if a := v.get("/api/v1/tidak-ada").want(http.StatusNotFound); a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("under /api the error is %q", a.Header.Get("Content-Type"))
	}
}

func TestCrossSitePostsAreRefused(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	for name, header := range map[string]http.Header{
		"cross-site":   {"Sec-Fetch-Site": {"cross-site"}},
		"same-site":    {"Sec-Fetch-Site": {"same-site"}},
		"null origin":  {"Origin": {"null"}},
		"other origin": {"Origin": {"https://jahat.example"}},
	} {
		v := s.as("admin")
		v.header = header
		a := v.post("/keluar").want(http.StatusForbidden)
		if !strings.Contains(a.text("main"), "situs lain") {
			t.Errorf("%s: the page says %q", name, a.text("main"))
		}
		v.header = http.Header{}
		v.get("/kerja/").want(http.StatusOK) // still signed in
	}
	v := s.as("admin")
	v.header.Set("Sec-Fetch-Site", "same-origin")
	v.post("/keluar").want(http.StatusSeeOther)
}

func TestBodiesAreBounded(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	a := s.visitor().do(http.MethodPost, "/masuk", strings.NewReader("pengguna="+strings.Repeat("a", 2<<20))).want(http.StatusRequestEntityTooLarge)
	if !strings.Contains(a.text("main"), "terlalu besar") {
		t.Errorf("the page says %q", a.text("main"))
	}
}

func TestAPanicIsOneErrorPageAndNoSecretInTheLog(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	s.server.engine.GET("/uji-panik/:nama", s.server.page(func(*gin.Context) error { panic("kaboom") }))
	v := s.as("organisasi")
	token := v.client.Jar.Cookies(mustURL(t, s.http.URL))[0].Value
	v.get("/uji-panik/siti-rahma?q=nama-orang").want(http.StatusInternalServerError).wellFormed("500")
	v.get("/livez").want(http.StatusOK)
	log := s.log.String()
	if !strings.Contains(log, "handler panicked") || !strings.Contains(log, "kaboom") {
		t.Error("the panic is not in the log")
	}
	for _, secret := range []string{token, testPassword, "nama-orang", "siti-rahma", "organisasi"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log has %q", secret)
		}
	}
}

func TestReadiness(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	v := s.visitor()
	v.get("/readyz").want(http.StatusOK)
	exec(t, s.Owner, `DELETE FROM bun_migrations WHERE id = (SELECT max(id) FROM bun_migrations)`)
	if a := v.get("/readyz").want(http.StatusServiceUnavailable); !strings.Contains(a.Body, "schema") || a.Header.Get("Retry-After") == "" {
		t.Errorf("old schema: %q", a.Body)
	}
	s.server.Drain()
	if a := v.get("/readyz").want(http.StatusServiceUnavailable); !strings.Contains(a.Body, "draining") {
		t.Errorf("draining: %q", a.Body)
	}
	v.get("/livez").want(http.StatusOK)
	v.get("/masuk").want(http.StatusOK) // requests under way are finished
}

// cable is a connection to the database that can be cut and mended.
type cable struct {
	address string
	to      string
	mu      sync.Mutex
	cut     bool
	conns   map[net.Conn]bool
}

func newCable(t *testing.T, to string) *cable {
	t.Helper()
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{address: l.Addr().String(), to: to, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { l.Close(); c.set(true) })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.join(conn)
		}
	}()
	return c
}

func (c *cable) join(a net.Conn) {
	defer a.Close()
	var d net.Dialer
	b, err := d.DialContext(context.Background(), "tcp", c.to)
	if err != nil {
		return
	}
	defer b.Close()
	c.mu.Lock()
	if c.cut {
		c.mu.Unlock()
		return
	}
	c.conns[a], c.conns[b] = true, true
	c.mu.Unlock()
	go func() { _, _ = io.Copy(b, a); b.Close() }()
	_, _ = io.Copy(a, b)
}

// set cuts the cable, or mends it.
func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	for conn := range c.conns {
		conn.Close()
		delete(c.conns, conn)
	}
}

func TestADatabaseThatGoesAwayAndComesBack(t *testing.T) {
	t.Parallel()
	var line *cable
	s := newTestSite(t, func(cfg *Config, d *postgrestest.Database) {
		u := mustURL(t, d.WebURL)
		line = newCable(t, u.Host)
		u.Host = line.address
		db, err := postgres.Open(t.Context(), postgres.WebOptions(u.String()))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { db.Close() })
		cfg.Web, cfg.Health, cfg.Public = db, db, db
	})
	v := s.as("organisasi")
	v.get("/kerja/").want(http.StatusOK)
	line.set(true)
	a := v.get("/kerja/").want(http.StatusServiceUnavailable)
	if a.Header.Get("Retry-After") == "" || !strings.Contains(a.text("main"), "Tidak ada yang hilang") {
		t.Errorf("Retry-After %q, %q", a.Header.Get("Retry-After"), a.text("main"))
	}
	a.wellFormed("503")
	v.post("/masuk", "pengguna", "admin", "sandi", testPassword).want(http.StatusServiceUnavailable) // fails closed
	v.get("/readyz").want(http.StatusServiceUnavailable)
	v.get("/livez").want(http.StatusOK)
	v.get("/").want(http.StatusOK) // public pages need no database
	line.set(false)
	for end := time.Now().Add(10 * time.Second); v.get("/kerja/").Status != http.StatusOK; {
		if time.Now().After(end) {
			t.Fatal("the site does not recover")
		}
	}
	v.get("/readyz").want(http.StatusOK)
}
