package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"petajalan/internal/postgres"
)

// passwordFile is a file with a password on its first line.
func passwordFile(t *testing.T, password string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sandi")
	if err := os.WriteFile(path, []byte(password+"\nsecond line\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// userSettings are those of a migrated private database, which runs until the test ends.
func userSettings(t *testing.T) map[string]string {
	t.Helper()
	settings := map[string]string{"PETAJALAN_DATA": t.TempDir()}
	p, err := postgres.StartPrivate(t.Context(), postgres.PrivateOptions{DataDir: settings["PETAJALAN_DATA"]})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	if got := petajalan(t, settings, "migrate"); got.code != 0 {
		t.Fatalf("migrate: %+v", got)
	}
	return settings
}

func TestUserCommandsSayWhatTheyDid(t *testing.T) {
	t.Parallel()
	settings := userSettings(t)
	good, easy := passwordFile(t, "kucing biru naik sepeda"), passwordFile(t, "KotaBlitar2026")

	if got := petajalan(t, settings, "user", "list"); got.code != 0 || !strings.HasPrefix(got.stdout, "no accounts yet") {
		t.Fatalf("list: %+v", got)
	}
	add := []string{"user", "add", "admin.satu", "--name", "Administrator", "--role", "admin", "--from", "2026-01-01", "--password-file", good}
	if got := petajalan(t, settings, add...); got.code != 0 || got.stdout != "added admin.satu, admin from 2026-01-01\n" {
		t.Errorf("add: %+v", got)
	}
	if got := petajalan(t, settings, add...); got.code != 1 || !strings.Contains(got.stderr, "sudah dipakai") {
		t.Errorf("add twice: %+v", got)
	}
	if got := petajalan(t, settings, "user", "passwd", "admin.satu", "--password-file", easy); got.code != 1 || !strings.Contains(got.stderr, "mudah ditebak") {
		t.Errorf("easy password: %+v", got)
	}
	if got := petajalan(t, settings, "user", "passwd", "ADMIN.satu", "--password-file", passwordFile(t, "payung merah di atas awan")); got.code != 0 || !strings.Contains(got.stdout, "changed the password") {
		t.Errorf("passwd: %+v", got)
	}
	if got := petajalan(t, settings, "user", "disable", "tidak.ada"); got.code != 1 || !strings.Contains(got.stderr, "Tidak ada akun") {
		t.Errorf("disable nobody: %+v", got)
	}
	if got := petajalan(t, settings, "user", "disable", "admin.satu"); got.code != 0 {
		t.Errorf("disable: %+v", got)
	}
	got := petajalan(t, settings, "user", "list")
	if got.code != 0 || !strings.Contains(got.stdout, "admin.satu  disabled  admin from 2026-01-01  Administrator") {
		t.Errorf("list: %+v", got)
	}
}

func TestUserAddRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	settings := userSettings(t)
	good := passwordFile(t, "kucing biru naik sepeda")
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"no role":             {[]string{"orang", "--name", "A"}, `"role" not set`},
		"unknown role":        {[]string{"orang", "--name", "A", "--role", "raja"}, "tidak dikenal"},
		"agency of an admin":  {[]string{"orang", "--name", "A", "--role", "admin", "--agency", "dlh"}, "tanpa kode instansi"},
		"unknown agency":      {[]string{"orang", "--name", "A", "--role", "kepala", "--agency", "dlh"}, "Tidak ada instansi"},
		"broken day":          {[]string{"orang", "--name", "A", "--role", "admin", "--until", "31-12-2026"}, "not a day like"},
		"password as a word":  {[]string{"orang", "rahasia", "--name", "A", "--role", "admin"}, "accepts 1 arg"},
		"no such file":        {[]string{"orang", "--name", "A", "--role", "admin", "--password-file", "/tidak/ada"}, "read the password"},
		"empty password file": {[]string{"orang", "--name", "A", "--role", "admin", "--password-file", passwordFile(t, "")}, "no password was given"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			args := append([]string{"user", "add"}, tt.args...)
			if !strings.Contains(strings.Join(args, " "), "--password-file") {
				args = append(args, "--password-file", good)
			}
			if got := petajalan(t, settings, args...); got.code != 1 || !strings.Contains(got.stderr, tt.says) {
				t.Errorf("%+v, want %q", got, tt.says)
			}
		})
	}
}
