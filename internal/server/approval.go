package server

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

func (s *Server) approvalRoutes() []workRoute {
	const pattern = home + "setujui/:kode/:periode"
	waiting := []report.Status{report.Submitted}
	return []workRoute{
		{rule{method: http.MethodGet, pattern: pattern, who: workers, scope: scopeRead}, s.showApproval},
		{rule{method: http.MethodPost, pattern: pattern, who: heads, scope: scopeHead, states: waiting}, s.approve},
	}
}

// approvalPath is the address of what waits for the head of an agency.
func approvalPath(agency string, p roadmap.Period) string {
	return home + "setujui/" + agency + "/" + p.String()
}

// approvalPage is everything of one agency and period that waits for its head.
type approvalPage struct {
	workPage
	Trail     []crumb
	Agency    string
	Code      string
	Period    scoring.Period
	Closes    string    // "Rabu, 21 Oktober 2026"; empty: closed
	Rows      []deskRow // those that can be approved, those with findings first
	Mine      []deskRow // typed by the viewer
	IsHead    bool
	Unpicked  map[string]bool // ticks taken away, by key: after a form that was refused
	Done      string          // what was just done
	MovedOn   []movedOn
	Reason    string // typed for the row ReasonFor
	ReasonFor string // pick of the row whose return was refused
	Back      string
}

// movedOn is a row on which nothing was done, and why.
type movedOn struct{ Name, Agency, Why, Href string }

// Picked reports whether a row is ticked.
func (p approvalPage) Picked(r deskRow) bool { return !p.Unpicked[r.ID()] }

// Returning reports whether the row is the one whose return was refused.
func (p approvalPage) Returning(r deskRow) bool { return p.ReasonFor == r.ID() }

// ReasonOf is what was typed as the reason for a row.
func (p approvalPage) ReasonOf(r deskRow) string {
	if p.Returning(r) {
		return p.Reason
	}
	return ""
}

// addressPeriod reads the period of an address.
func addressPeriod(c *gin.Context) (scoring.Period, error) {
	p, err := scoring.ParsePeriod(c.Param("periode"))
	if err != nil {
		return p, fault.Wrap(err, fault.NotFound, "Periode ditulis seperti 2026-TW3.")
	}
	return p, nil
}

// loadApproval reads the page of the address.
func (s *Server) loadApproval(c *gin.Context) (*approvalPage, error) {
	period, err := addressPeriod(c)
	if err != nil {
		return nil, err
	}
	u, code, now := s.user(c), c.Param("kode"), s.now()
	w, err := report.ApprovalQueue(c.Request.Context(), s.cfg.Web, u, code, period, now)
	if err != nil {
		return nil, err
	}
	name := shortAgency(w.Agency.Name)
	p := &approvalPage{
		workPage: s.newWorkPage(c, "Setujui laporan "+name),
		Agency:   name, Code: code, Period: period, IsHead: u.MayApprove(code),
		Unpicked: map[string]bool{}, Back: workAgencyPath(code) + "?periode=" + period.String(),
	}
	p.Trail = []crumb{{"Ringkasan", home}, {name, p.Back}, {"Setujui laporan", ""}}
	if w.Open {
		p.Closes = formatDay(w.Period.ClosesAt.Add(-1), s.cfg.Zone)
	}
	for i := range w.Rows {
		r := newDeskRow(&w.Rows[i])
		if r.Status != report.Submitted {
			continue
		}
		if r.Mine && p.IsHead {
			p.Mine = append(p.Mine, r)
		} else {
			p.Rows = append(p.Rows, r)
		}
	}
	slices.SortStableFunc(p.Rows, func(a, b deskRow) int { return min(len(b.Findings), 1) - min(len(a.Findings), 1) })
	return p, nil
}

func (s *Server) showApproval(c *gin.Context) error {
	p, err := s.loadApproval(c)
	if err != nil {
		return err
	}
	p.Done = approvedWords(c.Query("disetujui"), c.Query("dikembalikan"))
	return s.render(c, http.StatusOK, "approval", p)
}

// approvedWords says what the form that led here did.
func approvedWords(approved, returned string) string {
	if n, err := strconv.Atoi(approved); err == nil && n > 0 {
		return formatCount(n) + " laporan disetujui dan kini menunggu verifikasi Bagian Organisasi."
	}
	if returned == "1" {
		return "1 laporan dikembalikan kepada operator, dengan alasan Anda."
	}
	return ""
}

// decisionForm is what a head or a verifier sends. Pick and Picked say which rows, each in
// the state that was looked at.
type decisionForm struct {
	Action string   `form:"aksi" label:"Tindakan" validate:"required,oneof=setujui verifikasi kembalikan"`
	Pick   string   `form:"baris" label:"Laporan" validate:"max=200"`
	Reason string   `form:"alasan" label:"Alasan" validate:"max=2000"`
	Picked []string `form:"pilih" label:"Laporan"`
}

// parsePick reads the tick of a row.
func parsePick(s string) (report.Decision, error) {
	bad := fault.New(fault.Invalid, "Pilihan laporan tidak dapat dibaca. Muat ulang halaman, lalu coba lagi.")
	part := strings.Split(s, "|")
	if len(part) != 4 || !isText(s) {
		return report.Decision{}, bad
	}
	period, err := scoring.ParsePeriod(part[1])
	if err != nil {
		return report.Decision{}, bad
	}
	version, err := strconv.Atoi(part[3])
	if err != nil {
		return report.Decision{}, bad
	}
	return report.Decision{Key: report.Key{Agency: part[0], Indicator: part[2], Period: period}, Version: version}, nil
}

// mostPicked is how many rows can be decided on at once.
const mostPicked = 1000

// parsePicks reads the ticks of a list.
func parsePicks(all []string) ([]report.Decision, error) {
	if len(all) > mostPicked {
		return nil, fault.New(fault.Invalid, "Paling banyak %d laporan sekaligus.", mostPicked)
	}
	var decisions []report.Decision
	for _, s := range all {
		d, err := parsePick(s)
		if err != nil {
			return nil, err
		}
		decisions = append(decisions, d)
	}
	return decisions, nil
}

// approve carries out what the head decided: on all rows that are ticked, or on one that
// goes back.
func (s *Server) approve(c *gin.Context) error {
	var form decisionForm
	found, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	p, err := s.loadApproval(c)
	if err != nil {
		return err
	}
	p.Problems = found
	if form.Action == "kembalikan" {
		return s.returnForHead(c, p, form)
	}
	if len(p.Problems) == 0 && len(form.Picked) == 0 {
		p.Problems = problems{{"", "Centang sedikitnya satu laporan."}}
	}
	if len(p.Problems) > 0 {
		for _, r := range p.Rows {
			p.Unpicked[r.ID()] = !slices.Contains(form.Picked, r.Pick())
		}
		return s.renderProblems(c, http.StatusUnprocessableEntity, "approval", &p.Page, p)
	}
	decisions, err := s.ownDecisions(p, form.Picked)
	if err != nil {
		return err
	}
	outcomes, err := report.ApproveAll(c.Request.Context(), s.cfg.Web, s.user(c), decisions, s.now())
	if err != nil {
		return err
	}
	done, moved := tallyOutcomes(outcomes, p.names())
	if len(moved) == 0 {
		c.Redirect(http.StatusSeeOther, c.Request.URL.Path+"?disetujui="+strconv.Itoa(done))
		return nil
	}
	return s.showMovedOn(c, approvedWords(strconv.Itoa(done), ""), moved, done)
}

// ownDecisions are the ticked rows, all of the agency and period of the page.
func (s *Server) ownDecisions(p *approvalPage, picked []string) ([]report.Decision, error) {
	decisions, err := parsePicks(picked)
	if err != nil {
		return nil, err
	}
	for _, d := range decisions {
		if d.Agency != p.Code || d.Period != p.Period {
			return nil, fault.New(fault.NotFound, "Laporan itu bukan milik %s pada %s.", p.Agency, formatPeriod(p.Period))
		}
	}
	return decisions, nil
}

// names are the names of the indicators of the page, by code.
func (p *approvalPage) names() func(report.Key) movedOn {
	return func(k report.Key) movedOn {
		for _, r := range slices.Concat(p.Rows, p.Mine) {
			if r.Key == k {
				return movedOn{Name: r.Name, Href: r.HistoryAddress}
			}
		}
		return movedOn{Name: k.Indicator, Href: home + "laporan/" + k.Agency + "/" + k.Period.String() + "/" + k.Indicator}
	}
}

// tallyOutcomes counts what was done and lists what was not.
func tallyOutcomes(outcomes []report.Outcome, name func(report.Key) movedOn) (done int, moved []movedOn) {
	for _, o := range outcomes {
		if o.Done {
			done++
			continue
		}
		m := name(o.Key)
		m.Why = sentence(o.Text)
		moved = append(moved, m)
	}
	return done, moved
}

// showMovedOn shows the page as it is now, with what was done and what was not. Nothing
// done at all is a conflict.
func (s *Server) showMovedOn(c *gin.Context, done string, moved []movedOn, count int) error {
	p, err := s.loadApproval(c)
	if err != nil {
		return err
	}
	p.Done, p.MovedOn = done, moved
	code := http.StatusOK
	if count == 0 {
		code = http.StatusConflict
	}
	return s.render(c, code, "approval", p)
}

// returnForHead sends one row back with its reason.
func (s *Server) returnForHead(c *gin.Context, p *approvalPage, form decisionForm) error {
	decisions, err := s.ownDecisions(p, []string{form.Pick})
	if err != nil {
		return err
	}
	d := decisions[0]
	d.Reason = strings.TrimSpace(form.Reason)
	field := "alasan-" + rowID(d.Key)
	for i := range p.Problems {
		p.Problems[i].Field = field
	}
	if d.Reason == "" {
		p.Problems = append(p.Problems, problem{field, "Tulis alasan laporan ini dikembalikan, agar operator tahu apa yang harus diperbaiki."})
	}
	if len(p.Problems) > 0 {
		p.ReasonFor, p.Reason = rowID(d.Key), form.Reason
		return s.renderProblems(c, http.StatusUnprocessableEntity, "approval", &p.Page, p)
	}
	outcomes, err := report.ReturnAll(c.Request.Context(), s.cfg.Web, s.user(c), []report.Decision{d}, s.now())
	if err != nil {
		return err
	}
	if _, moved := tallyOutcomes(outcomes, p.names()); len(moved) > 0 {
		return s.showMovedOn(c, "", moved, 0)
	}
	c.Redirect(http.StatusSeeOther, c.Request.URL.Path+"?dikembalikan=1")
	return nil
}

// Button says what the button of the page does: "Setujui 9 laporan".
func (p approvalPage) Button() string { return fmt.Sprintf("Setujui %d laporan", len(p.Rows)) }
