package server

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Addresses of the calendar of reporting.
const (
	calendarPath  = home + "kalender"
	latePath      = calendarPath + "/izin"
	exceptionPath = home + "pengecualian"
)

func (s *Server) calendarRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: calendarPath, who: workers}, s.showCalendar},
		{rule{method: http.MethodGet, pattern: latePath, who: workers}, s.showLateEntries},
		{rule{method: http.MethodPost, pattern: latePath, who: reviewers}, s.changeLateEntries},
		{rule{method: http.MethodGet, pattern: calendarPath + "/:periode", who: reviewers}, s.showPeriod},
		{rule{method: http.MethodPost, pattern: calendarPath + "/:periode", who: reviewers}, s.changePeriod},
		{rule{method: http.MethodGet, pattern: exceptionPath, who: workers}, s.showExceptions},
		{rule{method: http.MethodPost, pattern: exceptionPath, who: reviewers}, s.changeExceptions},
	}
}

func periodPath(p roadmap.Period) string { return calendarPath + "/" + p.String() }

// calendarPage lists the periods: the one that matters now on top.
type calendarPage struct {
	workPage
	Message  string
	Deadline deadline
	Current  *periodLine
	Years    []calendarYear
	MayEdit  bool
}

type calendarYear struct {
	Year    int
	Current bool
	Lines   []periodLine
}

// periodLine is a period with its moments and how it stands.
type periodLine struct {
	roadmap.Reporting
	Status status
	Href   string // to change it; empty where the reader may not, or it has closed
}

func newPeriodLine(r roadmap.Reporting, mayEdit bool, now time.Time) periodLine {
	l := periodLine{Reporting: r}
	switch {
	case r.ClosedAt != nil:
		l.Status = status{"ok", "Ditutup"}
	case r.OpenedAt == nil:
		l.Status = status{"none", "Belum dibuka"}
	case !now.Before(r.DueAt):
		l.Status = status{"miss", "Lewat batas lapor"}
	default:
		l.Status = status{"near", "Dibuka"}
	}
	if mayEdit && r.ClosedAt == nil {
		l.Href = periodPath(r.Period)
	}
	return l
}

var calendarMessages = map[string]string{
	"pindah": "Jadwal sudah diubah dan para pelapor diberi tahu.",
	"buka":   "Periode sudah dibuka dan para pelapor diberi tahu.",
	"tutup":  "Periode sudah ditutup.",
}

func (s *Server) showCalendar(c *gin.Context) error {
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	periods, err := roadmap.Periods(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	cal, err := roadmap.LoadCalendar(ctx, s.cfg.Web, s.cfg.Zone)
	if err != nil {
		return err
	}
	p := calendarPage{workPage: s.newWorkPage(c, "Kalender"), Message: calendarMessages[c.Query("pesan")], MayEdit: u.MayVerify()}
	for _, r := range periods {
		l := newPeriodLine(r, p.MayEdit, now)
		if !r.OpensAt.After(now) || r.OpenedAt != nil {
			p.Current = &l
			p.Deadline = newDeadline(r, cal, now)
		}
		if n := len(p.Years); n == 0 || p.Years[n-1].Year != r.Period.Year {
			p.Years = append(p.Years, calendarYear{Year: r.Period.Year})
		}
		y := &p.Years[len(p.Years)-1]
		y.Lines = append(y.Lines, l)
	}
	for i := range p.Years {
		p.Years[i].Current = p.Current != nil && p.Years[i].Year == p.Current.Period.Year
	}
	return s.render(c, http.StatusOK, "calendar", p)
}

// periodPage changes the moments of one period.
type periodPage struct {
	workPage
	Trail    []crumb
	Line     periodLine
	Form     periodForm
	MayOpen  bool
	MayClose bool
	History  string // address of what was changed before; empty where the reader may not see it
}

// periodForm holds days as the reader knows them: the last day of something, not the first
// instant after it.
type periodForm struct {
	Action  string `form:"aksi" label:"Tindakan" validate:"max=10"`
	Opens   string `form:"dibuka" label:"Dibuka" validate:"max=10"`
	Due     string `form:"batas" label:"Batas lapor" validate:"max=10"`
	Closes  string `form:"ditutup" label:"Ditutup" validate:"max=10"`
	Publish string `form:"terbit" label:"Batas terbit" validate:"max=10"`
	Reason  string `form:"alasan" label:"Alasan" validate:"max=500"`
	// NowReason is that of opening or closing at once, which is a form of its own.
	NowReason string `form:"alasan-sekarang" label:"Alasan" validate:"max=500"`
}

// Fields are the moments that can be moved.
func (p periodPage) Fields() []stewardField {
	day := func(name, label, value, hint string) stewardField {
		return stewardField{field: newField(p.Problems, name, label, value, hint)}.of("date").must()
	}
	var fields []stewardField
	if p.Line.OpenedAt == nil {
		fields = append(fields, day("dibuka", "Dibuka pada awal hari", p.Form.Opens, ""))
	}
	return append(fields,
		day("batas", "Batas lapor, hari terakhir", p.Form.Due, "Sesudah hari ini laporan ditandai terlambat."),
		day("ditutup", "Ditutup sesudah hari", p.Form.Closes, "Sesudah hari ini laporan dikunci."),
		day("terbit", "Batas terbit, hari terakhir", p.Form.Publish, ""))
}

// MoveReason is asked for when the moments are moved.
func (p periodPage) MoveReason() stewardField { return p.reason("alasan", "pindah") }

// NowReason is asked for when the period is opened or closed by hand.
func (p periodPage) NowReason() stewardField { return p.reason("alasan-sekarang", "buka", "tutup") }

// reason is the field of one of the two forms of the page, which tells what was typed there.
func (p periodPage) reason(name string, actions ...string) stewardField {
	f := stewardField{field: newField(p.Problems, name, "Alasan", "", "Tercatat di jejak audit, dan dikirim kepada pelapor bila jadwalnya berubah."), Rows: 2}.of("area").must()
	if slices.Contains(actions, p.Form.Action) {
		f.Value = p.Form.Reason + p.Form.NowReason
	}
	return f
}

func (s *Server) loadPeriod(c *gin.Context) (*periodPage, error) {
	period, err := scoring.ParsePeriod(c.Param("periode"))
	if err != nil {
		return nil, fault.New(fault.NotFound, "Tidak ada periode itu di kalender.")
	}
	periods, err := roadmap.Periods(c.Request.Context(), s.cfg.Web)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(periods, func(r roadmap.Reporting) bool { return r.Period == period })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "Tidak ada periode itu di kalender.")
	}
	r, now := periods[i], s.now()
	last := func(t time.Time) string { return t.Add(-time.Nanosecond).In(s.cfg.Zone).Format(time.DateOnly) }
	p := &periodPage{
		workPage: s.newWorkPage(c, "Jadwal "+formatPeriod(period)),
		Trail:    []crumb{{"Kalender", calendarPath}, {formatPeriod(period), ""}},
		Line:     newPeriodLine(r, true, now),
		Form:     periodForm{Opens: r.OpensAt.In(s.cfg.Zone).Format(time.DateOnly), Due: last(r.DueAt), Closes: last(r.ClosesAt), Publish: last(r.PublishBy)},
		MayOpen:  r.OpenedAt == nil && !now.Before(roadmap.End(period, s.cfg.Zone)),
		MayClose: r.OpenedAt != nil && r.ClosedAt == nil && !now.Before(r.DueAt),
	}
	if auditReaders.admits(p.User) {
		p.History = trailPath + "?aliran=publish&objek=" + period.String()
	}
	return p, nil
}

func (s *Server) showPeriod(c *gin.Context) error {
	p, err := s.loadPeriod(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "period", p)
}

func (s *Server) changePeriod(c *gin.Context) error {
	p, err := s.loadPeriod(c)
	if err != nil {
		return err
	}
	form := periodForm{}
	if p.Problems, err = s.forms.read(c, &form); err != nil {
		return err
	}
	kept := p.Form
	p.Form = form
	if form.Action != "pindah" { // the days were not on the form
		p.Form.Opens, p.Form.Due, p.Form.Closes, p.Form.Publish = kept.Opens, kept.Due, kept.Closes, kept.Publish
	}
	reasonField, reason := "alasan", form.Reason
	if form.Action != "pindah" {
		reasonField, reason = "alasan-sekarang", form.NowReason
	}
	if strings.TrimSpace(reason) == "" {
		p.Problems = append(p.Problems, problem{reasonField, "Isi alasan."})
	}
	m := roadmap.Moments{OpensAt: p.Line.OpensAt, DueAt: p.Line.DueAt, ClosesAt: p.Line.ClosesAt, PublishBy: p.Line.PublishBy}
	if form.Action == "pindah" {
		p.Problems = append(s.readMoments(p, &m), p.Problems...)
	}
	if len(p.Problems) == 0 {
		err := s.doPeriod(c, p, m)
		if err == nil {
			c.Redirect(http.StatusSeeOther, calendarPath+"?pesan="+form.Action)
			return nil
		}
		if fault.KindOf(err) != fault.Invalid {
			return err
		}
		p.Problems = problems{{"", fault.MessageOf(err)}}
	}
	return s.renderProblems(c, http.StatusUnprocessableEntity, "period", &p.Page, p)
}

// doPeriod does what the form of p asks for.
func (s *Server) doPeriod(c *gin.Context, p *periodPage, m roadmap.Moments) error {
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	switch p.Form.Action {
	case "pindah":
		return roadmap.MovePeriod(ctx, s.cfg.Web, u, p.Line.Period, m, p.Form.Reason, now)
	case "buka":
		return roadmap.OpenPeriod(ctx, s.cfg.Web, u, p.Line.Period, p.Form.NowReason, now)
	case "tutup":
		return roadmap.ClosePeriod(ctx, s.cfg.Web, u, p.Line.Period, p.Form.NowReason, now)
	}
	return fault.New(fault.Invalid, "Pilih apa yang akan dilakukan.")
}

// readMoments puts the days of the form into m and says what is wrong with them. A moment
// whose day was not changed stays as it is.
func (s *Server) readMoments(p *periodPage, m *roadmap.Moments) (found problems) {
	for _, d := range []struct {
		field, typed string
		at           *time.Time
		days         int // from the day typed to the first instant after it
	}{
		{"dibuka", p.Form.Opens, &m.OpensAt, 0}, {"batas", p.Form.Due, &m.DueAt, 1},
		{"ditutup", p.Form.Closes, &m.ClosesAt, 1}, {"terbit", p.Form.Publish, &m.PublishBy, 1},
	} {
		if d.field == "dibuka" && p.Line.OpenedAt != nil {
			continue // not on the form
		}
		t, wrong := readDay(d.typed, s.cfg.Zone)
		if wrong != "" {
			found = append(found, problem{d.field, wrong})
			continue
		}
		shown := d.at.In(s.cfg.Zone)
		if d.days > 0 {
			shown = shown.Add(-time.Nanosecond)
		}
		if shown.Format(time.DateOnly) != d.typed {
			*d.at = t.AddDate(0, 0, d.days)
		}
	}
	return found
}

// readDay reads a day as an input of type date sends it, at its first instant in the zone;
// what is wrong with it is said in words.
func readDay(typed string, zone *time.Location) (time.Time, string) {
	t, err := time.ParseInLocation(time.DateOnly, typed, zone)
	if err != nil || t.Year() < 2000 || t.Year() > 2100 {
		return time.Time{}, "Isi tanggal yang ada, tahun-bulan-hari, misalnya 2026-10-14."
	}
	return t, ""
}

// auditReaders read the trail: those who look after the program, and those who inspect.
var auditReaders = audience{roles: []account.Role{account.Reviewer, account.Inspector, account.Admin}}
