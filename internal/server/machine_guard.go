package server

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"petajalan/internal/machine"
)

// machinePrefix is where programs hand figures in. Nothing here looks at cookies, and pages of
// other sites cannot use it.
const machinePrefix = "/api/kerja/v1"

const principalKey = "program" // of the program in a gin.Context

// guardMachine lets in programs whose token holds. What an address is for depends on the token
// alone: see machine.Deliver.
func (s *Server) guardMachine(c *gin.Context) {
	ctx, cancel := context.WithTimeout(c.Request.Context(), workTimeout)
	defer cancel()
	c.Request = c.Request.WithContext(ctx)
	c.Header("Cache-Control", "no-store")
	refuse := func(p *apiProblem) {
		p.writeClosed(c.Writer)
		c.Abort()
	}
	client := clientOf(c.ClientIP())
	secret, isBearer := bearer(c.Request.Header)
	shown := sha256.Sum256([]byte(secret))
	// Many programs share the address of an office: one without a token does not shut out those
	// whose token held when they last came.
	if wait, spent := s.strangers.spent(client); spent && !s.acquainted.has(shown) {
		c.Header("Retry-After", waitSeconds(wait))
		refuse(&apiProblem{Status: http.StatusTooManyRequests, Detail: "Terlalu banyak permintaan tanpa token yang berlaku dari alamat ini."})
		return
	}
	if err := readable(c, false); err != nil {
		s.fail(c, err)
		c.Abort()
		return
	}
	if !isBearer {
		_, _ = s.strangers.allow(client)
		c.Header("WWW-Authenticate", `Bearer realm="Peta Jalan"`)
		refuse(&apiProblem{Status: http.StatusUnauthorized, Detail: "Kirim token pada kepala Authorization: Bearer TOKEN."})
		return
	}
	lookup, done := context.WithTimeout(ctx, lookupTimeout)
	p, err := machine.Lookup(lookup, s.cfg.Web, secret, s.now())
	done()
	switch {
	case errors.Is(err, machine.ErrNoToken):
		s.acquainted.forget(shown)
		_, _ = s.strangers.allow(client)
		c.Header("WWW-Authenticate", `Bearer realm="Peta Jalan", error="invalid_token"`)
		refuse(&apiProblem{Status: http.StatusUnauthorized, Detail: "Token ini tidak dikenal, sudah kedaluwarsa, atau sudah dicabut. Minta token baru kepada administrator."})
		return
	case err != nil:
		s.fail(c, err)
		c.Abort()
		return
	}
	s.acquainted.remember(shown)
	if wait, ok := s.programs.allow(strconv.FormatInt(p.Token.ID, 10)); !ok {
		c.Header("Retry-After", waitSeconds(wait))
		refuse(&apiProblem{Status: http.StatusTooManyRequests, Detail: "Batasnya " + strconv.Itoa(machineRequests) + " permintaan dalam 5 menit untuk satu token. Kirim banyak laporan sekaligus lewat /reports/batch."})
		return
	}
	c.Set(principalKey, p)
	c.Next()
}

// acquaintances are the SHA-256 of tokens that held when they were last shown, so there are no
// more of them than tokens.
type acquaintances struct{ sums sync.Map }

func (a *acquaintances) has(sum [sha256.Size]byte) bool { _, ok := a.sums.Load(sum); return ok }
func (a *acquaintances) remember(sum [sha256.Size]byte) { a.sums.Store(sum, struct{}{}) }
func (a *acquaintances) forget(sum [sha256.Size]byte)   { a.sums.Delete(sum) }

// bearer is the token that came with a request.
func bearer(h http.Header) (secret string, ok bool) {
	values := h.Values("Authorization")
	if len(values) != 1 {
		return "", false
	}
	scheme, secret, found := strings.Cut(values[0], " ")
	return strings.TrimSpace(secret), found && strings.EqualFold(scheme, "Bearer")
}

// program is the program that asks; guardMachine has put it there.
func program(c *gin.Context) *machine.Principal {
	p, _ := c.MustGet(principalKey).(*machine.Principal)
	return p
}
