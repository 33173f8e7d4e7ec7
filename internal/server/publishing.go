package server

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/notice"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// publishingPath is the address from which a scorecard is published.
const publishingPath = home + "terbitkan"

func (s *Server) publishingRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: publishingPath, who: reviewers}, s.showPublishing},
		{rule{method: http.MethodPost, pattern: publishingPath, who: reviewers}, s.publish},
	}
}

// publishingForm is what a publisher sends. After is the number of the publication that the
// page compared with, so that a form sent twice publishes once.
type publishingForm struct {
	Period string `form:"periode" label:"Periode" validate:"required,max=20"`
	Reason string `form:"alasan" label:"Alasan" validate:"max=500"`
	After  string `form:"sesudah" label:"Terbitan sebelumnya" validate:"required,max=10"`
}

// publishingPage shows what a publication would change, before it is made.
type publishingPage struct {
	workPage
	Options    []choice // periods that can be published, the newest first
	None       string   // why there is none; empty: there are
	Period     scoring.Period
	Newest     *editionInfo // the latest publication; nil: this would be the first
	After      int          // its number; 0: none
	Correction bool         // of the published period: the reason is required
	Reason     string       // as typed
	Refused    string       // why this period cannot be published now
	Coverage   coverage
	Changes    *changes // against the latest publication; nil for the first
	Score      []fact
	Due        string // until when it ought to be published
	Done       *editionInfo
	Again      bool // it stands there already: the form came twice
}

// coverage says how complete a period is.
type coverage struct {
	Due, Verified, Late int
	Bar                 segments
	Missing             []missingAgency
	MissingCount        int
	Carried             string
}

// missingAgency is an agency of which something that is due is not verified.
type missingAgency struct {
	Name, Href string
	Items      []note
}

// Finding says in one sentence how complete the period is.
func (v coverage) Finding() string {
	if v.MissingCount == 0 {
		return fmt.Sprintf("Semua %s laporan yang jatuh tempo sudah diverifikasi", formatCount(v.Due))
	}
	return fmt.Sprintf("%s dari %s laporan yang jatuh tempo belum diverifikasi", formatCount(v.MissingCount), formatCount(v.Due))
}

// newestPublication is the latest publication as the database has it at this moment; nil
// when there is none.
func (s *Server) newestPublication(ctx context.Context) (*editionInfo, error) {
	all, err := library{s.cfg.Web}.list(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[len(all)-1], nil
}

// publishable lists the periods that may be published now, the newest first: the newest
// published one, as a correction, and those after it that have ended and were opened.
func (s *Server) publishable(ctx context.Context, newest *editionInfo) ([]roadmap.Reporting, error) {
	all, err := roadmap.Periods(ctx, s.cfg.Web)
	if err != nil {
		return nil, err
	}
	now := s.now()
	var may []roadmap.Reporting
	for _, r := range slices.Backward(all) {
		ended := !now.Before(roadmap.End(r.Period, s.cfg.Zone))
		if ended && r.OpenedAt != nil && (newest == nil || !r.Period.Before(newest.Period)) {
			may = append(may, r)
		}
	}
	return may, nil
}

// loadPublishing reads the page. asked is a period as it is written in an address; empty:
// the first after the latest publication, else that one.
func (s *Server) loadPublishing(c *gin.Context, asked string) (*publishingPage, error) {
	ctx := c.Request.Context()
	p := &publishingPage{workPage: s.newWorkPage(c, "Terbitkan")}
	var err error
	if p.Newest, err = s.newestPublication(ctx); err != nil {
		return nil, err
	}
	if p.Newest != nil {
		p.After = p.Newest.Number
	}
	may, err := s.publishable(ctx, p.Newest)
	if err != nil {
		return nil, err
	}
	if len(may) == 0 {
		p.None = "Belum ada triwulan yang berakhir, jadi belum ada yang dapat diterbitkan."
		return p, nil
	}
	chosen := may[len(may)-1]
	if len(may) > 1 && p.Newest != nil && chosen.Period == p.Newest.Period {
		chosen = may[len(may)-2]
	}
	if asked != "" {
		period, err := scoring.ParsePeriod(asked)
		i := slices.IndexFunc(may, func(r roadmap.Reporting) bool { return err == nil && r.Period == period })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "Periode itu tidak dapat diterbitkan sekarang: belum berakhir, atau lebih lama dari terbitan terakhir.")
		}
		chosen = may[i]
	}
	p.Period = chosen.Period
	p.Correction = p.Newest != nil && p.Newest.Period == p.Period
	p.Due = formatLastDay(chosen.PublishBy, s.cfg.Zone)
	for _, r := range may {
		name := formatPeriod(r.Period)
		if p.Newest != nil && r.Period == p.Newest.Period {
			name += " (perbaikan)"
		}
		p.Options = append(p.Options, choice{Value: r.Period.String(), Name: name, Chosen: r.Period == p.Period})
	}
	return p, s.previewPublication(c, p)
}

// previewPublication computes what would be published and compares it with the latest
// publication. It writes nothing.
func (s *Server) previewPublication(c *gin.Context, p *publishingPage) error {
	ctx, now := c.Request.Context(), s.now()
	content, err := scorecard.Preview(ctx, s.cfg.Web, scorecard.PublishOptions{Period: p.Period, AsOf: now, PublishedAt: now, Zone: s.cfg.Zone})
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.Conflict {
		p.Refused = fault.MessageOf(err)
		return nil
	}
	if err != nil {
		return err
	}
	e := draftEdition(scorecard.NewView(content))
	p.Coverage = newCoverage(e, p.Period)
	p.Score = publishedScore(e, p.Period)
	if p.Newest == nil {
		return nil
	}
	before, err := s.publishedView(ctx, p.Newest.Number)
	if err != nil {
		return err
	}
	p.Changes = newChanges(e, scorecard.Compare(before, e.View))
	p.Changes.unlink()
	return nil
}

// unlink takes the addresses out of the rows: the public pages they lead to do not know
// what is not published yet.
func (x *changes) unlink() {
	for i := range x.Lists {
		for j := range x.Lists[i].Rows {
			x.Lists[i].Rows[j].Href, x.Lists[i].Rows[j].AgencyHref = "", ""
		}
	}
}

// publishedView is a publication by its number: the one in memory where that is it.
func (s *Server) publishedView(ctx context.Context, number int) (*scorecard.View, error) {
	if e := s.edition(); e != nil {
		if opened, err := e.open(number); err == nil {
			return opened.View, nil
		}
	}
	bytes, err := library{s.cfg.Web}.bytes(ctx, number)
	if err != nil {
		return nil, err
	}
	content, err := readContent(bytes)
	if err != nil {
		return nil, err
	}
	return scorecard.NewView(content), nil
}

// publishedScore is the score of the city as it would be published.
func publishedScore(e *edition, p scoring.Period) []fact {
	score := e.Score(scoring.LevelCity, scoring.CityCode, p)
	if score == nil || score.Score == nil {
		return nil
	}
	t := scoreTextOf(e, score)
	facts := []fact{{Name: "Nilai kota", Text: t.Text + ", " + t.Rating.Word}}
	if before := e.Score(scoring.LevelCity, scoring.CityCode, p.Previous()); before != nil && before.Score != nil {
		facts = append(facts, fact{Name: "Triwulan sebelumnya", Text: scoreTextOf(e, before).Text})
	}
	return facts
}

// mostMissing is how many reports that are not verified are listed by agency.
const mostMissing = 60

// newCoverage counts what is due in the period, and lists what is not verified.
func newCoverage(e *edition, p scoring.Period) coverage {
	var v coverage
	by := map[string]*missingAgency{}
	var order []string
	left := 0
	for i := range e.Content.Achievements {
		a := &e.Content.Achievements[i]
		if a.Period != p || !a.Frequency.Due(p.Quarter) || a.IsCarried() {
			continue
		}
		switch {
		case a.Provenance != nil && a.Provenance.Verified != nil:
			v.Due++
			v.Verified++
			if a.Provenance.LateEntry {
				v.Late++
			}
			continue
		case !a.State.IsDue():
			left++
			continue
		}
		v.Due++
		v.MissingCount++
		agency, ind := e.Agency(a.Agency), e.Indicator(a.Indicator)
		if agency == nil || ind == nil || v.MissingCount > mostMissing {
			continue
		}
		m := by[a.Agency]
		if m == nil {
			m = &missingAgency{Name: unitName(agency), Href: workAgencyPath(a.Agency) + "?periode=" + p.String()}
			by[a.Agency] = m
			order = append(order, a.Agency)
		}
		m.Items = append(m.Items, note{Text: ind.Name, Detail: stateWord(a.State)})
	}
	for _, code := range order {
		v.Missing = append(v.Missing, *by[code])
	}
	v.Bar = newSegments(
		segmentKey{Kind: "ok", Count: v.Verified - v.Late, Name: "terverifikasi"},
		segmentKey{Kind: "near", Count: v.Late, Name: "terverifikasi, terlambat"},
		segmentKey{Kind: "none", Count: v.MissingCount, Name: "belum diverifikasi"},
	)
	if left > 0 {
		v.Carried = fmt.Sprintf("%s target tidak dinilai karena pengecualian atau tidak berlaku.", formatCount(left))
	}
	return v
}

func (s *Server) showPublishing(c *gin.Context) error {
	p, err := s.loadPublishing(c, c.Query("periode"))
	if err != nil {
		return err
	}
	if n, err := strconv.Atoi(c.Query("terbit")); err == nil && p.Newest != nil && p.Newest.Number == n {
		p.Done = p.Newest
	}
	return s.render(c, http.StatusOK, "publishing", p)
}

// publish makes the publication that was previewed, in one transaction with the notice to
// all heads.
func (s *Server) publish(c *gin.Context) error {
	var form publishingForm
	found, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	p, err := s.loadPublishing(c, form.Period)
	if err != nil {
		return err
	}
	p.Reason, p.Problems = form.Reason, found
	after, err := strconv.Atoi(form.After)
	if err != nil && len(p.Problems) == 0 {
		p.Problems = problems{{"", "Isian ini tidak lengkap. Muat ulang halaman, lalu coba lagi."}}
	}
	if p.Correction && strings.TrimSpace(form.Reason) == "" && after == p.After {
		p.Problems = append(p.Problems, problem{"alasan", "Tulis alasan perbaikan. Warga membacanya di riwayat terbitan."})
	}
	if len(p.Problems) > 0 {
		return s.renderProblems(c, http.StatusUnprocessableEntity, "publishing", &p.Page, p)
	}
	u, now := s.user(c), s.now()
	published, err := scorecard.Publish(c.Request.Context(), s.cfg.Web, scorecard.PublishOptions{
		Period: p.Period, Reason: form.Reason, AsOf: now, PublishedAt: now, Zone: s.cfg.Zone, By: &u.ID, After: &after,
		Tell: func(ctx context.Context, tx bun.IDB, n *scorecard.Publication) error {
			return tellHeads(ctx, tx, n, u, s)
		},
	})
	if kind := fault.KindOf(err); kind == fault.Invalid || kind == fault.Conflict {
		if p, err = s.afterRefusal(c, form, err); err != nil {
			return err
		}
		return s.render(c, http.StatusConflict, "publishing", p)
	}
	if err != nil {
		return err
	}
	s.Published()
	c.Redirect(http.StatusSeeOther, publishingPath+"?periode="+p.Period.String()+"&terbit="+strconv.Itoa(published.Number))
	return nil
}

// afterRefusal is the page as it is now, with what kept it from being published. A form
// sent twice finds the publication that the first one made.
func (s *Server) afterRefusal(c *gin.Context, form publishingForm, refusal error) (*publishingPage, error) {
	p, err := s.loadPublishing(c, form.Period)
	if err != nil {
		return nil, err
	}
	p.Reason = form.Reason
	if p.Newest != nil && form.After == strconv.Itoa(p.Newest.Number-1) && p.Newest.Period.String() == form.Period {
		p.Done, p.Again = p.Newest, true
		return p, nil
	}
	p.Problems = problems{{"", fault.MessageOf(refusal)}}
	return p, nil
}

// tellHeads tells the head of every agency that there is a publication.
func tellHeads(ctx context.Context, tx bun.IDB, n *scorecard.Publication, by *account.User, s *Server) error {
	now := s.now()
	var heads []int64
	err := tx.NewRaw(`
		SELECT DISTINCT u.id FROM users u JOIN user_roles r ON r.user_id = u.id
		WHERE r.role = 'kepala' AND u.disabled_at IS NULL AND r.valid_from <= ?::date AND coalesce(r.valid_to >= ?::date, TRUE) ORDER BY u.id`,
		now.Format("2006-01-02"), now.Format("2006-01-02")).Scan(ctx, &heads)
	if err != nil {
		return fmt.Errorf("look for the heads of agencies: %w", err)
	}
	if len(heads) == 0 {
		return nil
	}
	return notice.Tell(ctx, tx, notice.Note{
		Key: fmt.Sprintf("publication %d", n.Number), Kind: notice.News, To: heads, Except: by.ID,
		Text: fmt.Sprintf("Terbitan %d sudah terbit: %s. Alasan: %s", n.Number, formatPeriod(n.Period), sentence(n.Reason)),
		Href: "/terbitan/" + strconv.Itoa(n.Number),
	}, now)
}
