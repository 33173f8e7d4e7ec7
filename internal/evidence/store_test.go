package evidence_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/evidence"
	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
)

// now is the moment of these tests; files are put by the clock of the machine.
var now = time.Now()

// world is a store with its database and a way to make its files older.
type world struct {
	evidence.Store
	db  *postgrestest.Database
	dir string // of a folder
	age func(t *testing.T, sha256 string, by time.Duration)
	// parts counts what unfinished uploads have left.
	parts func(t *testing.T) int
	// damage changes one byte of a file.
	damage func(t *testing.T, sha256 string)
}

func folderWorld(t *testing.T) *world {
	w := &world{db: postgrestest.NewDatabase(t), dir: t.TempDir()}
	f, err := evidence.OpenFolder(t.Context(), w.db.Web, w.dir, now)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	w.Store = f
	file := func(sha256 string) string { return filepath.Join(w.dir, sha256[:2], sha256[2:4], sha256) }
	w.age = func(t *testing.T, sha256 string, by time.Duration) {
		t.Helper()
		moment := time.Now().Add(-by)
		if err := os.Chtimes(file(sha256), moment, moment); err != nil {
			t.Fatal(err)
		}
	}
	w.parts = func(t *testing.T) int {
		t.Helper()
		names, err := filepath.Glob(filepath.Join(w.dir, "parts", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return len(names)
	}
	w.damage = func(t *testing.T, sha256 string) {
		t.Helper()
		b, err := os.ReadFile(file(sha256))
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-1] ^= 1
		if err := os.WriteFile(file(sha256), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func postgresWorld(t *testing.T) *world {
	w := &world{db: postgrestest.NewDatabase(t)}
	s, err := evidence.OpenPostgres(t.Context(), w.db.Web, now)
	if err != nil {
		t.Fatal(err)
	}
	w.Store = s
	exec := func(t *testing.T, query string, args ...any) {
		t.Helper()
		if _, err := w.db.Owner.NewRaw(query, args...).Exec(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	w.age = func(t *testing.T, sha256 string, by time.Duration) {
		exec(t, `UPDATE blobs SET stored_at = ? WHERE sha256 = ?`, time.Now().Add(-by), sha256)
	}
	w.parts = func(t *testing.T) int {
		t.Helper()
		n, err := w.db.Owner.NewSelect().TableExpr("blobs").Where("sha256 IS NULL").Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return int(n)
	}
	w.damage = func(t *testing.T, sha256 string) {
		exec(t, `ALTER TABLE blob_chunks DISABLE TRIGGER blob_chunks_stay`)
		exec(t, `UPDATE blob_chunks SET data = set_byte(data, 0, get_byte(data, 0) # 1)
			WHERE (blob_id, n) = (SELECT b.id, max(c.n) FROM blobs b JOIN blob_chunks c ON c.blob_id = b.id WHERE b.sha256 = ? GROUP BY b.id)`, sha256)
	}
	return w
}

// inEveryStore runs a test of what every store promises.
func inEveryStore(t *testing.T, test func(*testing.T, *world)) {
	t.Parallel()
	t.Run("folder", func(t *testing.T) { t.Parallel(); test(t, folderWorld(t)) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); test(t, postgresWorld(t)) })
}

// noise is n bytes that no store can make smaller.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	_, _ = r.Read(b) // never fails
	return b
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func put(t *testing.T, s evidence.Store, b []byte) string {
	t.Helper()
	stored, err := s.Put(t.Context(), bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if stored.SHA256 != hashOf(b) || stored.Size != int64(len(b)) {
		t.Fatalf("put %d bytes of %s, told %d of %s", len(b), hashOf(b), stored.Size, stored.SHA256)
	}
	return stored.SHA256
}

func get(ctx context.Context, s evidence.Store, sha256 string) ([]byte, error) {
	r, err := s.Open(ctx, sha256)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}

func TestWhatIsPutComesOutAgain(t *testing.T) {
	inEveryStore(t, func(t *testing.T, w *world) {
		for _, size := range []int{0, 1, 1000, 256 << 10, 256<<10 + 1, 512 << 10, 3<<20 + 7} {
			want := noise(size)
			got, err := get(t.Context(), w, put(t, w, want))
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("of %d bytes %d came out, error %v", size, len(got), err)
			}
		}
		if n := w.parts(t); n != 0 {
			t.Errorf("%d parts are left", n)
		}
	})
}

func TestWhatWasNeverPutIsNotFound(t *testing.T) {
	inEveryStore(t, func(t *testing.T, w *world) {
		for _, name := range []string{hashOf([]byte("never")), "", "../mark", "/etc/passwd", strings.Repeat("A", 64), hashOf(nil)[:63] + "/"} {
			if _, err := w.Open(t.Context(), name); fault.KindOf(err) != fault.NotFound {
				t.Errorf("%q: %v, want not found", name, err)
			}
		}
	})
}

func TestTheSameFileIsKeptOnceAlsoWhenPutAtOnce(t *testing.T) {
	inEveryStore(t, func(t *testing.T, w *world) {
		content := noise(600 << 10)
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				if stored, err := w.Put(t.Context(), bytes.NewReader(content)); err != nil || stored.SHA256 != hashOf(content) {
					t.Errorf("put: %v, %v", stored, err)
				}
			})
		}
		wg.Wait()
		all, err := w.Old(t.Context(), time.Now().Add(time.Hour), "", 100)
		if err != nil || len(all) != 1 {
			t.Errorf("the store has %v, error %v; want one file", all, err)
		}
		if got, err := get(t.Context(), w, hashOf(content)); err != nil || !bytes.Equal(got, content) {
			t.Errorf("%d bytes came out, error %v", len(got), err)
		}
		if n := w.parts(t); n != 0 {
			t.Errorf("%d parts are left", n)
		}
	})
}

func TestAnUploadThatBreaksLeavesNothing(t *testing.T) {
	inEveryStore(t, func(t *testing.T, w *world) {
		cut := errors.New("the line was cut")
		_, err := w.Put(t.Context(), io.MultiReader(bytes.NewReader(noise(700<<10)), iotest.ErrReader(cut)))
		if !errors.Is(err, cut) {
			t.Errorf("put: %v, want the cause", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		if _, err := w.Put(ctx, &cancelling{bytes.NewReader(noise(700 << 10)), cancel}); !errors.Is(err, context.Canceled) {
			t.Errorf("put by somebody who went away: %v", err)
		}
		if n := w.parts(t); n != 0 {
			t.Errorf("%d parts are left", n)
		}
		all, err := w.Old(t.Context(), time.Now().Add(time.Hour), "", 100)
		if err != nil || len(all) != 0 {
			t.Errorf("the store has %v, error %v", all, err)
		}
	})
}

// cancelling ends its context after the first piece.
type cancelling struct {
	r      io.Reader
	cancel func()
}

func (c *cancelling) Read(p []byte) (int, error) {
	n, err := c.r.Read(p[:min(len(p), 300<<10)])
	c.cancel()
	return n, err
}

func TestADamagedFileIsNeverGivenAsAWhole(t *testing.T) {
	inEveryStore(t, func(t *testing.T, w *world) {
		for _, size := range []int{10, 800 << 10} {
			content := noise(size)
			sha256 := put(t, w, content)
			w.damage(t, sha256)
			got, err := get(t.Context(), w, sha256)
			if !errors.Is(err, evidence.ErrDamaged) || len(got) >= size {
				t.Errorf("of %d bytes %d came out, error %v", size, len(got), err)
			}
		}
	})
}

func TestOldFilesAreListedInPagesAndRemovedOnlyWhileOld(t *testing.T) {
	inEveryStore(t, func(t *testing.T, w *world) {
		var old []string
		for i := range 7 {
			sha256 := put(t, w, noise(100+i))
			w.age(t, sha256, 2*time.Hour)
			old = append(old, sha256)
		}
		young := put(t, w, noise(50))
		before := time.Now().Add(-time.Hour)
		var seen []string
		for after := ""; ; after = seen[len(seen)-1] {
			page, err := w.Old(t.Context(), before, after, 3)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			seen = append(seen, page...)
		}
		if len(seen) != len(old) {
			t.Errorf("pages list %d files, want %d", len(seen), len(old))
		}
		put(t, w, noise(100)) // again: young
		for sha256, want := range map[string]bool{old[1]: true, old[0]: false, young: false, hashOf([]byte("never")): false} {
			if removed, err := w.Remove(t.Context(), sha256, before); err != nil || removed != want {
				t.Errorf("remove %s: %v, error %v; want %v", sha256, removed, err, want)
			}
		}
		if _, err := get(t.Context(), w, old[1]); fault.KindOf(err) != fault.NotFound {
			t.Errorf("the removed file: %v", err)
		}
		for _, sha256 := range []string{old[0], young} {
			if _, err := get(t.Context(), w, sha256); err != nil {
				t.Errorf("a young file: %v", err)
			}
		}
	})
}

func TestSweepTakesOnlyWhatIsOldAndNamedByNothing(t *testing.T) {
	inEveryStore(t, func(t *testing.T, w *world) {
		const long = 36 * 24 * time.Hour
		draft, handedIn, unnamed, young := put(t, w, noise(1)), put(t, w, noise(2)), put(t, w, noise(3)), put(t, w, noise(4))
		for _, sha256 := range []string{draft, handedIn, unnamed} {
			w.age(t, sha256, long)
		}
		name(t, w.db.Owner, draft, handedIn)
		swept, err := evidence.Sweep(t.Context(), w.db.Web, w, time.Now())
		if err != nil || swept.Files != 1 {
			t.Errorf("swept %v, error %v; want one file", swept, err)
		}
		if _, err := get(t.Context(), w, unnamed); fault.KindOf(err) != fault.NotFound {
			t.Errorf("what nothing names: %v, want it gone", err)
		}
		for what, sha256 := range map[string]string{"of a draft": draft, "of a revision": handedIn, "young": young} {
			if _, err := get(t.Context(), w, sha256); err != nil {
				t.Errorf("the file %s: %v", what, err)
			}
		}
	})
}

// name writes rows that name the two files, without the reports that they belong to.
func name(t *testing.T, db *bun.DB, draft, handedIn string) {
	t.Helper()
	err := db.RunInTx(t.Context(), nil, func(ctx context.Context, tx bun.Tx) error {
		for _, statement := range []string{
			`SET LOCAL session_replication_role = replica`,
			`INSERT INTO draft_evidence (public_id, report_id, kind, title, sha256, added_at) VALUES (gen_random_uuid(), 1, 'berkas', 'Register', '` + draft + `', now())`,
			`INSERT INTO evidence (public_id, revision_id, kind, title, sha256, added_at) VALUES (gen_random_uuid(), 1, 'berkas', 'Register', '` + handedIn + `', now())`,
		} {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSweepTakesStaleUploads(t *testing.T) {
	t.Parallel()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		w := folderWorld(t)
		stale, fresh := filepath.Join(w.dir, "parts", "A.part"), filepath.Join(w.dir, "parts", "B.part")
		for _, file := range []string{stale, fresh} {
			if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		moment := time.Now().Add(-25 * time.Hour)
		if err := os.Chtimes(stale, moment, moment); err != nil {
			t.Fatal(err)
		}
		checkParts(t, w)
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		w := postgresWorld(t)
		if _, err := w.db.Owner.ExecContext(t.Context(), `INSERT INTO blobs (id, stored_at) VALUES (gen_random_uuid(), now() - interval '25 hours'), (gen_random_uuid(), now())`); err != nil {
			t.Fatal(err)
		}
		checkParts(t, w)
	})
}

func checkParts(t *testing.T, w *world) {
	t.Helper()
	swept, err := evidence.Sweep(t.Context(), w.db.Web, w, time.Now())
	if err != nil || swept.Parts != 1 {
		t.Errorf("swept %v, error %v; want one unfinished upload", swept, err)
	}
	if n := w.parts(t); n != 1 {
		t.Errorf("%d parts are left, want the fresh one", n)
	}
}

func TestAFileSetAsideByASweepThatDiedComesBack(t *testing.T) {
	t.Parallel()
	w := folderWorld(t)
	content := noise(10)
	sha256 := put(t, w, content)
	file := filepath.Join(w.dir, sha256[:2], sha256[2:4], sha256)
	if err := os.Rename(file, file+".old"); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.Sweep(t.Context(), w.db.Web, w, time.Now()); err != nil {
		t.Fatal(err)
	}
	if got, err := get(t.Context(), w, sha256); err != nil || !bytes.Equal(got, content) {
		t.Errorf("%q came out, error %v", got, err)
	}
}

func TestAReplicaThatSeesAnotherFolderIsRefused(t *testing.T) {
	t.Parallel()
	w := folderWorld(t)
	again, err := evidence.OpenFolder(t.Context(), w.db.Web, w.dir, now)
	if err != nil {
		t.Fatalf("the same folder again: %v", err)
	}
	defer again.Close()
	other := t.TempDir()
	if _, err := evidence.OpenFolder(t.Context(), w.db.Web, other, now); err == nil || !strings.Contains(err.Error(), "another folder is mounted") {
		t.Errorf("another folder: %v, want it refused", err)
	}
	if _, err := evidence.OpenPostgres(t.Context(), w.db.Web, now); err == nil || !strings.Contains(err.Error(), `kept in "folder"`) {
		t.Errorf("another kind of store: %v, want it refused", err)
	}
	if _, err := evidence.OpenFolder(t.Context(), postgrestest.NewWeb(t), w.dir, now); err == nil || !strings.Contains(err.Error(), "belongs to another database") {
		t.Errorf("the folder of another database: %v, want it refused", err)
	}
	moved, err := evidence.Bare(w.db.Owner, evidence.KindFolder, other)
	if err != nil {
		t.Fatal(err)
	}
	if err := evidence.Adopt(t.Context(), w.db.Owner, moved, now); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.OpenFolder(t.Context(), w.db.Web, other, now); err != nil {
		t.Errorf("the adopted folder: %v", err)
	}
	if _, err := evidence.OpenFolder(t.Context(), w.db.Web, w.dir, now); err == nil {
		t.Error("the folder of before is still taken")
	}
}

func TestAFolderThatCannotBeWrittenIsRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "evidence")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := evidence.OpenFolder(t.Context(), postgrestest.NewWeb(t), file, now); err == nil {
		t.Error("a file was taken for a folder")
	}
}
