package server

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
)

// Content security policies. A public page runs no script at all.
const (
	publicCSP = "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
	workCSP   = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

// Values of the headers of every response. All responses share them, so nobody may change
// what is in them; a handler that wants another value sets another slice.
var (
	publicPolicy = []string{publicCSP}
	workPolicy   = []string{workCSP}
	noSniff      = []string{"nosniff"}
	sameOrigin   = []string{"same-origin"}
	noDevices    = []string{"accelerometer=(), camera=(), geolocation=(), gyroscope=(), microphone=(), payment=(), usb=()"}
	insistOnTLS  = []string{"max-age=31536000; includeSubDomains"}
)

// setHeaders sets what every response has. The names are in canonical form.
func (s *Server) setHeaders(h http.Header, policy []string) {
	h["Content-Security-Policy"] = policy
	h["X-Content-Type-Options"] = noSniff
	h["Referrer-Policy"] = sameOrigin
	h["Permissions-Policy"] = noDevices
	h["Cross-Origin-Opener-Policy"] = sameOrigin
	h["Cross-Origin-Resource-Policy"] = sameOrigin
	if s.secure {
		h["Strict-Transport-Security"] = insistOnTLS
	}
}

// publicHeaders are those of a public page.
func (s *Server) publicHeaders(h http.Header) { s.setHeaders(h, publicPolicy) }

// frame puts the headers on every response, also one that is refused, and bounds the
// body of the request before anything reads it.
func (s *Server) frame(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isWork(r.URL.Path) {
			s.setHeaders(w.Header(), workPolicy)
			w.Header().Set("Cache-Control", "no-store")
		} else {
			s.publicHeaders(w.Header())
		}
		r.Header.Del("X-Forwarded-Prefix") // gin would lead to an address below it whoever sent it
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit(r))
		next.ServeHTTP(w, r)
	})
}

// recorder notes what a response was, for the log.
type recorder struct {
	http.ResponseWriter
	status, bytes int
	id            string // of the request; empty when a page was served ahead, of which nothing else is noted
	route         string // the pattern of the address; empty when a page was served ahead
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	n, err := r.ResponseWriter.Write(b)
	r.bytes += n
	return n, err
}

// Unwrap is for http.ResponseController.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

type recorderKey struct{}

// log leaves one line per request. The address in it is the pattern of the route, never
// what was asked for, which may hold what somebody searched.
func (s *Server) log(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		rec := &recorder{ResponseWriter: w}
		defer func() {
			route := rec.route
			if route == "" && rec.status < http.StatusBadRequest {
				route = r.URL.Path // of a page that was built ahead, so it is one of ours
			}
			// A record holds five attributes without room of its own.
			method, where, status := slog.String("method", r.Method), slog.String("route", route), slog.Int("status", rec.status)
			bytes, took := slog.Int("bytes", rec.bytes), slog.Int64("us", time.Since(start).Microseconds())
			if rec.id == "" {
				s.cfg.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", method, where, status, bytes, took)
				return
			}
			s.cfg.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("request_id", rec.id), method, where, status, bytes, took)
		}()
		next.ServeHTTP(rec, r)
	})
}

// name gives the request an identity, for the log and for what it does.
func (s *Server) name(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		if rec, ok := w.(*recorder); ok {
			rec.id = rand.Text()[:16] // 80 bits: no two alike in a log
			ctx = audit.WithRequest(context.WithValue(ctx, recorderKey{}, rec), rec.id)
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// noteRoute tells the log which route it was.
func noteRoute(c *gin.Context) {
	if rec, ok := c.Request.Context().Value(recorderKey{}).(*recorder); ok {
		if rec.route = c.FullPath(); rec.route == "" {
			rec.route = "(none)"
		}
	}
}

// recovered answers a request whose handler panicked. The log has the place, and nothing
// of the request but its route.
func (s *Server) recovered(c *gin.Context, what any) {
	s.cfg.Log.ErrorContext(c.Request.Context(), "handler panicked",
		"method", c.Request.Method, "route", c.FullPath(), "panic", fmt.Sprint(what), "stack", string(debug.Stack()))
	c.Abort()
	if !c.Writer.Written() {
		s.writeError(c.Writer, c.Request, http.StatusInternalServerError, "")
	}
}

// refuseCrossSite answers a form that another site sent in the user's name.
func (s *Server) refuseCrossSite(w http.ResponseWriter, r *http.Request) {
	s.writeError(w, r, http.StatusForbidden, "Permintaan ini datang dari situs lain dan tidak kami jalankan. Buka halamannya di sini, lalu coba lagi.")
}

const (
	userKey = "user" // of the signed-in user in a gin.Context

	// The session of a request is looked up in this time, the wait for a connection
	// included, and a page of the workspace is made in that one, or it is given up.
	lookupTimeout = 2 * time.Second
	workTimeout   = 15 * time.Second
)

// guard lets in whom the policy admits, and bounds the time of every page of the
// workspace and of those that lead into it. An address for everybody costs no look at the
// database; for the others the session and its user are read at each request, so that
// what was ended ends at once.
func (s *Server) guard(method, pattern string) gin.HandlerFunc {
	rule, ok := ruleFor(s.policy, method, pattern)
	if !ok { // without a row the site does not start
		return func(*gin.Context) {}
	}
	return s.guardRule(rule)
}

// guardRule is the guard of a row.
func (s *Server) guardRule(rule rule) gin.HandlerFunc {
	method, pattern, open := rule.method, rule.pattern, rule.who.everybody
	if open && !isWork(pattern) {
		return func(*gin.Context) {}
	}
	if rule.who.machine {
		return s.guardMachine
	}
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), workTime(method, pattern))
		defer cancel()
		c.Request = c.Request.WithContext(ctx)
		if err := readable(c, open); err != nil {
			s.fail(c, err)
			c.Abort()
			return
		}
		if open {
			c.Next()
			return
		}
		u, err := s.lookup(c)
		switch {
		case errors.Is(err, account.ErrNoSession):
			s.askToSignIn(c)
			c.Abort()
			return
		case err == nil && u.Step != account.StepDone:
			s.askForSecondFactor(c, u)
			c.Abort()
			return
		case err == nil && !rule.who.admits(u):
			err = forbidden(u)
		case err == nil && rule.scope != scopeAll:
			err = s.withinScope(c, rule.scope, u)
		}
		c.Set(userKey, u)
		if err != nil {
			if k := fault.KindOf(err); u != nil && (k == fault.Forbidden || k == fault.NotFound) {
				s.noteRefusal(c, u, pattern)
			}
			s.fail(c, err)
			c.Abort()
			return
		}
		if takesFiles(method, pattern) {
			allowUpload(c.Writer)
		}
		c.Next()
	}
}

// readable refuses an address with characters that no column can hold, before it is looked up
// anywhere. Of a form for everybody it reads the body too: the pages of sign-in look at a part
// of it first, and would take one that is too large for an empty one.
func readable(c *gin.Context, open bool) error {
	for _, p := range c.Params {
		if !isText(p.Value) {
			return noSuchPage(c)
		}
	}
	for name, values := range c.Request.URL.Query() {
		if !isText(name) || slices.ContainsFunc(values, func(v string) bool { return !isText(v) }) {
			return noSuchPage(c)
		}
	}
	if !open || c.Request.Method != http.MethodPost {
		return nil
	}
	if err := c.Request.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Invalid, "Isian ini tidak dapat dibaca. Buka halamannya lagi dan isi sekali lagi.")
	}
	return nil
}

// withinScope refuses a user outside of the scope: an agency that the user may not see is
// not found, one that is seen but not the user's to act for is forbidden.
func (s *Server) withinScope(c *gin.Context, sc scope, u *account.User) error {
	agency := c.Param("kode")
	parent, err := roadmap.ParentCode(c.Request.Context(), s.cfg.Web, agency)
	if err != nil {
		return err
	}
	switch visible, may := sc.admits(u, agency, parent); {
	case !visible:
		return fault.New(fault.NotFound, "Tidak ada instansi itu, atau bukan instansi Anda.")
	case !may:
		return fault.New(fault.Forbidden, "Anda dapat membaca halaman instansi ini, tetapi tidak dapat mengubahnya.")
	}
	return nil
}

// forbidden says why somebody who is signed in may not see a page.
func forbidden(u *account.User) error {
	if len(u.Appointments) == 0 {
		return fault.New(fault.Forbidden, "Akun Anda tidak mempunyai peran yang berlaku hari ini. Hubungi Bagian Organisasi untuk memperpanjangnya.")
	}
	return fault.New(fault.Forbidden, "Halaman ini bukan untuk peran Anda.")
}

// lookup reads the user of the session whose token came with the request.
func (s *Server) lookup(c *gin.Context) (*account.User, error) {
	cookie, err := c.Request.Cookie(s.cookieName())
	if err != nil {
		return nil, account.ErrNoSession
	}
	ctx, cancel := context.WithTimeout(c.Request.Context(), lookupTimeout)
	defer cancel()
	return account.Lookup(ctx, s.cfg.Web, cookie.Value, s.now())
}

// user is who is signed in; nil on pages for everybody.
func (s *Server) user(c *gin.Context) *account.User {
	u, _ := c.Get(userKey)
	user, _ := u.(*account.User)
	return user
}

// askForSecondFactor leads to the step that is left, and back here afterwards.
func (s *Server) askForSecondFactor(c *gin.Context, u *account.User) {
	if f := s.carry(c); f != nil {
		if err := s.carryThroughStep(c, u, f); err != nil {
			s.fail(c, err)
		}
		return
	}
	c.Redirect(http.StatusSeeOther, stepPath(u.Step, nextOf(c)))
}

// carryThroughStep shows the step that is left, with the form that was sent carried along.
func (s *Server) carryThroughStep(c *gin.Context, u *account.User, f *carried) error {
	if u.Step == account.StepCode {
		p := s.newCodePage(c, "")
		p.Carried = f
		return s.render(c, http.StatusUnauthorized, "signin-code", p)
	}
	cookie, err := c.Request.Cookie(s.cookieName())
	if err != nil {
		return err
	}
	if err := account.BeginEnrolment(c.Request.Context(), s.cfg.Web, s.cfg.Keys, u, cookie.Value); err != nil {
		return err
	}
	return s.renderEnrolment(c, http.StatusUnauthorized, u, cookie.Value, f, nil)
}

// nextOf is the address to come back to; empty where that would do something.
func nextOf(c *gin.Context) string {
	if c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead {
		return c.Request.URL.RequestURI()
	}
	return ""
}

// askToSignIn leads to the sign-in page and back here afterwards. A form that somebody sent
// whose session has ended is carried along: see carried.
func (s *Server) askToSignIn(c *gin.Context) {
	if f := s.carry(c); f != nil {
		p := s.newSignInPage(c)
		p.Carried, p.Form.Login = f, f.Owner
		if err := s.render(c, http.StatusUnauthorized, "signin", p); err != nil {
			s.fail(c, err)
		}
		return
	}
	c.Redirect(http.StatusSeeOther, withNext("/masuk", nextOf(c)))
}

// withNext is the path of a page of sign-in that leads on to next.
func withNext(path, next string) string {
	if next == "" {
		return path
	}
	return path + "?next=" + url.QueryEscape(next)
}

// stepPath is the page of the step that is left.
func stepPath(step account.Step, next string) string {
	if step == account.StepEnrol {
		return withNext("/masuk/pasang", next)
	}
	return withNext("/masuk/kode", next)
}
