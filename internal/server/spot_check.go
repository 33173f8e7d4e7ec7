package server

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	spot "petajalan/internal/inspection"
	"petajalan/internal/roadmap"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// spotCheckPath is the address of the samples of Inspektorat.
const spotCheckPath = home + "uji-petik"

func (s *Server) spotCheckRoutes() []workRoute {
	const sample = spotCheckPath + "/:periode"
	return []workRoute{
		{rule{method: http.MethodGet, pattern: spotCheckPath, who: sampleReaders}, s.showSpotChecks},
		{rule{method: http.MethodPost, pattern: spotCheckPath, who: inspection}, s.drawSpotCheck},
		{rule{method: http.MethodGet, pattern: sample, who: sampleReaders}, s.showSpotCheck},
		{rule{method: http.MethodGet, pattern: sample + "/daftar.csv", who: sampleReaders}, s.downloadSpotCheck},
		{rule{method: http.MethodGet, pattern: sample + "/:nomor", who: sampleReaders}, s.showSpotItem},
		{rule{method: http.MethodPost, pattern: sample + "/:nomor", who: inspectors}, s.recordSpotItem},
	}
}

// sampleReaders see spot checks: those who see the city.
var sampleReaders = audience{roles: []account.Role{account.Reviewer, account.Inspector, account.Leader, account.Admin}}

// samplePath is the address of the sample of a period.
func samplePath(p roadmap.Period) string { return spotCheckPath + "/" + p.String() }

// spotChecksPage lists the samples.
type spotChecksPage struct {
	workPage
	Heading string
	Samples []sampleLine
	Errors  []errorLine
	Open    []choice // closed periods without a sample, the newest first
	MayDraw bool
	Done    string
}

// sampleLine is a sample in the list.
type sampleLine struct {
	spot.Sample
	Href   string
	Status status
	Right  string // share that was right: "91,7%"
}

// errorLine is an agency with what was found.
type errorLine struct {
	spot.AgencyErrors
	Share string // of wrong values: "8,3%"
}

// shareOf is n of all as a percentage.
func shareOf(n, all int) string {
	if all == 0 {
		return noFigure
	}
	return formatPercent(scoring.NewRatio(int64(n)*100, int64(all)).Text(4), 1)
}

func newSampleLine(x spot.Sample) sampleLine {
	l := sampleLine{Sample: x, Href: samplePath(x.Period), Right: noFigure}
	if x.Checked > 0 {
		l.Right = shareOf(x.Checked-x.Wrong, x.Checked)
	}
	switch {
	case x.Left() == 0 && x.Wrong == 0:
		l.Status = status{"ok", "Selesai, semua benar"}
	case x.Left() == 0:
		l.Status = status{"miss", fmt.Sprintf("Selesai, %d salah", x.Wrong)}
	case x.Checked == 0:
		l.Status = status{"none", fmt.Sprintf("%d nilai belum diperiksa", x.Size)}
	default:
		l.Status = status{"near", fmt.Sprintf("%d dari %d diperiksa", x.Checked, x.Size)}
	}
	return l
}

func (s *Server) loadSpotChecks(c *gin.Context) (*spotChecksPage, error) {
	ctx, u := c.Request.Context(), s.user(c)
	samples, err := spot.Samples(ctx, s.cfg.Web, u)
	if err != nil {
		return nil, err
	}
	found, err := spot.Errors(ctx, s.cfg.Web, u)
	if err != nil {
		return nil, err
	}
	p := &spotChecksPage{workPage: s.newWorkPage(c, "Uji petik"), Heading: "Belum ada sampel uji petik"}
	left := 0
	for _, x := range samples {
		p.Samples = append(p.Samples, newSampleLine(x))
		left += x.Left()
	}
	switch {
	case left > 0:
		p.Heading = fmt.Sprintf("%d nilai belum diuji petik", left)
	case len(samples) > 0:
		p.Heading = "Semua sampel sudah diuji petik"
	}
	for _, x := range found {
		p.Errors = append(p.Errors, errorLine{x, shareOf(x.Wrong, x.Checked)})
	}
	if p.MayDraw = spot.MayDraw(u); p.MayDraw {
		periods, err := roadmap.Periods(ctx, s.cfg.Web)
		if err != nil {
			return nil, err
		}
		for _, r := range slices.Backward(periods) {
			drawn := slices.ContainsFunc(samples, func(x spot.Sample) bool { return x.Period == r.Period })
			if r.ClosedAt != nil && !drawn {
				p.Open = append(p.Open, choice{Value: r.Period.String(), Name: formatPeriod(r.Period)})
			}
		}
	}
	return p, nil
}

func (s *Server) showSpotChecks(c *gin.Context) error {
	p, err := s.loadSpotChecks(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "spot-checks", p)
}

// drawForm asks for the sample of a period.
type drawForm struct {
	Period string `form:"periode" label:"Periode" validate:"required,max=20"`
}

func (s *Server) drawSpotCheck(c *gin.Context) error {
	var form drawForm
	found, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	period, err := scoring.ParsePeriod(form.Period)
	if err != nil && len(found) == 0 {
		found = problems{{"periode", "Pilih periode yang akan diundi."}}
	}
	if len(found) == 0 {
		_, err = spot.Draw(c.Request.Context(), s.cfg.Web, s.user(c), period, s.now())
		if err == nil {
			c.Redirect(http.StatusSeeOther, samplePath(period))
			return nil
		}
		if fault.KindOf(err) != fault.Conflict {
			return err
		}
		found = problems{{"periode", fault.MessageOf(err)}}
	}
	p, err := s.loadSpotChecks(c)
	if err != nil {
		return err
	}
	p.Problems = found
	return s.renderProblems(c, http.StatusUnprocessableEntity, "spot-checks", &p.Page, p)
}

// spotCheckPage is the sample of one period.
type spotCheckPage struct {
	workPage
	Trail  []crumb
	Sample sampleLine
	Bar    segments
	Rows   []spotRow
	List   string // address of the CSV
	Rule   string
	Redo   string // how to compute the digest of the first value with a common tool
	Into   scoring.Period
	Done   string
}

// spotRow is a value of the sample.
type spotRow struct {
	spot.Item
	Href         string
	Agency       string
	Value, Parts string
	Status       status
	Evidence     []deskEvidence
	History      string
}

func newSpotRow(i spot.Item) spotRow {
	r := spotRow{
		Item: i, Href: samplePath(i.Period) + "/" + strconv.Itoa(i.Place), Agency: shortAgency(i.AgencyName),
		History: home + "laporan/" + i.Key.Agency + "/" + i.Period.String() + "/" + i.Indicator,
	}
	r.Value, r.Parts = figureWords(&scorecard.Indicator{Kind: i.Kind, Unit: i.Unit, Decimals: i.Decimals, NumeratorLabel: i.NumeratorLabel, DenominatorLabel: i.DenominatorLabel}, i.Value)
	if i.Label != "" {
		r.Value = i.Label
	}
	for n, x := range i.Evidence {
		r.Evidence = append(r.Evidence, newDeskEvidence(i.PublicIDs[n], x, false))
	}
	switch last := i.Newest(); {
	case last == nil:
		r.Status = status{"none", "Belum diperiksa"}
	case last.Correct:
		r.Status = status{"ok", "Benar"}
	default:
		r.Status = status{"miss", "Salah"}
	}
	return r
}

func (s *Server) showSpotCheck(c *gin.Context) error {
	period, err := addressPeriod(c)
	if err != nil {
		return err
	}
	sample, items, err := spot.Load(c.Request.Context(), s.cfg.Web, s.user(c), period)
	if err != nil {
		return err
	}
	p := spotCheckPage{
		workPage: s.newWorkPage(c, "Uji petik "+formatPeriod(period)),
		Trail:    []crumb{{"Uji petik", spotCheckPath}, {formatPeriod(period), ""}},
		Sample:   newSampleLine(*sample), List: samplePath(period) + "/daftar.csv", Into: sample.ReportedIn(),
		Rule: fmt.Sprintf("%s%% dari %s nilai terverifikasi, paling sedikit %d, paling banyak %d dari satu instansi.",
			formatExact(sample.Rule.Percent), formatCount(sample.Population), sample.Rule.AtLeast, sample.Rule.PerAgency),
		Bar: newSegments(segmentKey{Kind: "ok", Count: sample.Checked - sample.Wrong, Name: "benar"},
			segmentKey{Kind: "miss", Count: sample.Wrong, Name: "salah"}, segmentKey{Kind: "none", Count: sample.Left(), Name: "belum diperiksa"}),
	}
	for _, i := range items {
		p.Rows = append(p.Rows, newSpotRow(i))
	}
	if len(items) > 0 {
		i := items[0]
		p.Redo = fmt.Sprintf("printf %%s '%s|%s|%s|%s|%d' | sha256sum", sample.Seed, i.Key.Agency, i.Indicator, i.Period, i.Revision)
	}
	if c.Query("selesai") == "1" {
		p.Done = "Hasil tercatat. Tidak ada lagi nilai yang belum diperiksa pada sampel ini."
	}
	return s.render(c, http.StatusOK, "spot-check", p)
}

// downloadSpotCheck gives the whole list that the sample was drawn from, with the seed and
// the rule above it, so that anybody can draw it again.
func (s *Server) downloadSpotCheck(c *gin.Context) error {
	period, err := addressPeriod(c)
	if err != nil {
		return err
	}
	sample, members, err := spot.Members(c.Request.Context(), s.cfg.Web, s.user(c), period)
	if err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("\uFEFF")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{
		{"# benih", sample.Seed},
		{"# aturan: persen, paling sedikit, paling banyak per instansi", sample.Rule.Percent, strconv.Itoa(sample.Rule.AtLeast), strconv.Itoa(sample.Rule.PerAgency)},
		{"# sidik = SHA-256 dari benih|instansi|indikator|periode|revisi; urut menurut sidik"},
		{"instansi", "indikator", "periode", "revisi", "sidik", "urutan_sampel"},
	}
	for _, m := range members {
		place := ""
		if m.Place > 0 {
			place = strconv.Itoa(m.Place)
		}
		rows = append(rows, []string{m.Agency, m.Indicator, m.Period.String(), strconv.Itoa(m.Revision), m.Digest, place})
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("write the list of the spot check of %s: %w", period, err)
	}
	c.Header("Content-Disposition", `attachment; filename="uji-petik-`+period.String()+`.csv"`)
	c.Data(http.StatusOK, "text/csv; charset=utf-8", []byte(b.String()))
	return nil
}

// GradeWord names the grade of the evidence that the value was verified with.
func (r spotRow) GradeWord() string { return evidenceWord(r.Grade) }
