package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/postgres"
)

// home is where somebody begins who has signed in.
const home = "/kerja/"

type signInForm struct {
	Login    string `form:"pengguna" label:"Nama pengguna" validate:"required,max=120"`
	Password string `form:"sandi" label:"Kata sandi" validate:"required"`
	Next     string `form:"next" label:"Halaman tujuan" validate:"max=2000"`
}

// signInPage asks who somebody is. Form.Password is never sent back.
type signInPage struct {
	workPage
	Form      signInForm
	SignedOut bool
	SSO       bool // there is a provider of single sign-on
	Carried   *carried
}

// Fields are the inputs in their order, marked so that password managers know them.
func (p signInPage) Fields() []field {
	login := newField(p.Problems, "pengguna", "Nama pengguna", p.Form.Login, "").As("text", "username")
	password := newField(p.Problems, "sandi", "Kata sandi", "", "").As("password", "current-password")
	login.Required, password.Required = true, true
	return []field{login, password}
}

func (s *Server) newSignInPage(c *gin.Context) signInPage {
	s.allowProvider(c)
	return signInPage{workPage: s.newWorkPage(c, "Masuk untuk petugas"), SSO: s.provider != nil, Carried: carriedOf(c)}
}

// showSignIn shows the form, or goes on at once when somebody is signed in.
func (s *Server) showSignIn(c *gin.Context) error {
	next := c.Query("next")
	switch u, err := s.lookup(c); {
	case err == nil && u.Step != account.StepDone:
		c.Redirect(http.StatusSeeOther, stepPath(u.Step, localOr(next, "")))
		return nil
	case err == nil:
		c.Redirect(http.StatusSeeOther, localOr(next, home))
		return nil
	case !errors.Is(err, account.ErrNoSession):
		return err
	}
	p := s.newSignInPage(c)
	p.Form.Next = localOr(next, "")
	p.SignedOut = c.Query("keluar") == "1"
	return s.render(c, http.StatusOK, "signin", p)
}

// signIn begins a session. What was typed stays, but for the password; the answer does
// not tell whether the login exists.
func (s *Server) signIn(c *gin.Context) error {
	p := s.newSignInPage(c)
	var err error
	if p.Problems, err = s.forms.read(c, &p.Form); err != nil {
		return err
	}
	password := p.Form.Password
	p.Form.Password = ""
	p.Form.Next = localOr(p.Form.Next, "")
	if len(p.Problems) > 0 {
		return s.renderProblems(c, http.StatusUnprocessableEntity, "signin", &p.Page, &p)
	}
	from, err := s.from(c)
	if err != nil {
		return err
	}
	// Signing in takes a connection several times, with the long work on the password in
	// between. When there is none to be had it is not begun, so no attempt is counted.
	conn, err := postgres.Acquire(c.Request.Context(), s.cfg.Web)
	if err != nil {
		return err
	}
	if err := conn.Close(); err != nil {
		return fmt.Errorf("give the connection back: %w", err)
	}
	token, err := account.SignIn(c.Request.Context(), s.cfg.Web, s.hasher, account.Credentials{
		Login:    p.Form.Login,
		Password: password,
		From:     from,
	}, s.now())
	if status := s.refused(c, &p.Problems, "pengguna", err); status != 0 {
		return s.renderProblems(c, status, "signin", &p.Page, &p)
	}
	if err != nil {
		return err
	}
	if err := s.enter(c, token); err != nil {
		return err
	}
	return s.leadOn(c, token, p.Form.Next)
}

// enter ends the session there was in this browser and goes on with that of the token.
func (s *Server) enter(c *gin.Context, token string) error {
	if old, err := c.Request.Cookie(s.cookieName()); err == nil {
		if err := s.endSession(c.Request.Context(), old.Value); err != nil {
			return err
		}
	}
	s.setCookie(c, token, int(account.MaxSession/time.Second))
	return nil
}

// from is where the request comes from.
func (s *Server) from(c *gin.Context) (account.From, error) {
	addr, err := netip.ParseAddr(c.ClientIP())
	if err != nil {
		return account.From{}, fmt.Errorf("read the address of the client: %w", err)
	}
	office := slices.ContainsFunc(s.cfg.OfficeNetworks, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) })
	return account.From{Addr: addr, Office: office, UserAgent: c.Request.UserAgent()}, nil
}

// signOut ends the session, here and on every replica.
func (s *Server) signOut(c *gin.Context) error {
	if cookie, err := c.Request.Cookie(s.cookieName()); err == nil {
		if err := s.endSession(c.Request.Context(), cookie.Value); err != nil {
			return err
		}
	}
	s.setCookie(c, "", -1)
	c.Redirect(http.StatusSeeOther, "/masuk?keluar=1")
	return nil
}

// endSession ends the session of a token, and fails soon when no connection is free.
func (s *Server) endSession(ctx context.Context, token string) (err error) {
	conn, err := postgres.Acquire(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	return account.SignOut(ctx, conn, token, s.now())
}

// renderProblems shows a form again; the title says that there is something to correct.
func (s *Server) renderProblems(c *gin.Context, status int, template string, p *Page, data any) error {
	p.Title = "Perlu diperbaiki: " + p.Title
	return s.render(c, status, template, data)
}

// cookieName has the prefix that binds the cookie to this host and to https, where there
// is https.
func (s *Server) cookieName() string {
	if s.secure {
		return "__Host-sid"
	}
	return "sid"
}

func (s *Server) setCookie(c *gin.Context, value string, maxAge int) {
	http.SetCookie(c.Writer, &http.Cookie{
		Name:     s.cookieName(),
		Value:    value,
		Path:     "/",
		MaxAge:   maxAge,
		Secure:   s.secure,
		HttpOnly: true,
		SameSite: http.SameSiteLaxMode,
	})
}

// localOr returns next when a browser reads it as an address on this site and it does
// not lead back to sign-in, otherwise or.
func localOr(next, or string) string {
	path, _, _ := strings.Cut(next, "?")
	if !isLocalPath(next) || path == "/masuk" || path == "/keluar" || strings.HasPrefix(path, "/masuk/") {
		return or
	}
	return next
}

// waitWords says how long to wait, rounded up.
func waitWords(d time.Duration) string {
	switch {
	case d <= time.Minute:
		return strconv.Itoa(max(1, int((d+time.Second-1)/time.Second))) + " detik"
	case d <= 2*time.Hour:
		return strconv.Itoa(int((d+time.Minute-1)/time.Minute)) + " menit"
	}
	return strconv.Itoa(int((d+time.Hour-1)/time.Hour)) + " jam"
}
