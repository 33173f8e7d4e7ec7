package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/scorecard"
)

// apiPrefix is where version 1 of the read API lives. Its addresses and fields never
// change their meaning; what is new is added.
const apiPrefix = "/api/v1"

// apiRoute is one address of the API. The table of them makes the routes, checks the
// parameters and writes the OpenAPI document.
type apiRoute struct {
	path     string // below apiPrefix, as gin writes it: "/agencies/:code"
	id       string // operationId of the OpenAPI document
	summary  string // one Indonesian sentence
	params   []apiParam
	record   reflect.Type // of one record
	list     bool         // {"data": [...], "next": ...}, with after and limit; else {"data": {...}}
	editions bool         // it reads one publication, so that ?publication= is taken
	answer   func(ctx context.Context, q apiQuery) (any, error)
}

// apiParam is a parameter of an address or a query.
type apiParam struct {
	name, about string
	inPath      bool
	schema      schema
	// check refuses what cannot be meant. The edition is nil while nothing is published;
	// then only the way it is written is checked.
	check func(e *edition, value string) error
}

// apiQuery is what a request asks for, checked.
type apiQuery struct {
	site    *site
	shelf   *shelf
	edition *edition          // nil while nothing is published, and where the route reads none
	chosen  bool              // the publication was named
	values  map[string]string // of params, those that were given
	after   string            // key of the last record of the page before; "" at the start
	limit   int
}

// apiList and apiOne are the two forms of an answer.
type (
	apiList struct {
		Data any     `json:"data"` // a list, never null
		Next *string `json:"next"` // value of after for the page that follows; null at the end
	}
	apiOne struct {
		Data any `json:"data"`
	}
)

// Bounds of limit.
const (
	apiLimit    = 100
	apiLimitMax = 500
)

// api makes the handler of an address of the API. Every error is answered here, as a problem.
func (s *site) api(route apiRoute) func(*gin.Context) error {
	return func(c *gin.Context) error {
		setCORS(c.Writer.Header())
		if wait, ok := s.limit.allow(clientOf(c.ClientIP())); !ok {
			c.Header("Retry-After", waitSeconds(wait))
			(&apiProblem{
				Status: http.StatusTooManyRequests,
				Detail: fmt.Sprintf("Batasnya %d permintaan dalam %d menit. Untuk mengambil semuanya, unduh isi terbitan sekaligus.", apiRequests, int(apiWindow.Minutes())),
			}).write(c.Writer)
			return nil
		}
		a, err := s.apiAnswer(c, route)
		if err != nil {
			if errors.Is(err, context.Canceled) && c.Request.Context().Err() != nil {
				return nil // whoever asked has gone
			}
			p := problemOf(err)
			if p.Status == http.StatusInternalServerError {
				s.log.Error("API request cannot be answered", "path", c.Request.URL.Path, "error", err)
			}
			p.write(c.Writer)
			return nil
		}
		return a.serve(c.Writer, c.Request)
	}
}

// apiOptions answers a browser that asks whether a page of another site may read the API.
func (s *site) apiOptions(c *gin.Context) error {
	h := c.Writer.Header()
	setCORS(h)
	h.Set("Access-Control-Allow-Methods", apiMethods)
	h.Set("Access-Control-Allow-Headers", "If-None-Match")
	h.Set("Access-Control-Max-Age", "86400")
	h.Set("Allow", apiMethods)
	c.Status(http.StatusNoContent)
	return nil
}

const apiMethods = "GET, HEAD, OPTIONS"

// setCORS lets pages of other sites read an answer. Nothing here depends on who asks.
func setCORS(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "ETag, Retry-After")
}

// apiAnswer checks a request and answers it from the cache, or makes the answer.
func (s *site) apiAnswer(c *gin.Context, route apiRoute) (*answer, error) {
	sh := s.current.Load()
	if sh == nil {
		return nil, notLoaded()
	}
	given, err := queryOnce(c.Request.URL.RawQuery, route.queryNames())
	if err != nil {
		return nil, err
	}
	q := apiQuery{site: s, shelf: sh, values: map[string]string{}}
	number, err := q.page(route, given)
	if err != nil {
		return nil, err
	}
	key := "api" + c.Request.URL.Path + "?" + canonicalQuery(given, number, q.limit)
	return s.onDemand(c.Request.Context(), sh.onDemand, sh.hash()+key, nil, func(ctx context.Context) (*answer, error) {
		if route.editions && sh.latest != nil {
			if q.edition, err = s.open(ctx, sh, number); err != nil {
				return nil, err
			}
		}
		if err := q.check(route, given, c.Param); err != nil {
			return nil, err
		}
		data, err := route.answer(ctx, q)
		if err != nil {
			return nil, err
		}
		body, err := scorecard.Canonical(data) // written as in the bytes of the publication
		if err != nil {
			return nil, fmt.Errorf("encode the answer of %s: %w", route.path, err)
		}
		return newQuickAnswer(body, contentJSON, cachePage, "")
	})
}

// queryNames are the parameters a route takes in its query.
func (r apiRoute) queryNames() []string {
	var names []string
	for _, p := range r.params {
		if !p.inPath {
			names = append(names, p.name)
		}
	}
	if r.list {
		names = append(names, "after", "limit")
	}
	if r.editions {
		names = append(names, "publication")
	}
	return names
}

// queryOnce reads a query in which each parameter is known, given once and not empty.
func queryOnce(raw string, allowed []string) (map[string]string, error) {
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, badParameter("", "Bagian alamat sesudah tanda tanya tidak tertulis dengan benar.")
	}
	given := map[string]string{}
	for name, all := range values {
		switch {
		case !slices.Contains(allowed, name):
			detail := fmt.Sprintf("Parameter “%s” tidak dikenal di alamat ini. Yang dikenal: %s.", shorten(name, 40), strings.Join(allowed, ", "))
			if len(allowed) == 0 {
				detail = fmt.Sprintf("Parameter “%s” tidak dikenal: alamat ini tidak memakai parameter.", shorten(name, 40))
			}
			return nil, badParameter(shorten(name, 40), detail, allowed...)
		case len(all) > 1:
			return nil, badParameter(name, fmt.Sprintf("Parameter %s hanya boleh ditulis satu kali.", name))
		case all[0] == "":
			return nil, badParameter(name, fmt.Sprintf("Parameter %s kosong. Isi nilainya atau hilangkan parameternya.", name))
		}
		given[name] = all[0]
	}
	return given, nil
}

// page reads which publication and which part of a list is asked for, and returns the
// number of the publication. The cursor after names it too, so that whoever pages through
// a list stays in one publication although a new one may come out meanwhile.
func (q *apiQuery) page(route apiRoute, given map[string]string) (number int, err error) {
	if q.shelf.latest != nil {
		number = q.shelf.latest.Number
	}
	chosen, isChosen := given["publication"]
	q.chosen = isChosen
	if isChosen {
		number, err = strconv.Atoi(chosen)
		if err != nil || number < 1 {
			return 0, badParameter("publication", "Parameter publication adalah nomor terbitan, misalnya 1.")
		}
		if q.shelf.info(number).Number == 0 {
			return 0, unknownValue("publication", q.shelf.missing(chosen))
		}
	}
	if !route.list {
		return number, nil
	}
	q.limit = apiLimit
	if text, ok := given["limit"]; ok {
		q.limit, err = strconv.Atoi(text)
		if err != nil || q.limit < 1 || q.limit > apiLimitMax {
			return 0, badParameter("limit", fmt.Sprintf("Parameter limit adalah bilangan bulat dari 1 sampai %d.", apiLimitMax))
		}
	}
	q.after = given["after"]
	if q.after == "" || !route.editions {
		return number, nil
	}
	prefix, key, found := strings.Cut(q.after, ":")
	from, err := strconv.Atoi(prefix)
	switch {
	case !found || err != nil || q.shelf.info(from).Number == 0:
		return 0, badCursor()
	case isChosen && from != number:
		return 0, badParameter("after", fmt.Sprintf("Parameter after berasal dari terbitan %d, sedangkan publication meminta terbitan %d.", from, number))
	}
	q.after = key
	return from, nil
}

// badCursor is the problem of an after that no answer of ours has given.
func badCursor() error {
	return badParameter("after", "Parameter after harus sama dengan nilai next dari jawaban sebelumnya.")
}

// check reads the parameters of the route's own.
func (q *apiQuery) check(route apiRoute, given map[string]string, inPath func(string) string) error {
	for _, p := range route.params {
		value, ok := given[p.name]
		if p.inPath {
			value, ok = inPath(p.name), true
		}
		if !ok {
			continue
		}
		if p.check != nil {
			if err := p.check(q.edition, value); err != nil {
				return err
			}
		}
		q.values[p.name] = value
	}
	return nil
}

// canonicalQuery is the same for requests that have the same answer.
func canonicalQuery(given map[string]string, number, limit int) string {
	same := url.Values{"limit": {strconv.Itoa(limit)}}
	for name, value := range given {
		switch name {
		case "publication":
			same.Set(name, strconv.Itoa(number))
		case "limit": // read already
		default:
			same.Set(name, value)
		}
	}
	return same.Encode()
}
