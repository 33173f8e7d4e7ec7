package server

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

func (s *Server) worksheetRoutes() []workRoute {
	const sheet, value = worksheetPrefix + ":kode/:periode", worksheetPrefix + ":kode/:periode/:indikator"
	return []workRoute{
		{rule{method: http.MethodGet, pattern: sheet, who: workers, scope: scopeRead}, s.showWorksheet},
		{rule{method: http.MethodPost, pattern: sheet, who: operators, scope: scopeOperate}, s.postWorksheet},
		{rule{method: http.MethodPost, pattern: sheet + "/simpan", who: operators, scope: scopeOperate}, s.autosave},
		{rule{method: http.MethodGet, pattern: value, who: workers, scope: scopeRead}, s.showValue},
		{rule{method: http.MethodPost, pattern: value + "/komentar", who: speakers, scope: scopeRead}, s.addComment},
		{rule{method: http.MethodPost, pattern: value + "/tarik", who: operators, scope: scopeOperate, states: []report.Status{report.Submitted}}, s.withdrawValue},
		{rule{method: http.MethodPost, pattern: value + "/buka-kembali", who: reviewers, scope: scopeRead}, s.reopenValue},
	}
}

// worksheetPage is all that an agency reports for a period.
type worksheetPage struct {
	workPage
	Trail    []crumb
	Name     string
	Period   scoring.Period
	Address  string // of the form
	Progress string // "6 dari 11 terisi"
	Filled   string // "6 dari 11 indikator terisi, 5 di antaranya terisi otomatis."
	Closing  string // until when it can be handed in
	Saved    string // when something was saved last
	Notice   string // what was just done
	Preview  bool
	Rows     []sheetRow
	Returned []note // what came back, with its reason
	Clashes  int
	MayEdit  bool
	Complete int // rows that can go, while others cannot; 0: no offer
	Approve  string
	Head     string // "kepala dinas", "lurah", "camat"
}

// sheetState is what a page knows of the rows beyond what is saved, by indicator.
type sheetState map[string]*rowState

func (st sheetState) of(code string) *rowState {
	if st[code] == nil {
		st[code] = &rowState{}
	}
	return st[code]
}

// problems are those of all rows, in their order.
func (st sheetState) problems(w *report.Worksheet) problems {
	var all problems
	for _, r := range w.Rows {
		if x := st[r.Indicator]; x != nil {
			for _, p := range x.problems.gathered() {
				all = append(all, problem{p.Field, r.Name + ": " + lowerFirst(p.Message)})
			}
			if x.refused != "" {
				all = append(all, problem{r.Indicator, r.Name + ": " + lowerFirst(x.refused)})
			}
		}
	}
	return all
}

// gathered are the problems of a row with those of its explanation in one sentence, where
// there are several: each stands at its field as well.
func (ps problems) gathered() problems {
	names := map[string]string{inputCause: "penyebab", inputObstacle: "kendala", inputNextStep: "langkah berikutnya", inputOwner: "pelaksana", inputDue: "tenggat"}
	var all problems
	var missing []string
	at := -1
	for _, p := range ps {
		name := names[p.Field[strings.LastIndex(p.Field, ".")+1:]]
		if name == "" {
			all = append(all, p)
			continue
		}
		if missing = append(missing, name); at < 0 {
			at, all = len(all), append(all, p)
		}
	}
	if len(missing) > 1 {
		all[at].Message = "Lengkapi penjelasan: " + strings.Join(missing, ", ") + "."
	}
	return all
}

// clashes counts the rows that two people changed.
func (st sheetState) clashes() int {
	n := 0
	for _, x := range st {
		if x.theirs != nil {
			n++
		}
	}
	return n
}

// loadSheet reads the worksheet of the address.
func (s *Server) loadSheet(c *gin.Context) (*report.Worksheet, error) {
	period, err := scoring.ParsePeriod(c.Param("periode"))
	if err != nil {
		return nil, fault.Wrap(err, fault.NotFound, "Periode ditulis seperti 2026-TW3.")
	}
	if !isText(c.Param("kode")) {
		return nil, noSuchPage(c)
	}
	return report.LoadWorksheet(c.Request.Context(), s.cfg.Web, s.user(c), c.Param("kode"), period, s.now())
}

// showWorksheet shows what is to be reported, as it is saved.
func (s *Server) showWorksheet(c *gin.Context) error {
	w, err := s.loadSheet(c)
	if err != nil {
		return err
	}
	p := s.newWorksheetPage(c, w, sheetState{})
	switch sent, err := strconv.Atoi(c.Query("terkirim")); {
	case err == nil && sent > 0:
		p.Notice = formatCount(sent) + " indikator terkirim ke " + p.Head + ". Anda dapat menariknya kembali selama belum disetujui."
	case c.Query("tersimpan") != "":
		p.Notice = "Draf tersimpan."
	}
	return s.render(c, http.StatusOK, "worksheet", p)
}

// newWorksheetPage makes the page from what is saved and what is known beyond that.
func (s *Server) newWorksheetPage(c *gin.Context, w *report.Worksheet, st sheetState) worksheetPage {
	zone, u := s.cfg.Zone, s.user(c)
	p := worksheetPage{
		workPage: s.newWorkPage(c, "Isi capaian "+formatPeriod(w.Period.Period)),
		Name:     sheetAgencyName(w),
		Period:   w.Period.Period,
		Address:  worksheetPath(w.Agency.Code, w.Period.Period),
		Closing:  closingSentence(w, s.now(), zone),
		Clashes:  st.clashes(),
		Head:     headWord(w),
	}
	p.Path = p.Address // also of an answer to a form
	p.Trail = []crumb{{"Ringkasan", home}, {p.Name, workAgencyPath(w.Agency.Code) + "?periode=" + w.Period.Period.String()}, {"Isi capaian", ""}}
	if own := u.Agencies(); len(own) > 0 && own[0] == w.Agency.Code && !u.MaySeeCity() {
		p.Trail = slices.Delete(p.Trail, 1, 2)
	}
	var saved time.Time
	filled, offered, waiting := 0, 0, 0
	for i := range w.Rows {
		r := &w.Rows[i]
		state := *st.of(r.Indicator)
		state.viewer = u.Name
		row := newSheetRow(s.edition(), r, i+1, len(w.Rows), state, zone)
		p.Rows = append(p.Rows, row)
		p.MayEdit = p.MayEdit || r.MayEdit
		if row.isFilled() {
			filled++
		}
		if row.Source != "" {
			offered++
		}
		if r.Status == report.Submitted {
			waiting++
		}
		if r.EditedAt != nil && r.EditedAt.After(saved) {
			saved = *r.EditedAt
		}
		if r.ReturnReason != "" {
			p.Returned = append(p.Returned, note{Text: r.Name, Href: "#" + r.Indicator, Detail: "Dikembalikan " + lowerFirst(firstOf(r.ReturnedBy, "pemeriksa")) + ": " + sentence(r.ReturnReason)})
		}
	}
	p.Progress = formatCount(filled) + " dari " + formatCount(len(w.Rows)) + " terisi"
	p.Filled = formatCount(filled) + " dari " + formatCount(len(w.Rows)) + " indikator terisi"
	if offered > 0 {
		p.Filled += ", " + formatCount(offered) + " di antaranya terisi otomatis"
	}
	p.Filled += "."
	if !saved.IsZero() && p.MayEdit {
		p.Saved = "Terakhir disimpan " + formatMoment(saved, zone) + "."
	}
	if u.MayApprove(w.Agency.Code) && waiting > 0 {
		p.Approve = approvalPath(w.Agency.Code, w.Period.Period)
	}
	return p
}

// isFilled says that the row has its figure, typed or offered.
func (row *sheetRow) isFilled() bool {
	if !row.Edit {
		return row.Revision > 0
	}
	if row.Exempt.Chosen {
		return true
	}
	for _, in := range row.Numbers {
		if in.Value == "" || in.Problem != "" {
			return false
		}
	}
	if row.Choice != nil {
		return slices.ContainsFunc(row.Choice.Options, func(o sheetOption) bool { return o.Chosen })
	}
	return true
}

// sheetAgencyName is the agency as a heading names it.
func sheetAgencyName(w *report.Worksheet) string { return shortAgency(w.Agency.Name) }

// headWord is what the head of an agency is called inside a sentence.
func headWord(w *report.Worksheet) string {
	if w.Agency.Kelurahan {
		return "lurah"
	}
	return "kepala"
}

// closingSentence says until when the sheet can be handed in.
func closingSentence(w *report.Worksheet, now time.Time, zone *time.Location) string {
	last := func(t time.Time) string { return formatDay(t.Add(-time.Nanosecond), zone) + ", pukul 24.00 WIB" }
	var late *time.Time
	for _, r := range w.Rows {
		if r.LateUntil != nil && (late == nil || r.LateUntil.After(*late)) {
			late = r.LateUntil
		}
	}
	return closing(w.Period, w.Open, late, now, last, zone)
}

func closing(r roadmap.Reporting, open bool, late *time.Time, now time.Time, last func(time.Time) string, zone *time.Location) string {
	switch {
	case open && now.Before(r.DueAt):
		return "Batas lapor " + last(r.DueAt) + "."
	case open:
		return "Batas lapor sudah lewat " + formatLastDay(r.DueAt, zone) + ". Yang dikirim sekarang ditandai terlambat. Ditutup " + last(r.ClosesAt) + "."
	case late != nil:
		return "Pelaporan sudah ditutup, tetapi Anda mendapat izin mengisi sampai " + formatMoment(*late, zone) + "."
	case now.Before(r.OpensAt):
		return "Pelaporan dibuka " + formatDay(r.OpensAt, zone) + "."
	}
	return "Pelaporan sudah ditutup " + formatLastDay(r.ClosesAt, zone) + "."
}
