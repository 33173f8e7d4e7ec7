package main

import (
	"bytes"
	"net/url"
	"strings"
	"testing"

	"petajalan/internal/postgres/postgrestest"
)

// outcome is what a command left behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// petajalan carries out one command with these settings alone.
func petajalan(t *testing.T, settings map[string]string, args ...string) outcome {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := run(t.Context(), args, func(name string) (string, bool) {
		value, ok := settings[name]
		return value, ok
	}, &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

func TestMigrateBringsTheSchemaUpToDateAndBack(t *testing.T) {
	t.Parallel()
	settings := map[string]string{"DATABASE_URL": postgrestest.NewEmpty(t)}
	got := petajalan(t, settings, "migrate")
	if got.code != 0 || !strings.HasPrefix(got.stdout, "applied 0001_accounts\n") {
		t.Fatalf("migrate: %+v", got)
	}
	if got := petajalan(t, settings, "migrate"); got.code != 0 || got.stdout != "the schema is up to date\n" {
		t.Errorf("a second time: %+v", got)
	}
	if got := petajalan(t, settings, "migrate", "--down", "2"); got.code != 0 || strings.Count(got.stdout, "took back") != 2 {
		t.Errorf("two steps back: %+v", got)
	}
	if got := petajalan(t, settings, "migrate"); got.code != 0 || strings.Count(got.stdout, "applied") != 2 {
		t.Errorf("and up again: %+v", got)
	}
}

func TestMigrateGivesTheLoginOfTheWebItsRoles(t *testing.T) {
	t.Parallel()
	ownerURL := postgrestest.NewEmpty(t)
	d := postgrestest.NewDatabase(t)
	// The tests' own web login, on a database that it has not seen.
	web, err := url.Parse(d.WebURL)
	if err != nil {
		t.Fatal(err)
	}
	owner, err := url.Parse(ownerURL)
	if err != nil {
		t.Fatal(err)
	}
	web.Path = owner.Path
	settings := map[string]string{"DATABASE_URL": web.String(), "DATABASE_OWNER_URL": ownerURL}
	if got := petajalan(t, settings, "migrate"); got.code != 0 {
		t.Fatalf("migrate: %+v", got)
	}
}

func TestMistakesOfTheOperatorAreTold(t *testing.T) {
	t.Parallel()
	away := map[string]string{"DATABASE_URL": "postgres://u:kenari@127.0.0.1:1/x"}
	for name, c := range map[string]struct {
		settings map[string]string
		args     []string
		want     string
	}{
		"unknown command": {nil, []string{"terbang"}, `unknown command "terbang"`},
		"unknown flag":    {nil, []string{"migrate", "--up"}, "unknown flag: --up"},
		"no steps":        {nil, []string{"migrate", "--down", "0"}, "at least 1"},
		"no number":       {nil, []string{"migrate", "--down", "abc"}, "--down abc: say how many steps to take back, a number of at least 1"},
		"broken setting":  {map[string]string{"PETAJALAN_ZONE": "WIB", "LOG_LEVEL": ""}, []string{"migrate"}, "PETAJALAN_ZONE"},
		"database away":   {away, []string{"migrate"}, "127.0.0.1:1/x"},
	} {
		got := petajalan(t, c.settings, c.args...)
		if got.code != 1 || !strings.HasPrefix(got.stderr, "petajalan: ") || !strings.Contains(got.stderr, c.want) || got.stdout != "" {
			t.Errorf("%s: %+v, want code 1 and %q", name, got, c.want)
		}
		if strings.Contains(got.stderr, "kenari") {
			t.Errorf("%s: the password is shown: %s", name, got.stderr)
		}
	}
}
