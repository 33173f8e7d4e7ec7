package server

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v3"
	"github.com/ory/fosite"
	"github.com/ory/fosite/compose"
	"github.com/ory/fosite/handler/openid"
	"github.com/ory/fosite/storage"
	"github.com/ory/fosite/token/jwt"

	"petajalan/internal/postgres/postgrestest"
)

const (
	ssoClient = "petajalan"
	ssoSecret = "rahasia klien yang cukup panjang"
)

// identityProvider is a provider of OpenID Connect on a maintained library: discovery, keys,
// authorization code flow. Whoever comes is Person, without being asked.
type identityProvider struct {
	*httptest.Server
	oauth   fosite.OAuth2Provider
	store   *storage.MemoryStore
	config  *fosite.Config
	key     *rsa.PrivateKey
	shown   *rsa.PrivateKey // whose public half is published
	person  atomic.Pointer[string]
	nonce   string // instead of the one that was asked for; empty: that one
	refuse  bool
	started []url.Values // the questions that came to /auth
}

func newIdentityProvider(t *testing.T) *identityProvider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &identityProvider{key: key, shown: key, store: storage.NewMemoryStore()}
	p.is("u-1")
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("GET /auth", p.authorize)
	mux.HandleFunc("POST /token", p.token)
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	p.config = &fosite.Config{
		GlobalSecret: []byte(strings.Repeat("g", 32)), IDTokenIssuer: p.URL, EnforcePKCE: true, SendDebugMessagesToClients: true,
	}
	private := func(context.Context) (interface{}, error) { return p.key, nil }
	p.oauth = compose.Compose(p.config, p.store, &compose.CommonStrategy{
		CoreStrategy:               compose.NewOAuth2HMACStrategy(p.config),
		OpenIDConnectTokenStrategy: compose.NewOpenIDConnectStrategy(private, p.config),
		Signer:                     &jwt.DefaultSigner{GetPrivateKey: private},
	}, compose.OAuth2AuthorizeExplicitFactory, compose.OpenIDConnectExplicitFactory, compose.OAuth2PKCEFactory)
	return p
}

// is says who comes from now on.
func (p *identityProvider) is(subject string) { p.person.Store(&subject) }

// knows registers the site, whose address is known once it listens.
func (p *identityProvider) knows(t *testing.T, site string) {
	t.Helper()
	hash, err := (&fosite.BCrypt{Config: p.config}).Hash(t.Context(), []byte(ssoSecret))
	if err != nil {
		t.Fatal(err)
	}
	p.store.Clients[ssoClient] = &fosite.DefaultClient{
		ID: ssoClient, Secret: hash, RedirectURIs: []string{site + ssoReturn},
		GrantTypes: []string{"authorization_code"}, ResponseTypes: []string{"code"}, Scopes: []string{"openid", "profile"},
	}
}

func (p *identityProvider) discovery(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(map[string]any{
		"issuer": p.URL, "authorization_endpoint": p.URL + "/auth", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}, "id_token_signing_alg_values_supported": []string{"RS256"},
	})
}

func (p *identityProvider) keys(w http.ResponseWriter, _ *http.Request) {
	_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &p.shown.PublicKey, KeyID: "1", Algorithm: "RS256", Use: "sig"}}})
}

func (p *identityProvider) authorize(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	p.started = append(p.started, r.URL.Query())
	ask, err := p.oauth.NewAuthorizeRequest(ctx, r)
	if err == nil && p.refuse {
		err = fosite.ErrAccessDenied
	}
	if err != nil {
		p.oauth.WriteAuthorizeError(ctx, w, ask, err)
		return
	}
	for _, s := range ask.GetRequestedScopes() {
		ask.GrantScope(s)
	}
	if p.nonce != "" {
		ask.GetRequestForm().Set("nonce", p.nonce)
	}
	session := openid.NewDefaultSession()
	session.Claims.Subject, session.Subject = *p.person.Load(), *p.person.Load()
	session.Claims.Extra = map[string]any{"name": "Dewi dari Penyedia", "email": "organisasi@x.id"}
	session.Claims.RequestedAt, session.Claims.AuthTime = time.Now(), time.Now()
	session.Headers.Add("kid", "1")
	answer, err := p.oauth.NewAuthorizeResponse(ctx, ask, session)
	if err != nil {
		p.oauth.WriteAuthorizeError(ctx, w, ask, err)
		return
	}
	p.oauth.WriteAuthorizeResponse(ctx, w, ask, answer)
}

func (p *identityProvider) token(w http.ResponseWriter, r *http.Request) {
	ctx := r.Context()
	ask, err := p.oauth.NewAccessRequest(ctx, r, openid.NewDefaultSession())
	if err != nil {
		p.oauth.WriteAccessError(ctx, w, ask, err)
		return
	}
	answer, err := p.oauth.NewAccessResponse(ctx, ask)
	if err != nil {
		p.oauth.WriteAccessError(ctx, w, ask, err)
		return
	}
	p.oauth.WriteAccessResponse(ctx, w, ask, answer)
}

// newSSOSite is a site with the provider, whose clocks agree.
func newSSOSite(t *testing.T) (*testSite, *identityProvider) {
	t.Helper()
	p := newIdentityProvider(t)
	s := newTestSite(t, func(c *Config, _ *postgrestest.Database) {
		c.SSO = SSO{Issuer: p.URL, ClientID: ssoClient, ClientSecret: ssoSecret}
	})
	s.at(time.Now())
	p.knows(t, s.http.URL)
	return s, p
}

// through goes to the provider from the form at path and returns the address that the
// provider sends back to.
func (v *visitor) through(path string, fields ...string) string {
	v.site.t.Helper()
	away := v.post(path, fields...).want(http.StatusSeeOther).Header.Get("Location")
	req, err := http.NewRequestWithContext(v.site.t.Context(), http.MethodGet, away, nil)
	if err != nil {
		v.site.t.Fatal(err)
	}
	res, err := v.client.Do(req)
	if err != nil {
		v.site.t.Fatal(err)
	}
	res.Body.Close()
	back := mustURL(v.site.t, res.Header.Get("Location"))
	if back.Path != ssoReturn {
		v.site.t.Fatalf("the provider answers %d and leads to %q", res.StatusCode, back)
	}
	return back.RequestURI()
}

func TestSSO(t *testing.T) {
	t.Parallel()
	s, p := newSSOSite(t)

	v := s.visitor()
	page := v.get("/masuk").want(http.StatusOK)
	if !strings.Contains(page.Header.Get("Content-Security-Policy"), "form-action 'self' "+p.URL) || page.page().Find("form[action='/masuk/sso']").Length() != 1 {
		t.Errorf("no way to the provider: %q", page.Header.Get("Content-Security-Policy"))
	}
	back := v.through("/masuk/sso", "next", "/kerja/akun")
	asked := p.started[0]
	for name, want := range map[string]string{"code_challenge_method": "S256", "response_type": "code", "client_id": ssoClient} {
		if asked.Get(name) != want {
			t.Errorf("%s = %q, want %q", name, asked.Get(name), want)
		}
	}
	if asked.Get("nonce") == "" || asked.Get("state") == "" || asked.Get("code_challenge") == "" {
		t.Error("no nonce, state or challenge")
	}
	if to := v.get(back).want(http.StatusSeeOther).Header.Get("Location"); to != "/kerja/akun" {
		t.Errorf("leads to %q", to)
	}
	// The provider says who; without a role given here there is nothing to see, whatever the
	// address of mail claims.
	own := v.get("/kerja/akun").want(http.StatusOK)
	if text := own.text("main"); !strings.Contains(text, "Dewi dari Penyedia") || !strings.Contains(text, "Belum ada peran") {
		t.Errorf("own account: %q", text)
	}
	v.get("/kerja/").want(http.StatusForbidden)

	// What came back once does not work again, here or elsewhere.
	v.get(back).want(http.StatusUnprocessableEntity)
	thief := s.visitor()
	stolen := v.through("/masuk/sso")
	thief.get(stolen).want(http.StatusUnprocessableEntity)
	thief.get("/kerja/akun").want(http.StatusSeeOther)

	// Somebody with an account of their own links it, and then signs in to that.
	op := s.as("operator")
	p.is("u-operator")
	if to := op.get(op.through("/kerja/akun/taut")).want(http.StatusSeeOther).Header.Get("Location"); to != "/kerja/akun?pesan=tertaut" {
		t.Errorf("linking leads to %q", to)
	}
	again := s.visitor()
	again.get(again.through("/masuk/sso")).want(http.StatusSeeOther)
	if text := again.get("/kerja/akun").want(http.StatusOK).text("main"); !strings.Contains(text, "Petugas operator") {
		t.Errorf("signed in as %q", text)
	}
	// A second account cannot have the same identity.
	head := s.as("kepala")
	head.get(head.through("/kerja/akun/taut")).want(http.StatusConflict)

	// A role that asks for a second factor asks whoever comes this way too.
	p.is("u-admin")
	admin := s.as("admin")
	admin.get(admin.through("/kerja/akun/taut")).want(http.StatusSeeOther)
	by := s.visitor()
	if to := by.get(by.through("/masuk/sso")).want(http.StatusSeeOther).Header.Get("Location"); to != "/masuk/pasang" {
		t.Errorf("an administrator is led to %q", to)
	}
	by.get("/kerja/pengguna").want(http.StatusSeeOther)
}

func TestSSO_AnswersThatCannotBeTrusted(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*testing.T, *identityProvider){
		"another nonce": func(_ *testing.T, p *identityProvider) { p.nonce = "nonce-dari-tempat-lain" },
		"another key": func(t *testing.T, p *identityProvider) {
			other, err := rsa.GenerateKey(rand.Reader, 2048)
			if err != nil {
				t.Fatal(err)
			}
			p.shown = other
		},
		"refused": func(_ *testing.T, p *identityProvider) { p.refuse = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, p := newSSOSite(t)
			spoil(t, p)
			v := s.visitor()
			v.get(v.through("/masuk/sso")).want(http.StatusUnprocessableEntity).wellFormed("422")
			v.get("/kerja/akun").want(http.StatusSeeOther)
		})
	}
}

func TestSSO_AProviderThatIsAwayLeavesPasswords(t *testing.T) {
	t.Parallel()
	s, p := newSSOSite(t)
	p.Close()
	v := s.visitor()
	v.post("/masuk/sso").want(http.StatusServiceUnavailable)
	v.post("/masuk", "pengguna", "operator", "sandi", testPassword).want(http.StatusSeeOther)
}
