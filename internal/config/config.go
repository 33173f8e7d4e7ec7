// Package config reads the settings of the program from the environment.
//
// A variable that is unset means the default; one that is set but empty is a
// mistake, because it is nearly always a forgotten value (pgx, for one, would
// then try the local socket). All mistakes are reported at once. Settings that
// hold a secret may also be given as NAME_FILE, the path of a file with the
// value. No mistake and no printed Config shows a secret.
package config

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"time"
)

// Where evidence files are kept.
const (
	EvidenceFolder   = "folder"
	EvidencePostgres = "postgres"
)

// minSecret is the least number of characters of PETAJALAN_SECRET: 128 bits
// written in hexadecimal.
const minSecret = 32

// Config holds all settings, checked.
type Config struct {
	DatabaseURL Secret // "" means the private PostgreSQL in Data
	OwnerURL    Secret // for migrations; "" means DatabaseURL, and privileges are not separated
	ReplicaURL  Secret // for published pages only; "" means DatabaseURL

	Addr        string // where the site listens
	MetricsAddr string // where /metrics listens; "" means nowhere
	BaseURL     string // how the world sees the site, without a slash at the end; "" means as the request says

	Data           string         // absolute path of the data folder
	Evidence       string         // EvidenceFolder or EvidencePostgres
	Zone           *time.Location // the zone of the city
	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; empty means nobody's
	OfficeNetworks []netip.Prefix // of the city, where many share one address and may mistype more often

	Secret       Secret // for second factors; "" only with the private PostgreSQL, which keeps one beside its data
	FormerSecret Secret // the one before, after it was changed; "" means there was none

	SMTPURL          Secret // "" means that no mail is sent
	OIDCIssuer       string // "" means no single sign-on
	OIDCClientID     string
	OIDCClientSecret Secret

	LogLevel slog.Level
}

// FromEnv reads and checks all settings. lookup is os.LookupEnv, or the same
// for a test. The error joins every mistake found, each naming its variable.
func FromEnv(lookup func(string) (string, bool)) (Config, error) {
	r := reader{lookup: lookup}
	c := Config{
		DatabaseURL:      r.database("DATABASE_URL"),
		OwnerURL:         r.database("DATABASE_OWNER_URL"),
		ReplicaURL:       r.database("DATABASE_REPLICA_URL"),
		Addr:             r.address("PETAJALAN_ADDR", ":8080"),
		MetricsAddr:      r.address("PETAJALAN_METRICS_ADDR", ""),
		BaseURL:          r.baseURL("PETAJALAN_BASE_URL"),
		Data:             r.folder("PETAJALAN_DATA", "./data"),
		Evidence:         r.oneOf("PETAJALAN_EVIDENCE", EvidenceFolder, EvidencePostgres),
		Zone:             r.zone("PETAJALAN_ZONE", "Asia/Jakarta"),
		TrustedProxies:   r.prefixes("PETAJALAN_TRUSTED_PROXIES"),
		OfficeNetworks:   r.prefixes("PETAJALAN_OFFICE_NETWORKS"),
		Secret:           r.secret("PETAJALAN_SECRET"),
		FormerSecret:     r.secret("PETAJALAN_SECRET_FORMER"),
		SMTPURL:          r.smtp("SMTP_URL"),
		OIDCIssuer:       r.issuer("OIDC_ISSUER"),
		OIDCClientID:     r.text("OIDC_CLIENT_ID", ""),
		OIDCClientSecret: r.secret("OIDC_CLIENT_SECRET"),
		LogLevel:         r.level("LOG_LEVEL"),
	}
	for name, value := range map[string]Secret{"PETAJALAN_SECRET": c.Secret, "PETAJALAN_SECRET_FORMER": c.FormerSecret} {
		if value != "" && len(value) < minSecret {
			r.mistake(name, "must have at least %d characters", minSecret)
		}
	}
	if c.DatabaseURL == "" {
		for name, value := range map[string]Secret{"DATABASE_OWNER_URL": c.OwnerURL, "DATABASE_REPLICA_URL": c.ReplicaURL} {
			if value != "" {
				r.mistake(name, "needs DATABASE_URL to be set as well")
			}
		}
	}
	if n := count(c.OIDCIssuer != "", c.OIDCClientID != "", c.OIDCClientSecret != ""); n != 0 && n != 3 {
		r.mistake("OIDC_ISSUER", "needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET beside it, or none of the three")
	}
	if len(r.mistakes) > 0 {
		return Config{}, errors.Join(r.mistakes...)
	}
	return c, nil
}

// CheckServe says what a server needs beyond what every command needs: with a
// database of its own it must be told the secret, because there is no data
// folder in which a made one would survive; and where it sends mail it must be told how the
// world calls it, because a letter with a link to choose a password must not lead to
// wherever the request that asked for it said it was sent.
func (c Config) CheckServe() error {
	if c.DatabaseURL != "" && c.Secret == "" {
		return errors.New("PETAJALAN_SECRET (or PETAJALAN_SECRET_FILE) must be set when DATABASE_URL is; `openssl rand -hex 32` makes one")
	}
	if c.SMTPURL != "" && c.BaseURL == "" {
		return errors.New("PETAJALAN_BASE_URL must be set when SMTP_URL is: the addresses in letters begin with it")
	}
	return nil
}

func count(conditions ...bool) int {
	n := 0
	for _, c := range conditions {
		if c {
			n++
		}
	}
	return n
}

// settings lists everything in the order of the struct, secrets masked.
func (c Config) settings() []slog.Attr {
	zone := ""
	if c.Zone != nil {
		zone = c.Zone.String()
	}
	return []slog.Attr{
		slog.String("database", c.DatabaseURL.String()),
		slog.String("owner", c.OwnerURL.String()),
		slog.String("replica", c.ReplicaURL.String()),
		slog.String("addr", c.Addr),
		slog.String("metrics_addr", c.MetricsAddr),
		slog.String("base_url", c.BaseURL),
		slog.String("data", c.Data),
		slog.String("evidence", c.Evidence),
		slog.String("zone", zone),
		slog.String("trusted_proxies", prefixText(c.TrustedProxies)),
		slog.String("office_networks", prefixText(c.OfficeNetworks)),
		slog.String("secret", c.Secret.String()),
		slog.String("secret_former", c.FormerSecret.String()),
		slog.String("smtp", c.SMTPURL.String()),
		slog.String("oidc_issuer", c.OIDCIssuer),
		slog.String("oidc_client_id", c.OIDCClientID),
		slog.String("oidc_client_secret", c.OIDCClientSecret.String()),
		slog.String("log_level", c.LogLevel.String()),
	}
}

func prefixText(prefixes []netip.Prefix) string {
	words := make([]string, len(prefixes))
	for i, p := range prefixes {
		words[i] = p.String()
	}
	return strings.Join(words, ",")
}

// LogValue is the settings for the log, secrets masked.
func (c Config) LogValue() slog.Value { return slog.GroupValue(c.settings()...) }

// String is the settings on one line, secrets masked.
func (c Config) String() string {
	var parts []string
	for _, a := range c.settings() {
		parts = append(parts, a.Key+"="+a.Value.String())
	}
	return strings.Join(parts, " ")
}

// GoString is String, so that %#v shows no secret either.
func (c Config) GoString() string { return c.String() }

func (r *reader) database(name string) Secret {
	value := r.secret(name)
	if value == "" {
		return ""
	}
	u, err := url.Parse(string(value))
	switch {
	case err != nil:
		// The error of url.Parse repeats the text, password included.
		r.mistake(name, "is not a URL like postgres://user:password@host:5432/petajalan")
	case u.Scheme != "postgres" && u.Scheme != "postgresql":
		r.mistake(name, "must begin with postgres:// or postgresql://")
	case u.Host == "" && u.Query().Get("host") == "":
		r.mistake(name, "names no host")
	case strings.Trim(u.Path, "/") == "" && u.Query().Get("dbname") == "":
		r.mistake(name, "names no database")
	}
	return value
}

func (r *reader) smtp(name string) Secret {
	value := r.secret(name)
	if value == "" {
		return ""
	}
	u, err := url.Parse(string(value))
	if err != nil || u.Scheme != "smtp" && u.Scheme != "smtps" || u.Hostname() == "" {
		r.mistake(name, "is not a URL like smtp://user:password@host:587 or smtps://…")
	}
	return value
}

func (r *reader) address(name, unset string) string {
	value := r.text(name, unset)
	if value == "" {
		return ""
	}
	if _, port, err := net.SplitHostPort(value); err != nil || port == "" {
		r.mistake(name, "is %q, not an address like :8080 or 127.0.0.1:8080", value)
	}
	return value
}

func (r *reader) webURL(name string) string {
	value := strings.TrimRight(r.text(name, ""), "/")
	if value == "" {
		return ""
	}
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		r.mistake(name, "is not an address like https://rapor.example.go.id")
	}
	return value
}

func (r *reader) baseURL(name string) string {
	value := r.webURL(name)
	if u, err := url.Parse(value); err == nil && u.Path != "" {
		r.mistake(name, "must have no path: the site lives at the root of its host")
	}
	return value
}

func (r *reader) issuer(name string) string { return r.webURL(name) }

func (r *reader) folder(name, unset string) string {
	path, err := filepath.Abs(r.text(name, unset))
	if err != nil {
		r.mistake(name, "cannot be made absolute: %v", err)
	}
	return path
}

// oneOf takes the first word as the default.
func (r *reader) oneOf(name string, words ...string) string {
	value := r.text(name, words[0])
	for _, w := range words {
		if value == w {
			return value
		}
	}
	r.mistake(name, "is %q, not one of %s", value, strings.Join(words, ", "))
	return ""
}

func (r *reader) zone(name, unset string) *time.Location {
	value := r.text(name, unset)
	zone, err := time.LoadLocation(value)
	// "Local" would make results depend on the machine.
	if err != nil || value == "Local" {
		r.mistake(name, "is %q, not a zone like Asia/Jakarta, Asia/Makassar or Asia/Jayapura", value)
		return nil
	}
	return zone
}

func (r *reader) prefixes(name string) []netip.Prefix {
	value := r.text(name, "")
	if value == "" {
		return nil
	}
	var prefixes []netip.Prefix
	for word := range strings.SplitSeq(value, ",") {
		word = strings.TrimSpace(word)
		if p, err := netip.ParsePrefix(word); err == nil {
			prefixes = append(prefixes, p.Masked())
		} else if a, err := netip.ParseAddr(word); err == nil {
			prefixes = append(prefixes, netip.PrefixFrom(a, a.BitLen()))
		} else {
			r.mistake(name, "has %q, which is no address and no range like 10.0.0.0/8", word)
		}
	}
	return prefixes
}

func (r *reader) level(name string) slog.Level {
	var level slog.Level
	value := r.text(name, "info")
	if err := level.UnmarshalText([]byte(value)); err != nil {
		r.mistake(name, "is %q, not one of debug, info, warn, error", value)
	}
	return level
}

// mistake notes what is wrong with a variable; the text must not repeat a
// secret.
func (r *reader) mistake(name, format string, args ...any) {
	r.mistakes = append(r.mistakes, fmt.Errorf("%s %s", name, fmt.Sprintf(format, args...)))
}
