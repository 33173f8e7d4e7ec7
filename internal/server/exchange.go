package server

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/exchange"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Addresses of files in and out.
const (
	exchangePath     = home + "impor"
	exchangeFeedPath = exchangePath + "/sumber"
	exchangePastPath = exchangePath + "/lampau"
	exchangeFilePath = exchangePath + "/berkas/"
)

// importers hand files in: of their agency, or of other systems and times.
var importers = audience{roles: []account.Role{account.Operator, account.Reviewer}}

func (s *Server) exchangeRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: exchangePath, who: workers}, s.showExchange},
		{rule{method: http.MethodPost, pattern: exchangePath, who: importers}, s.importMany},
		{rule{method: http.MethodGet, pattern: home + "unduh/laporan/:kode/:berkas", who: workers, scope: scopeRead}, s.downloadSheet},
		{rule{method: http.MethodGet, pattern: home + "unduh/semua/:berkas", who: workers}, s.downloadAll},
		{rule{method: http.MethodGet, pattern: exchangePath + "/:kode/:periode", who: operators, scope: scopeOperate}, s.showImport},
		{rule{method: http.MethodPost, pattern: exchangePath + "/:kode/:periode", who: operators, scope: scopeOperate}, s.importSheet},
		{rule{method: http.MethodGet, pattern: exchangeFeedPath, who: reviewers}, s.showFeedImport},
		{rule{method: http.MethodPost, pattern: exchangeFeedPath, who: reviewers}, s.importFeed},
		{rule{method: http.MethodGet, pattern: exchangePastPath, who: reviewers}, s.showPastImport},
		{rule{method: http.MethodPost, pattern: exchangePastPath, who: reviewers}, s.importPast},
		{rule{method: http.MethodGet, pattern: exchangeFilePath + ":id", who: importers}, s.showFile},
		{rule{method: http.MethodPost, pattern: exchangeFilePath + ":id", who: importers}, s.chooseForFile},
		{rule{method: http.MethodPost, pattern: exchangeFilePath + ":id/simpan", who: importers}, s.confirmFile},
		{rule{method: http.MethodGet, pattern: exchangeFilePath + ":id/pesan.xlsx", who: importers}, s.downloadAnswer},
	}
}

// exchangeImportPath is where the sheet of an agency is handed back.
func exchangeImportPath(agency string, p roadmap.Period) string {
	return exchangePath + "/" + agency + "/" + p.String()
}

// exchangeSheetPath is the sheet of an agency as a workbook.
func exchangeSheetPath(agency string, p roadmap.Period) string {
	return home + "unduh/laporan/" + agency + "/" + p.String() + ".xlsx"
}

// SheetFile is the address of the sheet as a workbook.
func (p worksheetPage) SheetFile() string {
	return home + "unduh/" + strings.TrimPrefix(p.Address, home) + ".xlsx"
}

// SheetUpload is where that workbook is handed back; empty: not by this user, or not now.
func (p worksheetPage) SheetUpload() string {
	if !p.MayEdit {
		return ""
	}
	return exchangePath + "/" + strings.TrimPrefix(p.Address, worksheetPrefix)
}

// exchangePage leads to all files in and out.
type exchangePage struct {
	workPage
	Period   scoring.Period   // the one that is reported on; zero: none has opened
	Own      []exchangeAgency // whose people the user is one of
	Others   []exchangeAgency // that may be read too
	All      string           // address of the sheet of all agencies
	Periods  []scoring.Period // that have opened, newest first
	Many     bool             // may hand in a sheet of many agencies
	Reviewer bool
}

type exchangeAgency struct{ Code, Name, Download, Upload string }

// showExchange lists what can be downloaded and handed in.
func (s *Server) showExchange(c *gin.Context) error {
	p, err := s.newExchangePage(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "exchange", p)
}

func (s *Server) newExchangePage(c *gin.Context) (*exchangePage, error) {
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	p := &exchangePage{workPage: s.newWorkPage(c, "Impor dan unduh"), Reviewer: u.MayVerify()}
	p.Path = exchangePath
	all, err := roadmap.Periods(ctx, s.cfg.Web)
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Backward(all) {
		if !r.OpensAt.After(now) {
			p.Periods = append(p.Periods, r.Period)
		}
	}
	if len(p.Periods) == 0 {
		return p, nil
	}
	p.Period = p.Periods[0]
	if asked, err := scoring.ParsePeriod(c.Query("periode")); err == nil && slices.Contains(p.Periods, asked) {
		p.Period = asked
	}
	agencies, err := roadmap.Agencies(ctx, s.cfg.Web)
	if err != nil {
		return nil, err
	}
	operated := 0
	for i := range agencies {
		a := &agencies[i]
		if !a.Reports || !u.MaySeeAgency(a.Code, a.ParentCode) {
			continue
		}
		x := exchangeAgency{Code: a.Code, Name: a.Name, Download: exchangeSheetPath(a.Code, p.Period)}
		if u.MayReport(a.Code) {
			x.Upload = exchangeImportPath(a.Code, p.Period)
			operated++
		}
		if u.MayReport(a.Code) || u.MayApprove(a.Code) {
			p.Own = append(p.Own, x)
		} else {
			p.Others = append(p.Others, x)
		}
	}
	p.Many = operated > 1 || u.MayVerify()
	if len(p.Own)+len(p.Others) > 1 {
		p.All = home + "unduh/semua/" + p.Period.String() + ".xlsx"
	}
	return p, nil
}

// downloadSheet sends the sheet of an agency.
func (s *Server) downloadSheet(c *gin.Context) error { return s.sendSheet(c, c.Param("kode")) }

// downloadAll sends the sheet of all agencies that the user may read.
func (s *Server) downloadAll(c *gin.Context) error { return s.sendSheet(c, "") }

func (s *Server) sendSheet(c *gin.Context, agency string) error {
	name, ok := strings.CutSuffix(c.Param("berkas"), ".xlsx")
	period, err := scoring.ParsePeriod(name)
	if !ok || err != nil {
		return noSuchPage(c)
	}
	var out bytes.Buffer
	if err := exchange.WriteWorksheet(c.Request.Context(), s.cfg.Web, s.user(c), agency, period, s.now(), &out); err != nil {
		return err
	}
	who := agency
	if who == "" {
		who = "semua"
	}
	return sendWorkbook(c, "isi-capaian-"+who+"-"+period.String()+".xlsx", out.Bytes())
}

// sendWorkbook answers with a workbook to keep.
func sendWorkbook(c *gin.Context, name string, data []byte) error {
	c.Header("Content-Disposition", `attachment; filename="`+name+`"`)
	c.Header("Content-Length", strconv.Itoa(len(data)))
	c.Data(http.StatusOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", data)
	return nil
}

// importPage takes a file.
type importPage struct {
	workPage
	Trail    []crumb
	Heading  string
	Lead     string
	Action   string
	Download string // of the sheet to fill in; empty: none
	Accept   string
	Feed     bool // of another system: with its name and what it holds
	Source   string
	Target   string
	Sources  []string
	Past     []scoring.Period // that can be brought in
	Period   scoring.Period   // of a sheet; zero otherwise
	Closed   string           // why drafts can not be kept now; empty: they can
}

func (s *Server) newImportPage(c *gin.Context, title, action string) *importPage {
	p := &importPage{workPage: s.newWorkPage(c, title), Heading: title, Action: action, Accept: ".xlsx"}
	p.Trail = []crumb{{"Impor dan unduh", exchangePath}, {title, ""}}
	return p
}

// sheetImportPage is for the sheet of one agency and period.
func (s *Server) sheetImportPage(c *gin.Context) (*importPage, error) {
	period, err := scoring.ParsePeriod(c.Param("periode"))
	if err != nil || !isText(c.Param("kode")) {
		return nil, noSuchPage(c)
	}
	code := c.Param("kode")
	a, err := roadmap.AgencyByCode(c.Request.Context(), s.cfg.Web, code)
	if err != nil {
		return nil, err
	}
	all, err := roadmap.Periods(c.Request.Context(), s.cfg.Web)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(r roadmap.Reporting) bool { return r.Period == period })
	if at < 0 {
		return nil, noSuchPage(c)
	}
	p := s.newImportPage(c, "Unggah lembar "+a.Name, exchangeImportPath(code, period))
	p.Period = period
	p.Download = exchangeSheetPath(code, period)
	p.Lead = "Unduh lembarnya, isi di Excel atau LibreOffice, lalu unggah kembali. Hasil bacanya tampil dahulu, sel demi sel; yang disimpan kemudian berupa draf."
	if !all[at].Takes(s.now()) {
		p.Closed = "Pelaporan periode ini sedang tidak dibuka. Berkas tetap dapat diperiksa, tetapi drafnya hanya tersimpan untuk laporan yang dibuka khusus."
	}
	return p, nil
}

func (s *Server) showImport(c *gin.Context) error {
	p, err := s.sheetImportPage(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "exchange-upload", p)
}

func (s *Server) importSheet(c *gin.Context) error {
	p, err := s.sheetImportPage(c)
	if err != nil {
		return err
	}
	return s.takeFile(c, p, exchange.File{Kind: exchange.KindWorksheet, Agency: c.Param("kode"), Period: p.Period})
}

// importMany takes a sheet of many agencies.
func (s *Server) importMany(c *gin.Context) error {
	p := s.newImportPage(c, "Unggah lembar banyak instansi", exchangePath)
	p.Lead = "Yang disimpan hanya baris instansi yang Anda operatori; baris lain diperiksa saja."
	file := exchange.File{Kind: exchange.KindWorksheet}
	if err := parseUpload(c); err != nil {
		return err
	}
	period, err := scoring.ParsePeriod(c.Request.PostForm.Get("periode"))
	if err != nil {
		p.Problems = problems{{Message: "Pilih triwulan lembar ini."}}
		return s.renderProblems(c, http.StatusUnprocessableEntity, "exchange-upload", &p.Page, p)
	}
	file.Period, p.Period = period, period
	return s.takeFile(c, p, file)
}

func (s *Server) feedImportPage(c *gin.Context) *importPage {
	p := s.newImportPage(c, "Impor dari sistem lain", exchangeFeedPath)
	p.Lead = "Ambil angka dari sistem yang sudah berjalan. Angkanya ditawarkan kepada operator sebagai isian awal; yang mengirim laporan tetap instansinya."
	p.Feed, p.Sources, p.Accept, p.Target = true, exchange.Sources, ".csv,.xlsx,.txt", exchange.TargetValues
	return p
}

func (s *Server) showFeedImport(c *gin.Context) error {
	return s.render(c, http.StatusOK, "exchange-upload", s.feedImportPage(c))
}

func (s *Server) importFeed(c *gin.Context) error {
	p := s.feedImportPage(c)
	if err := parseUpload(c); err != nil {
		return err
	}
	p.Source, p.Target = strings.TrimSpace(c.Request.PostForm.Get("asal")), c.Request.PostForm.Get("isi")
	if !isText(p.Source) {
		return errNotText
	}
	return s.takeFile(c, p, exchange.File{Kind: exchange.KindFeed, Choices: exchange.Choices{Mapping: &exchange.Mapping{Source: p.Source, Target: p.Target}}})
}

func (s *Server) pastImportPage(c *gin.Context) (*importPage, error) {
	p := s.newImportPage(c, "Muat triwulan lampau", exchangePastPath)
	p.Lead = "Untuk angka sebelum program ini dipakai. Satu baris untuk tiap instansi, indikator, dan periode; disimpan seluruhnya atau tidak sama sekali, sebagai laporan terverifikasi tanpa bukti."
	p.Accept = ".xlsx,.csv,.txt"
	var before scoring.Period
	var err error
	if p.Past, before, err = exchange.PastPeriods(c.Request.Context(), s.cfg.Web, s.now(), s.cfg.Zone); err != nil {
		return nil, err
	}
	switch {
	case len(p.Past) > 0:
	case before.IsZero():
		p.Closed = "Tidak ada triwulan yang dapat dimuat: yang belum ditutup, dan yang sudah dilaporkan lewat program, diisi instansinya."
	default:
		p.Closed = "Rapor sudah terbit sejak " + formatPeriod(before) + " dan tidak ada triwulan sebelumnya dalam peta jalan, jadi tidak ada yang dapat dimuat."
	}
	return p, nil
}

func (s *Server) showPastImport(c *gin.Context) error {
	p, err := s.pastImportPage(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "exchange-upload", p)
}

func (s *Server) importPast(c *gin.Context) error {
	p, err := s.pastImportPage(c)
	if err != nil {
		return err
	}
	return s.takeFile(c, p, exchange.File{Kind: exchange.KindHistory})
}

// parseUpload reads the form of an upload.
func parseUpload(c *gin.Context) error {
	err := c.Request.ParseMultipartForm(uploadMemory)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return fault.New(fault.Invalid, "Berkas ini terlalu besar. Paling besar 12 MB.")
	}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return fault.Wrap(err, fault.Invalid, "Unggahan terputus sebelum selesai, jadi tidak ada yang dibaca. Unggah sekali lagi.")
	}
	return nil
}

// takeFile holds the file of the form for its dry run and leads to it. What is wrong with
// the file is said on the page it came from.
func (s *Server) takeFile(c *gin.Context, p *importPage, f exchange.File) error {
	if err := parseUpload(c); err != nil {
		return err
	}
	refuse := func(message string) error {
		p.Problems = problems{{Field: "berkas", Message: message}}
		return s.renderProblems(c, http.StatusUnprocessableEntity, "exchange-upload", &p.Page, p)
	}
	if c.Request.MultipartForm == nil || len(c.Request.MultipartForm.File["berkas"]) == 0 {
		return refuse("Pilih berkasnya dahulu.")
	}
	header := c.Request.MultipartForm.File["berkas"][0]
	leave, err := s.inspecting.enter(c.Request.Context())
	if err != nil {
		return err
	}
	defer leave()
	if f.Content, err = readUpload(header); err != nil {
		return err
	}
	f.Name = cutName(header.Filename)
	id, err := exchange.Keep(c.Request.Context(), s.cfg.Web, s.user(c), f, s.now())
	if fault.KindOf(err) == fault.Invalid {
		return refuse(fault.MessageOf(err))
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, exchangeFilePath+id)
	return nil
}

// downloadAnswer sends the file back with its messages.
func (s *Server) downloadAnswer(c *gin.Context) error {
	f, d, err := s.tryFile(c)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := exchange.WriteAnswer(f, d, &out); err != nil {
		return err
	}
	name := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\/;%`, r) {
			return '-'
		}
		return r
	}, strings.TrimSuffix(strings.TrimSuffix(f.Name, ".xlsx"), ".csv"))
	return sendWorkbook(c, name+"-pesan.xlsx", out.Bytes())
}

// tryFile makes the dry run of the file in the address.
func (s *Server) tryFile(c *gin.Context) (*exchange.File, *exchange.DryRun, error) {
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	f, err := exchange.Find(ctx, s.cfg.Web, u, c.Param("id"), now)
	if err != nil {
		return nil, nil, err
	}
	leave, err := s.inspecting.enter(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	d, err := exchange.Try(ctx, s.cfg.Web, u, f, s.cfg.Zone, now)
	return f, d, err
}

// chooseForFile keeps what the user decided about a file and reads it again.
func (s *Server) chooseForFile(c *gin.Context) error {
	ctx, u, now := c.Request.Context(), s.user(c), s.now()
	id := c.Param("id")
	f, err := exchange.Find(ctx, s.cfg.Web, u, id, now)
	if err != nil {
		return err
	}
	if err := c.Request.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Invalid, "Isian ini tidak dapat dibaca. Buka halamannya lagi dan isi sekali lagi.")
	}
	form := c.Request.PostForm
	choices := exchange.Choices{
		Notations: map[string]exchange.Notation{},
		Overwrite: form.Get("timpa") == "ya",
		Prefills:  form.Get("isian-awal") == "ya",
		Mapping:   f.Choices.Mapping,
	}
	for name, values := range form {
		n := exchange.Notation(values[0])
		if key, ok := strings.CutPrefix(name, "format "); ok && isText(key) && (n == exchange.Comma || n == exchange.Point) {
			choices.Notations[key] = n
		}
	}
	if m := f.Choices.Mapping; m != nil && form.Get("peta") == "ya" {
		choices.Mapping = readMapping(form, m)
	}
	if err := exchange.Choose(ctx, s.cfg.Web, u, id, choices, now); err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, exchangeFilePath+id)
	return nil
}

// errNotText refuses what nobody can have typed.
var errNotText = fault.New(fault.Invalid, "Isian memuat karakter yang tidak dapat dibaca. Ketik ulang.")

// maxConstant is how long a value may be that stands for all rows, in characters.
const maxConstant = 100

// readMapping reads which column is which field.
func readMapping(form url.Values, before *exchange.Mapping) *exchange.Mapping {
	m := &exchange.Mapping{Source: before.Source, Target: before.Target, Fields: map[string]exchange.Ref{}}
	if n := exchange.Notation(form.Get("angka")); n == exchange.Comma || n == exchange.Point {
		m.Notation = n
	}
	for name, values := range form {
		field, ok := strings.CutPrefix(name, "kolom ")
		if !ok || !isText(field) || !isText(values[0]) {
			continue
		}
		ref := exchange.Ref{Header: values[0]}
		if fixed := strings.TrimSpace(form.Get("tetap " + field)); ref.Header == "" && isText(fixed) && len([]rune(fixed)) <= maxConstant {
			ref.Constant = fixed
		}
		m.Fields[field] = ref
	}
	return m
}

// confirmFile keeps what was shown.
func (s *Server) confirmFile(c *gin.Context) error {
	id := c.Param("id")
	if err := c.Request.ParseForm(); err != nil {
		return fault.Wrap(err, fault.Invalid, "Isian ini tidak dapat dibaca. Buka halamannya lagi dan coba sekali lagi.")
	}
	leave, err := s.inspecting.enter(c.Request.Context())
	if err != nil {
		return err
	}
	_, err = exchange.Confirm(c.Request.Context(), s.cfg.Web, s.user(c), id, c.Request.PostForm.Get("sidik"), s.cfg.Zone, s.now())
	leave()
	if fault.KindOf(err) == fault.Conflict || fault.KindOf(err) == fault.Invalid {
		return s.renderFile(c, http.StatusConflict, problems{{Message: fault.MessageOf(err)}})
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, exchangeFilePath+id)
	return nil
}

// waitText says until when a file waits.
func waitText(f *exchange.File, zone *time.Location) string {
	return fmt.Sprintf("Berkas ini menunggu sampai %s, lalu dihapus.", formatMoment(f.ExpiresAt, zone))
}
