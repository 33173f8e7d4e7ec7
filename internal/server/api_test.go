package server

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"petajalan/internal/postgres/postgrestest"
	"petajalan/internal/scorecard"
)

// listed is a page of a list.
type listed struct {
	Data []map[string]any `json:"data"`
	Next *string          `json:"next"`
}

func (p *published) list(path string) listed {
	p.t.Helper()
	var l listed
	p.decode(path, http.StatusOK, &l)
	return l
}

// decode asks for an address of the API and reads the JSON of an answer of this status.
func (p *published) decode(path string, status int, into any) {
	p.t.Helper()
	w := p.get(apiPrefix + path)
	if w.Code != status {
		p.t.Fatalf("GET %s: status %d, want %d: %s", path, w.Code, status, w.Body)
	}
	want := contentJSON
	if status != http.StatusOK {
		want = "application/problem+json"
	}
	if got := w.Header().Get("Content-Type"); got != want || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Set-Cookie") != "" {
		p.t.Errorf("GET %s: Content-Type %s, want %s; headers %v", path, got, want, w.Header())
	}
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
		p.t.Fatalf("GET %s: %v: %s", path, err, w.Body)
	}
}

func TestAPI_PagingVisitsEveryRecordOnce(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	c := testContent(3, 7, 5)
	p.publish(testContent(1, 7, 5))
	p.publish(testContent(2, 7, 5))
	p.publish(c)
	p.refresh()
	for path, want := range map[string]int{
		"/achievements?limit=17":                              3 * 7 * 5,
		"/achievements?limit=3&agency=opd-03":                 3 * 5,
		"/achievements?limit=2&period=2025-TW2&agency=opd-00": 5,
		"/achievements?indicator=IND-01&limit=21":             3 * 7,
		"/achievements?limit=500":                             3 * 7 * 5,
		"/achievements":                                       3 * 7 * 5,
		"/achievements?publication=1&limit=10":                7 * 5,
		"/scores?limit=4":                                     3 * 10,
		"/scores?level=agency&limit=7":                        3 * 7,
		"/scores?code=kota&limit=1":                           3,
		"/targets?limit=34":                                   7 * 5,
		"/agencies?limit=1":                                   7,
		"/indicators?limit=2":                                 5,
		"/publications?limit=2":                               3,
		"/goals":                                              1,
		"/services":                                           1,
	} {
		seen := map[string]bool{}
		next := path
		for next != "" {
			page := p.list(next)
			for _, record := range page.Data {
				key := fmt.Sprint(record["period"], record["level"], record["agency"], record["indicator"], record["code"], record["number"])
				if seen[key] {
					t.Fatalf("%s: %s comes twice", path, key)
				}
				seen[key] = true
			}
			next = ""
			if page.Next != nil {
				joint := "?"
				if strings.Contains(path, "?") {
					joint = "&"
				}
				next = path + joint + "after=" + url.QueryEscape(*page.Next)
				if len(page.Data) == 0 {
					t.Fatalf("%s: an empty page with a next one", path)
				}
			}
		}
		if len(seen) != want {
			t.Errorf("%s: %d records, want %d", path, len(seen), want)
		}
	}
}

func TestAPI_PagingStaysInOnePublication(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 3, 2))
	p.refresh()
	first := p.list("/achievements?limit=2")
	p.publish(testContent(2, 3, 2))
	p.refresh()
	for page := first; page.Next != nil; {
		page = p.list("/achievements?limit=2&after=" + url.QueryEscape(*page.Next))
		for _, record := range page.Data {
			if record["publication"] != 1.0 {
				t.Errorf("a record of publication %v among those of 1", record["publication"])
			}
		}
	}
	var problem apiProblem
	p.decode("/achievements?publication=2&after="+url.QueryEscape(*first.Next), http.StatusBadRequest, &problem)
	if problem.Parameter != "after" {
		t.Errorf("problem %+v, want one of after", problem)
	}
}

func TestAPI_RecordsAreThoseOfThePublication(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	content := p.publish(testContent(1, 2, 2))
	p.refresh()
	for _, name := range []string{"achievements", "scores", "targets", "agencies", "goals", "indicators", "services"} {
		body := strings.TrimSuffix(p.get(apiPrefix+"/"+name).Body.String(), "\n")
		list, ok := strings.CutPrefix(body, `{"data":`)
		list, ok2 := strings.CutSuffix(list, `,"next":null}`)
		if !ok || !ok2 || !strings.Contains(string(content), `"`+name+`":`+list) {
			t.Errorf("%s: %.200s is not in the bytes of the publication", name, body)
		}
	}
	var one struct{ Data map[string]any }
	p.decode("/publications/1", http.StatusOK, &one)
	for name, want := range map[string]any{"number": 1.0, "period": "2025-TW1", "status": "contoh", "sha256": p.last, "previous_sha256": nil, "method": "m1",
		"url": "/terbitan/1.json", "published_at": "2025-05-01T03:00:00.000000Z", "reason": "Terbitan triwulanan", "bytes": float64(len(content))} {
		if got, ok := one.Data[name]; !ok || got != want {
			t.Errorf("publication: %s = %v, want %v", name, got, want)
		}
	}
	p.decode("/agencies/opd-01", http.StatusOK, &one)
	if one.Data["name"] != "Dinas 1" {
		t.Errorf("agency opd-01 = %v", one.Data)
	}
	p.decode("/indicators/IND-01", http.StatusOK, &one)
	p.decode("/methods/m1", http.StatusOK, &one)
	if one.Data["cap"] != "120.00" {
		t.Errorf("method m1 = %v", one.Data)
	}
}

func TestAPI_MethodOfAPastPublication(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	old := testContent(1, 1, 1)
	old.Method.ID, old.Method.Cap = "m0", "110.00"
	p.publish(old)
	p.publish(testContent(2, 1, 1))
	p.refresh()
	var one struct{ Data scorecard.Method }
	for _, path := range []string{"/methods/m0", "/methods/m0?publication=1"} {
		if p.decode(path, http.StatusOK, &one); one.Data.Cap != "110.00" {
			t.Errorf("%s: cap %s, want that of publication 1", path, one.Data.Cap)
		}
	}
	var problem apiProblem
	p.decode("/methods/m0?publication=2", http.StatusNotFound, &problem)
	if got := p.list("/publications").Data[0]["method"]; got != "m0" {
		t.Errorf("method of publication 1 is %v, want m0", got)
	}
}

func TestAPI_RefusesWhatItDoesNotUnderstand(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 2, 1))
	p.refresh()
	for path, want := range map[string]struct {
		status    int
		parameter string
		says      string
	}{
		"/achievements?limit=0":              {400, "limit", "1 sampai 500"},
		"/achievements?limit=501":            {400, "limit", "1 sampai 500"},
		"/achievements?limit=sepuluh":        {400, "limit", "1 sampai 500"},
		"/achievements?after=ngawur":         {400, "after", "next"},
		"/achievements?after=1:ngawur":       {400, "after", "next"},
		"/achievements?after=7:x":            {400, "after", "next"},
		"/publications?after=9":              {400, "after", "next"},
		"/achievements?period=2025-Q1":       {400, "period", "2026-TW3"},
		"/achievements?period=2031-TW1":      {404, "period", "2025-TW1 sampai 2025-TW1"},
		"/achievements?agency=tidak-ada":     {404, "agency", "tidak-ada"},
		"/achievements?indicator=":           {400, "indicator", "kosong"},
		"/achievements?indicator=X&limit=2":  {404, "indicator", "X"},
		"/achievements?tahun=2025":           {400, "tahun", "period, agency, indicator, after, limit, publication"},
		"/achievements?period=a&period=b":    {400, "period", "satu kali"},
		"/achievements?agency=%zz":           {400, "", "tidak tertulis"},
		"/scores?level=kelurahan":            {400, "level", "city, goal, objective, agency"},
		"/scores?code=tidak-ada":             {404, "code", "tidak-ada"},
		"/agencies?publication=2":            {404, "publication", "hanya ada terbitan 1"},
		"/agencies?publication=nol":          {400, "publication", "nomor"},
		"/agencies/tidak-ada":                {404, "code", "tidak-ada"},
		"/agencies/opd-01?limit=1":           {400, "limit", "tidak dikenal"},
		"/indicators/tidak-ada":              {404, "code", "tidak-ada"},
		"/publications/2":                    {404, "number", "hanya ada terbitan 1"},
		"/publications/satu":                 {404, "number", "hanya ada terbitan 1"},
		"/publications/1?x=1":                {400, "x", "tidak memakai parameter"},
		"/methods/m9":                        {404, "id", "m9"},
		"/agencies?%3Cscript%3E=1":           {400, "<script>", "tidak dikenal"},
		"/goals?publication=1&publication=1": {400, "publication", "satu kali"},
	} {
		var got apiProblem
		p.decode(path, want.status, &got)
		if got.Parameter != want.parameter || !strings.Contains(got.Detail, want.says) || got.Status != want.status || got.Type != "about:blank" || got.Title == "" {
			t.Errorf("%s: %+v, want parameter %q and %q", path, got, want.parameter, want.says)
		}
	}
}

func TestAPI_IsEmptyBeforeTheFirstPublication(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.refresh()
	for _, route := range apiRoutes() {
		path := strings.NewReplacer(":number", "1", ":code", "x", ":id", "m1").Replace(route.path)
		if !route.list {
			p.decode(path, http.StatusNotFound, new(apiProblem))
			continue
		}
		if body := strings.TrimSpace(p.get(apiPrefix + path).Body.String()); body != `{"data":[],"next":null}` {
			t.Errorf("%s: %s, want an empty list", path, body)
		}
	}
	p.decode("/achievements?period=2025-TW1&agency=x", http.StatusOK, new(listed))
	p.decode("/achievements?publication=1", http.StatusNotFound, new(apiProblem))
}

func TestAPI_LimitsEachClient(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 1, 1))
	p.refresh()
	for i := range apiRequests {
		if got := p.get(apiPrefix + "/goals").Code; got != http.StatusOK {
			t.Fatalf("request %d: %d", i, got)
		}
	}
	w := p.get(apiPrefix + "/goals")
	if w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") != "300" || !strings.Contains(w.Body.String(), `"status":429`) {
		t.Errorf("request %d: %d, Retry-After %s: %s", apiRequests+1, w.Code, w.Header().Get("Retry-After"), w.Body)
	}
	if got := p.get("/").Code; got != http.StatusOK {
		t.Errorf("a page for the same client: %d, want 200", got)
	}
	p.now = p.now.Add(5 * time.Minute)
	if got := p.get(apiPrefix + "/goals").Code; got != http.StatusOK {
		t.Errorf("five minutes later: %d, want 200", got)
	}
}

func TestAPI_AnswersHeadAndOptions(t *testing.T) {
	t.Parallel()
	p := newPublished(t)
	p.publish(testContent(1, 1, 1))
	p.refresh()
	get, head := p.get(apiPrefix+"/scores"), p.ask(http.MethodHead, apiPrefix+"/scores")
	if head.Code != http.StatusOK || head.Body.Len() != 0 || head.Header().Get("ETag") != get.Header().Get("ETag") || head.Header().Get("Content-Length") != fmt.Sprint(get.Body.Len()) {
		t.Errorf("HEAD: %d, %d bytes, headers %v", head.Code, head.Body.Len(), head.Header())
	}
	w := p.ask(http.MethodOptions, apiPrefix+"/scores", "Origin", "https://contoh.id", "Access-Control-Request-Method", "GET")
	if w.Code != http.StatusNoContent || w.Header().Get("Access-Control-Allow-Origin") != "*" || w.Header().Get("Access-Control-Allow-Methods") != "GET, HEAD, OPTIONS" {
		t.Errorf("OPTIONS: %d, headers %v", w.Code, w.Header())
	}
}

func TestAPI_ErrorsOfTheWholeSiteAreProblemsToo(t *testing.T) {
	t.Parallel()
	db := postgrestest.NewDatabase(t)
	s, err := New(Config{Web: db.Web, Public: db.Public, Now: time.Now, Zone: time.UTC, Log: slog.New(slog.DiscardHandler), Keys: testKeys(t), Evidence: testStore(t, db.Web)})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/api/v1/tidak-ada", http.StatusNotFound},
		{http.MethodGet, "/api/v2/scores", http.StatusNotFound},
		{http.MethodPost, "/api/v1/scores", http.StatusMethodNotAllowed},
		{http.MethodGet, "/api/v1/scores", http.StatusServiceUnavailable}, // nothing was loaded yet
	} {
		w := ask(s.Handler(), c.method, c.path)
		var p apiProblem
		if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Code != c.status || p.Status != c.status || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s: %d %s (error: %v), want a problem of status %d", c.method, c.path, w.Code, w.Body, err, c.status)
		}
		if w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s %s: headers %v", c.method, c.path, w.Header())
		}
		if c.status == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
			t.Errorf("%s: no Retry-After", c.path)
		}
	}
}
