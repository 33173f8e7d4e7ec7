package server

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"petajalan/internal/account"
	"petajalan/internal/postgres/postgrestest"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)

	t.Run("FormIsLabelledAndKnownToPasswordManagers", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		a := s.visitor().get("/masuk?next=/kerja/instansi/dlh").want(http.StatusOK)
		a.wellFormed("/masuk")
		for selector, want := range map[string]string{
			"#pengguna": "username", "#sandi": "current-password",
		} {
			if got := a.page().Find(selector).AttrOr("autocomplete", ""); got != want {
				t.Errorf("%s: autocomplete = %q, want %q", selector, got, want)
			}
		}
		if got := a.page().Find("input[name=next]").AttrOr("value", ""); got != "/kerja/instansi/dlh" {
			t.Errorf("next = %q", got)
		}
	})

	t.Run("LeadsToTheAddressAskedFor", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		v := s.visitor()
		to := v.get("/kerja/instansi/dlh?periode=2026-TW2").want(http.StatusSeeOther).Header.Get("Location")
		if to != "/masuk?next=%2Fkerja%2Finstansi%2Fdlh%3Fperiode%3D2026-TW2" {
			t.Errorf("leads to %q", to)
		}
		next := v.get(to).page().Find("input[name=next]").AttrOr("value", "")
		a := v.post("/masuk", "pengguna", "pimpinan", "sandi", testPassword, "next", next).want(http.StatusSeeOther)
		if got := a.Header.Get("Location"); got != "/kerja/instansi/dlh?periode=2026-TW2" {
			t.Errorf("after signing in: %q", got)
		}
		// Whoever is signed in is not asked again.
		if got := v.get("/masuk").want(http.StatusSeeOther).Header.Get("Location"); got != "/kerja/" {
			t.Errorf("/masuk leads to %q", got)
		}
	})

	t.Run("NeverLeadsToAnotherSite", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		for _, next := range []string{"https://jahat.example/", "//jahat.example", `/\jahat.example`, "/\t/jahat.example", "javascript:alert(1)", "kerja/", "/masuk", ""} {
			a := s.visitor().post("/masuk", "pengguna", "pimpinan", "sandi", testPassword, "next", next).want(http.StatusSeeOther)
			if got := a.Header.Get("Location"); got != "/kerja/" {
				t.Errorf("next %q leads to %q, want /kerja/", next, got)
			}
		}
	})

	t.Run("KeepsWhatWasTypedButForThePassword", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		a := s.visitor().post("/masuk", "pengguna", `orang"<b>`, "sandi", "rahasia-yang-salah").want(http.StatusUnprocessableEntity)
		a.wellFormed("/masuk")
		if got := a.page().Find("#pengguna").AttrOr("value", ""); got != `orang"<b>` {
			t.Errorf("login = %q, want what was typed", got)
		}
		if strings.Contains(a.Body, "rahasia-yang-salah") {
			t.Error("the password came back")
		}
		if a.page().Find("[role=alert] a[href='#pengguna']").Length() != 1 || a.page().Find("#pengguna[aria-invalid=true]").Length() != 1 {
			t.Error("no summary that links to the field, or the field is not marked")
		}
		if title := a.text("title"); !strings.HasPrefix(title, "Perlu diperbaiki:") {
			t.Errorf("title = %q", title)
		}
	})

	t.Run("SaysTheSameOfAWrongPasswordAndAnUnknownLogin", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		known := s.visitor().post("/masuk", "pengguna", "inspektorat", "sandi", "bukan kata sandinya").want(http.StatusUnprocessableEntity)
		unknown := s.visitor().post("/masuk", "pengguna", "tidak.ada", "sandi", "bukan kata sandinya").want(http.StatusUnprocessableEntity)
		if a, b := known.text("[role=alert]"), unknown.text("[role=alert]"); a != b || a == "" {
			t.Errorf("known: %q, unknown: %q", a, b)
		}
	})

	t.Run("EmptyAndBrokenFieldsGetASentence", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		a := s.visitor().post("/masuk").want(http.StatusUnprocessableEntity)
		if got := a.text("[role=alert] ul"); got != "Isi Nama pengguna.Isi Kata sandi." {
			t.Errorf("empty form: %q", got)
		}
		a = s.visitor().post("/masuk", "pengguna", "a\x00b", "sandi", "x").want(http.StatusUnprocessableEntity)
		if got := a.text("[role=alert] ul"); !strings.Contains(got, "tidak dapat dibaca") {
			t.Errorf("NUL: %q", got)
		}
		a = s.visitor().post("/masuk", "pengguna", strings.Repeat("a", 5000), "sandi", "x").want(http.StatusUnprocessableEntity)
		if got := a.text("[role=alert] ul"); got != "Nama pengguna paling panjang 120 karakter." {
			t.Errorf("long login: %q", got)
		}
		s.visitor().do(http.MethodPost, "/masuk", strings.NewReader("%zz=1")).want(http.StatusUnprocessableEntity)
	})

	t.Run("CookieIsForThisHostAloneAndOutOfReachOfScripts", func(t *testing.T) {
		t.Parallel()
		s := s.in(t)
		a := s.visitor().post("/masuk", "pengguna", "admin", "sandi", testPassword).want(http.StatusSeeOther)
		if got := a.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "sid=") || !strings.HasSuffix(got, "; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax") {
			t.Errorf("Set-Cookie = %q", got)
		}
		if got := a.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control = %q", got)
		}
	})
}

func TestSignIn_OverHTTPS(t *testing.T) {
	t.Parallel()
	s := newTestSite(t, func(c *Config, _ *postgrestest.Database) { c.BaseURL = "https://rapor.example.go.id" })
	a := s.visitor().post("/masuk", "pengguna", "admin", "sandi", testPassword).want(http.StatusSeeOther)
	got := a.Header.Get("Set-Cookie")
	if !strings.HasPrefix(got, "__Host-sid=") || !strings.Contains(got, "; Secure") || strings.Contains(got, "Domain") {
		t.Errorf("Set-Cookie = %q", got)
	}
	if got := a.Header.Get("Strict-Transport-Security"); got != "max-age=31536000; includeSubDomains" {
		t.Errorf("HSTS = %q", got)
	}
}

func TestSignIn_TooManyFailures(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	v := s.visitor()
	// Nobody believes an address that the client names itself.
	for i := range 5 {
		v.header.Set("X-Forwarded-For", strings.Repeat("1", i+1)+".2.3.4")
		v.post("/masuk", "pengguna", "kepala", "sandi", "salah sama sekali").want(http.StatusUnprocessableEntity)
	}
	a := v.post("/masuk", "pengguna", "kepala", "sandi", testPassword).want(http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") == "" || !strings.Contains(a.text("[role=alert]"), "Coba lagi dalam 2 detik") {
		t.Errorf("Retry-After %q, %q", a.Header.Get("Retry-After"), a.text("[role=alert]"))
	}
	s.at(october.Add(3 * time.Second))
	v.post("/masuk", "pengguna", "kepala", "sandi", testPassword).want(http.StatusSeeOther)
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	v := s.as("organisasi")
	v.get("/kerja/").want(http.StatusOK)
	cookies := v.client.Jar.Cookies(mustURL(t, s.http.URL))
	v.get("/keluar").want(http.StatusMethodNotAllowed)
	if got := v.post("/keluar").want(http.StatusSeeOther).Header.Get("Location"); got != "/masuk?keluar=1" {
		t.Errorf("leads to %q", got)
	}
	if got := v.get("/masuk?keluar=1").text("[role=status]"); !strings.Contains(got, "sudah keluar") {
		t.Errorf("says %q", got)
	}
	// The token is of no use to whoever kept it.
	thief := s.visitor()
	thief.client.Jar.SetCookies(mustURL(t, s.http.URL), cookies)
	thief.get("/kerja/").want(http.StatusSeeOther)
	s.visitor().post("/keluar").want(http.StatusSeeOther)
}

func TestSession_EndsAtTheNextRequest(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	admin, head := s.as("admin"), s.as("kepala")
	admin.get("/kerja/").want(http.StatusOK)
	if err := account.Disable(t.Context(), s.Owner, "admin", october); err != nil {
		t.Fatal(err)
	}
	admin.get("/kerja/").want(http.StatusSeeOther)
	head.get("/kerja/").want(http.StatusOK)
	exec(t, s.Owner, `UPDATE user_roles SET valid_to = '2026-10-12' WHERE role = 'kepala'`)
	if got := head.get("/kerja/").want(http.StatusForbidden).text("main"); !strings.Contains(got, "tidak mempunyai peran yang berlaku") {
		t.Errorf("says %q", got)
	}
}

// TestSignIn_GivesANewTokenAndEndsTheOldSession: somebody who planted a token before must
// not share the session.
func TestSignIn_GivesANewTokenAndEndsTheOldSession(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	v := s.as("operator")
	planted := v.client.Jar.Cookies(mustURL(t, s.http.URL))
	v.post("/masuk", "pengguna", "kepala", "sandi", testPassword).want(http.StatusSeeOther)
	if now := v.client.Jar.Cookies(mustURL(t, s.http.URL)); now[0].Value == planted[0].Value {
		t.Error("the token is the same")
	}
	thief := s.visitor()
	thief.client.Jar.SetCookies(mustURL(t, s.http.URL), planted)
	thief.get("/kerja/").want(http.StatusSeeOther)
}

func TestFullPoolIsSaidSoon(t *testing.T) {
	t.Parallel()
	s := newTestSite(t)
	v := s.as("organisasi")
	s.Web.SetMaxOpenConns(1)
	held, err := s.Web.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tries := s.count(`SELECT count(*) FROM throttles`)
	begin := time.Now()
	for name, ask := range map[string]func() *answered{
		"sign in":   func() *answered { return s.visitor().post("/masuk", "pengguna", "pimpinan", "sandi", testPassword) },
		"sign out":  func() *answered { return v.post("/keluar") },
		"dashboard": func() *answered { return v.get("/kerja/") },
	} {
		a := ask()
		if a.Status != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: status %d, Retry-After %q, want 503 and when to come back", name, a.Status, a.Header.Get("Retry-After"))
		}
	}
	if took := time.Since(begin); took > workTimeout {
		t.Errorf("three answers took %s, want about two seconds each", took)
	}
	if got := s.count(`SELECT count(*) FROM throttles`); got != tries {
		t.Errorf("%d attempts are counted, want %d: nobody was let try", got, tries)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	v.get("/kerja/").want(http.StatusOK)
	v.post("/keluar").want(http.StatusSeeOther)
}
