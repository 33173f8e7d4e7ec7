package server

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gin-gonic/gin"
	"github.com/pquerna/otp/hotp"
)

// appCode is what an authenticator app with the secret shows at the moment of the site.
func (s *testSite) appCode(secret string) string {
	s.t.Helper()
	code, err := hotp.GenerateCode(secret, uint64(s.clock.Load().Unix()/30))
	if err != nil {
		s.t.Fatal(err)
	}
	return code
}

// secretOf is the secret that the page of setting up shows.
func (a *answered) secretOf() string {
	a.t.Helper()
	return strings.ReplaceAll(a.text(".enrol .code"), " ", "")
}

// hidden are the hidden inputs of the first form with this action.
func (a *answered) hidden(action string) []string {
	a.t.Helper()
	var fields []string
	a.page().Find("form[action='" + action + "']").First().Find("input[type=hidden]").Each(func(_ int, in *goquery.Selection) {
		fields = append(fields, in.AttrOr("name", ""), in.AttrOr("value", ""))
	})
	return fields
}

// echoForm answers with what was sent.
func echoForm(c *gin.Context) error {
	if err := c.Request.ParseForm(); err != nil {
		return err
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(c.Request.PostForm)) {
		for _, v := range c.Request.PostForm[name] {
			b.WriteString(name + "=" + v + ";")
		}
	}
	return plainText(c, http.StatusOK, b.String())
}

func TestSignIn_WithASecondFactor(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	v := s.visitor()
	to := v.post("/masuk", "pengguna", "admin", "sandi", testPassword, "next", "/kerja/pengguna").want(http.StatusSeeOther).Header.Get("Location")
	if to != "/masuk/pasang?next=%2Fkerja%2Fpengguna" {
		t.Fatalf("an administrator without one is led to %q", to)
	}
	// Nothing else is open, for reading or for writing, and the step cannot be skipped.
	for _, path := range []string{"/kerja/", "/kerja/pengguna", "/kerja/akun"} {
		if got := v.get(path).want(http.StatusSeeOther).Header.Get("Location"); !strings.HasPrefix(got, "/masuk/pasang") {
			t.Errorf("%s leads to %q", path, got)
		}
	}
	v.post("/kerja/pengguna-baru", "pengguna", "x", "nama", "x").want(http.StatusSeeOther)
	page := v.get(to).want(http.StatusOK)
	page.wellFormed("/masuk/pasang")
	if !strings.HasPrefix(page.page().Find(".enrol__qr").AttrOr("src", ""), "data:image/png;base64,") {
		t.Error("no QR code")
	}
	secret := page.secretOf()
	if again := v.get(to).secretOf(); again != secret || len(secret) != 32 {
		t.Errorf("the secret changes by reading: %q, %q", secret, again)
	}
	a := v.post("/masuk/pasang", "kode", "000000", "next", "/kerja/pengguna").want(http.StatusUnprocessableEntity)
	if a.page().Find("#kode[aria-invalid=true]").Length() != 1 || a.secretOf() != secret {
		t.Error("a wrong code is not told at the field, or the secret is another")
	}
	codes := v.post("/masuk/pasang", "kode", s.appCode(secret), "next", "/kerja/pengguna").want(http.StatusOK)
	codes.wellFormed("recovery codes")
	if n := codes.page().Find(".codes li").Length(); n != 10 {
		t.Errorf("%d recovery codes, want 10", n)
	}
	if got := codes.page().Find("main a.button").AttrOr("href", ""); got != "/kerja/pengguna" {
		t.Errorf("leads on to %q", got)
	}
	v.get("/kerja/pengguna").want(http.StatusOK)

	// The next sign-in asks for a code.
	s.at(october.Add(time.Minute))
	w := s.visitor()
	if to := w.post("/masuk", "pengguna", "admin", "sandi", testPassword).want(http.StatusSeeOther).Header.Get("Location"); to != "/masuk/kode" {
		t.Fatalf("leads to %q", to)
	}
	w.get("/masuk/kode").want(http.StatusOK).wellFormed("/masuk/kode")
	if to := w.get("/masuk/pasang").want(http.StatusSeeOther).Header.Get("Location"); to != "/masuk/kode" {
		t.Errorf("/masuk/pasang leads to %q", to)
	}
	// Who has only the password cannot put another factor in place of the first.
	w.post("/masuk/pasang", "aksi", "mulai").want(http.StatusConflict)
	w.post("/masuk/kode", "kode", "").want(http.StatusUnprocessableEntity)
	before := w.client.Jar.Cookies(mustURL(t, s.http.URL))[0].Value
	if to := w.post("/masuk/kode", "kode", s.appCode(secret), "next", "https://jahat.example").want(http.StatusSeeOther).Header.Get("Location"); to != "/kerja/" {
		t.Errorf("leads to %q", to)
	}
	if w.client.Jar.Cookies(mustURL(t, s.http.URL))[0].Value == before {
		t.Error("the token is the same after the second factor")
	}
	w.get("/kerja/pengguna").want(http.StatusOK)
	// Five wrong codes, and it begins anew.
	s.at(october.Add(2 * time.Minute))
	x := s.visitor()
	x.post("/masuk", "pengguna", "admin", "sandi", testPassword).want(http.StatusSeeOther)
	for range 4 {
		x.post("/masuk/kode", "kode", "111111").want(http.StatusUnprocessableEntity)
	}
	if a := x.post("/masuk/kode", "kode", "111111").want(http.StatusUnauthorized); !strings.Contains(a.text("[role=alert]"), "lima kali") {
		t.Errorf("says %q", a.text("[role=alert]"))
	}
	x.get("/masuk/kode").want(http.StatusSeeOther)
}

func TestSignIn_AFormIsNotLostWhenTheSessionEnds(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	s.server.engine.POST("/kerja/uji-isian", s.server.guardRule(rule{method: http.MethodPost, pattern: "/kerja/uji-isian", who: anyRole}), s.server.page(echoForm))

	typed := []string{"catatan", "baris satu\nbaris \"dua\" <b>", "nilai", "81,5", "nilai", "82", "kosong", ""}
	expired := func(login string) (*visitor, *answered) {
		v := s.as(login)
		s.at(s.clock.Load().Add(31 * time.Minute))
		a := v.post("/kerja/uji-isian?a=1", typed...).want(http.StatusUnauthorized)
		return v, a
	}

	v, a := expired("operator")
	a.wellFormed("expired")
	if got := a.page().Find("#pengguna").AttrOr("value", ""); got != "operator" || !strings.Contains(a.text(".notice"), "tidak hilang") {
		t.Errorf("login %q, says %q", got, a.text(".notice"))
	}
	// A wrong password on the way loses nothing.
	a = v.post("/masuk", append(a.hidden("/masuk"), "pengguna", "operator", "sandi", "salah sama sekali")...).want(http.StatusUnprocessableEntity)
	a = v.post("/masuk", append(a.hidden("/masuk"), "pengguna", "operator", "sandi", testPassword)...).want(http.StatusOK)
	a.wellFormed("continue")
	fields := a.hidden("/kerja/uji-isian?a=1")
	if got := v.post("/kerja/uji-isian?a=1", fields...).want(http.StatusOK).Body; got != "catatan=baris satu\nbaris \"dua\" <b>;kosong=;nilai=81,5;nilai=82;" {
		t.Errorf("sent on: %q", got)
	}

	// Another account that signs in here does not get to see it.
	v, a = expired("operator")
	a = v.post("/masuk", append(a.hidden("/masuk"), "pengguna", "kepala", "sandi", testPassword)...).want(http.StatusOK)
	if strings.Contains(a.Body, "baris satu") || !strings.Contains(a.text("main"), "akun lain") {
		t.Errorf("somebody else reads %q", a.text("main"))
	}

	// Also through a second factor, set up on the way.
	v, a = expired("organisasi")
	a = v.post("/masuk", append(a.hidden("/masuk"), "pengguna", "organisasi", "sandi", testPassword)...).want(http.StatusOK)
	enrolling := append(a.hidden("/masuk/pasang"), "kode", s.appCode(a.secretOf()))
	a = v.post("/masuk/pasang", enrolling...).want(http.StatusOK)
	a = v.post("/masuk/lanjut", a.hidden("/masuk/lanjut")...).want(http.StatusOK)
	if !strings.Contains(a.Body, "baris satu") {
		t.Error("the form is lost on the way through the second factor")
	}

	// It leads nowhere else, and what is no form of the workspace is not carried.
	for _, to := range []string{"https://jahat.example/kerja/", "//jahat.example/kerja/x", "/masuk", "/kerja/akun/sandi", "/kerja/pengguna/admin"} {
		f := &carried{To: to, Fields: url.Values{"a": {"b"}}}
		w := s.visitor()
		w.post("/masuk", "pengguna", "kepala", "sandi", testPassword, "lanjut", f.Pack()).want(http.StatusSeeOther)
	}
	w := s.visitor()
	w.post("/masuk", "pengguna", "kepala", "sandi", testPassword, "lanjut", "bukan base64!").want(http.StatusSeeOther)
	s.visitor().post("/kerja/akun/sandi", "lama", "rahasia").want(http.StatusSeeOther)

	// More than can be carried is said, and not cut.
	v = s.as("operator")
	s.at(s.clock.Load().Add(31 * time.Minute))
	a = v.post("/kerja/uji-isian", "catatan", strings.Repeat("x", maxCarried+1)).want(http.StatusUnauthorized)
	if !strings.Contains(a.text(".notice"), "terlalu panjang") {
		t.Errorf("says %q", a.text(".notice"))
	}
}

// TestSignIn_AFormWithFilesKeepsItsText sends one with a file after the session has ended.
func TestSignIn_AFormWithFilesKeepsItsText(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	s.server.engine.POST("/kerja/uji-isian", s.server.guardRule(rule{method: http.MethodPost, pattern: "/kerja/uji-isian", who: anyRole}), s.server.page(echoForm))
	v := s.as("operator")
	s.at(october.Add(31 * time.Minute))
	v.header.Set("Content-Type", "multipart/form-data; boundary=B")
	body := "--B\r\nContent-Disposition: form-data; name=\"catatan\"\r\n\r\nsebabnya hujan\r\n" +
		"--B\r\nContent-Disposition: form-data; name=\"bukti\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.7\r\n" +
		"--B\r\nContent-Disposition: form-data; name=\"nilai\"\r\n\r\n81,5\r\n--B--\r\n"
	a := v.do(http.MethodPost, "/kerja/uji-isian", strings.NewReader(body)).want(http.StatusUnauthorized)
	if !strings.Contains(a.text(".notice"), "dipilih lagi") {
		t.Errorf("says %q", a.text(".notice"))
	}
	v.header.Del("Content-Type")
	a = v.post("/masuk", append(a.hidden("/masuk"), "pengguna", "operator", "sandi", testPassword)...).want(http.StatusOK)
	form := a.page().Find("form[action='/kerja/uji-isian']")
	if form.AttrOr("enctype", "") != "multipart/form-data" || form.Find("input[name=catatan][value='sebabnya hujan']").Length() != 1 || form.Find("input[name=nilai]").Length() != 1 {
		t.Errorf("the page has %q", a.Body)
	}
	if strings.Contains(a.Body, "%PDF") {
		t.Error("the file is carried along as text")
	}
}
