package server

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"
)

// handle is a handler that may fail; page makes the answer of its error.
type handle func(*gin.Context) error

// install lists every address of the site, and puts around them what each request needs.
func (s *Server) install() error {
	gin.SetMode(gin.ReleaseMode)
	e := gin.New()
	e.HandleMethodNotAllowed = true
	e.RedirectFixedPath = false
	e.ContextWithFallback = false
	if err := e.SetTrustedProxies(s.cfg.TrustedProxies); err != nil {
		return err
	}
	e.Use(noteRoute, gin.CustomRecoveryWithWriter(nil, s.recovered), s.refuseBadAddress)
	e.NoRoute(s.page(noSuchPage))
	e.NoMethod(s.page(noSuchMethod))
	s.engine = e
	addresses := s.site.addresses()
	work := append(s.workRoutes(), s.machineRoutes()...)
	s.policy = policyWith(addresses, work)

	s.get("/livez", s.livez)
	s.get("/readyz", s.readyz)
	s.get("/robots.txt", s.robots)
	s.get(assetPrefix+"*berkas", s.assets.serve)
	s.get("/tema", s.theme.choose)
	s.get("/gaya.css", s.theme.style)
	s.get("/tema.css", s.theme.colours)

	s.get("/masuk", s.showSignIn)
	s.post("/masuk", s.signIn)
	s.get("/masuk/kode", s.showCode)
	s.post("/masuk/kode", s.takeCode)
	s.get("/masuk/pasang", s.showEnrolment)
	s.post("/masuk/pasang", s.enrol)
	s.post("/masuk/lanjut", s.carryOn)
	s.get("/masuk/lupa", s.showForgot)
	s.post("/masuk/lupa", s.forgot)
	s.get(linkPath, s.showLink)
	s.post(linkPath, s.useLink)
	s.post("/masuk/sso", s.beginSSO)
	s.get(ssoReturn, s.endSSO)
	s.post("/keluar", s.signOut)

	for _, w := range work {
		s.handle(w.method, w.pattern, w.handle)
	}
	for _, a := range addresses {
		s.handle(a.method, a.pattern, a.handle)
	}

	if err := checkPolicy(s.policy, e.Routes()); err != nil {
		return err
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(s.refuseCrossSite))
	s.handler = s.log(s.site.front(s.publicHeaders, s.name(s.frame(protection.Handler(e)))))
	return nil
}

// get registers a page for GET and HEAD.
func (s *Server) get(pattern string, h handle) { s.handle(http.MethodGet, pattern, h) }

// post registers an action. Every GET must leave all rows as they are.
func (s *Server) post(pattern string, h handle) { s.handle(http.MethodPost, pattern, h) }

// handle registers an address with the guard that the policy asks for. What answers GET
// answers HEAD too.
func (s *Server) handle(method, pattern string, h handle) {
	s.engine.Handle(method, pattern, s.guard(method, pattern), s.page(h))
	if method == http.MethodGet {
		s.engine.HEAD(pattern, s.guard(method, pattern), s.page(h))
	}
}

// publicRoutes are the kinds of public pages; each file of pages has its own list.
func publicRoutes() []publicRoute {
	return slices.Concat(homeRoutes(), detailRoutes(), textRoutes(), apiPageRoutes(), dataRoutes(), sharingRoutes())
}
