package server

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"golang.org/x/sync/singleflight"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// site is the published site: it looks for new publications in the background and holds
// what is served of them. A reader never waits for the database, except for a past
// publication that is not at hand; while the database is away the last publication stays.
type site struct {
	library  library
	calendar *bun.DB // knows when the first publication is planned, which the library's login may not read
	pages    *renderer
	routes   []publicRoute
	now      func() time.Time
	log      *slog.Logger

	current atomic.Pointer[shelf]
	wake    chan struct{}
	flight  singleflight.Group // so that a herd builds a page once
	slowly  turns              // builds of routes that are slow
	limit   *rateLimit         // of the API
	base    string             // see edition.Base

	trouble string // what the last look met, so that it is logged once; only of refresh
}

// pollEvery is how often the site looks for a new publication, and pollAfterFault how long
// it waits where it found one that it cannot show.
const (
	pollEvery      = 2 * time.Second
	pollAfterFault = 30 * time.Second
)

// newSite makes a site that serves nothing until its first refresh.
func newSite(public, calendar *bun.DB, pages *renderer, routes []publicRoute, base string, now func() time.Time, log *slog.Logger) *site {
	return &site{
		library:  library{public},
		calendar: calendar,
		pages:    pages,
		routes:   routes,
		now:      now,
		log:      log,
		wake:     make(chan struct{}, 1),
		slowly:   make(turns, slowTurns),
		limit:    newRateLimit(apiRequests, apiWindow, now),
		base:     base,
	}
}

// notify says that there is a new publication, so that it is shown at once.
func (s *site) notify() {
	select {
	case s.wake <- struct{}{}:
	default: // it has been told
	}
}

// run keeps looking for new publications until ctx is done.
func (s *site) run(ctx context.Context) {
	timer := time.NewTimer(pollEvery)
	defer timer.Stop()
	var prepared *shelf
	for {
		if sh := s.current.Load(); sh != nil && sh != prepared {
			prepared = sh
			go s.prepare(ctx, sh)
		}
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-s.wake:
		}
		next := pollEvery
		if err := s.refresh(ctx); err != nil && !postgres.IsUnavailable(err) {
			next = pollAfterFault
		}
		timer.Reset(next)
	}
}

// refresh shows the newest publication if it is not shown yet. What was shown before stays
// when that fails. A fault is logged when it begins and when it has passed. Only one
// refresh may run at a time.
func (s *site) refresh(ctx context.Context) error {
	err := s.look(ctx)
	trouble := ""
	if err != nil && ctx.Err() == nil {
		trouble = err.Error()
	}
	if (trouble == "") != (s.trouble == "") {
		if trouble != "" {
			s.log.Error("publications cannot be read, the last one stays", "error", err)
		} else {
			s.log.Info("publications can be read again")
		}
	}
	s.trouble = trouble
	return err
}

func (s *site) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	hash, err := s.library.newest(ctx)
	if err != nil {
		return err
	}
	old := s.current.Load()
	switch {
	case hash == "":
		return s.showEmpty(ctx, old)
	case old != nil && old.latest != nil && old.latest.SHA256 == hash:
		return nil
	}
	start := time.Now()
	next, err := s.load(ctx, old)
	if err != nil {
		return err
	}
	s.current.Store(next)
	debug.FreeOSMemory() // reading took several times of what is kept
	s.log.Info("publication shown", "number", next.latest.Number, "period", next.latest.Period.String(),
		"pages", len(next.built), "duration", time.Since(start).Round(time.Millisecond))
	return nil
}

// load reads the latest publication and builds its pages.
func (s *site) load(ctx context.Context, old *shelf) (*shelf, error) {
	all, err := s.library.list(ctx)
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("list publications: none, though there was one a moment ago")
	}
	info := all[len(all)-1]
	bytes, err := s.library.bytes(ctx, info.Number)
	if err != nil {
		return nil, err
	}
	content, err := readContent(bytes)
	if err != nil {
		return nil, err
	}
	var unknown []int
	for i := range all {
		switch known := old.info(all[i].Number); {
		case all[i].Number == info.Number:
			all[i].Method = content.Method.ID
		case known.SHA256 == all[i].SHA256:
			all[i].Method = known.Method
		default:
			unknown = append(unknown, all[i].Number)
		}
	}
	methods, err := s.library.methods(ctx, unknown)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if code, ok := methods[all[i].Number]; ok {
			all[i].Method = code
		}
	}
	next := newShelf(&edition{
		View:   scorecard.NewView(content),
		SHA256: info.SHA256,
		Size:   info.Size,
		Latest: true,
		Others: all,
		Base:   s.base,
	})
	next.latest.other = s.opener(next)
	if old != nil && old.latest != nil {
		next.past.keep(s.past(next, old.latest.View))
	}
	if err := s.build(ctx, next, bytes); err != nil {
		return nil, err
	}
	return next, nil
}

// opener opens the other publications of a shelf, for pages that compare two.
func (s *site) opener(sh *shelf) func(int) (*edition, error) {
	return func(number int) (*edition, error) {
		ctx, cancel := context.WithTimeout(context.Background(), buildTimeout)
		defer cancel()
		return s.open(ctx, sh, number)
	}
}

// open returns a publication made ready for reading: the latest, one at hand, or one read
// from the database now. A number that no publication has is fault.NotFound.
func (s *site) open(ctx context.Context, sh *shelf, number int) (*edition, error) {
	if sh.latest != nil && number == sh.latest.Number {
		return sh.latest, nil
	}
	info := sh.info(number)
	if info.Number == 0 {
		return nil, noPublication(number)
	}
	return sh.past.get(ctx, number, func() (*edition, error) {
		bytes, err := s.library.bytes(ctx, number)
		if err != nil {
			return nil, err
		}
		content, err := readContent(bytes)
		if err != nil {
			return nil, err
		}
		return s.past(sh, scorecard.NewView(content)), nil
	})
}

// past is the edition of a past publication on a shelf.
func (s *site) past(sh *shelf, v *scorecard.View) *edition {
	info := sh.info(v.Number)
	return &edition{
		View:   v,
		SHA256: info.SHA256,
		Size:   info.Size,
		Others: sh.latest.Others,
		Base:   s.base,
		other:  s.opener(sh),
	}
}

// emptyPage is shown at every public address until something is published.
type emptyPage struct {
	Page
	Period    scoring.Period // of the first publication; zero: not planned yet
	PublishBy time.Time      // the moment it is planned for
}

// showEmpty says that nothing is published, and when the first publication is planned.
func (s *site) showEmpty(ctx context.Context, old *shelf) error {
	period, publishBy, err := s.planned(ctx)
	if err != nil {
		return err
	}
	if old != nil && old.latest == nil && old.planned.Equal(publishBy) {
		return nil
	}
	data := emptyPage{
		Page:      newPage(nil, "/", "/", "Belum ada terbitan", "Rapor Layanan Kota Blitar belum diterbitkan."),
		Period:    period,
		PublishBy: publishBy,
	}
	a, err := s.render(newCompressor(), view{template: "empty", data: data})
	if err != nil {
		return err
	}
	s.current.Store(&shelf{empty: a, planned: publishBy, onDemand: newCache(cacheLeast / 2), slow: newFileCache(cacheLeast / 2)})
	return nil
}

// planned returns the next period to be published and by when; zero when the calendar
// does not say.
func (s *site) planned(ctx context.Context) (scoring.Period, time.Time, error) {
	var row struct {
		Year, Quarter int
		PublishBy     time.Time
	}
	err := s.calendar.NewRaw(`
		SELECT year, quarter, publish_by
		FROM periods
		WHERE publish_by >= ?
		ORDER BY publish_by
		LIMIT 1`, s.now()).Scan(ctx, &row)
	if err != nil && !postgres.NoRows(err) {
		return scoring.Period{}, time.Time{}, fmt.Errorf("read when the first publication is planned: %w", err)
	}
	return scoring.Period{Year: row.Year, Quarter: row.Quarter}, row.PublishBy, nil
}

// notLoaded is the fault of a request that comes before the first look at the database.
func notLoaded() error {
	return fault.New(fault.Unavailable, "Terbitan sedang dimuat. Coba lagi beberapa saat lagi.")
}
