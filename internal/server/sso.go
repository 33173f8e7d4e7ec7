package server

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/gin-gonic/gin"
	"golang.org/x/oauth2"

	"petajalan/internal/account"
	"petajalan/internal/fault"
)

// SSO is a provider of single sign-on. It says who somebody is; what they may do is always
// decided here.
type SSO struct {
	Issuer, ClientID, ClientSecret string
}

// Where the provider sends people back to.
const ssoReturn = "/masuk/sso/kembali"

// ssoTimeout bounds every question to the provider.
const ssoTimeout = 8 * time.Second

// provider is the one of SSO. What it is like is asked once it is needed, and again as long
// as it does not answer, so that the site starts without it.
type provider struct {
	SSO
	client *http.Client
	mu     sync.Mutex
	known  *oidc.Provider
}

func newProvider(c SSO) *provider {
	if c.Issuer == "" {
		return nil
	}
	return &provider{SSO: c, client: &http.Client{Timeout: ssoTimeout}}
}

// ask returns what the provider is like.
func (p *provider) ask(ctx context.Context) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil {
		// The provider is kept beyond this request, and so is the context for its keys.
		known, err := oidc.NewProvider(oidc.ClientContext(context.WithoutCancel(ctx), p.client), p.Issuer)
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "Penyedia masuk tunggal sedang tidak dapat dihubungi. Masuk dengan kata sandi, atau coba lagi sebentar lagi.")
		}
		p.known = known
	}
	return p.known, nil
}

func (p *provider) oauth(known *oidc.Provider, base string) *oauth2.Config {
	return &oauth2.Config{
		ClientID: p.ClientID, ClientSecret: p.ClientSecret, Endpoint: known.Endpoint(),
		RedirectURL: base + ssoReturn, Scopes: []string{oidc.ScopeOpenID, "profile"},
	}
}

// origin is where the browser is sent to, for the security policy of the page with the button.
func (p *provider) origin() string {
	u, err := url.Parse(p.Issuer)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known != nil {
		u, err = url.Parse(p.known.Endpoint().AuthURL)
	}
	if err != nil || u.Host == "" {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// allowProvider lets a form of this page lead on to the provider, which a browser counts as
// sending the form there.
func (s *Server) allowProvider(c *gin.Context) {
	if s.provider != nil {
		c.Header("Content-Security-Policy", strings.Replace(workCSP, "form-action 'self'", "form-action 'self' "+s.provider.origin(), 1))
	}
}

// base is the address of the site as the world sees it.
func (s *Server) base(c *gin.Context) string {
	if s.cfg.BaseURL != "" {
		return strings.TrimSuffix(s.cfg.BaseURL, "/")
	}
	return "http://" + c.Request.Host
}

// beginSSO sends somebody off to the provider to sign in.
func (s *Server) beginSSO(c *gin.Context) error {
	return s.sendToProvider(c, account.RoundTrip{Next: localOr(c.PostForm("next"), "")})
}

// beginLink sends somebody off to the provider to link the own account.
func (s *Server) beginLink(c *gin.Context) error {
	return s.sendToProvider(c, account.RoundTrip{Next: ownPath, LinkUser: s.user(c).ID})
}

func (s *Server) sendToProvider(c *gin.Context, r account.RoundTrip) error {
	if s.provider == nil {
		return noSuchPage(c)
	}
	ctx := c.Request.Context()
	known, err := s.provider.ask(ctx)
	if err != nil {
		return err
	}
	if r, err = account.BeginRoundTrip(ctx, s.cfg.Web, r, s.now()); err != nil {
		return err
	}
	s.setBrowserCookie(c, r.Browser, 600)
	c.Redirect(http.StatusSeeOther, s.provider.oauth(known, s.base(c)).AuthCodeURL(r.State, oidc.Nonce(r.Nonce), oauth2.S256ChallengeOption(r.Verifier)))
	return nil
}

// browserCookie binds a round trip to the browser it began in.
func (s *Server) browserCookie() string {
	if s.secure {
		return "__Host-sso"
	}
	return "sso"
}

func (s *Server) setBrowserCookie(c *gin.Context, value string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name: s.browserCookie(), Value: value, Path: "/", MaxAge: maxAge,
		Secure: s.secure, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// endSSO takes somebody back from the provider. It is the one GET that changes rows: the
// provider sends the browser back with one, and the state in it holds once.
func (s *Server) endSSO(c *gin.Context) error {
	if s.provider == nil {
		return noSuchPage(c)
	}
	cookie, err := c.Request.Cookie(s.browserCookie())
	if err != nil || c.Query("state") == "" || c.Request.Method != http.MethodGet {
		return account.ErrNoRoundTrip
	}
	ctx := c.Request.Context()
	r, err := account.EndRoundTrip(ctx, s.cfg.Web, c.Query("state"), cookie.Value, s.now())
	if err != nil {
		return err
	}
	s.setBrowserCookie(c, "", -1)
	if c.Query("error") != "" || c.Query("code") == "" {
		return fault.New(fault.Invalid, "Penyedia masuk tunggal tidak mengizinkan, atau Anda membatalkannya. Silakan coba lagi.")
	}
	id, name, err := s.identify(ctx, c, r)
	if err != nil {
		return err
	}
	if r.LinkUser != 0 {
		u, err := s.lookup(c)
		if err != nil || u.ID != r.LinkUser || u.Step != account.StepDone {
			return errors.Join(account.ErrNoRoundTrip, err)
		}
		if err := account.LinkOwn(ctx, s.cfg.Web, u, id, s.now()); err != nil {
			return err
		}
		c.Redirect(http.StatusSeeOther, ownPath+"?pesan=tertaut")
		return nil
	}
	from, err := s.from(c)
	if err != nil {
		return err
	}
	token, err := account.SignInAs(ctx, s.cfg.Web, s.hasher, id, name, from, s.now())
	if err != nil {
		return err
	}
	if err := s.enter(c, token); err != nil {
		return err
	}
	return s.leadOn(c, token, r.Next)
}

// identify asks the provider who came back, and checks the answer: signature, issuer,
// audience and time by the library, the nonce here.
func (s *Server) identify(ctx context.Context, c *gin.Context, r account.RoundTrip) (account.Identity, string, error) {
	fail := func(err error) (account.Identity, string, error) {
		s.cfg.Log.WarnContext(ctx, "single sign-on failed", "err", err)
		return account.Identity{}, "", fault.Wrap(err, fault.Invalid, "Jawaban penyedia masuk tunggal tidak dapat dipercaya. Silakan mulai lagi.")
	}
	known, err := s.provider.ask(ctx)
	if err != nil {
		return account.Identity{}, "", err
	}
	ctx = oidc.ClientContext(ctx, s.provider.client)
	token, err := s.provider.oauth(known, s.base(c)).Exchange(ctx, c.Query("code"), oauth2.VerifierOption(r.Verifier))
	if err != nil {
		return fail(fmt.Errorf("exchange the code: %w", err))
	}
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return fail(errors.New("no id_token in the answer"))
	}
	verifier := known.VerifierContext(oidc.ClientContext(context.WithoutCancel(ctx), s.provider.client), &oidc.Config{ClientID: s.provider.ClientID, Now: s.cfg.Now})
	id, err := verifier.Verify(ctx, raw)
	if err != nil {
		return fail(fmt.Errorf("verify the id_token: %w", err))
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(r.Nonce)) != 1 {
		return fail(errors.New("the nonce is not the one that was sent"))
	}
	var claims struct {
		Name string `json:"name"`
	}
	if err := id.Claims(&claims); err != nil {
		return fail(fmt.Errorf("read the claims: %w", err))
	}
	return account.Identity{Issuer: id.Issuer, Subject: id.Subject}, claims.Name, nil
}
