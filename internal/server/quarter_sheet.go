package server

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/paper"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// quarterSheetPath is the address of the quarterly sheet of an agency.
func quarterSheetPath(agency string, p scoring.Period) string {
	return home + "lembar/" + agency + "/" + p.String()
}

func (s *Server) quarterSheetRoutes() []workRoute {
	const page = "/kerja/lembar/:kode/:periode"
	return []workRoute{
		{rule{method: http.MethodGet, pattern: page, who: workers, scope: scopeRead}, s.showQuarterSheet},
		{rule{method: http.MethodGet, pattern: page + "/pdf", who: workers, scope: scopeRead}, s.sendQuarterSheet(".pdf", "application/pdf", paper.WritePDF)},
		{rule{method: http.MethodGet, pattern: page + "/xlsx", who: workers, scope: scopeRead}, s.sendQuarterSheet(".xlsx", xlsxType, paper.WriteXLSX)},
	}
}

// xlsxType is the media type of a workbook.
const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// quarterSheetPage is the sheet on the screen, made to be printed too.
type quarterSheetPage struct {
	workPage
	Trail  []crumb
	Sheet  paper.Sheet
	Path   string
	Period scoring.Period
}

// readQuarterSheet makes the sheet of the address in words.
func (s *Server) readQuarterSheet(c *gin.Context) (paper.Sheet, scoring.Period, error) {
	p, err := scoring.ParsePeriod(c.Param("periode"))
	if err != nil {
		return paper.Sheet{}, p, fault.Wrap(err, fault.NotFound, "Tidak ada triwulan itu. Tulis misalnya 2026-TW3.")
	}
	now := s.now()
	w, err := report.LoadWorksheet(c.Request.Context(), s.cfg.Web, s.user(c), c.Param("kode"), p, now)
	if err != nil {
		return paper.Sheet{}, p, err
	}
	sheet := paper.Sheet{
		Title:    "Laporan capaian triwulanan",
		Agency:   w.Agency.Name,
		Period:   formatPeriodMonths(p),
		Standing: "Menurut laporan di Ruang kerja, " + formatMoment(now, s.cfg.Zone) + ". Angka yang mengikat adalah yang diterbitkan di Rapor Layanan.",
		Signer:   paper.Signer{Place: "Blitar", Office: headOffice(w.Agency)},
		Footer:   "Rapor Layanan Kota Blitar. Cara menilai ada di halaman Cara menilai.",
		Made:     now,
	}
	reached, judged, verified := 0, 0, 0
	for i := range w.Rows {
		r := &w.Rows[i]
		row := newPaperRow(r)
		if r.Preview != nil && r.Preview.State == scoring.Scored {
			judged++
			if !r.Preview.OffTarget {
				reached++
			}
		}
		if r.Status == report.Verified {
			verified++
		}
		sheet.Rows = append(sheet.Rows, row)
	}
	sheet.Summary = []string{fmt.Sprintf("%d dari %d indikator yang sudah ada angkanya mencapai target. %d dari %d laporan sudah diverifikasi.", reached, judged, verified, len(w.Rows))}
	if e := s.edition(); e != nil && e.Demo {
		sheet.Mark = "DATA PERAGAAN: semua angka rekaan"
	} else if e != nil && e.Status == statusExample {
		sheet.Mark = "Target contoh, bukan lampiran resmi Perwali"
	}
	return sheet, p, nil
}

// headOffice is the office of the head of an agency, as it stands over a signature.
func headOffice(a report.AgencyName) string {
	switch {
	case a.Kelurahan:
		return "Lurah " + strings.TrimPrefix(a.Name, "Kelurahan ")
	case strings.HasPrefix(a.Name, "Kecamatan "):
		return "Camat " + strings.TrimPrefix(a.Name, "Kecamatan ")
	case strings.HasPrefix(a.Name, "Sekretariat Daerah"):
		return "Sekretaris Daerah"
	case strings.HasPrefix(a.Name, "Inspektorat"):
		return "Inspektur"
	}
	return "Kepala " + a.Name
}

// newPaperRow is an indicator in words.
func newPaperRow(r *report.WorksheetRow) paper.Row {
	row := paper.Row{Indicator: r.Name, Target: r.Target, Actual: noFigure, Achievement: noFigure, Word: noFigure, Status: sentenceStart(rowStatus(r).Word)}
	if r.Exempt != "" {
		row.Word, row.Explanation = "dikecualikan", sentence(r.Exempt)
		return row
	}
	if !r.IsEmpty() {
		value, parts := valueWords(r, indicatorOf(r), r.Value)
		if row.Actual = value; parts != "" {
			row.Actual += " (" + parts + ")"
		}
	}
	if p := r.Preview; p != nil && p.State == scoring.Scored {
		row.Achievement, row.Word = formatNumber(p.Raw.Text(2), 1), p.WordLabel
	}
	if r.Grade != "" {
		row.Evidence = evidenceWord(r.Grade)
	}
	row.Explanation = explanationWords(r.Value)
	return row
}

// explanationWords are the parts of an explanation in one text.
func explanationWords(v report.Value) string {
	var parts []string
	add := func(label, text string) {
		if text = strings.TrimSpace(text); text != "" {
			parts = append(parts, label+sentence(text))
		}
	}
	add("", v.Note)
	add("Kendala: ", v.Obstacle)
	next := v.NextStep
	if next != "" && v.NextStepOwner != "" {
		next += " (" + v.NextStepOwner + ")"
	}
	if next != "" && v.NextStepDue != nil {
		next += ", tenggat " + formatDate(*v.NextStepDue, time.UTC)
	}
	add("Rencana: ", next)
	return strings.Join(parts, " ")
}

func (s *Server) showQuarterSheet(c *gin.Context) error {
	sheet, period, err := s.readQuarterSheet(c)
	if err != nil {
		return err
	}
	p := quarterSheetPage{workPage: s.newWorkPage(c, "Lembar triwulanan "+sheet.Agency), Sheet: sheet, Path: c.Request.URL.Path, Period: period}
	p.Trail = []crumb{{"Ringkasan", home}, {sheet.Agency, workAgencyPath(c.Param("kode")) + "?periode=" + period.String()}, {Name: "Lembar triwulanan"}}
	return s.render(c, http.StatusOK, "quarter-sheet", p)
}

// sendQuarterSheet answers with the sheet as a file.
func (s *Server) sendQuarterSheet(extension, mediaType string, write func(io.Writer, paper.Sheet) error) handle {
	return func(c *gin.Context) error {
		sheet, period, err := s.readQuarterSheet(c)
		if err != nil {
			return err
		}
		var b bytes.Buffer
		if err := write(&b, sheet); err != nil {
			return err
		}
		name := "lembar-" + c.Param("kode") + "-" + period.String() + extension
		c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		c.Header("Content-Length", strconv.Itoa(b.Len()))
		c.Data(http.StatusOK, mediaType, b.Bytes())
		return nil
	}
}
