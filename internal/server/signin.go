package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
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
}

// Fields are the inputs in their order, marked so that password managers know them.
func (p signInPage) Fields() []field {
	login := newField(p.Problems, "pengguna", "Nama pengguna", p.Form.Login, "").As("text", "username")
	password := newField(p.Problems, "sandi", "Kata sandi", "", "").As("password", "current-password")
	login.Required, password.Required = true, true
	return []field{login, password}
}

func (s *Server) newSignInPage(c *gin.Context) signInPage {
	return signInPage{workPage: s.newWorkPage(c, "Masuk untuk petugas")}
}

// showSignIn shows the form, or goes on at once when somebody is signed in.
func (s *Server) showSignIn(c *gin.Context) error {
	next := c.Query("next")
	switch _, err := s.lookup(c); {
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
	addr, err := netip.ParseAddr(c.ClientIP())
	if err != nil {
		return fmt.Errorf("read the address of the client: %w", err)
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
		Login:     p.Form.Login,
		Password:  password,
		Addr:      addr,
		UserAgent: c.Request.UserAgent(),
	}, s.now())
	if throttled, ok := errors.AsType[*account.ThrottledError](err); ok {
		c.Header("Retry-After", strconv.Itoa(int(throttled.RetryAfter/time.Second)+1))
		p.Problems = problems{{Message: "Terlalu banyak percobaan yang salah. Coba lagi dalam " + waitWords(throttled.RetryAfter) + "."}}
		return s.renderProblems(c, http.StatusTooManyRequests, "signin", &p.Page, &p)
	}
	if fault.KindOf(err) == fault.Invalid {
		p.Problems = problems{{Field: "pengguna", Message: fault.MessageOf(err)}}
		return s.renderProblems(c, http.StatusUnprocessableEntity, "signin", &p.Page, &p)
	}
	if err != nil {
		return err
	}
	if old, err := c.Request.Cookie(s.cookieName()); err == nil {
		if err := s.endSession(c.Request.Context(), old.Value); err != nil {
			return err
		}
	}
	s.setCookie(c, token, int(account.MaxSession/time.Second))
	c.Redirect(http.StatusSeeOther, localOr(p.Form.Next, home))
	return nil
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
	if !isLocalPath(next) || path == "/masuk" || path == "/keluar" {
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
