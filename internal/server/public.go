package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
)

// front answers from memory what needs no thought, most of all requests: the pages of the
// latest publication that were built ahead. Everything else goes to next. header sets what
// every response of the public site carries.
func (s *site) front(header func(http.Header), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a := s.ahead(r); a != nil {
			header(w.Header())
			_ = a.serve(w, r) // a reader who has gone away is no mistake of ours
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ahead is the answer to a request that was built ahead, nil when there is none.
func (s *site) ahead(r *http.Request) *answer {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil
	}
	sh := s.current.Load()
	if sh == nil || (r.URL.RawQuery != "" && r.URL.RawQuery != sh.latestQuery) {
		return nil
	}
	return sh.built[r.URL.Path]
}

// address is an entry of the routing table: all of the published site are for everybody.
type address struct {
	method, pattern string
	handle          handle
}

// bytesPattern is the page of a publication; with .json after the number its address is
// that of the bytes, which gin cannot tell apart.
const bytesPattern = "/terbitan/:nomor"

// addresses are all addresses of the published site: pages, bytes and API. Where method is
// GET, HEAD is answered too.
func (s *site) addresses() []address {
	var all []address
	for _, route := range s.routes {
		h := s.show(route)
		if route.pattern == bytesPattern {
			h = s.bytesOr(h)
		}
		all = append(all, address{http.MethodGet, route.pattern, h})
	}
	for _, route := range apiRoutes() {
		all = append(all,
			address{http.MethodGet, apiPrefix + route.path, s.api(route)},
			address{http.MethodOptions, apiPrefix + route.path, s.apiOptions})
	}
	return append(all,
		address{http.MethodGet, machineDocPath, s.showMachineOpenAPI},
		address{http.MethodGet, openapiPath, s.showOpenAPI},
		address{http.MethodOptions, openapiPath, s.apiOptions})
}

// bytesOr answers /terbitan/{n}.json and leaves other addresses to h.
func (s *site) bytesOr(h handle) handle {
	return func(c *gin.Context) error {
		if name, ok := strings.CutSuffix(c.Param("nomor"), ".json"); ok {
			return s.showBytes(c, name)
		}
		return h(c)
	}
}

// buildTimeout bounds the building of one answer on demand. It goes on when the first of
// those who wait for it has gone away.
const buildTimeout = 10 * time.Second

// show makes the handler of a kind of public page.
func (s *site) show(route publicRoute) func(*gin.Context) error {
	return func(c *gin.Context) error {
		sh := s.current.Load()
		if sh == nil {
			return notLoaded()
		}
		number, err := sh.number(c.Query("terbitan"))
		if err != nil {
			return err
		}
		if sh.latest == nil {
			return sh.empty.serve(c.Writer, c.Request)
		}
		p := params{path: map[string]string{}, query: knownQuery(c, route.query)}
		for _, param := range c.Params {
			p.path[param.Key] = param.Value
		}
		a, err := s.page(c.Request.Context(), sh, route, p, number, c.Request.URL.Path)
		if err != nil {
			return err
		}
		return a.serve(c.Writer, c.Request)
	}
}

// page returns the page of a route at path in publication number: built ahead, kept, or
// built now.
func (s *site) page(ctx context.Context, sh *shelf, route publicRoute, p params, number int, path string) (*answer, error) {
	ahead := sh.built[path]
	if ahead != nil && len(p.query) == 0 && number == sh.latest.Number {
		return ahead, nil
	}
	key := strconv.Itoa(number) + path + "?" + p.query.Encode()
	build := func(ctx context.Context) (*answer, error) {
		e, err := s.open(ctx, sh, number)
		if err != nil {
			return nil, err
		}
		v, err := route.page(e, p)
		if err != nil {
			return nil, err
		}
		return s.renderQuick(v)
	}
	kept := sh.onDemand
	switch {
	case route.slow != nil && route.slow(p):
		kept, build = sh.slow, s.inTurn(build)
	case p.query.Has(wordSearch):
		kept = nil // whatever somebody types would push out the rest
	}
	return s.onDemand(ctx, kept, sh.hash()+key, ahead, build)
}

// prepare builds the pages that open every past publication before somebody asks for them,
// one after the other. It is for the time after a shelf is shown, which it would hold up.
func (s *site) prepare(ctx context.Context, sh *shelf) {
	for _, route := range s.routes {
		if !route.prepared || sh.latest == nil {
			continue
		}
		if _, err := s.page(ctx, sh, route, params{}, sh.latest.Number, route.pattern); err != nil && ctx.Err() == nil {
			s.log.Warn("page is left to be built on demand", "path", route.pattern, "error", err)
		}
	}
}

// showBytes answers /terbitan/{n}.json: the very bytes that were hashed.
func (s *site) showBytes(c *gin.Context, name string) error {
	sh := s.current.Load()
	if sh == nil {
		return notLoaded()
	}
	if name == "" {
		return fault.New(fault.NotFound, "%s", sh.missing(name))
	}
	number, err := sh.number(name)
	if err != nil {
		return err
	}
	if number == sh.latest.Number {
		return sh.built[sh.latest.BytesPath()].serve(c.Writer, c.Request)
	}
	a, err := s.onDemand(c.Request.Context(), sh.onDemand, sh.hash()+"bytes:"+strconv.Itoa(number), nil, func(ctx context.Context) (*answer, error) {
		content, err := s.library.bytes(ctx, number)
		if err != nil {
			return nil, err
		}
		return newQuickAnswer(content, contentJSON, cacheForever, sh.info(number).SHA256)
	})
	if err != nil {
		return err
	}
	return a.serve(c.Writer, c.Request)
}

// onDemand returns the answer that a cache has under key, or builds it: once, however many ask
// for it at the same moment. What turns out to be the same as ahead (which may be nil) is not
// kept a second time, and neither is an error; without a cache nothing is. Who waits longer
// than patience is asked to come back, while the building goes on.
func (s *site) onDemand(ctx context.Context, kept *cache, key string, ahead *answer, build func(context.Context) (*answer, error)) (*answer, error) {
	if kept != nil {
		if a := kept.get(key); a != nil {
			return a, nil
		}
	}
	building := s.flight.DoChan(key, func() (made any, err error) {
		defer func() { // nobody else would catch it: this is a goroutine of its own
			if p := recover(); p != nil {
				err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
			}
		}()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), buildTimeout)
		defer cancel()
		a, err := build(ctx)
		if err != nil {
			return nil, err
		}
		if ahead != nil && a.same(ahead) {
			return ahead, nil
		}
		if kept != nil {
			kept.put(key, a)
		}
		return a, nil
	})
	wait := time.NewTimer(patience)
	defer wait.Stop()
	select {
	case result := <-building:
		if result.Err != nil {
			return nil, result.Err
		}
		return result.Val.(*answer), nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-wait.C:
		return nil, beingMade()
	}
}

// renderQuick makes the answer of a page that somebody is waiting for.
func (s *site) renderQuick(v view) (*answer, error) {
	c := quick.Get().(*compressor)
	defer quick.Put(c)
	return s.render(c, v)
}

// newQuickAnswer compresses a body that somebody is waiting for.
func newQuickAnswer(body []byte, contentType, cacheControl, tag string) (*answer, error) {
	c := quick.Get().(*compressor)
	defer quick.Put(c)
	return newAnswer(c, body, contentType, cacheControl, tag)
}

// number reads the number of a publication; empty means the latest, which is 0 while
// nothing is published. What is no number of a publication is fault.NotFound.
func (sh *shelf) number(text string) (int, error) {
	if text == "" {
		if sh.latest == nil {
			return 0, nil
		}
		return sh.latest.Number, nil
	}
	number, err := strconv.Atoi(text)
	if err != nil || strings.HasPrefix(text, "+") || sh.info(number).Number == 0 {
		return 0, fault.New(fault.NotFound, "%s", sh.missing(text))
	}
	return number, nil
}

// missing says that no publication has this number, and which there are.
func (sh *shelf) missing(text string) string {
	text = shorten(text, 20)
	switch {
	case sh.latest == nil:
		return fmt.Sprintf("Terbitan %s tidak ada: belum ada yang diterbitkan.", text)
	case sh.latest.Number == 1:
		return fmt.Sprintf("Terbitan %s tidak ada. Sejauh ini hanya ada terbitan 1.", text)
	}
	return fmt.Sprintf("Terbitan %s tidak ada. Yang ada adalah terbitan 1 sampai %d; semuanya tercantum di halaman Riwayat terbitan.", text, sh.latest.Number)
}

// knownQuery returns the words of a query that change a page of the route that names them:
// trimmed, of bounded length, none that is empty or repeated, and where a word has few values
// only these. Whatever else a query has is ignored, so that nobody can fill the cache with
// pages that are all the same, or have the same made over and over.
func knownQuery(c *gin.Context, names []string) url.Values {
	known := url.Values{}
	for _, name := range names {
		value := shorten(strings.Join(strings.Fields(c.Query(name)), " "), queryLength)
		if value == "" || name == wordStatus && outcomeNames[value] == "" || name == wordOrder && !slices.Contains(orders, value) {
			continue
		}
		known.Set(name, value)
	}
	return known
}

// queryLength is how many characters of a word in a query are read: more than the name of
// any agency or indicator.
const queryLength = 120

// shorten cuts a text after n characters. What is not UTF-8 is dropped.
func shorten(text string, n int) string {
	text = strings.ToValidUTF8(text, "")
	for i := range text {
		if n == 0 {
			return text[:i]
		}
		n--
	}
	return text
}
