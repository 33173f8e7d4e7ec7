package server

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/evidence"
	"petajalan/internal/fault"
	"petajalan/internal/postgres/postgrestest"
)

// testStore is a store of evidence in the database of a test.
func testStore(t testing.TB, db *bun.DB) evidence.Store {
	t.Helper()
	s, err := evidence.OpenPostgres(t.Context(), db, october)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// plainPDF is the least that is a PDF; text makes it another file.
func plainPDF(text string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Title (" + text + ") >>\nendobj\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n")
}

// bring sends a file in a form, with fields given as names and values in turn.
func (v *visitor) bring(path, name string, content []byte, fields ...string) *answered {
	v.site.t.Helper()
	body, kind := formWithFile(v.site.t, name, content, fields...)
	req, err := http.NewRequestWithContext(v.site.t.Context(), http.MethodPost, v.site.http.URL+path, body)
	if err != nil {
		v.site.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	res, err := v.client.Do(req)
	if err != nil {
		v.site.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		v.site.t.Fatal(err)
	}
	return &answered{t: v.site.t, Status: res.StatusCode, Header: res.Header, Body: string(text)}
}

func formWithFile(t testing.TB, name string, content []byte, fields ...string) (body *bytes.Buffer, kind string) {
	t.Helper()
	body = new(bytes.Buffer)
	m := multipart.NewWriter(body)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := m.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	w, err := m.CreateFormFile("berkas", name)
	if err == nil {
		_, err = w.Write(content)
	}
	if err := errors.Join(err, m.Close()); err != nil {
		t.Fatal(err)
	}
	return body, m.FormDataContentType()
}

// newest is the public id of the evidence that was added last to a report in a draft.
func (s *testSite) newest(indicator, agency string) string {
	s.t.Helper()
	var id string
	err := s.Owner.NewRaw(`SELECT d.public_id FROM draft_evidence d JOIN reports r ON r.id = d.report_id JOIN target_series ts ON ts.id = r.series_id
		JOIN agencies a ON a.id = ts.agency_id JOIN indicators i ON i.id = ts.indicator_id
		WHERE i.code = ? AND a.code = ? ORDER BY d.public_id DESC LIMIT 1`, indicator, agency).Scan(s.t.Context(), &id)
	if err != nil {
		s.t.Fatal(err)
	}
	return id
}

func TestEvidence(t *testing.T) {
	t.Parallel()
	whole := newOpenSite(t)
	const sheet = "/kerja/laporan/dispendukcapil/2026-TW4"

	t.Run("AFileIsKeptAndGivenOutAsAnAttachment", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dispendukcapil", "bukti.satu")
		content := plainPDF("rekap SIAK")
		a := v.bring(sheet+"/DUK-KTP/bukti", `C:\Data\Rekap "SIAK" é.PDF`, content).want(http.StatusSeeOther)
		if to := a.Header.Get("Location"); to != sheet+"#DUK-KTP" {
			t.Errorf("leads to %s", to)
		}
		id := s.newest("DUK-KTP", "dispendukcapil")
		a = v.get("/kerja/bukti/" + id).want(http.StatusOK)
		if a.Body != string(content) {
			t.Errorf("%d bytes came out of %d", len(a.Body), len(content))
		}
		how, params, err := mime.ParseMediaType(a.Header.Get("Content-Disposition"))
		if err != nil || how != "attachment" || params["filename"] != `Rekap _SIAK_ é.pdf` {
			t.Errorf("disposition %q: %q %v", a.Header.Get("Content-Disposition"), params, err)
		}
		for name, want := range map[string]string{
			"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
			"Content-Length": strconv.Itoa(len(content)), "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		if csp := a.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox; default-src 'none'") {
			t.Errorf("policy %q", csp)
		}
		a = v.get("/kerja/bukti/" + id + "?tampil=1").want(http.StatusOK)
		if d := a.Header.Get("Content-Disposition"); !strings.HasPrefix(d, "inline") {
			t.Errorf("shown as %q", d)
		}
		if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || strings.Contains(csp, "script") {
			t.Errorf("policy %q", csp)
		}
		if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'add evidence' AND stream = 'dispendukcapil'`); n == 0 {
			t.Error("the trail does not tell")
		}
	})

	t.Run("APictureIsShownInASandbox", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dpmptsp", "bukti.dua")
		var b bytes.Buffer
		if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
			t.Fatal(err)
		}
		v.bring("/kerja/laporan/dpmptsp/2026-TW4/PTSP-IZIN/bukti", "foto.png", b.Bytes()).want(http.StatusSeeOther)
		a := v.get("/kerja/bukti/" + s.newest("PTSP-IZIN", "dpmptsp") + "?tampil=1").want(http.StatusOK)
		if a.Header.Get("Content-Type") != "image/png" || !strings.HasPrefix(a.Header.Get("Content-Security-Policy"), "sandbox;") {
			t.Errorf("%q under %q", a.Header.Get("Content-Type"), a.Header.Get("Content-Security-Policy"))
		}
	})

	t.Run("AnotherAgencyFindsNothing", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dispendukcapil", "bukti.tiga")
		v.bring(sheet+"/SP-LENGKAP/bukti", "sk.pdf", plainPDF("SK")).want(http.StatusSeeOther)
		id := s.newest("SP-LENGKAP", "dispendukcapil")
		other := s.operatorOf("dishub", "bukti.lain")
		for _, path := range []string{"/kerja/bukti/" + id, "/kerja/bukti/" + id + "?tampil=1"} {
			if a := other.get(path); a.Status != http.StatusNotFound || strings.Contains(a.Body, "SK") && strings.Contains(a.Body, "sk.pdf") {
				t.Errorf("%s for another agency: %d", path, a.Status)
			}
		}
		if a := other.bring(sheet+"/SP-LENGKAP/bukti", "sk.pdf", plainPDF("lain")); a.Status != http.StatusNotFound {
			t.Errorf("upload for another agency: %d", a.Status)
		}
		if a := other.post(sheet+"/SP-LENGKAP/bukti/hapus", "id", id); a.Status != http.StatusNotFound {
			t.Errorf("removal for another agency: %d", a.Status)
		}
		// One's own address with the id of another's evidence.
		if a := other.post("/kerja/laporan/dishub/2026-TW4/KIR-SEHARI/bukti/hapus", "id", id); a.Status != http.StatusSeeOther && a.Status != http.StatusNotFound {
			t.Errorf("removal through one's own address: %d", a.Status)
		}
		if n := s.count(`SELECT count(*) FROM draft_evidence WHERE public_id = ?`, id); n != 1 {
			t.Error("another agency removed it")
		}
		for _, no := range []string{"00000000-0000-7000-8000-000000000000", "x", "../" + id, strings.ToUpper(id) + "0"} {
			if a := v.get("/kerja/bukti/" + no); a.Status != http.StatusNotFound {
				t.Errorf("evidence %q: %d", no, a.Status)
			}
		}
		a := s.visitor().get("/kerja/bukti/" + id)
		if a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/masuk") {
			t.Errorf("signed out: %d to %s", a.Status, a.Header.Get("Location"))
		}
		s.as("organisasi").get("/kerja/bukti/" + id).want(http.StatusOK)
	})

	t.Run("RefusalsSayWhatToDoAndKeepNothing", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dishub", "bukti.empat")
		const path = "/kerja/laporan/dishub/2026-TW4/KIR-SEHARI/bukti"
		for what, x := range map[string]struct {
			name, say string
			content   []byte
		}{
			"a page":     {"x.html", "Yang diterima: PDF", []byte("<script>alert(1)</script>")},
			"a false":    {"x.png", "bukan PNG", []byte("<script>alert(1)</script>")},
			"a script":   {"x.pdf", "skrip", bytes.Replace(plainPDF("a"), []byte("/Type"), []byte("/S /JavaScript /Type"), 1)},
			"large":      {"x.pdf", "lebih dari 10 MB", append(plainPDF("a"), make([]byte, 10<<20)...)},
			"very large": {"x.pdf", "terlalu besar", make([]byte, 13<<20)},
			"empty":      {"x.pdf", "kosong", nil},
		} {
			a := v.bring(path, x.name, x.content)
			if a.Status != http.StatusUnprocessableEntity && a.Status != http.StatusRequestEntityTooLarge || !strings.Contains(a.text("main"), x.say) {
				t.Errorf("%s: %d, %q", what, a.Status, a.text("main"))
			}
		}
		if a := v.post(path, "tautan", "http://x.example"); a.Status != http.StatusUnprocessableEntity || !strings.Contains(a.Body, "https://") {
			t.Errorf("a link without TLS: %d", a.Status)
		}
		if a := v.post(path); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("nothing at all: %d", a.Status)
		}
		v.bring("/kerja/laporan/dishub/2026-TW4/TIDAK-ADA/bukti", "x.pdf", plainPDF("b")).want(http.StatusNotFound)
		v.bring("/kerja/laporan/dishub/2025-TW4/KIR-SEHARI/bukti", "x.pdf", plainPDF("tutup")).want(http.StatusConflict)
		if n := s.count(`SELECT count(*) FROM draft_evidence d JOIN reports r ON r.id = d.report_id JOIN target_series ts ON ts.id = r.series_id
			JOIN agencies a ON a.id = ts.agency_id WHERE a.code = 'dishub'`); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if n := s.count(`SELECT count(*) FROM blobs WHERE size_bytes = ?`, len(plainPDF("tutup"))); n != 0 {
			t.Error("a file that may not be added was kept")
		}
	})

	t.Run("LinksAndStatementsAreEvidenceToo", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dinkes", "bukti.lima")
		const path = "/kerja/laporan/dinkes/2026-TW4/RENTAN/bukti"
		v.post(path, "tautan", "https://dinkes.blitarkota.go.id/rekap?tw=4").want(http.StatusSeeOther)
		link := s.newest("RENTAN", "dinkes")
		v.get("/kerja/bukti/" + link).want(http.StatusNotFound) // never fetched, never given out
		v.bring(path, "pernyataan.pdf", plainPDF("pernyataan"), "pernyataan", "ya").want(http.StatusSeeOther)
		if n := s.count(`SELECT count(*) FROM draft_evidence WHERE statement AND kind = 'berkas' AND title = 'pernyataan.pdf'`); n != 1 {
			t.Error("it is no statement")
		}
		v.post(path+"/hapus", "id", link).want(http.StatusSeeOther)
		v.post(path+"/hapus", "id", link).want(http.StatusSeeOther)
		if n := s.count(`SELECT count(*) FROM draft_evidence WHERE public_id = ?`, link); n != 0 {
			t.Error("the link is still there")
		}
	})

	t.Run("TheQuotaHoldsForUploadsAtOnce", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dprkp", "bukti.enam")
		// Beside what the invented history claims to have.
		exec(t, s.Owner, `INSERT INTO evidence_quotas
			SELECT agency_id, 1000 + sum(size_bytes) FROM (
				SELECT DISTINCT ts.agency_id, e.sha256, e.size_bytes FROM evidence e JOIN report_revisions v ON v.id = e.revision_id
				JOIN reports r ON r.id = v.report_id JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id
				WHERE a.code = 'dprkp' AND e.kind = 'berkas') AS had
			GROUP BY agency_id`)
		var wg sync.WaitGroup
		var mu sync.Mutex
		answers := map[int]int{}
		for i := range 10 {
			wg.Go(func() {
				a := v.bring("/kerja/laporan/dprkp/2026-TW4/RTLH/bukti", "a.pdf", plainPDF(fmt.Sprintf("%0250d", i)))
				mu.Lock()
				defer mu.Unlock()
				answers[a.Status]++
			})
		}
		wg.Wait()
		var bytes int64
		if err := s.Owner.NewRaw(`SELECT coalesce(sum(size_bytes), 0)::bigint FROM draft_evidence d JOIN reports r ON r.id = d.report_id
			JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id WHERE a.code = 'dprkp'`).Scan(t.Context(), &bytes); err != nil {
			t.Fatal(err)
		}
		if answers[http.StatusSeeOther] != 2 || answers[http.StatusUnprocessableEntity] != 8 || bytes == 0 || bytes > 1000 {
			t.Errorf("answers %v, %d bytes kept of 1000", answers, bytes)
		}
		// The same file again takes no room, and neither do links.
		exec(t, s.Owner, `UPDATE evidence_quotas SET bytes = 2000000000`)
		for i := range 25 {
			if a := v.post("/kerja/laporan/dprkp/2026-TW4/RENTAN/bukti", "tautan", fmt.Sprintf("https://a.example/%d", i)); (a.Status == http.StatusSeeOther) != (i < evidence.MaxFiles) {
				t.Errorf("piece %d: %d", i+1, a.Status)
			}
		}
	})

	t.Run("OrganisasiOpensAFileForEverybody", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		var id, agency string
		err := s.Owner.NewRaw(`SELECT e.public_id, a.code FROM evidence e JOIN report_revisions v ON v.id = e.revision_id JOIN reports r ON r.id = v.report_id
			JOIN target_series ts ON ts.id = r.series_id JOIN agencies a ON a.id = ts.agency_id WHERE e.kind = 'berkas' AND NOT e.is_public LIMIT 1`).Scan(t.Context(), &id, &agency)
		if err != nil {
			t.Fatal(err)
		}
		path := "/kerja/bukti/" + id + "/umum"
		s.operatorOf(agency, "bukti.tujuh").post(path, "umum", "ya").want(http.StatusForbidden)
		v := s.as("organisasi")
		v.post(path, "umum", "ya").want(http.StatusSeeOther)
		if n := s.count(`SELECT count(*) FROM evidence WHERE public_id = ? AND is_public`, id); n != 1 {
			t.Error("it is not public")
		}
		v.post(path, "umum", "mungkin").want(http.StatusUnprocessableEntity)
		v.post(path, "umum", "tidak").want(http.StatusSeeOther)
		if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'set openness of evidence' AND object LIKE ?`, "%"+id); n != 2 {
			t.Errorf("the trail tells %d times", n)
		}
		// The history of the demonstration names files that nobody ever had.
		if a := v.get("/kerja/bukti/" + id); a.Status != http.StatusNotFound || !strings.Contains(a.text("main"), "tidak tersimpan (data peragaan)") {
			t.Errorf("a file that is not there: %d %q", a.Status, a.text("main"))
		}
	})

	t.Run("ACutLineLeavesNothing", func(t *testing.T) {
		t.Parallel()
		s := whole.in(t)
		v := s.operatorOf("dlh", "bukti.delapan")
		body, kind := formWithFile(t, "a.pdf", append(plainPDF("putus"), make([]byte, 300<<10)...))
		conn, err := net.Dial("tcp", s.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		u := mustURL(t, s.http.URL)
		cookie := v.client.Jar.Cookies(u)[0]
		before := s.count(`SELECT count(*) FROM blobs`)
		fmt.Fprintf(conn, "POST /kerja/laporan/dlh/2026-TW4/DLH-ANGKUT/bukti HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n",
			u.Host, cookie.String(), kind, body.Len())
		if _, err := conn.Write(body.Bytes()[:body.Len()/2]); err != nil {
			t.Fatal(err)
		}
		if err := conn.Close(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(300 * time.Millisecond)
		n := s.count(`SELECT count(*) FROM draft_evidence d JOIN reports r ON r.id = d.report_id JOIN target_series ts ON ts.id = r.series_id
			JOIN agencies a ON a.id = ts.agency_id WHERE a.code = 'dlh'`)
		if n != 0 {
			t.Errorf("%d rows are left", n)
		}
		if n := s.count(`SELECT count(*) FROM blobs WHERE sha256 IS NULL`); n != 0 {
			t.Errorf("%d unfinished uploads are left, %d files before", n, before)
		}
	})
}

// fullStore is a store that has no room left.
type fullStore struct{ evidence.Store }

func (fullStore) CheckRoom(context.Context) error { return evidence.ErrNoRoom }

func TestReadinessAsksForRoom(t *testing.T) {
	t.Parallel()
	s := newTestSite(t, func(c *Config, _ *postgrestest.Database) { c.Evidence = fullStore{c.Evidence} })
	if a := s.visitor().get("/readyz"); a.Status != http.StatusServiceUnavailable || !strings.Contains(a.Body, "room for evidence") {
		t.Errorf("status %d, %q", a.Status, a.Body)
	}
}

func TestDispositionIsOneCleanName(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"rekap.pdf": "rekap.pdf", "rekap": "rekap.pdf", "a\r\nX-Jahat: 1.pdf": "a X-Jahat_ 1.pdf", `..\..\a.pdf`: ".._.._a.pdf",
		"\u202efdp.exe.pdf": "fdp.exe.pdf", strings.Repeat("é", 110) + ".pdf": strings.Repeat("é", 110) + ".pdf",
	} {
		header := disposition("attachment", title, ".pdf")
		how, params, err := mime.ParseMediaType(header)
		if err != nil || how != "attachment" || params["filename"] != want || strings.ContainsAny(header, "\r\n\x00") {
			t.Errorf("%q becomes %q: %q, %v", title, header, params["filename"], err)
		}
	}
}

func TestATurnIsNotWaitedForForever(t *testing.T) {
	t.Parallel()
	desk := make(turns, 1)
	leave, err := desk.enter(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := desk.enter(ctx); err == nil || fault.KindOf(err) == fault.Unavailable {
		t.Errorf("somebody who went away: %v", err)
	}
	leave()
	if _, err := desk.enter(t.Context()); err != nil {
		t.Errorf("a free turn: %v", err)
	}
}

func TestEvidencePages(t *testing.T) {
	t.Parallel()
	s := newOpenSite(t)
	v := s.as("organisasi")
	a := v.get("/kerja/bukti?periode=2026-TW2").want(http.StatusOK)
	a.wellFormed("the files of a period")
	if n := a.page().Find("tbody tr").Length(); n != evidencePageSize {
		t.Errorf("%d files, want a full page", n)
	}
	next := a.page().Find(`a:contains("Halaman berikutnya")`).AttrOr("href", "")
	second := v.get(next).want(http.StatusOK)
	if first, other := a.page().Find("tbody a").First().AttrOr("href", ""), second.page().Find("tbody a").First().AttrOr("href", ""); first == other || other == "" {
		t.Errorf("the next page begins with %q, like the first", other)
	}
	form := a.page().Find("tbody form").First()
	to := v.post(form.AttrOr("action", ""), "umum", "ya", "kembali", "/kerja/bukti?periode=2026-TW2&halaman=1").want(http.StatusSeeOther).Header.Get("Location")
	if !strings.Contains(v.get(to).want(http.StatusOK).page().Find("tbody tr").First().Text(), "Terbuka") {
		t.Error("the opened file is not marked")
	}
	if to := v.post(form.AttrOr("action", ""), "umum", "tidak", "kembali", "https://x.example/").Header.Get("Location"); !strings.HasPrefix(to, "/kerja/laporan/") {
		t.Errorf("leads out to %q", to)
	}
	v.get("/kerja/bukti?halaman=0").want(http.StatusNotFound)
	v.get("/kerja/bukti?periode=x").want(http.StatusNotFound)
	if n := v.get("/kerja/bukti?periode=2026-TW2&instansi=dlh").want(http.StatusOK).page().Find(`tbody tr:not(:contains("DLH"))`).Length(); n != 0 {
		t.Errorf("%d files of other agencies", n)
	}

	a = v.get("/kerja/aturan-bukti").want(http.StatusOK)
	a.wellFormed("the rules")
	if got := a.page().Find(`tr:has(small:contains("DUK-KTP")) td`).First().Text(); got != "Wajib: rekap SIAK (berkas atau data dari sistem)." {
		t.Errorf("the rule of DUK-KTP reads %q", got)
	}
	if got := a.page().Find(`tr:has(small:contains("OMB-KOTA")) td`).First().Text(); got != "Wajib: surat hasil (berkas)." {
		t.Errorf("the rule of OMB-KOTA reads %q", got)
	}
	if got := a.page().Find(`tr:has(small:contains("RENTAN")) td`).First().Text(); got != "Dianjurkan: foto (berkas atau surat pernyataan)." {
		t.Errorf("the rule of RENTAN reads %q", got)
	}
	const path = "/kerja/aturan-bukti/RENTAN"
	v.get(path).want(http.StatusOK).wellFormed("a rule")
	a = v.post(path, "wajib", "ya", "catatan", strings.Repeat("x", 300)).want(http.StatusUnprocessableEntity)
	if !strings.Contains(a.text(".problems"), "Catatan") || a.input("catatan") != strings.Repeat("x", 300) {
		t.Errorf("too long a note: %q", a.text(".problems"))
	}
	a = v.post(path, "wajib", "ya", "catatan", "Foto loket.").want(http.StatusUnprocessableEntity)
	if !strings.Contains(a.text(".problems"), "Pilih sedikitnya satu jenis") {
		t.Errorf("no kind: %q", a.text(".problems"))
	}
	v.post(path, "wajib", "ya", "catatan", "Foto loket.", "jenis", "pernyataan", "jenis", "berkas").want(http.StatusSeeOther)
	rule, err := evidence.RuleOf(t.Context(), s.Web, "RENTAN")
	if err != nil || !rule.Required || strings.Join(rule.Kinds, " ") != "berkas pernyataan" || rule.Note != "Foto loket." {
		t.Errorf("the rule is %+v, error %v", rule, err)
	}
	if n := s.count(`SELECT count(*) FROM audit_entries WHERE action = 'set evidence rule' AND object = 'RENTAN'`); n != 1 {
		t.Errorf("the trail tells %d times", n)
	}
	v.get("/kerja/aturan-bukti/TIDAK-ADA").want(http.StatusNotFound)
	s.operatorOf("dlh", "bukti.aturan").get("/kerja/aturan-bukti").want(http.StatusOK)
}
