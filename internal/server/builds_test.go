package server

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"petajalan/internal/fault"
)

func TestSite_IgnoresWordsThatAPageDoesNotRead(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	made := 0
	p.heavy = func(string) { made++ }
	p.publish(testContent(1, 2, 1))
	p.refresh()
	before := p.built.Load()
	for i := range 20 {
		p.get(fmt.Sprintf("/berat/kit?q=%d&urut=nilai&status=tercapai", i))
		p.get(fmt.Sprintf("/?q=%d", i))
		p.get(fmt.Sprintf("/daftar?q=%d&urut=%d", i, i))
	}
	if built := p.built.Load() - before; built != 0 || made != 1 {
		t.Errorf("pages were built %d times and the file %d times, want the file once", built, made)
	}
}

func TestSite_MakesOneSlowAnswerAtATime(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.refresh()
	var now, most atomic.Int32
	held := make(chan struct{})
	p.heavy = func(code string) {
		if code == "ringan" {
			return
		}
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		<-held
		now.Add(-1)
	}
	var readers sync.WaitGroup
	for i := range 6 {
		readers.Go(func() {
			if got := p.get(fmt.Sprintf("/berat/%d", i)).Code; got != http.StatusOK {
				t.Errorf("status %d", got)
			}
		})
	}
	for now.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	// What is quick does not wait for them.
	for _, path := range []string{"/berat/ringan", "/barang/opd-01", "/"} {
		if got := p.get(path).Code; got != http.StatusOK {
			t.Errorf("%s: status %d", path, got)
		}
	}
	close(held)
	readers.Wait()
	if most.Load() != 1 {
		t.Errorf("%d were made at a time, want 1", most.Load())
	}
	if kept, _ := p.site.current.Load().slow.size(); kept != 6 {
		t.Errorf("%d slow answers are kept, want 6", kept)
	}
}

func TestSite_AsksToComeBackWhenSlowAnswersQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &site{slowly: make(turns, slowTurns)}
		s.slowly <- struct{}{} // somebody has the turn for long
		build := s.inTurn(func(context.Context) (*answer, error) { return &answer{}, nil })
		start := time.Now()
		if _, err := build(t.Context()); fault.KindOf(err) != fault.Unavailable || time.Since(start) != slowWait {
			t.Errorf("after %s: %v, want Unavailable after %s", time.Since(start), err, slowWait)
		}
		// The build of another takes longer than a reader waits, and goes on.
		kept := newFileCache(1 << 20)
		go func() { time.Sleep(2 * patience); <-s.slowly }()
		slow := func(context.Context) (*answer, error) { time.Sleep(2 * patience); return &answer{}, nil }
		if _, err := s.onDemand(t.Context(), kept, "kit", nil, slow); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("%v, want Unavailable", err)
		}
		time.Sleep(2 * patience)
		synctest.Wait()
		if kept.get("kit") == nil {
			t.Error("the answer that took long was not kept for the next reader")
		}
		past := &pastEditions{loading: make(turns, 1)}
		past.loading <- struct{}{}
		ctx, cancel := context.WithTimeout(t.Context(), buildTimeout)
		defer cancel()
		if _, err := past.get(ctx, 1, nil); fault.KindOf(err) != fault.Unavailable {
			t.Errorf("a past publication while others are read: %v, want Unavailable", err)
		}
	})
}

func TestCache_OfFilesKeepsALargeOne(t *testing.T) {
	t.Parallel()
	const limit = 64 << 10
	c := newFileCache(limit)
	c.put("kit", &answer{body: make([]byte, limit/2)})
	c.put("larger than all", &answer{body: make([]byte, 2*limit)})
	if c.get("kit") == nil || c.get("larger than all") != nil {
		t.Error("want the file of half the cache kept, and not the one larger than it")
	}
}

func TestDataFilesInWrongLettersAreNotRemembered(t *testing.T) {
	t.Parallel()
	s := publicServer(t)
	for i := range 30 {
		for _, path := range []string{fmt.Sprintf("/data/Acak%d", i), fmt.Sprintf("/data/X\r\nY%d", i), fmt.Sprintf("/data/\\\\Evil%d.com", i)} {
			if w := askFor(s, http.MethodGet, path); w.Code != http.StatusNotFound || w.Header().Get("Location") != "" {
				t.Errorf("%s: status %d to %q", path, w.Code, w.Header().Get("Location"))
			}
		}
	}
	shelf := s.site.current.Load()
	if kept, _ := shelf.onDemand.size(); kept != 0 {
		t.Errorf("%d answers are kept of addresses that there are not", kept)
	}
	for path, want := range map[string]string{"/data/NILAI.CSV": "/data/nilai.csv", "/data/Semua.zip": "/data/semua.zip"} {
		if w := askFor(s, http.MethodGet, path); w.Header().Get("Location") != want {
			t.Errorf("%s leads to %q, want %q", path, w.Header().Get("Location"), want)
		}
	}
}

func TestNoHeaderOfTheReaderIsInARedirect(t *testing.T) {
	t.Parallel()
	s := publicServer(t)
	for path, want := range map[string]string{"/data/": "/data", "/Metode": "/metode", "/kelurahan/Bendogerit/": ""} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		r.Host = "jahat.example"
		for _, name := range []string{"X-Forwarded-Prefix", "X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL"} {
			r.Header.Set(name, "/jahat")
		}
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, r)
		if to := w.Header().Get("Location"); want != "" && to != want || len(to) > 0 && to[:2] == "/j" {
			t.Errorf("%s leads to %q, want %q", path, to, want)
		}
	}
}

func TestAnUnknownAddressReadsNoPastPublication(t *testing.T) {
	t.Parallel()
	s := publicServer(t)
	past := s.site.current.Load().past
	past.at = nil
	past.loading <- struct{}{} // whoever reads one now waits
	start := time.Now()
	if w := askFor(s, http.MethodGet, "/tidak/ada/apa-apa?terbitan=7"); w.Code != http.StatusNotFound {
		t.Errorf("status %d, want 404", w.Code)
	}
	if waited := time.Since(start); waited > buildTimeout/2 {
		t.Errorf("it waited %s for publication 7", waited)
	}
}
