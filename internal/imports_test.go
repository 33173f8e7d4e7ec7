// Package internal_test holds the map of the program.
package internal_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// arrows says which package may import which others of ours. Errors have a
// kind everywhere, so fault may be imported from anywhere below cmd and need
// not be named. A new arrow, like a new package, is a decision: make it here.
var arrows = map[string][]string{
	"internal/fault":      {},
	"internal/config":     {},
	"internal/chart":      {},
	"internal/browser":    {},                    // tests only
	"internal/scoring":    {},                    // arithmetic only
	"internal/indonesian": {},                    // names of days
	"internal/typeface":   {},                    // the letters of print and pictures
	"internal/paper":      {"internal/typeface"}, // words in, files out
	"internal/card":       {"internal/typeface"}, // words in, pictures out
	"internal/formula":    {},                    // texts of spreadsheets
	"web":                 {},
	"migrations":          {},

	"internal/postgres":              {"migrations"},
	"internal/postgres/postgrestest": {"internal/postgres", "migrations"},

	"internal/audit":     {"internal/postgres"},
	"internal/notice":    {"internal/indonesian", "internal/audit", "internal/postgres"},
	"internal/account":   {"internal/audit", "internal/notice", "internal/postgres"},
	"internal/roadmap":   {"internal/indonesian", "internal/account", "internal/audit", "internal/notice", "internal/scoring", "internal/postgres"},
	"internal/followup":  {"internal/account", "internal/audit", "internal/postgres"},
	"internal/report":    {"internal/indonesian", "internal/audit", "internal/followup", "internal/notice", "internal/roadmap", "internal/scoring", "internal/account", "internal/postgres"},
	"internal/evidence":  {"internal/account", "internal/audit", "internal/postgres"},
	"internal/scorecard": {"internal/report", "internal/roadmap", "internal/account", "internal/audit", "internal/scoring", "internal/postgres"},
	"internal/inspection": {
		"internal/report", "internal/roadmap", "internal/scoring", "internal/account", "internal/audit", "internal/notice", "internal/postgres",
	},
	"internal/exchange": {"internal/formula", "internal/report", "internal/roadmap", "internal/scoring", "internal/account", "internal/audit", "internal/postgres"},
	"internal/opendata": {"internal/formula", "internal/scorecard", "internal/scoring"},
	"internal/machine":  {"internal/exchange", "internal/report", "internal/roadmap", "internal/scoring", "internal/account", "internal/audit", "internal/notice", "internal/postgres"},
	"internal/schedule": {"internal/postgres"},
	"internal/steward": {
		"internal/exchange", "seeds", "internal/roadmap", "internal/account", "internal/audit", "internal/notice", "internal/scoring", "internal/postgres",
	},
	"seeds": {"internal/roadmap", "internal/account", "internal/evidence", "internal/scoring", "internal/postgres"},
	"internal/demo": {
		"internal/scorecard", "internal/report", "internal/evidence", "internal/followup", "internal/roadmap", "internal/account", "seeds", "internal/scoring", "internal/postgres",
	},
	// The server asks postgres only whether the database is away, and scoring for the shape of exact numbers.
	"internal/server": {
		"internal/opendata", "internal/indonesian", "internal/machine", "internal/exchange", "internal/steward", "seeds", "internal/inspection", "internal/followup", "internal/paper", "internal/card", "internal/account", "internal/evidence", "internal/audit", "internal/notice", "internal/roadmap", "internal/report", "internal/scorecard", "internal/schedule", "internal/chart", "web", "internal/scoring", "internal/postgres",
	},

	"cmd/petajalan": {anything},
}

const anything = "*"

// keepers are libraries that one package alone knows.
var keepers = map[string]string{
	"github.com/gin-gonic/gin":                   "internal/server",
	"github.com/spf13/cobra":                     "cmd/petajalan",
	"github.com/robfig/cron/v3":                  "internal/schedule",
	"github.com/wneessen/go-mail":                "internal/notice",
	"github.com/jackc/pgx/v5/stdlib":             "internal/postgres",
	"github.com/fergusstrange/embedded-postgres": "internal/postgres",
	"github.com/golang-migrate/migrate":          "", // bun's is enough
	"github.com/stretchr/testify":                "", // the standard library is enough
}

const module = "petajalan/"

func TestArrowsPointOneWay(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, p := range packages(t) {
		name := strings.TrimPrefix(p.ImportPath, module)
		seen[name] = true
		allowed, ok := arrows[name]
		if !ok {
			t.Errorf("package %s is not on the map", name)
			continue
		}
		for _, path := range p.Imports {
			if other, ours := strings.CutPrefix(path, module); ours {
				if !slices.Contains(allowed, other) && !slices.Contains(allowed, anything) && other != "internal/fault" {
					t.Errorf("%s imports %s, which is not on the map", name, other)
				}
				continue
			}
			for library, keeper := range keepers {
				if (path == library || strings.HasPrefix(path, library+"/")) && name != keeper {
					t.Errorf("%s imports %s, which belongs to %q alone", name, path, keeper)
				}
			}
		}
	}
	for _, must := range []string{"internal/fault", "internal/postgres", "internal/scoring", "migrations"} {
		if !seen[must] {
			t.Errorf("package %s was not looked at", must)
		}
	}
}

func TestScoringIsArithmetic(t *testing.T) {
	t.Parallel()
	// Neither a clock nor a file nor a network may change a score.
	forbidden := []string{"time", "os", "net", "context", "database/sql", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand"}
	for _, p := range packages(t) {
		if p.ImportPath != module+"internal/scoring" {
			continue
		}
		for _, path := range p.Imports {
			if slices.Contains(forbidden, path) || strings.Contains(path, ".") && path != "github.com/govalues/decimal" {
				t.Errorf("scoring imports %s", path)
			}
		}
	}
}

type pkg struct {
	ImportPath string
	Imports    []string // of the program, not of its tests
}

// packages lists the packages of this module, those without a file left out.
func packages(t *testing.T) []pkg {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-json=ImportPath,Imports", "../...").Output()
	if err != nil {
		if e, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Fatalf("go list: %v\n%s", err, e.Stderr)
		}
		t.Fatal(err)
	}
	var all []pkg
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.ImportPath != module+"internal" { // this file only
			all = append(all, p)
		}
	}
}
