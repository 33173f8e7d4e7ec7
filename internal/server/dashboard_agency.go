package server

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// agencyWorkPage is the work of one agency on one period.
type agencyWorkPage struct {
	workPage
	Trail    []crumb // empty on the user's own first page
	Agency   scorecard.Agency
	Name     string
	Public   string // address of its public page; empty while nothing is published
	Paper    string // address of its quarterly sheet
	Period   scoring.Period
	Periods  []periodLink
	Tasks    []ownTask // what the user is to do now
	Returned []note    // what came back, with its reason
	Deadline deadline
	Done     string // "7 dari 11 indikator sudah terverifikasi."
	Bar      segments
	Rows     []reportRow // due in the period
	Others   []reportRow // not due
	Score    *fact       // of the newest run; nil: none
	Trend    *trendFigure
	Lowest   []note
	LowestIn scoring.Period
	Below    []unitTile // the kelurahan that a camat reads
	Log      []logLine
	Run      *runNote
}

// periodLink leads to the same agency in another period.
type periodLink struct {
	Period  scoring.Period
	Href    string
	Current bool
}

// ownTask is something that waits for the user.
type ownTask struct {
	Text   string // "Isi capaian: 4 dari 11 terisi"
	Detail string
	Href   string
	Button string
}

// reportRow is one target of the year with its report of the period.
type reportRow struct {
	Code, Name, Target string
	Href               string // page of the value; empty when it is not due
	Status             status
	Why                string
	Value, Parts       string // "94,3%", "1.234 dari 1.308"
	Grade              string
	Evidence           []string
	Note               string
	Result             string // achievement by the newest run: "96,2"
	Outcome            status
	Acts               []actLine
}

// actLine is a step in the life of a report.
type actLine struct {
	At             time.Time
	Who, Did, Text string
}

// showOwnWork is the summary for those who work for an agency: the first of theirs, with
// what they may read below it.
func (s *Server) showOwnWork(c *gin.Context) error {
	return s.renderAgencyWork(c, s.user(c).Agencies()[0], "Ringkasan")
}

// showAgencyWork shows the work of any agency that the user may read.
func (s *Server) showAgencyWork(c *gin.Context) error {
	return s.renderAgencyWork(c, c.Param("kode"), "")
}

func (s *Server) renderAgencyWork(c *gin.Context, code, title string) error {
	ctx, now, u := c.Request.Context(), s.now(), s.user(c)
	if !isText(code) {
		return noSuchPage(c)
	}
	var asked scoring.Period
	if text := c.Query("periode"); text != "" {
		var err error
		if asked, err = scoring.ParsePeriod(text); err != nil {
			return fault.Wrap(err, fault.NotFound, "Periode ditulis seperti 2026-TW3.")
		}
	}
	own := u.MayReport(code) || u.MayApprove(code)
	w, err := scorecard.LoadAgencyWork(ctx, s.cfg.Web, scopeOf(u), code, asked, own, now)
	if fault.KindOf(err) == fault.NotFound && title != "" && asked.IsZero() {
		return s.showNoPeriod(c)
	}
	if err != nil {
		return err
	}
	calendar, err := roadmap.LoadCalendar(ctx, s.cfg.Web, s.cfg.Zone)
	if err != nil {
		return err
	}
	name := unitName(&w.Agency)
	var trail []crumb
	if title == "" {
		title = name
		trail = []crumb{{"Ringkasan", home}, {name, ""}}
	}
	p := agencyWorkPage{
		workPage: s.newWorkPage(c, title),
		Trail:    trail,
		Agency:   w.Agency,
		Name:     name,
		Paper:    quarterSheetPath(w.Agency.Code, w.Reporting.Period),
		Period:   w.Reporting.Period,
		Deadline: newDeadline(w.Reporting, calendar, now),
		Log:      newLog(w.Log),
		Run:      newRunNote(w.Run, now),
	}
	p.Bar, p.Done = reportBar(w.Unit)
	if e := s.edition(); e != nil {
		if a := e.Agency(w.Agency.Code); a != nil {
			p.Public = agencyPath(e, a)
		}
	}
	if p.Periods, err = s.periodLinks(c, w.Agency.Code, w.Reporting.Period, now); err != nil {
		return err
	}
	var e *edition
	if w.Draft != nil {
		e = draftEdition(w.Draft)
		p.showScores(e)
	}
	for _, t := range w.Rows {
		row := newReportRow(t, w, e, now)
		if t.Due {
			row.Href = valuePath(report.Key{Agency: w.Agency.Code, Indicator: t.Indicator.Code, Period: w.Reporting.Period})
			p.Rows = append(p.Rows, row)
		} else {
			p.Others = append(p.Others, row)
		}
	}
	if own {
		if err := s.showTasks(c, &p); err != nil {
			return err
		}
	}
	if slices.Contains(u.HeadOf(), code) {
		if p.Below, err = s.unitsBelow(c, code, now); err != nil {
			return err
		}
	}
	return s.render(c, http.StatusOK, "dashboard-agency", p)
}

// showTasks says what waits for the operator or the head of the agency.
func (s *Server) showTasks(c *gin.Context, p *agencyWorkPage) error {
	u := s.user(c)
	w, err := report.LoadWorksheet(c.Request.Context(), s.cfg.Web, u, p.Agency.Code, p.Period, s.now())
	if err != nil {
		return err
	}
	sheet := s.newWorksheetPage(c, w, sheetState{})
	for i := range sheet.Returned {
		sheet.Returned[i].Href = sheet.Address + sheet.Returned[i].Href
	}
	p.Returned = sheet.Returned
	waiting := 0
	for _, r := range w.Rows {
		if r.MayApprove {
			waiting++
		}
	}
	if waiting > 0 {
		p.Tasks = append(p.Tasks, ownTask{Text: formatCount(waiting) + " laporan menunggu persetujuan Anda", Detail: "Menyetujui berarti Anda menjamin angkanya benar.", Href: approvalPath(p.Agency.Code, p.Period), Button: "Periksa dan setujui"})
	}
	if sheet.MayEdit {
		p.Tasks = append(p.Tasks, ownTask{Text: "Isi capaian: " + sheet.Progress, Detail: sheet.Closing, Href: sheet.Address, Button: "Isi capaian"})
	} else if u.MayReport(p.Agency.Code) && len(w.Rows) > 0 {
		p.Tasks = append(p.Tasks, ownTask{Text: "Tidak ada yang perlu diisi sekarang", Detail: sheet.Closing, Href: sheet.Address, Button: "Lihat isian"})
	}
	return nil
}

// unitsBelow are the agencies right below one.
func (s *Server) unitsBelow(c *gin.Context, code string, now time.Time) ([]unitTile, error) {
	b, err := scorecard.LoadBoard(c.Request.Context(), s.cfg.Web, scorecard.Scope{HeadOf: []string{code}}, now)
	if err != nil {
		return nil, err
	}
	var tiles []unitTile
	for _, u := range b.Units {
		tiles = append(tiles, newUnitTile(u))
	}
	return tiles, nil
}

// periodLinks are the periods that have opened, the newest first.
func (s *Server) periodLinks(c *gin.Context, code string, current scoring.Period, now time.Time) ([]periodLink, error) {
	all, err := roadmap.Periods(c.Request.Context(), s.cfg.Web)
	if err != nil {
		return nil, err
	}
	var links []periodLink
	for _, r := range slices.Backward(all) {
		if !r.OpensAt.After(now) {
			links = append(links, periodLink{r.Period, workAgencyPath(code) + "?periode=" + r.Period.String(), r.Period == current})
		}
	}
	return links, nil
}

// reportBar counts the reports of an agency by their status.
func reportBar(u scorecard.Unit) (segments, string) {
	if u.Due == 0 {
		return segments{}, "Tidak ada indikator yang jatuh tempo pada triwulan ini."
	}
	rest := u.Due - u.Verified - u.Approved - u.Submitted - u.Returned - u.Draft
	bar := newSegments(
		segmentKey{Kind: "ok", Count: u.Verified, Name: "terverifikasi"},
		segmentKey{Kind: "wait", Count: u.Approved, Name: "menunggu verifikasi"},
		segmentKey{Kind: "miss", Count: u.Returned, Name: "dikembalikan"},
		segmentKey{Kind: "near", Count: u.Submitted, Name: "menunggu kepala"},
		segmentKey{Kind: "draft", Count: u.Draft, Name: "draf"},
		segmentKey{Kind: "none", Count: rest, Name: "belum mulai"},
	)
	return bar, fmt.Sprintf("%d dari %d indikator sudah terverifikasi.", u.Verified, u.Due)
}

// showScores fills in what the newest run says of the agency.
func (p *agencyWorkPage) showScores(e *edition) {
	scores := e.Scores(scoring.LevelAgency, p.Agency.Code)
	for _, s := range slices.Backward(scores) {
		if s == nil || s.Score == nil {
			continue
		}
		t := scoreTextOf(e, s)
		p.Score = &fact{Name: "Nilai " + formatPeriod(s.Period), Text: t.Text + ", " + t.Rating.Word}
		trend := newTrend(e, "Nilai "+p.Name+" sejauh ini", scores, "", nil)
		p.Trend = &trend
		p.LowestIn = s.Period
		break
	}
	if p.LowestIn.IsZero() {
		return
	}
	for _, a := range e.LowestIn(scoring.LevelAgency, p.Agency.Code, p.LowestIn, 3) {
		ind := e.Indicator(a.Indicator)
		if ind == nil || a.Scored == nil {
			continue
		}
		p.Lowest = append(p.Lowest, note{
			Text:   ind.Name,
			Detail: "capaian " + formatNumber(*a.Scored, 1) + ", realisasi " + formatMeasure(ind, a.Actual, a.ActualLabel, nil) + ", target " + formatTarget(ind, a),
		})
	}
}

// newReportRow shows a target with its report. e has the figures of the newest run, nil
// when there is none.
func newReportRow(t scorecard.TargetWork, w *scorecard.AgencyWork, e *edition, now time.Time) reportRow {
	ind := t.Indicator
	r := reportRow{
		Code: ind.Code, Name: ind.Name, Target: formatTarget(&ind, &t.Target), Note: t.Note,
		Status: reportStatus(t, w.Reporting, now),
	}
	switch {
	case t.Excepted != "":
		r.Why = sentence(t.Excepted)
		if t.ExceptedTo != nil {
			r.Why += " Berlaku sampai " + formatDate(*t.ExceptedTo, time.UTC) + "."
		}
	case !t.Due:
		r.Why = frequencySentence(ind.Frequency)
	case t.Hidden:
		r.Why = "Angka yang belum dikirim hanya terlihat oleh instansinya."
	}
	switch {
	case t.NotApplicable:
		r.Value = "tidak berlaku"
	case t.Numerator != nil && t.Denominator != nil:
		r.Value = formatMeasure(&ind, t.Value, nil, nil)
		r.Parts = formatExact(*t.Numerator) + " dari " + formatExact(*t.Denominator)
		if t.Value == nil {
			r.Value = "tidak ada kejadian"
		}
	default:
		r.Value = formatMeasure(&ind, t.Value, t.ValueLabel, nil)
	}
	if t.Grade != "" {
		r.Grade = evidenceWord(t.Grade)
	}
	for _, x := range t.Evidence {
		r.Evidence = append(r.Evidence, evidenceKind(x.Kind)+": "+x.Title)
	}
	for _, a := range t.Acts {
		l := actLine{At: a.At, Who: officeName(a.Role, a.Office), Did: actWord(a.Kind)}
		if a.Grade != "" {
			l.Text = evidenceWord(a.Grade) + "."
		}
		if a.Reason != "" {
			l.Text = "Alasan: " + sentence(a.Reason)
		}
		r.Acts = append(r.Acts, l)
	}
	if e != nil {
		if a := e.Achievement(w.Agency.Code, ind.Code, w.Reporting.Period); a != nil && a.Scored != nil {
			r.Result = formatNumber(*a.Scored, 1)
			r.Outcome = targetStatus(e, a)
		}
	}
	return r
}

// handedIn says how far a report has come that was handed in at least once; ok is false for
// a draft.
func handedIn(s report.Status) (st status, ok bool) {
	switch s {
	case report.Verified:
		return status{"ok", "Terverifikasi"}, true
	case report.Approved:
		return status{"near", "Menunggu verifikasi"}, true
	case report.Submitted:
		return status{"near", "Menunggu kepala"}, true
	case report.Returned:
		return status{"miss", "Dikembalikan"}, true
	}
	return status{}, false
}

// reportStatus says how far a report has come, in words for those who work on it.
func reportStatus(t scorecard.TargetWork, r roadmap.Reporting, now time.Time) status {
	if st, ok := handedIn(t.Status); ok {
		return st
	}
	switch {
	case t.Excepted != "":
		return status{"none", "Dikecualikan"}
	case !t.Due:
		return status{"none", "Belum jatuh tempo"}
	case r.IsLate(now):
		return status{"miss", "Terlambat lapor"}
	case t.Status == report.Draft:
		return status{"none", "Draf"}
	}
	return status{"none", "Belum mulai"}
}

// councilPage is the summary for the council: the latest publication and the ways to it.
type councilPage struct {
	workPage
	Edition   *edition // nil: nothing published yet
	Info      editionInfo
	Score     headline
	Improved  []note
	Attention []pacedNote
	Earlier   []editionInfo // the newest first
}

// showCouncil shows what is published, and nothing else.
func (s *Server) showCouncil(c *gin.Context) error {
	p := councilPage{workPage: s.newWorkPage(c, "Ringkasan"), Edition: s.edition()}
	e := p.Edition
	if e == nil {
		return s.render(c, http.StatusOK, "dashboard-council", p)
	}
	period := e.View.Latest()
	score := e.Score(scoring.LevelCity, scoring.CityCode, period)
	reported, due := e.Reporting(period)
	p.Info, _ = findInfo(e.Others, e.Number)
	p.Score = headline{Figure: scoreTextOf(e, score).Text, Unit: "dari 100", Rating: ratingOf(e, score), Facts: []fact{
		movementFact(e, "Dari triwulan lalu", latestMovement(e, scoring.LevelCity, scoring.CityCode)),
		{Name: "Instansi yang melapor", Text: strconv.Itoa(reported) + " dari " + strconv.Itoa(due), Href: "/instansi"},
		spanFact(e, score),
	}}
	p.Improved, p.Attention = highlights(e)
	for _, info := range slices.Backward(e.Others) {
		p.Earlier = append(p.Earlier, info)
	}
	return s.render(c, http.StatusOK, "dashboard-council", p)
}
