package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
)

// TestPolicy_EveryAddressForEveryPrincipal visits each address as each kind of person.
func TestPolicy_EveryAddressForEveryPrincipal(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	visitors := map[string]*visitor{"tanpa akun": s.visitor()}
	for _, login := range []string{"operator", "kepala", "organisasi", "inspektorat", "dprd", "pimpinan", "admin", "habis", "tutup"} {
		visitors[login] = s.as(login)
	}
	if err := account.Disable(t.Context(), s.Owner, "tutup", october); err != nil {
		t.Fatal(err)
	}
	// Who may open what: everybody, or these.
	admitted := map[string]string{
		"GET /kerja/":               "operator kepala organisasi inspektorat dprd pimpinan admin",
		"GET /kerja/instansi/:kode": "operator kepala organisasi inspektorat pimpinan admin",
	}
	cells := 0
	for _, route := range s.server.engine.Routes() {
		if route.Path == "/keluar" {
			continue // would end the sessions of the others; TestSignOut
		}
		name := route.Method + " " + route.Path
		path := strings.NewReplacer(":kode", "dlh", ":nama", "tidak-ada", ":nomor", "1", "*berkas", "tidak-ada").Replace(route.Path)
		for who, v := range visitors {
			cells++
			a := v.do(route.Method, path, nil)
			refused := a.Status == http.StatusForbidden || a.Status == http.StatusUnauthorized ||
				a.Status == http.StatusSeeOther && strings.HasPrefix(a.Header.Get("Location"), "/masuk")
			may, limited := admitted["GET "+strings.TrimPrefix(strings.TrimPrefix(name, "GET "), "HEAD ")]
			want := limited && !strings.Contains(" "+may+" ", " "+who+" ")
			if refused != want {
				t.Errorf("%s as %s: status %d to %q, want refused = %v", name, who, a.Status, a.Header.Get("Location"), want)
			}
			if a.Status >= http.StatusInternalServerError {
				t.Errorf("%s as %s: status %d", name, who, a.Status)
			}
		}
	}
	if cells < 200 {
		t.Errorf("only %d cells were visited", cells)
	}
}

func TestPolicy_AnAddressWithoutARowIsRefused(t *testing.T) {
	t.Parallel()
	h := func(*gin.Context) {}
	e := gin.New()
	e.GET("/a", h)
	e.HEAD("/a", h)
	rows := []rule{{method: http.MethodGet, pattern: "/a", who: everybody}}
	if err := checkPolicy(rows, e.Routes()); err != nil {
		t.Errorf("one row for one address: %v", err)
	}
	for name, rows := range map[string][]rule{
		"no row":       nil,
		"other verb":   {{method: http.MethodPost, pattern: "/a", who: everybody}},
		"no address":   append(rows, rule{method: http.MethodGet, pattern: "/b", who: everybody}),
		"row is twice": append(rows, rows...),
	} {
		if err := checkPolicy(rows, e.Routes()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// TestPolicy_ReadingChangesNothing visits each page twice and looks at the tables.
func TestPolicy_ReadingChangesNothing(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	v := s.as("organisasi")
	tables := []string{"users", "user_roles", "sessions", "throttles", "reports", "report_events", "runs", "publications", "job_runs", "periods", "settings"}
	before := checksum(t, s.Owner, tables...)
	for _, route := range s.server.engine.Routes() {
		if route.Method != http.MethodGet && route.Method != http.MethodHead {
			continue
		}
		path := strings.NewReplacer(":kode", "dlh", ":nama", "x", ":nomor", "1", "*berkas", "x").Replace(route.Path)
		for range 2 {
			v.do(route.Method, path, nil)
		}
		if after := checksum(t, s.Owner, tables...); after != before {
			t.Fatalf("%s %s changed a row", route.Method, route.Path)
		}
	}
}
