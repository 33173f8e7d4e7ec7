package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/evidence"
	"petajalan/internal/postgres"
	"petajalan/internal/schedule"
	"petajalan/web"
)

// Config is the world a Server lives in.
type Config struct {
	Web    *bun.DB // for internal pages
	Public *bun.DB // for publications only: a replica, or the same database; nil: Web
	Health *bun.DB // one connection of its own, so that a full pool does not fail readiness; nil: Web

	Now  func() time.Time // the only clock
	Zone *time.Location   // the zone of the city
	Log  *slog.Logger

	Keys           *account.Keys  // seal second factors
	OfficeNetworks []netip.Prefix // of the city, where many people share an address
	SSO            SSO            // sign-in at a provider; zero: none

	Evidence evidence.Store // the files behind the figures

	Jobs        *schedule.Ledger // the scheduled work, to look at and to ask for; nil: there is none
	Mails       bool             // a mail server is set
	LeaveSecret []byte           // signs the address in letters that ends news; empty: they have none

	BaseURL        string   // how the world sees the site; with https cookies are kept to it; "" when it was not told
	LocalURL       string   // how the machine itself calls the site, for codes to scan and feeds while BaseURL is not told
	TrustedProxies []string // addresses or ranges whose X-Forwarded-For is believed; none when empty
}

// Server is the site: public pages, API, sign-in and workspace.
type Server struct {
	cfg      Config
	renderer *renderer
	assets   *assets
	theme    *theme
	site     *site
	hasher   *account.Hasher
	forms    *forms
	provider *provider // of single sign-on; nil: none
	refusals refusals
	secure   bool // the site is reached by https
	policy   []rule
	engine   *gin.Engine
	handler  http.Handler
	draining atomic.Bool

	inspecting turns // uploads that are looked into

	programs, strangers *rateLimit // of the API for programs: by token, and by client without one
	acquainted          acquaintances
}

// New makes the site. It fails when a template is broken, or when an address has no row
// in the policy.
func New(cfg Config) (*Server, error) {
	switch {
	case cfg.Web == nil || cfg.Now == nil || cfg.Zone == nil || cfg.Log == nil || cfg.Keys == nil || cfg.Evidence == nil:
		return nil, errors.New("make the site: a database, a clock, a zone, a log, keys and a store of evidence are needed")
	case cfg.Public == nil:
		cfg.Public = cfg.Web
	}
	if cfg.Health == nil {
		cfg.Health = cfg.Web
	}
	if cfg.Jobs == nil {
		var err error
		if cfg.Jobs, err = schedule.NewLedger(schedule.Config{DB: cfg.Web, Zone: cfg.Zone, Log: cfg.Log}); err != nil {
			return nil, fmt.Errorf("make the site: %w", err)
		}
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil {
		return nil, fmt.Errorf("read the base URL: %w", err)
	}
	s := &Server{cfg: cfg, inspecting: make(turns, 2), hasher: account.NewHasher(), provider: newProvider(cfg.SSO), secure: base.Scheme == "https"}
	if s.assets, err = ownAssets(); err != nil {
		return nil, fmt.Errorf("make assets: %w", err)
	}
	if s.theme, err = newTheme(s.secure); err != nil {
		return nil, fmt.Errorf("make themes: %w", err)
	}
	if s.renderer, err = newRenderer(web.Files, s.assets, cfg.Zone); err != nil {
		return nil, fmt.Errorf("make pages: %w", err)
	}
	if s.forms, err = newForms(); err != nil {
		return nil, fmt.Errorf("make forms: %w", err)
	}
	s.programs, s.strangers = newRateLimit(machineRequests, apiWindow, cfg.Now), newRateLimit(machineFailures, apiWindow, cfg.Now)
	s.site = newSite(cfg.Public, cfg.Web, s.renderer, publicRoutes(), cmp.Or(cfg.BaseURL, cfg.LocalURL, "http://localhost:8080"), cfg.Now, cfg.Log)
	if err := s.install(); err != nil {
		return nil, err
	}
	return s, nil
}

// Handler answers every request of the site.
func (s *Server) Handler() http.Handler { return s.handler }

// Load reads the latest publication and builds its pages, so that the first reader finds
// them. An error is no reason not to serve: Run tries again.
func (s *Server) Load(ctx context.Context) error { return s.site.refresh(ctx) }

// Run looks for new publications until ctx is done.
func (s *Server) Run(ctx context.Context) { s.site.run(ctx) }

// Published says that there is a new publication, so that it is shown at once.
func (s *Server) Published() { s.site.notify() }

// edition is the latest publication; nil while there is none.
func (s *Server) edition() *edition {
	if sh := s.site.current.Load(); sh != nil {
		return sh.latest
	}
	return nil
}

// Drain makes /readyz say no, so that no new requests are sent here while those that
// are under way are finished.
func (s *Server) Drain() { s.draining.Store(true) }

// now is the moment of a request, in the zone of the city.
func (s *Server) now() time.Time { return s.cfg.Now().In(s.cfg.Zone) }

// isReady returns why the site must get no requests, empty when it may.
func (s *Server) isReady(ctx context.Context) string {
	if s.draining.Load() {
		return "draining"
	}
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if err := s.cfg.Health.PingContext(ctx); err != nil {
		return "database"
	}
	if err := postgres.UpToDate(ctx, s.cfg.Health); err != nil {
		return "schema"
	}
	if err := s.cfg.Evidence.CheckRoom(ctx); err != nil {
		return "room for evidence"
	}
	return ""
}

func (s *Server) livez(c *gin.Context) error { return plainText(c, http.StatusOK, "ok\n") }

func (s *Server) readyz(c *gin.Context) error {
	if why := s.isReady(c.Request.Context()); why != "" {
		c.Header("Retry-After", retryAfter)
		return plainText(c, http.StatusServiceUnavailable, "not ready: "+why+"\n")
	}
	return plainText(c, http.StatusOK, "ok\n")
}

func plainText(c *gin.Context, status int, text string) error {
	c.Header("Cache-Control", "no-store")
	c.Data(status, "text/plain; charset=utf-8", []byte(text))
	return nil
}

// isWork reports whether the address belongs to the workspace or leads into it.
func isWork(path string) bool {
	return path == "/masuk" || path == "/keluar" || path == "/kerja" || strings.HasPrefix(path, "/kerja/") || strings.HasPrefix(path, "/masuk/")
}
