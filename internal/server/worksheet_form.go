package server

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// Names of the inputs of a row, after the code of the indicator and a point: DUK-KTP.pembilang.
const (
	inputActual     = "realisasi"
	inputChoice     = "pilihan" // of a predicate, a milestone, yes or no
	inputNumerator  = "pembilang"
	inputDenom      = "penyebut"
	inputExempt     = "tidak-berlaku"
	inputWhy        = "alasan" // why it does not apply
	inputCause      = "penyebab"
	inputObstacle   = "kendala"
	inputNextStep   = "langkah"
	inputOwner      = "pelaksana"
	inputDue        = "tenggat"
	inputVersion    = "versi"
	inputShown      = "awal" // fingerprint of what the page showed
	inputPick       = "pilih"
	inputFile       = "berkas"
	inputLink       = "tautan"
	inputLinkTitle  = "judul"
	inputStatement  = "pernyataan"
	checked         = "ya"
	pickMine        = "saya"
	pickTheirs      = "mereka"
	worksheetPrefix = home + "laporan/"
)

// rowFields are the fields of a row that hold text, in the order of the page.
var rowFields = [...]string{
	report.FieldActual, report.FieldNumerator, report.FieldDenominator, report.FieldNotApplicable,
	report.FieldNote, report.FieldObstacle, report.FieldNextStep, report.FieldNextStepOwner, report.FieldNextStepDue,
}

// rowTexts are the texts of the fields of a row, by their names in package report.
type rowTexts map[string]string

// isEmpty says that nothing stands in any field.
func (t rowTexts) isEmpty() bool {
	for _, text := range t {
		if text != "" {
			return false
		}
	}
	return true
}

// fingerprint tells whether a row was touched since it was shown.
func (t rowTexts) fingerprint() string {
	h := sha256.New()
	for _, f := range rowFields {
		fmt.Fprintf(h, "%q\n", t[f])
	}
	return hex.EncodeToString(h.Sum(nil)[:6])
}

// shownTexts are what a page shows of a row: what was typed or saved, else what is offered.
func shownTexts(r *report.WorksheetRow) rowTexts {
	t := rowTexts{}
	offered := r.IsEmpty() && r.Prefill != nil && r.MayEdit
	for _, f := range rowFields {
		text := r.Field(f)
		if offered {
			text = r.ValueField(r.Prefill.Value, f)
		}
		t[f] = tidyText(text)
	}
	return t
}

// theirTexts are what somebody else wrote into a row.
func theirTexts(r *report.WorksheetRow, x *report.Theirs) rowTexts {
	t := rowTexts{}
	for _, f := range rowFields {
		text, typed := x.Typed[f]
		if !typed {
			text = r.ValueField(x.Value, f)
		}
		t[f] = tidyText(text)
	}
	return t
}

// tidyText is a text without the space around it and with the line ends we keep.
func tidyText(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

// rowForm is one row as it came back.
type rowForm struct {
	Texts     rowTexts
	Version   int
	Shown     string // fingerprint of what the page showed; empty: not known
	Clash     bool   // both sides of a conflict were shown
	Pick      string // the side that was chosen
	File      *multipart.FileHeader
	Link      string
	LinkTitle string
	Statement bool
}

// touched says that the user changed the row.
func (f *rowForm) touched() bool { return f.Shown == "" || f.Texts.fingerprint() != f.Shown }

// sheetForm is what came back of a worksheet.
type sheetForm struct {
	Rows       map[string]*rowForm // by indicator
	Action     string
	Argument   string // of the action: an indicator, a piece of evidence
	Submission string
	Chosen     map[string]bool // rows that are to be handed in, on the confirmation
	Sure       bool            // the confirmation was seen
}

// readSheetForm reads the rows of the worksheet from the body. A text that cannot be kept is
// refused as a whole: nobody typed it.
func readSheetForm(c *gin.Context, w *report.Worksheet) (*sheetForm, error) {
	values, files, err := postedValues(c)
	if err != nil {
		return nil, err
	}
	for _, texts := range values {
		for _, text := range texts {
			if !isText(text) {
				return nil, fault.New(fault.Invalid, "Isian memuat karakter yang tidak dapat dibaca. Ketik ulang bagian itu.")
			}
		}
	}
	action, argument, _ := strings.Cut(values.Get("aksi"), ":")
	form := &sheetForm{Rows: map[string]*rowForm{}, Action: action, Argument: argument, Submission: values.Get("kiriman"), Chosen: map[string]bool{}, Sure: values.Get("yakin") == checked}
	for _, code := range values["kirim"] {
		form.Chosen[code] = true
	}
	for i := range w.Rows {
		r := &w.Rows[i]
		if !values.Has(r.Indicator + "." + inputVersion) {
			continue // was not on the page
		}
		form.Rows[r.Indicator] = readRowForm(r, values, files)
	}
	return form, nil
}

// postedValues is the body of a form with or without files.
func postedValues(c *gin.Context) (url.Values, map[string][]*multipart.FileHeader, error) {
	const inMemory = 1 << 20
	err := c.Request.ParseMultipartForm(inMemory)
	if err == http.ErrNotMultipart {
		err = c.Request.ParseForm()
	}
	if err != nil {
		return nil, nil, fault.Wrap(err, fault.Invalid, "Kiriman ini terputus sebelum selesai. Kembali ke halaman isian, lalu kirim sekali lagi.")
	}
	var files map[string][]*multipart.FileHeader
	if c.Request.MultipartForm != nil {
		files = c.Request.MultipartForm.File
	}
	return c.Request.PostForm, files, nil
}

func readRowForm(r *report.WorksheetRow, values url.Values, files map[string][]*multipart.FileHeader) *rowForm {
	get := func(name string) string { return tidyText(values.Get(r.Indicator + "." + name)) }
	f := &rowForm{Texts: rowTexts{}, Shown: get(inputShown), Pick: get(inputPick), Link: get(inputLink), LinkTitle: get(inputLinkTitle), Statement: get(inputStatement) == checked}
	f.Version, _ = strconv.Atoi(get(inputVersion)) // what is no number never was a version
	f.Clash = values.Has(r.Indicator + ".bentrok")
	for field, name := range textInputs(r) {
		f.Texts[field] = get(name)
	}
	if f.Texts[report.FieldNotApplicable] != "" {
		// Why it does not apply has a field of its own, but is kept where the cause is.
		if why := get(inputWhy); why != "" {
			f.Texts[report.FieldNote] = why
		}
	}
	if all := files[r.Indicator+"."+inputFile]; len(all) > 0 && all[0].Size > 0 {
		f.File = all[0]
	}
	return f
}

// textInputs are the names of the inputs of a row by the field of package report that they fill.
func textInputs(r *report.WorksheetRow) map[string]string {
	actual := inputActual
	if len(r.Choices) > 0 {
		actual = inputChoice
	}
	return map[string]string{
		report.FieldActual: actual, report.FieldNumerator: inputNumerator, report.FieldDenominator: inputDenom,
		report.FieldNotApplicable: inputExempt, report.FieldNote: inputCause, report.FieldObstacle: inputObstacle,
		report.FieldNextStep: inputNextStep, report.FieldNextStepOwner: inputOwner, report.FieldNextStepDue: inputDue,
	}
}

// inputOf is the name of the input that a problem of package report is about, or of the row
// itself where the problem is the whole row's.
func inputOf(r *report.WorksheetRow, field string, exempt bool) string {
	name := textInputs(r)[field]
	switch {
	case field == report.FieldEvidence:
		name = inputFile
	case field == report.FieldNote && exempt:
		name = inputWhy
	case field == report.FieldActual && r.Kind == scoring.KindFraction:
		name = inputNumerator
	case name == "":
		return r.Indicator
	}
	return r.Indicator + "." + name
}

// parseRow reads the texts of a row as the draft that they are, with what is wrong with them.
// Figures of a row that does not apply are kept as texts only.
func parseRow(r *report.WorksheetRow, texts rowTexts, version int) (report.DraftRow, problems) {
	read := texts
	if texts[report.FieldNotApplicable] != "" {
		read = rowTexts{}
		for field, text := range texts {
			if !isFigure(field) {
				read[field] = text
			}
		}
	}
	d, found := r.Parse(read)
	d.Key, d.Version = r.Key, version
	for field, text := range texts {
		if isFigure(field) && read[field] == "" && text != "" {
			if d.Typed == nil {
				d.Typed = map[string]string{}
			}
			d.Typed[field] = text
		}
	}
	return d, sheetProblems(r, texts, found)
}

// isFigure says that a field holds a number.
func isFigure(field string) bool {
	return field == report.FieldActual || field == report.FieldNumerator || field == report.FieldDenominator
}

// sheetProblems turns the problems of package report into those of the page.
func sheetProblems(r *report.WorksheetRow, texts rowTexts, found []report.Problem) problems {
	var ps problems
	for _, f := range found {
		name := inputOf(r, f.Field, texts[report.FieldNotApplicable] != "")
		if ps.On(name) == "" {
			ps = append(ps, problem{name, sentence(f.Text)})
		}
	}
	return ps
}

// fieldLabel is what the user calls a field.
func fieldLabel(r *report.WorksheetRow, field string) string {
	switch field {
	case report.FieldNumerator:
		return capital(firstOf(r.NumeratorLabel, "Pembilang"))
	case report.FieldDenominator:
		return capital(firstOf(r.DenominatorLabel, "Penyebut"))
	case report.FieldNotApplicable:
		return "Tidak berlaku"
	case report.FieldNote:
		return "Penyebab"
	case report.FieldObstacle:
		return "Kendala"
	case report.FieldNextStep:
		return "Langkah berikutnya"
	case report.FieldNextStepOwner:
		return "Pelaksana"
	case report.FieldNextStepDue:
		return "Tenggat"
	}
	return "Realisasi"
}

// firstOf is the first text that is not empty.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
