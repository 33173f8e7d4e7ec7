package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"petajalan/internal/scorecard"
)

func sha(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func TestCache_StaysWithinItsLimit(t *testing.T) {
	t.Parallel()
	const limit = 64 << 10
	c := newCache(limit)
	for i := range 1000 {
		c.put(fmt.Sprint("key", i), &answer{gzip: make([]byte, 1000)})
		c.get("key0") // used all the time, so it stays
	}
	answers, used := c.size()
	if used > limit || answers < 20 {
		t.Errorf("%d answers of %d bytes, want many within %d", answers, used, limit)
	}
	if c.get("key0") == nil || c.get("key999") == nil || c.get("key500") != nil {
		t.Error("want the one in use and the newest, not the old ones")
	}
	c.put("huge", &answer{gzip: make([]byte, limit)})
	if c.get("huge") != nil || c.get("key0") == nil {
		t.Error("an answer as large as the cache pushed out the others")
	}
	before := used
	c.put("key999", &answer{gzip: make([]byte, 1000)})
	if _, used = c.size(); used != before {
		t.Errorf("putting again what is there: %d bytes, want %d", used, before)
	}
}

func TestRateLimit_CountsEachClientInItsWindow(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	l := newRateLimit(2, time.Minute, func() time.Time { return now })
	steps := []struct {
		ip   string
		want bool
	}{
		{"10.0.0.1", true}, {"10.0.0.1", true}, {"10.0.0.1", false}, {"10.0.0.2", true},
		{"2001:db8::1", true}, {"2001:db8::2", true}, {"2001:db8::3", false}, {"2001:db8:0:1::1", true},
	}
	for i, step := range steps {
		if _, ok := l.allow(clientOf(step.ip)); ok != step.want {
			t.Errorf("step %d: allow(%s) = %v, want %v", i, step.ip, ok, step.want)
		}
	}
	now = now.Add(40 * time.Second)
	if wait, ok := l.allow("10.0.0.1"); ok || wait != 20*time.Second {
		t.Errorf("allow = %v, wait %v, want 20 s", ok, wait)
	}
	now = now.Add(20 * time.Second)
	if _, ok := l.allow("10.0.0.1"); !ok {
		t.Error("still refused in the next window")
	}
}

func TestEditionLink_KeepsThePastPublication(t *testing.T) {
	t.Parallel()
	past := &edition{View: testView(3)}
	for path, want := range map[string]string{
		"/":                     "/?terbitan=3",
		"/instansi?urut=nilai":  "/instansi?urut=nilai&terbitan=3",
		"/kelurahan/sentul#skm": "/kelurahan/sentul?terbitan=3#skm",
	} {
		if got := past.Link(path); got != want {
			t.Errorf("Link(%s) = %s, want %s", path, got, want)
		}
		latest := &edition{View: past.View, Latest: true}
		if got := latest.Link(path); got != path {
			t.Errorf("Link(%s) in the latest = %s, want it unchanged", path, got)
		}
	}
}

func TestReadContent_KeepsEveryWord(t *testing.T) {
	t.Parallel()
	want := canonical(t, testContent(2, 3, 2))
	got, err := readContent(want)
	if err != nil {
		t.Fatal(err)
	}
	if again := canonical(t, got); string(again) != string(want) {
		t.Errorf("read and written again: %d bytes, want the same %d", len(again), len(want))
	}
	if got.Achievements[0].Target != got.Achievements[1].Target || !strings.HasPrefix(got.Achievements[0].Agency, "opd") {
		t.Error("equal figures do not share memory")
	}
}

func testView(number int) *scorecard.View { return scorecard.NewView(testContent(number, 1, 1)) }

func canonical(t *testing.T, c *scorecard.Content) []byte {
	t.Helper()
	b, err := scorecard.Canonical(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
