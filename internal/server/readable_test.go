package server

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"petajalan/internal/account"
)

// everyRole signs in somebody who holds every role there is, those of an agency for the one of
// the placeholders.
func (s *testSite) everyRole() *visitor {
	s.t.Helper()
	var as []account.Appointment
	for _, r := range account.Roles {
		a := account.Appointment{Role: r, From: october.AddDate(-1, 0, 0)}
		if r.IsLocal() {
			a.Agency = "dispendukcapil"
		}
		as = append(as, a)
	}
	s.add("segala", as...)
	return s.as("segala")
}

// TestWhatNobodyCanTypeIsRefused puts what no column can hold into the path and the query of
// every address of the workspace, and into the fields that are read without a form's tags:
// never is that a mistake of ours.
func TestWhatNobodyCanTypeIsRefused(t *testing.T) {
	t.Parallel()
	s := newDeskSite(t)
	v := s.everyRole()
	filled := strings.NewReplacer(":kode", "dispendukcapil", ":periode", "2026-TW4", ":indikator", "DUK-KTP", ":id", "1", ":nomor", "1", ":tanda", "x",
		":login", "operator.dispendukcapil", ":peran", "operator", ":tahun", "2026", ":tabel", "indikator", ":berkas", "2026-TW4.xlsx", ":instansi", "dlh")
	for _, r := range s.server.policy {
		if !isWork(r.pattern) {
			continue
		}
		parts := strings.Split(r.pattern, "/")
		for i, p := range parts {
			if !strings.HasPrefix(p, ":") {
				continue
			}
			parts[i] = "%00"
			if path := filled.Replace(strings.Join(parts, "/")); v.do(r.method, path, nil).Status != http.StatusNotFound {
				t.Errorf("%s %s is not refused", r.method, path)
			}
			parts[i] = p
		}
		if path := filled.Replace(r.pattern) + "?q=%ff&periode=%00"; r.method == http.MethodGet && v.get(path).Status != http.StatusNotFound {
			t.Errorf("GET %s is not refused", path)
		}
	}
	post := func(path string, form url.Values) *answered {
		v.header.Set("Content-Type", "application/x-www-form-urlencoded")
		defer v.header.Del("Content-Type")
		return v.do(http.MethodPost, path, strings.NewReader(form.Encode()))
	}
	for _, path := range []string{"/kerja/verifikasi", "/kerja/setujui/dispendukcapil/2026-TW4"} {
		for _, act := range []string{"verifikasi", "setujui"} {
			form := url.Values{"aksi": {act}, "pilih": {"dispendukcapil|2026-TW4|a\x00b|1"}}
			if a := post(path, form); a.Status >= http.StatusInternalServerError {
				t.Errorf("POST %s %s with an unreadable tick: %d", path, act, a.Status)
			}
		}
	}
	post("/kerja/peta-jalan/unggah", url.Values{"berkas": {"x"}}).want(http.StatusUnprocessableEntity)
	v.bring("/kerja/impor/sumber", "siak.csv", []byte("a;b\nc;d\n"), "asal", "a\x00b", "isi", "nilai").want(http.StatusUnprocessableEntity)
	file := v.bring("/kerja/impor/sumber", "siak.csv", []byte("Instansi;Jumlah\ndispendukcapil;4\n"), "asal", "SIAK", "isi", "nilai").want(http.StatusSeeOther).Header.Get("Location")
	post(file, url.Values{"peta": {"ya"}, "kolom a\x00b": {"Jumlah"}, "format Jumlah": {"a\x00b"}}).want(http.StatusSeeOther)
	v.get(file).want(http.StatusOK)
}

// TestWhatNoColumnHoldsIsForTheUserToPutRight: a day like 0000-01-01 that got past a form is no
// fault of ours.
func TestWhatNoColumnHoldsIsForTheUserToPutRight(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	for _, value := range []string{"'0000-01-01'::date", "'9999-99-99'::date", "1e30::numeric(18, 4)", "'{\"a\": \"\\u0000\"}'::jsonb->>'a'"} {
		_, err := s.Owner.ExecContext(t.Context(), "SELECT "+value)
		if status, _ := httpStatus(err); err == nil || status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %v, status %d", value, err, status)
		}
	}
	_, err := s.Owner.ExecContext(t.Context(), "SELECT 1/0")
	if status, _ := httpStatus(err); status != http.StatusInternalServerError {
		t.Errorf("our own mistake: status %d", status)
	}
	a := s.as("organisasi").post("/kerja/peta-jalan/instansi", "kode", "baru", "nama", "Dinas Baru", "singkat", "DB", "jenis", "dinas", "wilayah", "35.72", "mulai", "0000-01-01", "sumber", "Perda 1")
	if a.want(http.StatusUnprocessableEntity); !strings.Contains(a.text("main"), "Isi tanggal mulai") {
		t.Errorf("the page says %q", a.text("main"))
	}
}
