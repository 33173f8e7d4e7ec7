package server

import (
	"bytes"
	"context"
	"fmt"
	"mime"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// shelf is what is served from one publication to the next: the latest edition with its
// pages, and a bounded number of things built on demand. A new publication makes a new
// shelf, so nothing on it can be out of date.
type shelf struct {
	latest      *edition           // nil while nothing is published
	latestQuery string             // "terbitan=8": the same as no query
	built       map[string]*answer // pages of the latest edition and its bytes, by address
	onDemand    *cache             // everything else: by key
	slow        *cache             // of it what is slow to build, so that nothing cheap pushes it out
	past        *pastEditions
	former      former // addresses that only past publications have

	empty   *answer   // shown at every address while nothing is published
	planned time.Time // when the first publication is planned, as empty says
}

func newShelf(e *edition) *shelf {
	return &shelf{
		latest:      e,
		latestQuery: "terbitan=" + strconv.Itoa(e.Number),
		built:       map[string]*answer{},
		onDemand:    newCache(cacheLeast / 2),
		slow:        newFileCache(cacheLeast / 2),
		past:        &pastEditions{loading: make(turns, 1)},
	}
}

// hash is that of the latest publication, "" while there is none.
func (sh *shelf) hash() string {
	if sh.latest == nil {
		return ""
	}
	return sh.latest.SHA256
}

// info is what is said of a publication; zero when there is none of this number.
func (sh *shelf) info(number int) editionInfo {
	if sh == nil || sh.latest == nil {
		return editionInfo{}
	}
	info, _ := findInfo(sh.latest.Others, number)
	return info
}

// pastEditionsKept bounds the memory that past publications take once they are parsed; the
// pages built from them live on in the cache.
const pastEditionsKept = 2

// pastEditions are the past publications at hand, the last one used first.
type pastEditions struct {
	mu      sync.Mutex
	at      []*edition
	loading turns // one at a time: reading takes several times what is kept
}

// get returns the edition of this number, from load when it is not at hand. Unavailable
// (fault) when others are being read until ctx ends.
func (p *pastEditions) get(ctx context.Context, number int, load func() (*edition, error)) (*edition, error) {
	if e := p.find(number); e != nil {
		return e, nil
	}
	leave, err := p.loading.take(ctx)
	if err != nil {
		return nil, err
	}
	defer leave()
	if e := p.find(number); e != nil {
		return e, nil // another request has loaded it meanwhile
	}
	e, err := load()
	if err != nil {
		return nil, err
	}
	p.keep(e)
	return e, nil
}

// keep has an edition at hand that was not.
func (p *pastEditions) keep(e *edition) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.at = append([]*edition{e}, p.at[:min(len(p.at), pastEditionsKept-1)]...)
}

// find returns the edition of this number if it is at hand, and remembers that it was used.
func (p *pastEditions) find(number int) *edition {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.at, func(e *edition) bool { return e.Number == number })
	if i < 0 {
		return nil
	}
	e := p.at[i]
	p.at = slices.Insert(slices.Delete(p.at, i, i+1), 0, e)
	return e
}

// build fills the shelf with every page that is made ahead, and with the bytes of the
// publication. A page that cannot be built is logged and left to be tried on demand: one
// mistake must not hold up a publication.
func (s *site) build(ctx context.Context, sh *shelf, content []byte) error {
	type job struct {
		route publicRoute
		path  string
	}
	jobs := make(chan job)
	var mu sync.Mutex // of built
	group, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error {
			c := newCompressor()
			for j := range jobs {
				a, err := s.buildPage(c, j.route, sh.latest, j.path)
				if err != nil {
					s.log.Error("page cannot be built", "path", j.path, "publication", sh.latest.Number, "error", err)
					continue
				}
				mu.Lock()
				sh.built[j.path] = a
				mu.Unlock()
			}
			return nil
		})
	}
	group.Go(func() error {
		defer close(jobs)
		for _, route := range s.routes {
			if route.paths == nil {
				continue
			}
			for _, path := range route.paths(sh.latest) {
				select {
				case jobs <- job{route, path}:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
		}
		return nil
	})
	group.Go(func() error {
		a, err := newAnswer(newCompressor(), content, contentJSON, cacheForever, sh.latest.SHA256)
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		sh.built[sh.latest.BytesPath()] = a
		return nil
	})
	if err := group.Wait(); err != nil {
		return err
	}
	room := max(cacheLimit-sh.builtCost(), cacheLeast)
	sh.onDemand, sh.slow = newCache(room/2), newFileCache(room/2)
	return nil
}

// builtCost is the memory that the answers built ahead take, in bytes.
func (sh *shelf) builtCost() int {
	sum := 0
	for path, a := range sh.built {
		sum += cacheEntry{path, a}.cost()
	}
	return sum
}

// buildPage builds the page at path, which route serves. A panic in it is an error.
func (s *site) buildPage(c *compressor, route publicRoute, e *edition, path string) (a *answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	names, ok := matchPattern(route.pattern, path)
	if !ok {
		return nil, fmt.Errorf("%s is not an address of %s", path, route.pattern)
	}
	v, err := route.page(e, params{path: names})
	if err != nil {
		return nil, err
	}
	return s.render(c, v)
}

// render makes the answer of a page.
func (s *site) render(c *compressor, v view) (*answer, error) {
	if v.redirect != "" {
		return &answer{redirect: v.redirect}, nil
	}
	if v.file == nil {
		c.page.Reset()
		if err := s.pages.execute(&c.page, v.template, v.data); err != nil {
			return nil, err
		}
		v.file = &file{contentType: contentHTML, body: c.page.Bytes()}
	}
	a, err := newAnswer(c, v.file.body, v.file.contentType, cachePage, "")
	if err != nil {
		return nil, err
	}
	if v.template != "" {
		a.body = bytes.Clone(a.body) // the next page overwrites it
	}
	a.header = v.open.headers()
	if v.file.download != "" {
		if a.header == nil {
			a.header = map[string][]string{}
		}
		a.header["Content-Disposition"] = []string{mime.FormatMediaType("attachment", map[string]string{"filename": v.file.download})}
	}
	return a, nil
}

// Values of Content-Type.
const (
	contentHTML = "text/html; charset=utf-8"
	contentJSON = "application/json"
)

// matchPattern returns the named parts of an address, as gin would read them.
func matchPattern(pattern, path string) (map[string]string, bool) {
	names, parts := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(names) != len(parts) {
		return nil, false
	}
	values := map[string]string{}
	for i, name := range names {
		switch {
		case strings.HasPrefix(name, ":"):
			values[name[1:]] = parts[i]
		case name != parts[i]:
			return nil, false
		}
	}
	return values, true
}
