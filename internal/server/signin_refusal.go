package server

import (
	"strconv"
	"sync"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
)

// refusalWindow is how often the trail hears of one person knocking at one address: whoever
// reloads a page must not fill it.
const refusalWindow = 5 * time.Minute

// refusals remembers what was noted in this window, in this replica.
type refusals struct {
	mu     sync.Mutex
	window time.Time
	seen   map[string]bool
}

// first reports whether the refusal has not been noted in the window of now.
func (r *refusals) first(what string, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := now.Truncate(refusalWindow); r.seen == nil || !w.Equal(r.window) {
		r.window, r.seen = w, map[string]bool{}
	}
	if r.seen[what] || len(r.seen) >= 10_000 {
		return false
	}
	r.seen[what] = true
	return true
}

// noteRefusal puts into the trail that somebody who is signed in was not let in. That it
// could not be noted is for the log: the answer stays a refusal.
func (s *Server) noteRefusal(c *gin.Context, u *account.User, pattern string) {
	what := c.Request.Method + " " + pattern
	agency := c.Param("kode")
	if !s.refusals.first(strconv.FormatInt(u.ID, 10)+" "+what+" "+agency, s.now()) {
		return
	}
	if err := account.NoteRefusal(c.Request.Context(), s.cfg.Web, u, what, agency, s.now()); err != nil {
		s.cfg.Log.ErrorContext(c.Request.Context(), "a refusal could not be noted", "route", pattern, "err", err)
	}
}
