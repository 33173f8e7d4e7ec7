package server

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/evidence"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

const (
	evidenceListPath = home + "bukti"
	evidenceRulePath = home + "aturan-bukti"
	evidencePageSize = 50
)

// evidenceListPage lists the files of a period, with what everybody may read of them.
type evidenceListPage struct {
	workPage
	Trail    []crumb
	Period   scoring.Period
	Periods  [][2]string
	Agency   string
	Agencies [][2]string
	Rows     []evidenceLine
	Newer    string // address of the page before; empty: none
	More     string // address of the next page; empty: none
	Back     string // the address of this page, to come back to
	Open     status // of a file that everybody may read
}

// evidenceLine is a file of the list.
type evidenceLine struct {
	evidence.Listed
	Name   string // of the indicator
	Detail string // "PDF, 240 kB"
	Href   string
	Action string // address that opens or closes it
}

// showEvidenceList lists the files that were handed in for a period.
func (s *Server) showEvidenceList(c *gin.Context) error {
	ctx := c.Request.Context()
	periods, err := roadmap.Periods(ctx, s.cfg.Web)
	if err != nil {
		return err
	}
	names, err := s.planNames(ctx, s.now())
	if err != nil {
		return err
	}
	p := evidenceListPage{
		workPage: s.newWorkPage(c, "Bukti"), Trail: []crumb{{"Verifikasi", deskPath}, {"Bukti", ""}},
		Agency: c.Query("instansi"), Agencies: append([][2]string{{"", "Semua instansi"}}, names.agencies()[1:]...), Back: c.Request.URL.RequestURI(), Open: status{"ok", "Terbuka"},
	}
	for i := len(periods) - 1; i >= 0; i-- {
		if r := periods[i]; r.OpenedAt != nil {
			if p.Period.IsZero() {
				p.Period = r.Period
			}
			p.Periods = append(p.Periods, [2]string{r.Period.String(), formatPeriod(r.Period)})
		}
	}
	if asked := c.Query("periode"); asked != "" {
		if p.Period, err = scoring.ParsePeriod(asked); err != nil {
			return fault.Wrap(err, fault.NotFound, "Periode ditulis seperti 2026-TW3.")
		}
	}
	if !isText(p.Agency) {
		return noSuchPage(c)
	}
	number, err := strconv.Atoi(c.DefaultQuery("halaman", "1"))
	if err != nil || number < 1 || number > 10_000 {
		return noSuchPage(c)
	}
	rows, err := evidence.List(ctx, s.cfg.Web, s.user(c), evidence.Filter{
		Year: p.Period.Year, Quarter: p.Period.Quarter, Agency: p.Agency, Limit: evidencePageSize + 1, Offset: (number - 1) * evidencePageSize})
	if err != nil {
		return err
	}
	link := func(n int) string {
		q := url.Values{"periode": {p.Period.String()}, "halaman": {strconv.Itoa(n)}}
		if p.Agency != "" {
			q.Set("instansi", p.Agency)
		}
		return evidenceListPath + "?" + q.Encode()
	}
	if number > 1 {
		p.Newer = link(number - 1)
	}
	if len(rows) > evidencePageSize {
		rows, p.More = rows[:evidencePageSize], link(number+1)
	}
	for _, r := range rows {
		l := evidenceLine{Listed: r, Name: names.indicator(r.Indicator), Href: evidencePath(r.PublicID), Action: evidencePath(r.PublicID) + "/umum"}
		l.Detail = strings.ToUpper(strings.TrimPrefix(evidence.Ext(r.MediaType), "."))
		if r.Size > 0 {
			l.Detail += ", " + sizeWords(r.Size)
		}
		if r.Statement {
			l.Detail += ", surat pernyataan"
		}
		p.Rows = append(p.Rows, l)
	}
	return s.render(c, http.StatusOK, "evidence-list", p)
}

// evidenceRulesPage says what each indicator asks for.
type evidenceRulesPage struct {
	workPage
	Trail   []crumb
	Message string
	Rows    []evidenceRuleLine
	MayEdit bool
}

// evidenceRuleLine is the rule of an indicator.
type evidenceRuleLine struct {
	Code, Name, Words string
	Required          bool
	Href              string
}

// planSheets are the indicators of the plan that holds this year, in its order.
func (s *Server) planSheets(c *gin.Context) ([]*roadmap.Indicator, error) {
	plan, err := roadmap.Load(c.Request.Context(), s.cfg.Web, s.now().Year())
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return plan.Indicators, nil
}

// showEvidenceRules lists the rules of all indicators.
func (s *Server) showEvidenceRules(c *gin.Context) error {
	sheets, err := s.planSheets(c)
	if err != nil {
		return err
	}
	rules, err := evidence.Rules(c.Request.Context(), s.cfg.Web)
	if err != nil {
		return err
	}
	p := evidenceRulesPage{
		workPage: s.newWorkPage(c, "Aturan bukti"), Trail: []crumb{{"Verifikasi", deskPath}, {"Bukti", evidenceListPath}, {"Aturan bukti", ""}},
		MayEdit: s.user(c).MayVerify(),
	}
	if !p.MayEdit {
		p.Trail = []crumb{{"Ringkasan", home}, {"Aturan bukti", ""}}
	}
	for _, i := range sheets {
		r := rules[i.Code]
		p.Rows = append(p.Rows, evidenceRuleLine{Code: i.Code, Name: i.Name, Words: r.Words(i.EvidenceRule), Required: r.Required, Href: evidenceRulePath + "/" + i.Code})
		if i.Code == c.Query("tersimpan") {
			p.Message = "Aturan bukti " + i.Name + " tersimpan. Berlaku untuk laporan yang dikirim mulai sekarang."
		}
	}
	return s.render(c, http.StatusOK, "evidence-rules", p)
}

// evidenceRulePage edits the rule of an indicator.
type evidenceRulePage struct {
	workPage
	Trail []crumb
	Name  string
	Sheet string // what the sheet of the indicator says
	Form  evidenceRuleForm
	Kinds []evidenceKindChoice
	Note  field
}

// evidenceKindChoice is a kind of evidence that may be ticked.
type evidenceKindChoice struct {
	Value, Name string
	Chosen      bool
}

type evidenceRuleForm struct {
	Required string `form:"wajib" label:"Wajib" validate:"max=10"`
	Note     string `form:"catatan" label:"Catatan" validate:"max=200"`
}

// loadEvidenceRule reads the indicator of the address and its rule.
func (s *Server) loadEvidenceRule(c *gin.Context) (*evidenceRulePage, evidence.Rule, error) {
	sheets, err := s.planSheets(c)
	if err != nil {
		return nil, evidence.Rule{}, err
	}
	i := slices.IndexFunc(sheets, func(x *roadmap.Indicator) bool { return x.Code == c.Param("indikator") })
	if i < 0 {
		return nil, evidence.Rule{}, fault.New(fault.NotFound, "Tidak ada indikator itu pada peta jalan tahun ini.")
	}
	rule, err := evidence.RuleOf(c.Request.Context(), s.cfg.Web, sheets[i].Code)
	if err != nil {
		return nil, rule, err
	}
	return &evidenceRulePage{
		workPage: s.newWorkPage(c, "Aturan bukti "+sheets[i].Name),
		Trail:    []crumb{{"Bukti", evidenceListPath}, {"Aturan bukti", evidenceRulePath}, {sheets[i].Name, ""}},
		Name:     sheets[i].Name, Sheet: sheets[i].EvidenceRule,
	}, rule, nil
}

func (s *Server) showEvidenceRule(c *gin.Context) error {
	p, rule, err := s.loadEvidenceRule(c)
	if err != nil {
		return err
	}
	if rule.Required {
		p.Form.Required = "ya"
	}
	p.Form.Note = rule.Note
	return s.renderEvidenceRule(c, http.StatusOK, p, rule.Kinds)
}

func (s *Server) renderEvidenceRule(c *gin.Context, status int, p *evidenceRulePage, kinds []string) error {
	words := map[string]string{
		evidence.File: "Berkas (PDF, JPG, PNG, DOCX, XLSX)", evidence.Link: "Tautan", evidence.Feed: "Data dari sistem sumber", evidence.Statement: "Surat pernyataan bertanda tangan",
	}
	for _, k := range evidence.Kinds {
		p.Kinds = append(p.Kinds, evidenceKindChoice{k, words[k], slices.Contains(kinds, k)})
	}
	p.Note = newField(p.Problems, "catatan", "Catatan untuk operator", p.Form.Note, "Misalnya: halaman yang memuat nilai dan tanda tangan. Boleh kosong.")
	return s.render(c, status, "evidence-rule", p)
}

// changeEvidenceRule saves the rule of an indicator.
func (s *Server) changeEvidenceRule(c *gin.Context) error {
	p, rule, err := s.loadEvidenceRule(c)
	if err != nil {
		return err
	}
	if p.Problems, err = s.forms.read(c, &p.Form); err != nil {
		return err
	}
	rule.Required, rule.Note, rule.Kinds = p.Form.Required == "ya", p.Form.Note, c.Request.PostForm["jenis"]
	if len(p.Problems) == 0 {
		err := evidence.SetRule(c.Request.Context(), s.cfg.Web, s.user(c), rule, s.now())
		switch {
		case err == nil:
			c.Redirect(http.StatusSeeOther, evidenceRulePath+"?tersimpan="+url.QueryEscape(rule.Indicator))
			return nil
		case fault.KindOf(err) != fault.Invalid:
			return err
		}
		p.Problems = append(p.Problems, problem{"jenis", fault.MessageOf(err)})
	}
	return s.renderEvidenceRule(c, http.StatusUnprocessableEntity, p, rule.Kinds)
}
