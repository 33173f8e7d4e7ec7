package server

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"petajalan/internal/account"
	"petajalan/internal/machine"
)

// adminOf is the account of the login, as the database knows it.
func (s *testSite) user(login string) *account.User {
	s.t.Helper()
	u, err := account.Find(s.t.Context(), s.Owner, login)
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// robot is a program with a token. It holds every answer to the OpenAPI document.
type robot struct {
	site   *testSite
	secret string
	token  *machine.Token
	doc    *described // nil: read at the first request
}

// robot makes a token for the agencies and indicators; none: all.
func (s *testSite) robot(agencies, indicators []string) *robot {
	s.t.Helper()
	t, secret, err := machine.Create(s.t.Context(), s.Web, s.user(adminRole), machine.NewToken{Name: "Uji", Source: "SIAK", Agencies: agencies, Indicators: indicators}, *s.clock.Load())
	if err != nil {
		s.t.Fatal(err)
	}
	return &robot{site: s, secret: secret, token: t}
}

// said is an answer to a robot.
type said struct {
	t      testing.TB
	Status int
	Header http.Header
	Body   string
}

// ask sends a request; headers are names and values.
func (r *robot) ask(method, path, body string, headers ...string) *said {
	r.site.t.Helper()
	q, err := http.NewRequestWithContext(r.site.t.Context(), method, r.site.http.URL+machinePrefix+path, strings.NewReader(body))
	if err != nil {
		r.site.t.Fatal(err)
	}
	if r.secret != "" {
		q.Header.Set("Authorization", "Bearer "+r.secret)
	}
	if body != "" {
		q.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(headers); i += 2 {
		q.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			q.Header.Del(headers[i])
		}
	}
	res, err := http.DefaultClient.Do(q)
	if err != nil {
		r.site.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.site.t.Fatal(err)
	}
	a := &said{r.site.t, res.StatusCode, res.Header, string(text)}
	if a.Header.Get("Cache-Control") != "no-store" || a.Header.Get("Access-Control-Allow-Origin") != "" || a.Header.Get("Set-Cookie") != "" {
		r.site.t.Errorf("%s %s: headers %v", method, path, a.Header)
	}
	if a.Status >= 400 && a.Header.Get("Content-Type") != problemType {
		r.site.t.Errorf("%s %s: status %d with content type %s", method, path, a.Status, a.Header.Get("Content-Type"))
	}
	if r.doc == nil {
		r.doc = newDescribed(r.site.t, []byte(r.site.visitor().get(machineDocPath).want(http.StatusOK).Body), r.site.http.URL)
	}
	r.doc.check(q, []byte(body), a.Status, a.Header, text)
	return a
}

// post sends a POST with a key.
func (r *robot) post(path, key, body string) *said {
	r.site.t.Helper()
	return r.ask(http.MethodPost, path, body, "Idempotency-Key", key)
}

func (a *said) want(status int) *said {
	a.t.Helper()
	if a.Status != status {
		a.t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	return a
}

// problem reads the answer as a problem that says more.
func (a *said) problem() machineProblem {
	a.t.Helper()
	var p machineProblem
	if err := json.Unmarshal([]byte(a.Body), &p); err != nil {
		a.t.Fatalf("%v: %s", err, a.Body)
	}
	return p
}

func (r *robot) due(period string) []machine.Due {
	r.site.t.Helper()
	var got struct{ Data []machine.Due }
	if err := json.Unmarshal([]byte(r.ask(http.MethodGet, "/due?period="+period, "").want(http.StatusOK).Body), &got); err != nil {
		r.site.t.Fatal(err)
	}
	return got.Data
}

// newReportingSite is the site of the demo in the first days of 2027, when 2026-TW4 is reported.
func newReportingSite(t testing.TB) *testSite {
	t.Helper()
	s := newDemoSite(t)
	exec(t, s.Owner, `UPDATE periods SET opened_at = opens_at WHERE year = 2026 AND quarter = 4`)
	s.at(inJanuary)
	return s
}

var inJanuary = time.Date(2027, 1, 5, 9, 0, 0, 0, wib)

const period = "2026-TW4"

// report reads the report as the program sees it.
func (r *robot) report(agency, indicator string) machine.Due {
	r.site.t.Helper()
	var got struct{ Data machine.Due }
	a := r.ask(http.MethodGet, "/reports/"+agency+"/"+indicator+"/"+period, "").want(http.StatusOK)
	if err := json.Unmarshal([]byte(a.Body), &got); err != nil {
		r.site.t.Fatal(err)
	}
	if want := fmt.Sprintf("%q", fmt.Sprint(got.Data.Version)); a.Header.Get("ETag") != want {
		r.site.t.Errorf("ETag %s, want %s", a.Header.Get("ETag"), want)
	}
	return got.Data
}

func item(agency, indicator, rest string) string {
	return fmt.Sprintf(`{"agency":%q,"indicator":%q,"period":%q%s}`, agency, indicator, period, rest)
}

func TestMachine(t *testing.T) {
	t.Parallel()
	s := newReportingSite(t)
	r := s.robot([]string{"dispendukcapil", "dlh"}, nil)

	t.Run("ListsWhatItsTokenMayFill", func(t *testing.T) {
		s := s.in(t)
		narrow := s.robot(nil, []string{"DUK-KTP", "MAKLUMAT"})
		for _, c := range []struct {
			r                      *robot
			agencies, indicators   int // at least
			onlyAgency, onlySuffix string
		}{{r, 2, 5, "", ""}, {narrow, 5, 2, "", ""}} {
			agencies, indicators := map[string]bool{}, map[string]bool{}
			for _, d := range c.r.due(period) {
				agencies[d.Agency], indicators[d.Indicator] = true, true
				if !d.Writable || d.State != machine.StateEmpty || d.Version != 0 || d.Draft != nil || d.Choices == nil {
					t.Errorf("%s %s is %+v, want it empty and writable", d.Agency, d.Indicator, d)
				}
				if len(c.r.token.Indicators) > 0 && !slices.Contains(c.r.token.Indicators, d.Indicator) || len(c.r.token.Agencies) > 0 && !slices.Contains(c.r.token.Agencies, d.Agency) {
					t.Errorf("%s %s is not for the token", d.Agency, d.Indicator)
				}
			}
			if len(agencies) < c.agencies || len(indicators) < c.indicators {
				t.Errorf("%d agencies and %d indicators, want at least %d and %d", len(agencies), len(indicators), c.agencies, c.indicators)
			}
		}
		for _, d := range r.due("2026-TW3") {
			if d.Writable {
				t.Errorf("%s %s of a closed period is writable", d.Agency, d.Indicator)
			}
		}
		if got := r.ask(http.MethodGet, "/due", "").want(http.StatusOK).Body; !strings.Contains(got, period) {
			t.Errorf("without a period: %.200s", got)
		}
		r.ask(http.MethodGet, "/due?period=2041-TW1", "").want(http.StatusNotFound)
		r.ask(http.MethodGet, "/due?period=minggu", "").want(http.StatusBadRequest)
		r.ask(http.MethodGet, "/due?tahun=2026", "").want(http.StatusBadRequest)
	})

	t.Run("SavesADraftThatPeopleHandIn", func(t *testing.T) {
		s := s.in(t)
		a := r.post("/reports", "k-akta", item("dispendukcapil", "DUK-AKTA", `,"numerator":980,"denominator":"1000","note":"Dari SIAK.","reference":"SIAK-2026-4"`)).want(http.StatusOK)
		if a.Body != `{"data":{"agency":"dispendukcapil","indicator":"DUK-AKTA","period":"2026-TW4","state":"draft","version":1,"reference":"SIAK-2026-4"}}`+"\n" {
			t.Errorf("answer %s", a.Body)
		}
		d := r.report("dispendukcapil", "DUK-AKTA")
		if d.State != "draft" || !d.Writable || d.Draft == nil || d.Draft.Numerator.String() != "980" || !d.Draft.Own {
			t.Errorf("report %+v, draft %+v", d, d.Draft)
		}
		if n := s.count(`SELECT count(*) FROM feed_values f JOIN users u ON u.id = f.imported_by WHERE u.machine AND f.source = 'SIAK' AND f.reference = 'SIAK-2026-4' AND numerator = 980`); n != 1 {
			t.Errorf("%d figures of the source, want 1", n)
		}
		if n := s.count(`SELECT count(*) FROM audit_entries l JOIN users u ON u.id = l.actor_id WHERE u.machine AND l.action = 'save draft' AND l.object = 'DUK-AKTA dispendukcapil 2026-TW4'`); n != 1 {
			t.Errorf("%d entries in the trail, want 1", n)
		}
		// The very same again, under another key, changes nothing.
		r.post("/reports", "k-akta-2", item("dispendukcapil", "DUK-AKTA", `,"version":1,"numerator":980,"denominator":1000,"note":"Dari SIAK.","reference":"SIAK-2026-4"`)).want(http.StatusOK)
		if d := r.report("dispendukcapil", "DUK-AKTA"); d.Version != 1 {
			t.Errorf("version %d after the same again, want 1", d.Version)
		}
		page := s.as("operator.dispendukcapil").get("/kerja/laporan/dispendukcapil/" + period).want(http.StatusOK)
		if !strings.Contains(page.Body, "SIAK") {
			t.Error("the worksheet does not say where the figure is from")
		}
	})

	t.Run("NeverOverwritesWhatItHasNotSeen", func(t *testing.T) {
		s := s.in(t)
		const key = "/reports/dispendukcapil/ADUAN-HARI/" + period
		a := r.ask(http.MethodPut, key, `{"value":"3.5"}`).want(http.StatusOK)
		if a.Header.Get("ETag") != `"1"` {
			t.Errorf("ETag %s", a.Header.Get("ETag"))
		}
		// A person types over it, with words of their own.
		exec(t, s.Owner, `UPDATE reports SET actual = 4.25, note = 'Diketik orang', obstacle = 'Kendala', version = 2, updated_by = (SELECT id FROM users WHERE login = 'operator.dispendukcapil')
			WHERE id = (SELECT r.id FROM reports r JOIN target_series t ON t.id = r.series_id JOIN agencies a ON a.id = t.agency_id JOIN indicators i ON i.id = t.indicator_id
				WHERE a.code = 'dispendukcapil' AND i.code = 'ADUAN-HARI' AND r.year = 2026 AND r.quarter = 4)`)
		exec(t, s.Owner, `INSERT INTO report_events (report_id, revision, kind, at, by_user, by_role)
			SELECT r.id, 0, 'saved', now(), r.updated_by, 'operator' FROM reports r WHERE r.note = 'Diketik orang' AND r.year = 2026 AND r.quarter = 4`)
		p := r.ask(http.MethodPut, key, `{"value":"3.5"}`).want(http.StatusPreconditionRequired).problem()
		if p.Errors[0].State != "draft" || *p.Errors[0].Version != 2 || !strings.Contains(p.Detail, "If-Match") {
			t.Errorf("problem %+v", p)
		}
		if p := r.ask(http.MethodPut, key, `{"value":"3.5"}`, "If-Match", `"1"`).want(http.StatusPreconditionFailed).problem(); *p.Errors[0].Version != 2 {
			t.Errorf("problem %+v", p)
		}
		r.ask(http.MethodPut, key, `{"value":"3.5"}`, "If-None-Match", "*").want(http.StatusPreconditionFailed)
		for _, tag := range []string{"2", `W/"2"`, "*", `"x"`, `"1", "2"`, `"-1"`} {
			r.ask(http.MethodPut, key, `{"value":"3.5"}`, "If-Match", tag).want(http.StatusBadRequest)
		}
		r.post("/reports", "v-none", item("dispendukcapil", "ADUAN-HARI", `,"value":3.5`)).want(http.StatusPreconditionRequired)
		if p := r.post("/reports", "v-old", item("dispendukcapil", "ADUAN-HARI", `,"value":3.5,"version":1`)).want(http.StatusConflict).problem(); p.Errors[0].Pointer != "/version" {
			t.Errorf("problem %+v", p)
		}
		if d := r.report("dispendukcapil", "ADUAN-HARI"); d.Draft.Value.String() != "4.25" || d.Draft.Own {
			t.Fatalf("the draft is %+v", d.Draft)
		}
		// The figure may follow once the version was seen; the person's words stay.
		r.ask(http.MethodPut, key, `{"value":"3.6","note":"Lain"}`, "If-Match", `"2"`).want(http.StatusConflict)
		r.ask(http.MethodPut, key, `{"value":"3.6"}`, "If-Match", `"2"`).want(http.StatusOK)
		// So they do when the program was the last to change the row.
		r.ask(http.MethodPut, key, `{"value":"3.7","note":"Lain"}`, "If-Match", `"3"`).want(http.StatusConflict)
		if n := s.count(`SELECT count(*) FROM reports WHERE actual = 3.6 AND note = 'Diketik orang' AND obstacle = 'Kendala' AND year = 2026 AND quarter = 4`); n != 1 {
			t.Error("the words of the person are gone")
		}
	})

	t.Run("OnlyDraftsAreTaken", func(t *testing.T) {
		s := s.in(t)
		const report = `(SELECT r.id FROM reports r JOIN target_series t ON t.id = r.series_id JOIN agencies a ON a.id = t.agency_id JOIN indicators i ON i.id = t.indicator_id
			WHERE a.code = 'dispendukcapil' AND i.code = 'DIGITAL' AND r.year = 2026 AND r.quarter = 4)`
		r.post("/reports", "d-0", item("dispendukcapil", "DIGITAL", `,"numerator":5,"denominator":10`)).want(http.StatusOK)
		exec(t, s.Owner, `UPDATE reports SET revision = 1 WHERE id = `+report)
		for i, state := range []string{"submitted", "approved", "verified"} {
			exec(t, s.Owner, `UPDATE reports SET status = '`+state+`' WHERE id = `+report)
			p := r.post("/reports", fmt.Sprint("d-", i+1), item("dispendukcapil", "DIGITAL", `,"numerator":6,"denominator":10`)).want(http.StatusConflict).problem()
			if string(p.Errors[0].State) != state || p.Status != http.StatusConflict {
				t.Errorf("%s: %+v", state, p)
			}
		}
		exec(t, s.Owner, `UPDATE reports SET status = 'returned' WHERE id = `+report)
		r.post("/reports", "d-9", item("dispendukcapil", "DIGITAL", `,"numerator":6,"denominator":10,"version":1`)).want(http.StatusOK)
		p := r.post("/reports", "d-closed", `{"agency":"dlh","indicator":"ADUAN-HARI","period":"2026-TW2","value":1,"version":99}`).want(http.StatusConflict).problem()
		if !strings.Contains(p.Detail, "ditutup") {
			t.Errorf("closed period: %+v", p)
		}
	})

	t.Run("ManyAreTakenTogetherOrNotAtAll", func(t *testing.T) {
		s := s.in(t)
		before := s.count(`SELECT count(*) FROM reports`)
		good := item("dlh", "ADUAN-TEPAT", `,"numerator":9,"denominator":10`)
		p := r.post("/reports/batch", "b-1", `{"reports":[`+good+`,`+item("dlh", "MAKLUMAT", `,"yes":"ya"`)+`,`+item("dlh", "TIDAK-ADA", `,"value":1`)+`]}`).want(http.StatusUnprocessableEntity).problem()
		if len(p.Errors) != 1 || p.Errors[0].Pointer != "/reports/1/yes" {
			t.Errorf("problem %+v", p)
		}
		p = r.post("/reports/batch", "b-1", `{"reports":[`+good+`,`+item("dlh", "MAKLUMAT", `,"value":2`)+`,`+item("dlh", "TIDAK-ADA", `,"value":1`)+`,`+item("dinkes", "MAKLUMAT", `,"yes":true`)+`]}`).want(http.StatusNotFound).problem()
		if len(p.Errors) != 2 || p.Errors[0].Pointer != "/reports/2/indicator" || p.Errors[1].Pointer != "/reports/3/agency" || !strings.Contains(p.Detail, "2 masalah") {
			t.Errorf("problem %+v", p)
		}
		p = r.post("/reports/batch", "b-1", `{"reports":[`+good+`,`+item("dlh", "MAKLUMAT", `,"value":2`)+`]}`).want(http.StatusUnprocessableEntity).problem()
		if len(p.Errors) != 1 || p.Errors[0].Pointer != "/reports/1/value" {
			t.Errorf("problem %+v", p)
		}
		if after := s.count(`SELECT count(*) FROM reports`); after != before {
			t.Errorf("%d reports were made of refused requests", after-before)
		}
		a := r.post("/reports/batch", "b-1", `{"reports":[`+good+`,`+item("dlh", "MAKLUMAT", `,"yes":true`)+`]}`).want(http.StatusOK)
		if !strings.Contains(a.Body, `"ADUAN-TEPAT","period":"2026-TW4","state":"draft","version":1`) || !strings.Contains(a.Body, `"MAKLUMAT"`) {
			t.Errorf("answer %s", a.Body)
		}
		for body, pointer := range map[string]string{
			`{"reports":[]}`: "/reports", `{}`: "/reports", `[]`: "", `{"reports":{}}`: "/reports", `{"laporan":[]}`: "/laporan",
			`{"reports":[` + good + `,` + good + `]}`:                    "/reports/1",
			`{"reports":[` + strings.Repeat(good+",", 500) + good + `]}`: "/reports",
		} {
			if p := r.post("/reports/batch", "b-2", body).want(http.StatusUnprocessableEntity).problem(); p.Errors[0].Pointer != pointer {
				t.Errorf("%.60s: %+v", body, p.Errors[0])
			}
		}
	})

	t.Run("ScopeIsThatOfThePages", func(t *testing.T) {
		s := s.in(t)
		narrow := s.robot([]string{"dispendukcapil"}, []string{"DUK-KTP"})
		for _, c := range []struct {
			agency, indicator string
			status            int
		}{{"dinkes", "DUK-KTP", 404}, {"tidak-ada", "X", 404}, {"dispendukcapil", "DUK-AKTA", 403}, {"dlh", "ADUAN-HARI", 404}} {
			narrow.ask(http.MethodGet, "/reports/"+c.agency+"/"+c.indicator+"/"+period, "").want(c.status)
			narrow.ask(http.MethodPut, "/reports/"+c.agency+"/"+c.indicator+"/"+period, `{"value":1}`).want(c.status)
			narrow.post("/reports", "s-"+c.agency+c.indicator, item(c.agency, c.indicator, `,"value":1`)).want(c.status)
		}
		narrow.ask(http.MethodGet, "/reports/dispendukcapil/DUK-KTP/besok", "").want(http.StatusBadRequest)
		if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'refuse access' AND actor_id = ?`, narrow.token.UserID); n != 3 {
			t.Errorf("%d refusals in the trail, want one of each address", n)
		}
	})

	t.Run("ReadsNumbersExactlyAndNothingElse", func(t *testing.T) {
		s := s.in(t)
		for i, c := range []struct{ rest, pointer string }{
			{`,"value":1e3`, "/value"}, {`,"value":"1,5"`, "/value"}, {`,"value":"1.250,5"`, "/value"}, {`,"value":0.00001`, "/value"}, {`,"value":999999999999999`, "/value"},
			{`,"value":true`, "/value"}, {`,"value":[1]`, "/value"}, {`,"value":"NaN"`, "/value"}, {`,"value":" 5"`, "/value"}, {``, "/value"}, {`,"value":null`, "/value"},
			{`,"numerator":1,"denominator":2`, "/numerator"}, {`,"value":1,"nilai":2`, "/nilai"}, {`,"value":1,"version":"1"`, "/version"}, {`,"value":1,"version":-1`, "/version"},
			{`,"value":1,"version":1.5`, "/version"}, {`,"value":1,"note":5`, "/note"}, {`,"value":1,"note":"` + strings.Repeat("a", 2001) + `"`, "/note"},
			{`,"value":1,"reference":"` + strings.Repeat("é", 201) + `"`, "/reference"}, {`,"value":1,"yes":true`, "/yes"}, {`,"value":1,"not_applicable":true`, "/not_applicable"},
		} {
			p := r.post("/reports", fmt.Sprint("n-", i), item("dlh", "ADUAN-HARI", c.rest)).want(http.StatusUnprocessableEntity).problem()
			if p.Errors[0].Pointer != c.pointer || p.Errors[0].Detail == "" || p.Title == "" || p.Type != "about:blank" {
				t.Errorf("%s: %+v", c.rest, p)
			}
		}
		for i, body := range []string{``, `{`, `{"agency":"dlh"`, `{"agency":"dlh","agency":"dlh"}`, `{"value":1}{"value":2}`, `nul`, "\xff{}", `{"a":"\u0000"}`, strings.Repeat(`[`, 10_000), `{"a":[[[[1]]]]}`, `{"value":01}`, `{'a':1}`} {
			r.ask(http.MethodPost, "/reports", body, "Idempotency-Key", fmt.Sprint("x-", i), "Content-Type", "application/json").want(http.StatusBadRequest)
		}
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", "multipart/form-data; boundary=x"} {
			r.ask(http.MethodPost, "/reports", "{}", "Idempotency-Key", "c", "Content-Type", kind).want(http.StatusUnsupportedMediaType)
		}
		r.ask(http.MethodPost, "/reports", "{}", "Idempotency-Key", "c", "Content-Encoding", "gzip").want(http.StatusUnsupportedMediaType)
		big := r.post("/reports", "big", `{"note":"`+strings.Repeat("a", 1<<20)+`"}`).want(http.StatusRequestEntityTooLarge)
		if !strings.Contains(big.Body, "1 MiB") {
			t.Errorf("too large: %s", big.Body)
		}
		if n := s.count(`SELECT count(*) FROM reports r JOIN target_series t ON t.id = r.series_id JOIN agencies a ON a.id = t.agency_id JOIN indicators i ON i.id = t.indicator_id
			WHERE a.code = 'dlh' AND i.code = 'ADUAN-HARI' AND r.year = 2026 AND r.quarter = 4`); n != 0 {
			t.Error("something was saved of what was refused")
		}
		for version, value := range []string{"12345678901234.5678", "-0.1234", "0"} {
			r.post("/reports", "n-ok-"+value, item("dlh", "ADUAN-HARI", fmt.Sprintf(`,"version":%d,"value":%s`, version, value))).want(http.StatusOK)
			if got := r.report("dlh", "ADUAN-HARI").Draft.Value.String(); got != value {
				t.Errorf("value %s, want %s", got, value)
			}
		}
	})
}
