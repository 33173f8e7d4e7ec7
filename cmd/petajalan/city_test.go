package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"petajalan/internal/postgres"
	"petajalan/seeds"
)

// TestDemo goes the way of a newcomer: make the demo, look at it, recompute it beside the
// running server, find it again, and find what somebody changed behind its back.
func TestDemo(t *testing.T) {
	t.Parallel()
	settings := map[string]string{"PETAJALAN_DATA": filepath.Join(t.TempDir(), "data"), "LOG_LEVEL": "info", "PETAJALAN_ADDR": "127.0.0.1:0"}
	r := start(t, settings, "demo")
	for _, path := range []string{
		"/", "/kelurahan/bendogerit", "/instansi/dispendukcapil", "/hitung/DUK-KTP/dispendukcapil/2026-TW2", "/terbitan/8", "/?terbitan=1",
		"/terbitan/8.json", "/api/v1/scores?level=city",
	} {
		if got := r.get(path); got != http.StatusOK {
			t.Errorf("%s answers %d, want 200", path, got)
		}
	}
	for _, path := range []string{"/terbitan/9", "/?terbitan=9", "/kelurahan/nganu", "/hitung/DUK-KTP/dispendukcapil/2026-TW9"} {
		if got := r.get(path); got != http.StatusNotFound {
			t.Errorf("%s answers %d, want 404", path, got)
		}
	}
	if got := petajalan(t, settings, "verify"); got.code != 0 || strings.Count(got.stdout, " holds: ") != 8 {
		t.Errorf("verify beside the running demo: %+v, want 8 publications that hold", got)
	}
	if got := petajalan(t, settings, "publish", "--period", "2026-TW3"); got.code != 1 || !strings.Contains(got.stderr, "alasan") {
		t.Errorf("a correction without a reason: %+v, want code 1 and a word about the reason", got)
	}
	if got := petajalan(t, settings, "jobs", "run", "score"); got.code != 0 || !strings.Contains(got.stdout, "2026-TW3") {
		t.Errorf("jobs run score: %+v, want code 0 and the period", got)
	}
	if code := r.end(); code != 0 {
		t.Fatalf("the demo ends with code %d\n%s", code, r.stderr)
	}

	again := start(t, settings, "demo")
	if strings.Contains(again.stderr.String(), "inventing") {
		t.Error("the second start invents again")
	}
	if code := again.end(); code != 0 {
		t.Fatalf("the second start ends with code %d\n%s", code, again.stderr)
	}

	changeOneDigit(t, settings["PETAJALAN_DATA"])
	if got := petajalan(t, settings, "verify"); got.code != 1 || !strings.Contains(got.stderr, "publication 1") {
		t.Errorf("verify after one changed digit: %+v, want code 1 and the publication", got)
	}
}

// changeOneDigit does what only the owner of the server could: past triggers.
func changeOneDigit(t *testing.T, folder string) {
	t.Helper()
	p, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{DataDir: folder})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Stop()
	db, err := postgres.Open(t.Context(), postgres.OwnerOptions(p.OwnerURL()))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = postgres.InTx(t.Context(), db, nil, func(ctx context.Context, tx postgres.Tx) error {
		if _, err := tx.ExecContext(ctx, `SET LOCAL session_replication_role = replica`); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE report_revisions SET actual = actual + 1
			WHERE id = (SELECT min(revision_id) FROM achievements WHERE run_id = (SELECT run_id FROM publications WHERE number = 1)
				AND revision_id IN (SELECT id FROM report_revisions WHERE actual IS NOT NULL))`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestABrokenSeedIsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	settings := map[string]string{"PETAJALAN_DATA": filepath.Join(t.TempDir(), "data")}
	r := start(t, settings, "serve")
	if code := r.end(); code != 0 {
		t.Fatalf("serve ends with code %d\n%s", code, r.stderr)
	}
	folder := filepath.Join(t.TempDir(), "seeds")
	if err := os.CopyFS(folder, seeds.Files()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "targets.csv")
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	lines[16] = strings.Replace(lines[16], ",2", ",8o,2", 1)
	if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	got := petajalan(t, settings, "seed", folder)
	if got.code != 1 || !strings.Contains(got.stderr, "targets.csv baris 17") {
		t.Errorf("a broken line 17: %+v, want code 1, the file and the line", got)
	}
}

func TestTwoProgramsOnOneDatabaseDoEachSlotOnce(t *testing.T) {
	t.Parallel()
	settings := map[string]string{"PETAJALAN_DATA": filepath.Join(t.TempDir(), "data")}
	both := []*running{start(t, settings, "serve"), start(t, settings, "serve")}
	done := func() (slots []string) {
		for _, r := range both {
			for line := range strings.Lines(r.stderr.String()) {
				var entry struct{ Msg, Job, Slot string }
				if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "job done" {
					slots = append(slots, entry.Job+" "+entry.Slot)
				}
			}
		}
		return slots
	}
	// The periods of a new database are made at the first tick of either program.
	for deadline := time.Now().Add(3 * time.Minute); len(done()) == 0; time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("no job was done\n%s\n%s", both[0].stderr, both[1].stderr)
		}
	}
	time.Sleep(21 * time.Second) // a tick of the other program, which would do it a second time
	for _, r := range both {
		if code := r.end(); code != 0 {
			t.Errorf("exit code %d\n%s", code, r.stderr)
		}
	}
	seen := map[string]bool{}
	for _, slot := range done() {
		if seen[slot] {
			t.Errorf("%s was done twice", slot)
		}
		seen[slot] = true
	}
}
