package server

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"petajalan/internal/evidence"
	"petajalan/internal/postgres/postgrestest"
)

// TestAFullDiskIsSaidAndNothingIsHalf needs a disk of its own, which root alone can make.
func TestAFullDiskIsSaidAndNothingIsHalf(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("no disk of one MiB can be made here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	s := newOpenSite(t)
	files, err := evidence.OpenFolder(t.Context(), postgrestest.NewWeb(t), filepath.Join(dir, "evidence"), october)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = files.Close() })
	s = openSite(t, s.Database, func(c *Config, _ *postgrestest.Database) { c.Evidence = files })
	s.at(january)
	v := s.operatorOf("dispendukcapil", "bukti.penuh")
	const path = "/kerja/laporan/dispendukcapil/2026-TW4/DUK-KTP/bukti"
	large := plainPDF(strings.Repeat("x", 2<<20))
	a := v.bring(path, "besar.pdf", large)
	if a.Status != http.StatusInsufficientStorage || !strings.Contains(a.text("main"), "Penyimpanan berkas sedang penuh") {
		t.Errorf("a full disk: %d %q", a.Status, a.text("main"))
	}
	if n := s.count(`SELECT count(*) FROM draft_evidence`); n != 0 {
		t.Errorf("%d rows are left", n)
	}
	parts, err := os.ReadDir(filepath.Join(dir, "evidence", "parts"))
	if err != nil || len(parts) != 0 {
		t.Errorf("%d parts are left, error %v", len(parts), err)
	}
	v.bring(path, "kecil.pdf", plainPDF("kecil")).want(http.StatusSeeOther)
	if err := os.WriteFile(filepath.Join(dir, "lain"), make([]byte, 990<<10), 0o600); err != nil && !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if a := s.visitor().get("/readyz"); a.Status != http.StatusServiceUnavailable {
		t.Errorf("ready with a full disk: %d", a.Status)
	}
	if err := os.Remove(filepath.Join(dir, "lain")); err != nil {
		t.Fatal(err)
	}
	s.visitor().get("/readyz").want(http.StatusOK)
	v.get("/kerja/bukti/" + s.newest("DUK-KTP", "dispendukcapil")).want(http.StatusOK)
}
