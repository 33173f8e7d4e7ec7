package server

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/andybalholm/brotli"
)

func TestSite_BeforeTheFirstPublication(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	if got := p.get("/").Code; got != http.StatusServiceUnavailable {
		t.Errorf("before the first look: status %d, want 503", got)
	}
	p.refresh()
	for _, path := range []string{"/", "/daftar", "/barang/apa-saja", "/terbitan/1"} {
		w := p.get(path)
		if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Belum ada terbitan") {
			t.Errorf("GET %s: %d %q, want the page that nothing is published", path, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/?terbitan=1", "/terbitan/1.json"} {
		if got := p.get(path).Code; got != http.StatusNotFound {
			t.Errorf("GET %s: status %d, want 404", path, got)
		}
	}
	exec(t, p.Owner, `INSERT INTO periods (year, quarter, opens_at, due_at, closes_at, publish_by)
		VALUES (2025, 3, '2025-10-01', '2025-10-15', '2025-10-20', '2025-10-30'),
		       (2025, 4, '2026-01-01', '2026-01-15', '2026-01-20', '2026-01-31')`)
	p.refresh()
	if body := p.get("/").Body.String(); !strings.Contains(body, "2025-TW4 2026-01-31") {
		t.Errorf("the page says %q, want the next planned publication", body)
	}
	p.publish(testContent(1, 2, 1))
	p.refresh()
	if body := p.get("/").Body.String(); !strings.Contains(body, "1 beranda") {
		t.Errorf("after the first publication the page says %q", body)
	}
}

func TestSite_ServesTheSamePageInEveryEncoding(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.refresh()
	want := p.get("/").Body.String()
	if !strings.Contains(want, "1 beranda") {
		t.Fatalf("the page is %q", want)
	}
	for name, unpack := range map[string]func(io.Reader) io.Reader{
		"gzip": func(r io.Reader) io.Reader {
			zr, err := gzip.NewReader(r)
			if err != nil {
				t.Fatal(err)
			}
			return zr
		},
		"br": func(r io.Reader) io.Reader { return brotli.NewReader(r) },
	} {
		w := p.get("/", "Accept-Encoding", "deflate, "+name+";q=0.8")
		got, err := io.ReadAll(unpack(w.Body))
		if string(got) != want || w.Header().Get("Content-Encoding") != name {
			t.Errorf("%s: %q as %q (error: %v), want %q", name, got, w.Header().Get("Content-Encoding"), err, want)
		}
		if w.Header().Get("Vary") != "Accept-Encoding" || w.Header().Get("Cache-Control") != "public, max-age=300" || w.Header().Get("X-Test") != "front" {
			t.Errorf("%s: headers %v", name, w.Header())
		}
	}
	if got := p.get("/", "Accept-Encoding", "br;q=0, gzip;q=0").Header().Get("Content-Encoding"); got != "" {
		t.Errorf("refused encodings: answered in %s", got)
	}
	head := p.ask(http.MethodHead, "/")
	if head.Body.Len() != 0 || head.Header().Get("Content-Length") != strconv.Itoa(len(want)) {
		t.Errorf("HEAD: %d bytes, Content-Length %s, want none and %d", head.Body.Len(), head.Header().Get("Content-Length"), len(want))
	}
}

func TestSite_AnswersNotModified(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.refresh()
	for _, path := range []string{"/", "/barang/opd-01", "/terbitan/1.json", "/api/v1/agencies", openapiPath} {
		tag := p.get(path, "Accept-Encoding", "gzip").Header().Get("ETag")
		if tag == "" {
			t.Errorf("GET %s: no ETag", path)
		}
		for _, match := range []string{tag, `"x", W/` + tag, "*"} {
			w := p.get(path, "If-None-Match", match)
			if w.Code != http.StatusNotModified || w.Body.Len() != 0 {
				t.Errorf("GET %s with If-None-Match %s: %d and %d bytes, want 304 and none", path, match, w.Code, w.Body.Len())
			}
		}
		if got := p.get(path, "If-None-Match", `"x"`).Code; got != http.StatusOK {
			t.Errorf("GET %s with another tag: %d, want 200", path, got)
		}
	}
	before := p.get("/").Header().Get("ETag")
	p.publish(testContent(2, 2, 1))
	p.refresh()
	if got := p.get("/", "If-None-Match", before).Code; got != http.StatusOK {
		t.Errorf("tag of the publication before: %d, want 200", got)
	}
}

func TestSite_ShowsPastPublications(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	bytes1 := p.publish(testContent(1, 2, 1))
	hash1 := p.last
	for n := 2; n <= 4; n++ {
		p.publish(testContent(n, 2, 1))
	}
	p.refresh()
	for path, want := range map[string]string{
		"/":                            `4 beranda</p><a href="/daftar">`,
		"/?terbitan=4":                 `4 beranda</p><a href="/daftar">`,
		"/?terbitan=1":                 `1 beranda</p><a href="/daftar?terbitan=1">`,
		"/barang/opd-01?terbitan=2":    `2 Dinas 1`,
		"/barang/opd-01?terbitan=003":  `3 Dinas 1`,
		"/daftar?urut=nilai&terbitan=": `4 urut nilai`,
	} {
		if got := p.get(path).Body.String(); !strings.Contains(got, want) {
			t.Errorf("GET %s: %q, want %q", path, got, want)
		}
	}
	if got := len(p.site.current.Load().past.at); got > pastEditionsKept {
		t.Errorf("%d past publications are kept, want at most %d", got, pastEditionsKept)
	}
	for _, number := range []string{"0", "5", "-1", "+1", "abc", "99999999999999999999", "1.5", "1%00"} {
		w := p.get("/?terbitan=" + strings.ReplaceAll(number, "+", "%2B"))
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "1 sampai 4") {
			t.Errorf("?terbitan=%s: %d %q, want 404 that says which there are", number, w.Code, w.Body)
		}
		if got := p.get("/terbitan/" + number + ".json").Code; got != http.StatusNotFound {
			t.Errorf("/terbitan/%s.json: %d, want 404", number, got)
		}
	}
	w := p.get("/terbitan/1.json")
	if !bytes.Equal(w.Body.Bytes(), bytes1) || w.Header().Get("ETag") != `"`+hash1+`"` || w.Header().Get("Cache-Control") != cacheForever {
		t.Errorf("/terbitan/1.json: %d bytes, want the %d that were hashed; headers %v", w.Body.Len(), len(bytes1), w.Header())
	}
	if got := p.get("/terbitan/4.json").Header().Get("ETag"); got != `"`+p.last+`"` {
		t.Errorf("/terbitan/4.json: ETag %s, want the hash %s", got, p.last)
	}
	if got := p.get("/lama/opd-01?terbitan=1").Header().Get("Location"); got != "/barang/opd-01?terbitan=1" {
		t.Errorf("redirect to %q, want the past publication to stay", got)
	}
}

func TestSite_ServesWithoutADatabase(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 3, 2))
	p.publish(testContent(2, 3, 2))
	p.refresh()
	p.get("/daftar?terbitan=1")
	_, _ = p.Public.Close(), p.Web.Close()
	for range 2 {
		if err := p.site.refresh(t.Context()); err == nil {
			t.Fatal("refresh: no error, though the database is away")
		}
	}
	if got := strings.Count(p.log.String(), "level=ERROR"); got != 1 {
		t.Errorf("%d errors in the log, want one for the outage:\n%s", got, p.log)
	}
	for _, path := range []string{"/", "/?terbitan=2", "/barang/opd-01", "/daftar?urut=nilai", "/barang/opd-02?terbitan=1", "/terbitan/2.json",
		"/api/v1/achievements?limit=3", "/api/v1/scores?publication=1", "/api/v1/publications", "/api/v1/methods/m1"} {
		if got := p.get(path).Code; got != http.StatusOK {
			t.Errorf("GET %s without a database: %d, want 200", path, got)
		}
	}
	w := p.get("/api/v1/agencies/opd-99")
	if w.Code != http.StatusNotFound {
		t.Errorf("unknown agency without a database: %d, want 404", w.Code)
	}
}

func TestSite_RecoversByItself(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.refresh()
	exec(t, p.Owner, "REVOKE SELECT ON publications FROM peta_public")
	if err := p.site.refresh(t.Context()); err == nil {
		t.Fatal("refresh: no error, though publications cannot be read")
	}
	p.publish(testContent(2, 2, 1))
	exec(t, p.Owner, "GRANT SELECT ON publications TO peta_public")
	p.refresh()
	if body := p.get("/").Body.String(); !strings.Contains(body, "2 beranda") || !strings.Contains(p.log.String(), "can be read again") {
		t.Errorf("after the fault: %q, log:\n%s", body, p.log)
	}
}

func TestSite_KeepsTheLastPublicationWhenTheNextIsBroken(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.refresh()
	broken := []byte(`{"number":"two"}`)
	c := testContent(2, 1, 1)
	c.PreviousSHA256 = new(p.last)
	p.last = sha(broken)
	p.insert(c, broken)
	if err := p.site.refresh(t.Context()); err == nil {
		t.Fatal("refresh: no error")
	}
	if body := p.get("/").Body.String(); !strings.Contains(body, "1 beranda") {
		t.Errorf("the page says %q, want the last publication that can be read", body)
	}
}

func TestSite_NotifyShowsAPublicationAtOnce(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.refresh()
	go p.site.run(t.Context())
	p.publish(testContent(1, 2, 1))
	p.site.notify()
	for start := time.Now(); !strings.Contains(p.get("/").Body.String(), "1 beranda"); {
		if time.Since(start) > pollEvery {
			t.Fatal("not shown before the next poll")
		}
	}
}

func TestSite_UnknownQueriesDoNotGrowTheCache(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.refresh()
	for i := range 200 {
		p.get(fmt.Sprintf("/?utm_source=%d", i))
		p.get(fmt.Sprintf("/daftar?urut=%d", i)) // an order nobody knows shows the plain page
		p.get(fmt.Sprintf("/barang/opd-01?x%d=1", i))
		p.get(fmt.Sprintf("/barang/opd-01?q=%d", i)) // whatever people search for pushes nothing out
		p.get(fmt.Sprintf("/barang/tidak-ada-%d", i))
		p.get(fmt.Sprintf("/?terbitan=%d", i+2))
	}
	answers, _ := p.site.current.Load().onDemand.size()
	if answers != 1 {
		t.Errorf("%d answers are kept, want the one of /barang/opd-01", answers)
	}
	a, b := p.get("/barang/opd-01?q=satu+dua"), p.get("/barang/opd-01?z=1&q=%20satu%20%20dua%20")
	if a.Body.String() != b.Body.String() || !strings.Contains(a.Body.String(), "satu dua") {
		t.Errorf("the same words are two pages: %q, %q", a.Body, b.Body)
	}
	if answers, _ = p.site.current.Load().onDemand.size(); answers != 1 {
		t.Errorf("%d answers are kept, want 1", answers)
	}
}

func TestSite_AHerdBuildsAPageOnce(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.publish(testContent(2, 2, 1))
	p.refresh()
	before := p.built.Load()
	var herd sync.WaitGroup
	for range 50 {
		herd.Go(func() {
			if got := p.get("/daftar?terbitan=1").Code; got != http.StatusOK {
				t.Errorf("status %d", got)
			}
		})
	}
	herd.Wait()
	if built := p.built.Load() - before; built != 1 {
		t.Errorf("built %d times, want once", built)
	}
}

func TestSite_OneBrokenPageDoesNotHoldUpAPublication(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.site.routes[1].page = func(*edition, params) (view, error) { panic("broken page") }
	p.publish(testContent(1, 2, 1))
	p.refresh()
	if got := p.get("/").Code; got != http.StatusOK || !strings.Contains(p.log.String(), "broken page") {
		t.Errorf("status %d, log:\n%s", got, p.log)
	}
}

func TestSite_KnowsTheMethodOfEveryPublication(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	for i := range 3 {
		c := testContent(i+1, 1, 1)
		c.Method.ID = fmt.Sprintf("m%d", i)
		c.Agencies[0].Name = `"method":{"id":"salah"}` // is escaped, so it is not taken for the rule set
		p.publish(c)
	}
	p.refresh()
	for i, info := range p.site.current.Load().latest.Others {
		if want := fmt.Sprintf("m%d", i); info.Method != want {
			t.Errorf("publication %d has the method %q, want %q", info.Number, info.Method, want)
		}
	}
}
