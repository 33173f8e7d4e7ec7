package postgres

import (
	"archive/zip"
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// repository serves an archive in the form of the real one, with a program that
// only knows its version, and counts how often it was fetched.
func repository(t *testing.T) (address string, fetched *int) {
	t.Helper()
	tree := t.TempDir()
	if err := os.Mkdir(filepath.Join(tree, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"postgres", "initdb", "pg_ctl"} {
		if err := os.WriteFile(filepath.Join(tree, "bin", name), []byte("#!/bin/sh\necho 'postgres (PostgreSQL) 17.5'\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	packed := filepath.Join(t.TempDir(), "postgres.txz")
	if out, err := exec.Command("tar", "-C", tree, "-cJf", packed, "bin").CombinedOutput(); err != nil {
		t.Skipf("tar and xz are needed to make an archive: %v\n%s", err, out)
	}
	content, err := os.ReadFile(packed)
	if err != nil {
		t.Fatal(err)
	}
	var jar bytes.Buffer
	z := zip.NewWriter(&jar)
	w, err := z.Create("postgres-linux-x86_64.txz")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	fetched = new(int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, ".jar") {
			http.NotFound(w, r)
			return
		}
		*fetched++
		_, _ = w.Write(jar.Bytes()) // a lost answer fails the test
	}))
	t.Cleanup(server.Close)
	return server.URL, fetched
}

func TestPostgreSQLIsDownloadedOnce(t *testing.T) {
	t.Parallel()
	address, fetched := repository(t)
	cache := t.TempDir()
	for range 2 {
		b, err := download(t.Context(), 17, address, cache)
		if err != nil {
			t.Fatal(err)
		}
		if b.major != 17 || !strings.HasPrefix(b.dir, cache) {
			t.Errorf("got %+v, want version 17 in the cache", b)
		}
	}
	if *fetched != 1 {
		t.Errorf("fetched %d times, want once", *fetched)
	}
}

func TestDownloadThatFailsLeavesNothing(t *testing.T) {
	t.Parallel()
	nowhere := httptest.NewServer(http.NotFoundHandler())
	defer nowhere.Close()
	cache := t.TempDir()
	if b, err := download(t.Context(), 17, nowhere.URL, cache); err == nil {
		t.Errorf("got %+v, want an error", b)
	}
	if entries, err := os.ReadDir(cache); err != nil || len(entries) > 0 {
		t.Errorf("left %v, error %v", entries, err)
	}
	if _, err := download(t.Context(), 9, nowhere.URL, cache); err == nil {
		t.Error("version 9 was not refused")
	}
}
