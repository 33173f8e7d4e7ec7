package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// leavePage lists leaves to report late, or accepted exceptions, with the form that adds one.
type leavePage struct {
	workPage
	Trail   []crumb
	Heading string
	Lead    string
	Message string
	Action  string // address of the forms
	Running []leaveLine
	Ended   []leaveLine
	Empty   string // what will stand here
	MayAdd  bool
	AddWord string
	Form    leaveForm
	Fields  []stewardField
}

// leaveLine is a leave or an exception as it is read.
type leaveLine struct {
	ID        int64
	Agency    string
	Indicator string // empty: all of the agency
	When      string
	Reason    string
	By        string
	At        time.Time
	Status    status
	Revoke    bool // may be taken back by the reader
}

// leaveForm adds a leave or an exception, or takes one back.
type leaveForm struct {
	Action    string `form:"aksi" label:"Tindakan" validate:"max=10"`
	ID        string `form:"id" label:"Nomor" validate:"max=19"`
	Agency    string `form:"instansi" label:"Instansi" validate:"max=40"`
	Indicator string `form:"indikator" label:"Indikator" validate:"max=40"`
	Period    string `form:"periode" label:"Periode" validate:"max=10"`
	From      string `form:"dari" label:"Berlaku dari" validate:"max=10"`
	To        string `form:"sampai" label:"Berlaku sampai" validate:"max=10"`
	Reason    string `form:"alasan" label:"Alasan" validate:"max=500"`
}

var leaveMessages = map[string]string{
	"beri":  "Sudah dicatat dan instansinya diberi tahu.",
	"cabut": "Sudah dicabut.",
}

// planNames are the names of what stands in a list by its code.
type planNames struct {
	plan *roadmap.Plan // nil: no plan holds for the year
}

func (s *Server) planNames(ctx context.Context, now time.Time) (planNames, error) {
	plan, err := roadmap.Load(ctx, s.cfg.Web, now.Year())
	if fault.KindOf(err) == fault.NotFound {
		return planNames{}, nil
	}
	return planNames{plan}, err
}

func (n planNames) agency(code string) string {
	if n.plan != nil {
		for i := range n.plan.Agencies {
			if n.plan.Agencies[i].Code == code {
				return n.plan.Agencies[i].Name
			}
		}
	}
	return code
}

func (n planNames) indicator(code string) string {
	if n.plan != nil {
		for _, i := range n.plan.Indicators {
			if i.Code == code {
				return i.Name
			}
		}
	}
	return code
}

// agencies are the choices of an agency that reports.
func (n planNames) agencies() [][2]string {
	pairs := [][2]string{{"", "Pilih instansi"}}
	if n.plan != nil {
		for _, a := range n.plan.Agencies {
			if a.Reports {
				pairs = append(pairs, [2]string{a.Code, a.Name})
			}
		}
	}
	return pairs
}

// indicators are the choices of an indicator, none being the word none.
func (n planNames) indicators(none string) [][2]string {
	pairs := [][2]string{{"", none}}
	if n.plan != nil {
		for _, i := range n.plan.Indicators {
			pairs = append(pairs, [2]string{i.Code, i.Name + " (" + i.Code + ")"})
		}
	}
	return pairs
}

func (p *leavePage) input(name, label, value, hint string) stewardField {
	return stewardField{field: newField(p.Problems, name, label, value, hint), Rows: 3}
}

func (p *leavePage) add(l leaveLine, running bool) {
	if running {
		p.Running = append(p.Running, l)
	} else {
		p.Ended = append(p.Ended, l)
	}
}

// lateEntries makes the page of leaves to report late.
func (s *Server) lateEntries(c *gin.Context, form leaveForm, found problems) (*leavePage, error) {
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	list, err := report.LateEntries(ctx, s.cfg.Web, u)
	if err != nil {
		return nil, err
	}
	names, err := s.planNames(ctx, now)
	if err != nil {
		return nil, err
	}
	p := &leavePage{
		workPage: s.newWorkPage(c, "Izin isi terlambat"), Trail: []crumb{{"Kalender", calendarPath}, {"Izin isi terlambat", ""}},
		Heading: "Izin isi terlambat", Lead: "Izin membuka pengisian sesudah periode ditutup, sampai hari yang ditentukan. Laporannya tetap ditandai terlambat.",
		Message: leaveMessages[c.Query("pesan")], Action: latePath, MayAdd: u.MayVerify(), AddWord: "Beri izin",
		Empty: "Izin yang sedang berlaku muncul di sini sampai berakhir.", Form: form,
	}
	p.Problems = found
	for _, e := range list {
		l := leaveLine{
			ID: e.ID, Agency: names.agency(e.Agency), When: formatPeriod(e.Period) + ", sampai " + formatLastDay(e.EndsAt, s.cfg.Zone),
			Reason: e.Reason, By: e.GrantedBy, At: e.GrantedAt, Status: status{"near", "Berlaku"}, Revoke: p.MayAdd,
		}
		if e.Indicator != "" {
			l.Indicator = names.indicator(e.Indicator)
		}
		switch {
		case e.RevokedAt != nil:
			l.Status = status{"miss", "Dicabut " + formatDate(*e.RevokedAt, s.cfg.Zone)}
		case !e.Holds(now):
			l.Status = status{"none", "Berakhir"}
		}
		p.add(l, e.Holds(now))
	}
	if !p.MayAdd {
		return p, nil
	}
	periods, err := roadmap.Periods(ctx, s.cfg.Web)
	if err != nil {
		return nil, err
	}
	choices := [][2]string{{"", "Pilih periode"}}
	for i := len(periods) - 1; i >= 0; i-- {
		if r := periods[i]; r.OpenedAt != nil && !r.Takes(now) {
			choices = append(choices, [2]string{r.Period.String(), formatPeriod(r.Period)})
		}
	}
	p.Fields = []stewardField{
		p.input("instansi", "Instansi", form.Agency, "").choose(names.agencies()...).must(),
		p.input("indikator", "Indikator", form.Indicator, "Kosong berarti semua indikator instansi itu.").choose(names.indicators("Semua indikator")...),
		p.input("periode", "Periode yang sudah ditutup", form.Period, "").choose(choices...).must(),
		p.input("sampai", "Berlaku sampai hari", form.To, "Sampai akhir hari itu.").of("date").must(),
		p.input("alasan", "Alasan", form.Reason, "").of("area").must(),
	}
	return p, nil
}

func (s *Server) showLateEntries(c *gin.Context) error {
	p, err := s.lateEntries(c, leaveForm{}, nil)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "leave", p)
}

func (s *Server) changeLateEntries(c *gin.Context) error {
	return s.changeLeaves(c, latePath, s.lateEntries, func(ctx context.Context, form leaveForm, ps *problems) error {
		period, err := scoring.ParsePeriod(form.Period)
		if err != nil {
			*ps = append(*ps, problem{"periode", "Pilih periode yang sudah ditutup."})
		}
		last := needDay(ps, "sampai", form.To, s.cfg.Zone)
		if len(*ps) > 0 {
			return nil
		}
		_, err = report.GrantLateEntry(ctx, s.cfg.Web, s.user(c), report.LateEntry{
			Agency: form.Agency, Indicator: form.Indicator, Period: period, EndsAt: last.AddDate(0, 0, 1), Reason: strings.TrimSpace(form.Reason)}, s.now())
		return err
	}, report.RevokeLateEntry)
}

// exceptions makes the page of accepted exceptions.
func (s *Server) exceptions(c *gin.Context, form leaveForm, found problems) (*leavePage, error) {
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	list, err := report.Exceptions(ctx, s.cfg.Web, u)
	if err != nil {
		return nil, err
	}
	names, err := s.planNames(ctx, now)
	if err != nil {
		return nil, err
	}
	p := &leavePage{
		workPage: s.newWorkPage(c, "Pengecualian"), Trail: []crumb{{"Kalender", calendarPath}, {"Pengecualian", ""}},
		Heading: "Pengecualian", Lead: "Target yang dikecualikan tidak dinilai pada periode yang hari terakhirnya masuk masa pengecualian. Alasannya terbaca warga. Setelah masa itu, target dinilai lagi dengan sendirinya.",
		Message: leaveMessages[c.Query("pesan")], Action: exceptionPath, MayAdd: u.MayVerify(), AddWord: "Terima pengecualian",
		Empty: "Pengecualian yang berlaku muncul di sini sampai berakhir.", Form: form,
	}
	p.Problems = found
	for _, e := range list {
		state := e.State(now)
		l := leaveLine{
			ID: e.ID, Agency: names.agency(e.Agency), Indicator: names.indicator(e.Indicator),
			When:   formatDate(e.StartsOn, e.StartsOn.Location()) + " sampai " + formatDate(e.EndsOn, e.EndsOn.Location()),
			Reason: e.Reason, By: e.AcceptedBy, At: e.AcceptedAt, Revoke: p.MayAdd,
		}
		switch state {
		case report.ExceptionHolds:
			l.Status = status{"near", "Berlaku"}
		case report.ExceptionAhead:
			l.Status = status{"none", "Akan berlaku"}
		case report.ExceptionRevoked:
			l.Status = status{"miss", "Dicabut"}
		default:
			l.Status = status{"none", "Berakhir"}
		}
		p.add(l, state == report.ExceptionHolds || state == report.ExceptionAhead)
	}
	if p.MayAdd {
		p.Fields = []stewardField{
			p.input("instansi", "Instansi", form.Agency, "").choose(names.agencies()...).must(),
			p.input("indikator", "Indikator", form.Indicator, "").choose(names.indicators("Pilih indikator")...).must(),
			p.input("dari", "Berlaku dari hari", form.From, "").of("date").must(),
			p.input("sampai", "Berlaku sampai hari", form.To, "Hari ini masih termasuk.").of("date").must(),
			p.input("alasan", "Alasan, terbaca warga", form.Reason, "Satu kalimat, misalnya: Kantor direnovasi, layanan dialihkan ke Kecamatan Sananwetan.").of("area").must(),
		}
	}
	return p, nil
}

func (s *Server) showExceptions(c *gin.Context) error {
	p, err := s.exceptions(c, leaveForm{}, nil)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "leave", p)
}

func (s *Server) changeExceptions(c *gin.Context) error {
	return s.changeLeaves(c, exceptionPath, s.exceptions, func(ctx context.Context, form leaveForm, ps *problems) error {
		if form.Indicator == "" {
			*ps = append(*ps, problem{"indikator", "Pilih indikator."})
		}
		from := needDay(ps, "dari", form.From, s.cfg.Zone)
		to := needDay(ps, "sampai", form.To, s.cfg.Zone)
		if len(*ps) > 0 {
			return nil
		}
		_, err := report.AcceptException(ctx, s.cfg.Web, s.user(c), report.Exception{
			Agency: form.Agency, Indicator: form.Indicator, StartsOn: from, EndsOn: to, Reason: strings.TrimSpace(form.Reason)}, s.now())
		return err
	}, report.RevokeException)
}

// needDay reads a day of a form; what is wrong with it is added to the problems.
func needDay(ps *problems, name, typed string, zone *time.Location) time.Time {
	t, wrong := readDay(typed, zone)
	if wrong != "" {
		*ps = append(*ps, problem{name, wrong})
	}
	return t
}

// revokeFunc takes a leave or an exception back.
type revokeFunc func(ctx context.Context, db bun.IDB, by *account.User, id int64, now time.Time) error

// changeLeaves adds a leave or an exception, or takes one back.
func (s *Server) changeLeaves(c *gin.Context, path string, page func(*gin.Context, leaveForm, problems) (*leavePage, error),
	add func(context.Context, leaveForm, *problems) error, revoke revokeFunc) error {
	var form leaveForm
	found, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if form.Action == "cabut" {
		id, err := strconv.ParseInt(form.ID, 10, 64)
		if err != nil {
			return fault.New(fault.NotFound, "Yang akan dicabut tidak ada.")
		}
		if err := revoke(ctx, s.cfg.Web, s.user(c), id, s.now()); err != nil {
			return err
		}
		c.Redirect(http.StatusSeeOther, path+"?pesan=cabut")
		return nil
	}
	if form.Agency == "" {
		found = append(found, problem{"instansi", "Pilih instansi."})
	}
	if strings.TrimSpace(form.Reason) == "" {
		found = append(found, problem{"alasan", "Isi alasan."})
	}
	err = add(ctx, form, &found)
	switch kind := fault.KindOf(err); {
	case err == nil && len(found) == 0:
		c.Redirect(http.StatusSeeOther, path+"?pesan=beri")
		return nil
	case err != nil && kind != fault.Invalid && kind != fault.Conflict && kind != fault.NotFound:
		return err
	case err != nil:
		found = append(found, problem{"", fault.MessageOf(err)})
	}
	order := []string{"", "instansi", "indikator", "periode", "dari", "sampai", "alasan"} // of the form
	slices.SortStableFunc(found, func(a, b problem) int { return slices.Index(order, a.Field) - slices.Index(order, b.Field) })
	p, err := page(c, form, found)
	if err != nil {
		return err
	}
	return s.renderProblems(c, http.StatusUnprocessableEntity, "leave", &p.Page, p)
}
