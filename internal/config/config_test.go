package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"petajalan/internal/config"
	_ "time/tzdata"
)

// env looks settings up in a map.
func env(settings map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := settings[name]
		return value, ok
	}
}

func TestNothingSetMeansTheDefaults(t *testing.T) {
	t.Parallel()
	c, err := config.FromEnv(env(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c.DatabaseURL != "" || c.Addr != ":8080" || c.MetricsAddr != "" || c.Evidence != config.EvidenceFolder ||
		c.Zone.String() != "Asia/Jakarta" || len(c.TrustedProxies) != 0 || c.LogLevel != slog.LevelInfo {
		t.Errorf("defaults: %v", c)
	}
	if !filepath.IsAbs(c.Data) || filepath.Base(c.Data) != "data" {
		t.Errorf("Data = %q, want an absolute path ending in data", c.Data)
	}
	if err := c.CheckServe(); err != nil {
		t.Errorf("CheckServe with the private PostgreSQL: %v", err)
	}
}

func TestEverythingSetIsRead(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte(strings.Repeat("k", 32)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := config.FromEnv(env(map[string]string{
		"DATABASE_URL":              "postgres://web:w@db:5432/petajalan?sslmode=verify-full",
		"DATABASE_OWNER_URL":        "postgresql://owner:o@db/petajalan",
		"DATABASE_REPLICA_URL":      "postgres://public:p@one:1,two:2/petajalan",
		"PETAJALAN_ADDR":            "127.0.0.1:9000",
		"PETAJALAN_METRICS_ADDR":    "127.0.0.1:9001",
		"PETAJALAN_BASE_URL":        "https://rapor.example.go.id/",
		"PETAJALAN_DATA":            "/srv/data",
		"PETAJALAN_EVIDENCE":        "postgres",
		"PETAJALAN_ZONE":            "Asia/Makassar",
		"PETAJALAN_TRUSTED_PROXIES": "10.1.2.3/8, 192.0.2.7,::1",
		"PETAJALAN_OFFICE_NETWORKS": "36.66.0.0/24",
		"PETAJALAN_SECRET_FILE":     file,
		"PETAJALAN_SECRET_FORMER":   strings.Repeat("f", 32),
		"SMTP_URL":                  "smtp://u:p@mail:587",
		"OIDC_ISSUER":               "https://sso.example.go.id/realms/kota",
		"OIDC_CLIENT_ID":            "petajalan",
		"OIDC_CLIENT_SECRET":        "rahasia",
		"LOG_LEVEL":                 "debug",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(c.TrustedProxies), "[10.0.0.0/8 192.0.2.7/32 ::1/128]"; got != want {
		t.Errorf("TrustedProxies = %v, want %v", got, want)
	}
	if got := fmt.Sprint(c.OfficeNetworks); got != "[36.66.0.0/24]" || c.FormerSecret.Reveal() != strings.Repeat("f", 32) {
		t.Errorf("OfficeNetworks = %v, FormerSecret has %d characters", got, len(c.FormerSecret))
	}
	if c.BaseURL != "https://rapor.example.go.id" {
		t.Errorf("BaseURL = %q, want it without the slash", c.BaseURL)
	}
	if c.Secret.Reveal() != strings.Repeat("k", 32) {
		t.Errorf("Secret has %d characters, want the 32 of the file", len(c.Secret))
	}
	if c.Evidence != config.EvidencePostgres || c.Zone.String() != "Asia/Makassar" || c.LogLevel != slog.LevelDebug || c.Data != "/srv/data" {
		t.Errorf("read: %v", c)
	}
	if err := c.CheckServe(); err != nil {
		t.Errorf("CheckServe: %v", err)
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	t.Parallel()
	_, err := config.FromEnv(env(map[string]string{
		"DATABASE_URL":              "",
		"DATABASE_OWNER_URL":        "mysql://h/db",
		"PETAJALAN_ADDR":            "8080",
		"PETAJALAN_BASE_URL":        "https://example.go.id/rapor",
		"PETAJALAN_EVIDENCE":        "s3",
		"PETAJALAN_ZONE":            "Asia/Blitar",
		"PETAJALAN_TRUSTED_PROXIES": "proxy",
		"PETAJALAN_SECRET":          "short",
		"SMTP_URL":                  "mail:25",
		"OIDC_CLIENT_ID":            "petajalan",
		"LOG_LEVEL":                 "loud",
	}))
	if err == nil {
		t.Fatal("no error")
	}
	for _, name := range []string{
		"DATABASE_URL is set but empty", "DATABASE_OWNER_URL must begin", "PETAJALAN_ADDR", "PETAJALAN_BASE_URL",
		"PETAJALAN_EVIDENCE", "PETAJALAN_ZONE", "PETAJALAN_TRUSTED_PROXIES", "PETAJALAN_SECRET", "SMTP_URL", "OIDC_ISSUER", "LOG_LEVEL",
	} {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("no word about %s in:\n%v", name, err)
		}
	}
}

func TestDatabaseAddressMustNameHostAndDatabase(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"postgres:///petajalan":         "names no host",
		"postgres://u:p@host":           "names no database",
		"postgres://u:pä%zz@host/x":     "is not a URL",
		"postgres://u@/x?host=/var/run": "",
	} {
		_, err := config.FromEnv(env(map[string]string{"DATABASE_URL": address}))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: error %v, want %q", address, err, want)
		}
	}
}

func TestSecretFileThatIsMissingEmptyOrDoubledIsAMistake(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	empty := filepath.Join(dir, "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for want, settings := range map[string]map[string]string{
		"cannot be read":   {"PETAJALAN_SECRET_FILE": filepath.Join(dir, "none")},
		"an empty file":    {"PETAJALAN_SECRET_FILE": empty},
		"is given twice":   {"PETAJALAN_SECRET_FILE": empty, "PETAJALAN_SECRET": strings.Repeat("k", 40)},
		"is set but empty": {"PETAJALAN_SECRET_FILE": ""},
	} {
		if _, err := config.FromEnv(env(settings)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

func TestServerWithItsOwnDatabaseNeedsASecret(t *testing.T) {
	t.Parallel()
	c, err := config.FromEnv(env(map[string]string{"DATABASE_URL": "postgres://u:p@h/d"}))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckServe(); err == nil || !strings.Contains(err.Error(), "PETAJALAN_SECRET") {
		t.Errorf("CheckServe = %v, want a word about PETAJALAN_SECRET", err)
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	t.Parallel()
	const canary = "kenari"
	settings := map[string]string{
		"DATABASE_URL":         "postgres://web:kenari@db:5432/petajalan?password=kenari",
		"DATABASE_OWNER_URL":   "postgres://owner:kenari@db/petajalan",
		"DATABASE_REPLICA_URL": "postgres://public:kenari@db/petajalan",
		"PETAJALAN_SECRET":     strings.Repeat(canary, 8),
		"SMTP_URL":             "smtp://u:kenari@mail:587",
		"OIDC_ISSUER":          "https://sso.example.go.id",
		"OIDC_CLIENT_ID":       "petajalan",
		"OIDC_CLIENT_SECRET":   canary,
	}
	c, err := config.FromEnv(env(settings))
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c, "secret", c.Secret)
	asJSON, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{c.String(), fmt.Sprint(c), fmt.Sprintf("%+v %#v %v %s", c, c, &c, c.DatabaseURL), log.String(), string(asJSON)} {
		if strings.Contains(text, canary) {
			t.Errorf("a secret is shown: %s", text)
		}
		if !strings.Contains(text, "db") {
			t.Errorf("the host is not shown: %s", text)
		}
	}

	// Nor in a complaint about a broken one.
	for name := range settings {
		_, err := config.FromEnv(env(map[string]string{name: "post gres://kenari%zz\x7f@:kenari/", "LOG_LEVEL": "info"}))
		if err != nil && name != "OIDC_ISSUER" && strings.Contains(err.Error(), canary) {
			t.Errorf("%s: the mistake shows the secret: %v", name, err)
		}
	}
}

func TestMailNeedsAnAddressOfTheSite(t *testing.T) {
	t.Parallel()
	settings := map[string]string{"SMTP_URL": "smtp://u:p@mail:587"}
	for _, base := range []string{"", "https://rapor.example.go.id"} {
		if base != "" {
			settings["PETAJALAN_BASE_URL"] = base
		}
		c, err := config.FromEnv(env(settings))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.CheckServe(); (err == nil) != (base != "") {
			t.Errorf("base address %q: %v", base, err)
		}
	}
}
