package config

import (
	"errors"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"strings"
)

// Secret is a value that must not be printed. Reveal gives it to whoever
// really needs it; every way of formatting gives a mask.
type Secret string

// Reveal is the value itself.
func (s Secret) Reveal() string { return string(s) }

// String is a mask: an address keeps its host and loses password and query,
// anything else becomes stars. Empty stays empty.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	u, err := url.Parse(string(s))
	if err != nil || u.Scheme == "" || u.Host == "" {
		return "***"
	}
	// A password may also stand in the query (?password=…).
	u.RawQuery, u.Fragment = "", ""
	return u.Redacted()
}

// GoString is the mask, for %#v.
func (s Secret) GoString() string { return s.String() }

// LogValue is the mask, for the log.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is the mask, for JSON and the like.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// reader takes values from the environment and collects the mistakes.
type reader struct {
	lookup   func(string) (string, bool)
	mistakes []error
}

// text is the value of a variable, or unset when it is not there.
func (r *reader) text(name, unset string) string {
	value, ok := r.lookup(name)
	if !ok {
		return unset
	}
	value = strings.TrimSpace(value)
	if value == "" {
		r.mistake(name, "is set but empty; unset it for the default")
		return unset
	}
	return value
}

// secret is the value of NAME, or of the file that NAME_FILE names.
func (r *reader) secret(name string) Secret {
	value := r.text(name, "")
	path := r.text(name+"_FILE", "")
	switch {
	case path == "":
		return Secret(value)
	case value != "":
		r.mistake(name, "is given twice: also as %s_FILE", name)
		return ""
	}
	content, err := os.ReadFile(path)
	if err != nil {
		reason := err
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			reason = e.Err
		}
		r.mistake(name+"_FILE", "names a file that cannot be read: %v", reason)
		return ""
	}
	value = strings.TrimSpace(string(content))
	if value == "" {
		r.mistake(name+"_FILE", "names an empty file")
	}
	return Secret(value)
}
