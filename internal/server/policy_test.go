package server

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

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
