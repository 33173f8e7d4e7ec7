package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"petajalan/internal/postgres"
	"petajalan/internal/postgres/postgrestest"
)

// journal is a log that is read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// address is where the log says that the site is served, or "".
func (j *journal) address() string {
	for line := range strings.Lines(j.String()) {
		var entry struct{ Msg, Address string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "serving" {
			return entry.Address
		}
	}
	return ""
}

// running is a command that serves, in this process.
type running struct {
	t       *testing.T
	stderr  *journal
	stop    context.CancelFunc
	code    chan int
	address string
}

// startServe serves with these settings on a free port.
func startServe(t *testing.T, settings map[string]string) *running {
	t.Helper()
	return start(t, settings, "serve")
}

// start runs a command that serves, with these settings on a free port.
func start(t *testing.T, settings map[string]string, command string) *running {
	t.Helper()
	settings = maps.Clone(settings)
	settings["PETAJALAN_ADDR"] = "127.0.0.1:0"
	ctx, stop := context.WithCancel(t.Context())
	r := &running{t: t, stderr: &journal{}, stop: stop, code: make(chan int, 1)}
	go func() {
		r.code <- run(ctx, []string{command}, func(name string) (string, bool) {
			value, ok := settings[name]
			return value, ok
		}, io.Discard, r.stderr)
	}()
	for deadline := time.Now().Add(5 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		if r.address = r.stderr.address(); r.address != "" {
			return r
		}
		if len(r.code) > 0 || time.Now().After(deadline) {
			stop()
			t.Fatalf("it does not start: %s", r.stderr)
		}
	}
}

// get is the status of an address of the site.
func (r *running) get(path string) int {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), http.MethodGet, "http://"+r.address+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer response.Body.Close()
	return response.StatusCode
}

// end stops it and returns the exit code.
func (r *running) end() int {
	r.stop()
	return <-r.code
}

func TestServeMakesFillsAndFindsAgainThePrivateDatabase(t *testing.T) {
	t.Parallel()
	settings := map[string]string{"PETAJALAN_DATA": filepath.Join(t.TempDir(), "data")}
	for _, start := range []string{"first", "second"} {
		r := startServe(t, settings)
		for _, path := range []string{"/readyz", "/livez", "/"} {
			if got := r.get(path); got != http.StatusOK {
				t.Errorf("%s start: %s answers %d, want 200", start, path, got)
			}
		}
		if code := r.end(); code != 0 {
			t.Errorf("%s start: exit code %d\n%s", start, code, r.stderr)
		}
	}
	p, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{DataDir: settings["PETAJALAN_DATA"]})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if p.Made() {
		t.Error("the database is still to be filled")
	}
	db, err := postgres.Open(t.Context(), postgres.JobOptions(p.WebURL()))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for table, atLeast := range map[string]int{"agencies": 51, "goals": 5, "targets": 1} {
		if n, err := db.NewSelect().Table(table).Count(t.Context()); err != nil || int(n) < atLeast {
			t.Errorf("%d %s, error %v, want at least %d", n, table, err, atLeast)
		}
	}
	for _, table := range []string{"reports", "publications", "users"} {
		if n, err := db.NewSelect().Table(table).Count(t.Context()); err != nil || n != 0 {
			t.Errorf("%d %s, error %v, want none: no number is invented", n, table, err)
		}
	}
}

func TestServeRefusesWhatIsUnsafe(t *testing.T) {
	t.Parallel()
	d := postgrestest.NewDatabase(t)
	secret := strings.Repeat("k", 40)
	for name, c := range map[string]struct {
		settings map[string]string
		want     string
	}{
		"no secret":  {map[string]string{"DATABASE_URL": d.WebURL}, "PETAJALAN_SECRET"},
		"superuser":  {map[string]string{"DATABASE_URL": d.OwnerURL, "PETAJALAN_SECRET": secret}, "superuser"},
		"no fsync":   {map[string]string{"DATABASE_URL": d.WebURL, "DATABASE_OWNER_URL": d.OwnerURL, "PETAJALAN_SECRET": secret}, "fsync"},
		"old schema": {map[string]string{"DATABASE_URL": postgrestest.NewEmpty(t), "PETAJALAN_SECRET": secret}, "petajalan migrate"},
	} {
		got := petajalan(t, c.settings, "serve")
		if got.code != 1 || !strings.Contains(got.stderr, c.want) {
			t.Errorf("%s: %+v, want code 1 and a word about %s", name, got, c.want)
		}
		if strings.Contains(got.stderr, secret) {
			t.Errorf("%s: the secret is shown", name)
		}
	}
}

func TestServeDoesNotMigrateADatabaseThatItHasNotMade(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	if err := p.Settle(); err != nil { // as if an older program had filled it
		t.Fatal(err)
	}
	got := petajalan(t, map[string]string{"PETAJALAN_DATA": dir}, "serve")
	if got.code != 1 || !strings.Contains(got.stderr, "run `petajalan migrate`") {
		t.Errorf("serve: %+v, want code 1 and the command named", got)
	}
}
