package server

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/chart"
	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// deskItemPage is one value: left what was reported, right what to hold it against.
type deskItemPage struct {
	workPage
	Trail      []crumb
	Row        deskRow
	Definition string
	Period     scoring.Period
	Filter     deskFilter
	Place      string // "12 dari 340"; empty: not in the queue any more
	Next       string // address of the next item; empty: none
	Desk       string // address of the queue
	Bullet     chart.SVG
	Low, High  string
	Spark      chart.SVG
	Older      []olderRow
	Peers      []peerRow
	PeerCount  int
	Chain      []chainLine
	Returns    int // how often it was returned before
	Comments   []report.Remark
	Grades     []choice
	Note       string // typed
	Done       string
	MovedOn    []movedOn
}

// Decidable reports whether the viewer can decide about it.
func (p deskItemPage) Decidable() bool { return p.Row.MayVerify || p.Row.MayReturn }

// StatusWord says how far the report is.
func (p deskItemPage) StatusWord() string { return p.Row.Status.Label() }

// olderRow is an earlier quarter.
type olderRow struct {
	Period scoring.Period
	Value  string
	Result string
	Word   string // why there is none
}

// peerRow is the same indicator in another agency.
type peerRow struct {
	Name, Value string
	Bar         chart.SVG // empty: it is no length
	Own         bool
}

// chainLine is a step in the life of the report, with what was handed in.
type chainLine struct {
	report.Link
	Who, Did string
	Figure   string // of the revision handed in
	Text     string
}

// everyStatus finds a row wherever it stands.
var everyStatus = []report.Status{report.Draft, report.Submitted, report.Approved, report.Verified, report.Returned}

// loadDeskItem reads the page of the address.
func (s *Server) loadDeskItem(c *gin.Context) (*deskItemPage, error) {
	ctx, u := c.Request.Context(), s.user(c)
	period, err := addressPeriod(c)
	if err != nil {
		return nil, err
	}
	k := report.Key{Agency: c.Param("kode"), Indicator: c.Param("indikator"), Period: period}
	if !isText(k.Agency) || !isText(k.Indicator) {
		return nil, fault.New(fault.NotFound, "Laporan itu tidak ditemukan.")
	}
	q, err := report.LoadQueue(ctx, s.cfg.Web, u, report.QueueFilter{Period: period, Agency: k.Agency, Indicator: k.Indicator, Statuses: everyStatus}, s.now())
	if err != nil {
		return nil, err
	}
	if len(q.Rows) == 0 {
		return nil, fault.New(fault.NotFound, "Laporan itu tidak ditemukan, atau belum pernah diisi.")
	}
	r := &q.Rows[0]
	f := readDeskFilter(c.Request.URL.Query())
	p := &deskItemPage{
		workPage: s.newWorkPage(c, "Verifikasi "+r.Name), Row: newDeskRow(r), Definition: r.Definition, Period: period,
		Filter: f, Desk: deskPath + f.Query(),
	}
	p.Trail = []crumb{{"Ringkasan", home}, {"Verifikasi", p.Desk}, {shortAgency(r.Agency.Name), ""}}
	p.Grades = choose(gradeChoices, p.Row.Grade)
	p.showOlder(r)
	s.showBullet(p, r)
	if err := s.showPeers(c, p, r); err != nil {
		return nil, err
	}
	links, err := report.Chain(ctx, s.cfg.Web, u, k)
	if err != nil {
		return nil, err
	}
	p.showChain(links, r)
	if p.Comments, err = report.Comments(ctx, s.cfg.Web, u, k); err != nil {
		return nil, err
	}
	return p, s.showNext(c, p)
}

// showNext finds the place in the queue and what follows. An item that has left the queue
// is followed by its first.
func (s *Server) showNext(c *gin.Context, p *deskItemPage) error {
	keys, err := s.loadKeys(c, p.Filter)
	if err != nil {
		return err
	}
	i := slices.Index(keys, p.Row.Key)
	if i >= 0 {
		p.Place = formatCount(i+1) + " dari " + formatCount(len(keys))
	}
	if i+1 < len(keys) {
		p.Next = deskItemPath(keys[i+1], p.Filter)
	}
	return nil
}

// showOlder lists the quarters before, the newest first, and draws them as a line.
func (p *deskItemPage) showOlder(r *report.WorksheetRow) {
	ind := indicatorOf(r)
	line := make([]*float64, 0, len(r.Older)+1)
	for _, o := range r.Older {
		row := olderRow{Period: o.Period}
		var point *float64
		if o.Value != nil {
			row.Value, _ = valueWords(r, ind, *o.Value)
			point = lengthOf(*o.Value)
		} else {
			row.Word = stateWord(o.Result.State)
		}
		if o.Result.State == scoring.Scored {
			row.Result = formatNumber(o.Result.Scored.Text(2), 1)
		}
		p.Older = append(p.Older, row)
		line = append(line, point)
	}
	slices.Reverse(line)
	if len(r.Choices) == 0 && len(p.Older) > 0 {
		p.Spark = chart.Spark(append(line, lengthOf(r.Value)), 0)
	}
}

// lengthOf is a value as a length of a drawing; nil where it is none. Only drawings use it.
func lengthOf(v report.Value) *float64 {
	var text string
	switch {
	case v.NotApplicable:
		return nil
	case v.Numerator != nil && v.Denominator != nil:
		if v.Denominator.IsZero() {
			return nil
		}
		text = scoring.RatioOf(*v.Numerator).Quo(scoring.RatioOf(*v.Denominator)).Mul(scoring.Scale(100, 0)).Text(4)
	case v.Actual != nil:
		text = v.Actual.String()
	default:
		return nil
	}
	return geometry(&text)
}

// showBullet draws the value to date against its target, with the words of the published
// method; nothing is drawn before the first publication.
func (s *Server) showBullet(p *deskItemPage, r *report.WorksheetRow) {
	e := s.edition()
	if e == nil || r.Preview == nil || !r.Preview.HasActual || !r.Preview.HasTarget {
		return
	}
	a := &scorecard.Achievement{Agency: r.Key.Agency, Indicator: r.Indicator, Period: r.Period, AsOf: r.Period, Direction: r.Direction, Frequency: r.Frequency}
	actual := r.Preview.Actual.ExactText()
	a.Actual = &actual
	if r.Preview.TargetRange {
		low, high := r.Preview.TargetLow.ExactText(), r.Preview.TargetHigh.ExactText()
		a.TargetLow, a.TargetHigh = &low, &high
	} else {
		target := r.Preview.Target.ExactText()
		a.Target = &target
	}
	p.Bullet, p.Low, p.High = bulletOf(e, indicatorOf(r), a)
}

// mostPeers is how many other agencies are shown beside a value.
const mostPeers = 12

// showPeers puts the value among those of the other agencies, the largest first.
func (s *Server) showPeers(c *gin.Context, p *deskItemPage, r *report.WorksheetRow) error {
	peers, err := report.Peers(c.Request.Context(), s.cfg.Web, s.user(c), r.Indicator, r.Period)
	if err != nil {
		return err
	}
	most := 0.0
	length := func(x report.Peer) float64 {
		if v := lengthOf(x.Value); v != nil {
			return *v
		}
		return -1
	}
	for _, x := range peers {
		most = max(most, length(x))
	}
	slices.SortStableFunc(peers, func(a, b report.Peer) int {
		switch x, y := length(a), length(b); {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return strings.Compare(a.Agency.Name, b.Agency.Name)
	})
	own := slices.IndexFunc(peers, func(x report.Peer) bool { return x.Agency.Code == r.Key.Agency })
	p.PeerCount = len(peers)
	ind := indicatorOf(r)
	for i, x := range peers {
		if i >= mostPeers && i != own {
			continue
		}
		row := peerRow{Name: shortAgency(x.Agency.Name), Own: i == own}
		row.Value, _ = valueWords(r, ind, x.Value)
		if v := lengthOf(x.Value); v != nil && most > 0 && len(r.Choices) == 0 && *v >= 0 {
			row.Bar = chart.Bar(v, 0, most)
		}
		p.Peers = append(p.Peers, row)
	}
	if len(peers) < 2 {
		p.Peers = nil
	}
	return nil
}

// showChain puts the life of the report into words, the newest first.
func (p *deskItemPage) showChain(links []report.Link, r *report.WorksheetRow) {
	ind := indicatorOf(r)
	for _, l := range slices.Backward(links) {
		line := chainLine{Link: l, Who: l.Name, Did: actWord(l.Kind)}
		if line.Who == "" {
			line.Who = capital(l.RoleLabel)
		} else if l.RoleLabel != "" {
			line.Who += " (" + l.RoleLabel + ")"
		}
		if l.Value != nil {
			line.Figure, _ = valueWords(r, ind, *l.Value)
		}
		if l.Grade != "" {
			line.Text = evidenceWord(l.Grade) + "."
		}
		if l.Reason != "" {
			line.Text = "Alasan: " + sentence(l.Reason)
		}
		if l.Kind == report.EventReturned {
			p.Returns++
		}
		p.Chain = append(p.Chain, line)
	}
}

func (s *Server) showDeskItem(c *gin.Context) error {
	p, err := s.loadDeskItem(c)
	if err != nil {
		return err
	}
	switch c.Query("sesudah") {
	case "verifikasi":
		p.Done = "Laporan sebelumnya diverifikasi. Ini yang berikutnya."
	case "kembalikan":
		p.Done = "Laporan sebelumnya dikembalikan. Ini yang berikutnya."
	}
	return s.render(c, http.StatusOK, "desk-item", p)
}

// itemForm is a decision about one value.
type itemForm struct {
	Action string `form:"aksi" label:"Keputusan" validate:"required,oneof=verifikasi kembalikan"`
	Pick   string `form:"baris" label:"Laporan" validate:"required,max=200"`
	Grade  string `form:"mutu" label:"Mutu bukti" validate:"max=40"`
	Note   string `form:"catatan" label:"Catatan" validate:"max=2000"`
}

// decideItem verifies or returns the value and opens the next one of the queue.
func (s *Server) decideItem(c *gin.Context) error {
	var form itemForm
	found, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	p, err := s.loadDeskItem(c)
	if err != nil {
		return err
	}
	p.Problems, p.Note = found, form.Note
	p.Grades = choose(gradeChoices, form.Grade)
	switch {
	case form.Action == "verifikasi" && form.Grade == "":
		p.Problems = append(p.Problems, problem{"mutu", "Pilih mutu bukti laporan ini."})
	case form.Action == "kembalikan" && strings.TrimSpace(form.Note) == "":
		p.Problems = append(p.Problems, problem{"catatan", "Tulis catatan: apa yang harus diperbaiki instansi."})
	}
	if len(p.Problems) > 0 {
		return s.renderProblems(c, http.StatusUnprocessableEntity, "desk-item", &p.Page, p)
	}
	d, err := parsePick(form.Pick)
	if err != nil {
		return err
	}
	if d.Key != p.Row.Key {
		return fault.New(fault.Invalid, "Isian ini untuk laporan lain. Muat ulang halaman, lalu coba lagi.")
	}
	d.Grade, d.Reason = form.Grade, strings.TrimSpace(form.Note)
	next := p.Next
	var outcomes []report.Outcome
	if form.Action == "verifikasi" {
		d.Reason = ""
		outcomes, err = report.VerifyAll(c.Request.Context(), s.cfg.Web, s.user(c), []report.Decision{d}, s.now())
	} else {
		d.Grade = ""
		outcomes, err = report.ReturnAll(c.Request.Context(), s.cfg.Web, s.user(c), []report.Decision{d}, s.now())
	}
	if err != nil {
		return err
	}
	_, moved := tallyOutcomes(outcomes, func(report.Key) movedOn {
		return movedOn{Name: p.Row.Name, Agency: p.Row.Agency, Href: p.Row.HistoryAddress}
	})
	if len(moved) > 0 {
		if p, err = s.loadDeskItem(c); err != nil {
			return err
		}
		p.MovedOn, p.Note = moved, form.Note
		return s.render(c, http.StatusConflict, "desk-item", p)
	}
	if next == "" {
		next = firstPage(p.Filter)
		c.Redirect(http.StatusSeeOther, next+joint(next)+"selesai="+url.QueryEscape(form.Action))
		return nil
	}
	c.Redirect(http.StatusSeeOther, next+joint(next)+"sesudah="+url.QueryEscape(form.Action))
	return nil
}

// firstPage is the address of the beginning of the queue.
func firstPage(f deskFilter) string {
	f.Page = 1
	return deskPath + f.Query()
}

// Skip is where "Lewati" leads.
func (p deskItemPage) Skip() string {
	if p.Next != "" {
		return p.Next
	}
	address := firstPage(p.Filter)
	return address + joint(address) + "selesai=lewati"
}
