package server

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// valuePage is all there is to know of one value: the chain of its steps, every revision,
// evidence, findings, and what was said about it.
type valuePage struct {
	workPage
	Trail    []crumb
	Row      sheetRow
	Agency   string
	Period   scoring.Period
	Value    string
	Parts    string
	Grade    string // of the evidence, when verified
	Exempt   string
	Fields   []sideLine // the explanation
	Steps    []stepLine
	Remarks  []report.Remark
	Address  string
	Edit     string // where it is typed, empty: not now
	Approve  string // where the head decides
	Verify   string // where Bagian Organisasi decides
	Withdraw bool
	Reopen   bool
	MaySay   bool
	Form     struct{ Comment, Reason string }
}

// stepLine is a step in the life of a value, with the person.
type stepLine struct {
	At             time.Time
	Who, Role, Did string
	Reason, Grade  string
	Value, Parts   string // of the revision handed in
	Revision       int
	Late           bool
	Evidence       []evidenceItem
	Note           []sideLine
}

// loadValue reads the worksheet of the address with the row that is asked for.
func (s *Server) loadValue(c *gin.Context) (*report.Worksheet, int, error) {
	w, err := s.loadSheet(c)
	if err != nil {
		return nil, 0, err
	}
	for i := range w.Rows {
		if w.Rows[i].Indicator == c.Param("indikator") {
			return w, i, nil
		}
	}
	return nil, 0, fault.New(fault.NotFound, "Indikator itu tidak jatuh tempo bagi instansi ini pada %s.", formatPeriod(w.Period.Period))
}

// showValue shows one value.
func (s *Server) showValue(c *gin.Context) error {
	p, err := s.newValuePage(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "value", p)
}

func (s *Server) newValuePage(c *gin.Context) (*valuePage, error) {
	w, i, err := s.loadValue(c)
	if err != nil {
		return nil, err
	}
	ctx, u, r := c.Request.Context(), s.user(c), &w.Rows[i]
	sheet := worksheetPath(w.Agency.Code, w.Period.Period)
	p := &valuePage{
		workPage: s.newWorkPage(c, r.Name),
		Row:      newSheetRow(s.edition(), r, i+1, len(w.Rows), rowState{}, s.cfg.Zone),
		Agency:   sheetAgencyName(w),
		Period:   w.Period.Period,
		Value:    saidValue(r, r.Value),
		Parts:    saidParts(r, r.Value),
		Address:  valuePath(r.Key),
		Withdraw: r.MayWithdraw,
		Reopen:   r.MayReopen,
		MaySay:   r.ReportID != 0 && report.MayComment(u, r.Key.Agency, r.Agency.Parent),
	}
	p.Path = p.Address
	p.Trail = []crumb{{"Ringkasan", home}, {p.Agency, workAgencyPath(w.Agency.Code) + "?periode=" + p.Period.String()}, {"Isi capaian " + formatPeriod(p.Period), sheet}, {r.Name, ""}}
	if r.IsEmpty() {
		p.Value = ""
	}
	if r.Grade != "" {
		p.Grade = evidenceWord(r.Grade)
	}
	if r.MayEdit {
		p.Edit = sheet + "#" + r.Indicator
	}
	if r.MayApprove {
		p.Approve = approvalPath(w.Agency.Code, p.Period)
	}
	if r.MayVerify {
		p.Verify = home + "verifikasi/" + r.Key.Agency + "/" + p.Period.String() + "/" + r.Indicator
	}
	p.Fields = explanation(r, r.Value, s.cfg.Zone)
	if r.ReportID == 0 {
		return p, nil
	}
	links, err := report.Chain(ctx, s.cfg.Web, u, r.Key)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		p.Steps = append(p.Steps, newStepLine(r, l, s.cfg.Zone))
	}
	p.Remarks, err = report.Comments(ctx, s.cfg.Web, u, r.Key)
	return p, err
}

// explanation lists what the agency says beside its figure.
func explanation(r *report.WorksheetRow, v report.Value, zone *time.Location) []sideLine {
	var lines []sideLine
	add := func(label, text string) {
		if text != "" {
			lines = append(lines, sideLine{Label: label, Text: text})
		}
	}
	cause := "Penyebab"
	if v.NotApplicable {
		cause = "Alasan tidak berlaku"
	}
	add(cause, v.Note)
	add(fieldLabel(r, report.FieldObstacle), v.Obstacle)
	add(fieldLabel(r, report.FieldNextStep), v.NextStep)
	add(fieldLabel(r, report.FieldNextStepOwner), v.NextStepOwner)
	if v.NextStepDue != nil {
		add(fieldLabel(r, report.FieldNextStepDue), formatDate(*v.NextStepDue, time.UTC))
	}
	return lines
}

func newStepLine(r *report.WorksheetRow, l report.Link, zone *time.Location) stepLine {
	line := stepLine{At: l.At, Who: firstOf(l.Name, l.RoleLabel), Role: l.RoleLabel, Did: actWord(l.Kind), Reason: sentence(l.Reason), Revision: l.Revision, Late: l.Late}
	if l.Name == "" {
		line.Role = ""
	}
	if l.Grade != "" {
		line.Grade = evidenceWord(l.Grade)
	}
	if l.Value != nil {
		line.Value, line.Parts = saidValue(r, *l.Value), saidParts(r, *l.Value)
		line.Note = explanation(r, *l.Value, zone)
	}
	for _, e := range l.Evidence {
		item := evidenceItem{Title: e.Title, Detail: lowerFirst(evidenceKind(e.Kind))}
		if e.URL != "" {
			item.Href = e.URL
		}
		line.Evidence = append(line.Evidence, item)
	}
	return line
}

// commentForm is what somebody says about a value.
type commentForm struct {
	Body string `form:"komentar" label:"Komentar" validate:"required,max=2000"`
}

// addComment keeps a comment and tells the others.
func (s *Server) addComment(c *gin.Context) error {
	p, err := s.newValuePage(c)
	if err != nil {
		return err
	}
	var form commentForm
	if p.Problems, err = s.forms.read(c, &form); err != nil {
		return err
	}
	p.Form.Comment = form.Body
	if len(p.Problems) == 0 {
		_, err = report.Comment(c.Request.Context(), s.cfg.Web, s.user(c), p.Row.Key, form.Body, s.now())
		if fault.KindOf(err) != fault.Invalid {
			return s.toValue(c, err, "#komentar-terakhir")
		}
		p.Problems = problems{{"komentar", fault.MessageOf(err)}}
	}
	return s.renderProblems(c, http.StatusUnprocessableEntity, "value", &p.Page, p)
}

// toValue leads back to the page of the value after an action that worked.
func (s *Server) toValue(c *gin.Context, err error, fragment string) error {
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, valuePath(s.keyOf(c, c.Param("indikator")))+fragment)
	return nil
}

// withdrawValue takes a value back before the head has decided.
func (s *Server) withdrawValue(c *gin.Context) error {
	w, i, err := s.loadValue(c)
	if err != nil {
		return err
	}
	_, err = report.Withdraw(c.Request.Context(), s.cfg.Web, s.user(c), w.Rows[i].Key, s.now())
	return s.toValue(c, err, "")
}

// reopenForm says why a value is opened again.
type reopenForm struct {
	Reason string `form:"alasan" label:"Alasan" validate:"required,max=2000"`
}

// reopenValue lets a value that was verified or closed be typed again.
func (s *Server) reopenValue(c *gin.Context) error {
	p, err := s.newValuePage(c)
	if err != nil {
		return err
	}
	var form reopenForm
	if p.Problems, err = s.forms.read(c, &form); err != nil {
		return err
	}
	p.Form.Reason = form.Reason
	if len(p.Problems) == 0 {
		_, err = report.Reopen(c.Request.Context(), s.cfg.Web, s.user(c), p.Row.Key, form.Reason, s.now())
		if fault.KindOf(err) != fault.Invalid {
			return s.toValue(c, err, "")
		}
		p.Problems = problems{{"alasan", fault.MessageOf(err)}}
	}
	return s.renderProblems(c, http.StatusUnprocessableEntity, "value", &p.Page, p)
}
