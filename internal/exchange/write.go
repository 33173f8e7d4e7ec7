package exchange

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/formula"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// WriteWorksheet writes the sheet of an agency for a period as a workbook, prefilled, or,
// with an empty agency, that of all agencies that by may see. It is the same format that
// is read back. NotFound where there is nothing due.
func WriteWorksheet(ctx context.Context, db bun.IDB, by *account.User, agency string, p roadmap.Period, now time.Time, out io.Writer) error {
	rows, err := loadSheet(ctx, db, by, agency, p, now)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		return fault.New(fault.NotFound, "Tidak ada indikator yang jatuh tempo pada %s di instansi itu.", p)
	}
	w, err := newWriter(rows, agency, p, now)
	if err != nil {
		return fmt.Errorf("make the workbook of %s: %w", p, err)
	}
	defer func() { _ = w.file.Close() }()
	if err := w.write(); err != nil {
		return fmt.Errorf("make the workbook of %s: %w", p, err)
	}
	if _, err := w.file.WriteTo(out); err != nil {
		return fmt.Errorf("write the workbook of %s: %w", p, err)
	}
	return nil
}

// writer makes a workbook.
type writer struct {
	file   *excelize.File
	rows   []*Row
	agency string
	period roadmap.Period
	now    time.Time

	head, fact, wrap, entry, closed, day int            // styles
	figures, offered                     map[int]int    // styles of numbers by their decimals
	lists                                map[string]int // columns of lists of choices
	rules                                map[string][]string
}

func newWriter(rows []*Row, agency string, p roadmap.Period, now time.Time) (*writer, error) {
	w := &writer{file: excelize.NewFile(), rows: rows, agency: agency, period: p, now: now,
		figures: map[int]int{}, offered: map[int]int{}, lists: map[string]int{}, rules: map[string][]string{}}
	border := []excelize.Border{{Type: "bottom", Color: "D0D5DD", Style: 1}, {Type: "right", Color: "D0D5DD", Style: 1}}
	top := &excelize.Alignment{Vertical: "top", WrapText: true}
	input := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFFBE6"}}
	grey := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E4E7EC"}}
	locked, open := &excelize.Protection{Locked: true}, &excelize.Protection{Locked: false}
	dateFormat := "dd-mm-yyyy"
	for _, s := range []struct {
		to    *int
		style excelize.Style
	}{
		{&w.head, excelize.Style{Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F3A5F"}}, Alignment: &excelize.Alignment{Vertical: "center", WrapText: true}, Protection: locked}},
		{&w.fact, excelize.Style{Border: border, Alignment: &excelize.Alignment{Vertical: "top"}, Protection: locked}},
		{&w.wrap, excelize.Style{Border: border, Alignment: top, Protection: locked}},
		{&w.entry, excelize.Style{Border: border, Fill: input, Alignment: top, Protection: open}},
		{&w.closed, excelize.Style{Border: border, Fill: grey, Alignment: top, Protection: locked}},
		{&w.day, excelize.Style{Border: border, Fill: input, Alignment: top, Protection: open, CustomNumFmt: &dateFormat}},
	} {
		id, err := w.file.NewStyle(&s.style)
		if err != nil {
			return nil, err
		}
		*s.to = id
	}
	for decimals := range 5 {
		format := "#,##0"
		if decimals > 0 {
			format += "." + strings.Repeat("0", decimals)
		}
		s := excelize.Style{Border: border, Fill: input, Alignment: &excelize.Alignment{Vertical: "top"}, Protection: open, CustomNumFmt: &format}
		id, err := w.file.NewStyle(&s)
		if err != nil {
			return nil, err
		}
		w.figures[decimals] = id
		s.Font = &excelize.Font{Italic: true, Color: "1D4ED8"}
		if w.offered[decimals], err = w.file.NewStyle(&s); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *writer) write() error {
	if err := w.file.SetSheetName("Sheet1", sheetEntry); err != nil {
		return err
	}
	for _, name := range []string{sheetGuide, sheetChoices, sheetAbout} {
		if _, err := w.file.NewSheet(name); err != nil {
			return err
		}
	}
	for i, c := range columns[:len(columns)-1] { // the messages come with an answer only
		name := ColumnName(i)
		if err := w.text(sheetEntry, CellName(0, i), c.title, w.head); err != nil {
			return err
		}
		if c.hidden {
			if err := w.file.SetColVisible(sheetEntry, name, false); err != nil {
				return err
			}
			continue
		}
		if err := w.file.SetColWidth(sheetEntry, name, name, c.width); err != nil {
			return err
		}
	}
	if err := w.file.SetRowHeight(sheetEntry, 1, 32); err != nil {
		return err
	}
	for i, r := range w.rows {
		if err := w.writeRow(i+1, r); err != nil {
			return fmt.Errorf("row of %s: %w", r.Key, err)
		}
	}
	for _, step := range []func() error{w.writeRules, w.writeComments, w.writeGuide, w.writeAbout, w.finish} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// text writes a text cell: typed as a string, and no formula whatever it begins with.
func (w *writer) text(sheet, cell, text string, style int) error {
	if text != "" {
		if err := w.file.SetCellStr(sheet, cell, formula.Guard(cutText(text, 32_000))); err != nil {
			return err
		}
	}
	return w.file.SetCellStyle(sheet, cell, cell, style)
}

// figure writes a number. One with more digits than a spreadsheet keeps is written as text.
func (w *writer) figure(cell string, d *decimal.Decimal, style int) error {
	if d != nil {
		t := d.Trim(0)
		f, _ := t.Float64()
		if t.Prec() > 15 {
			return w.text(sheetEntry, cell, strings.ReplaceAll(t.String(), ".", ","), style)
		}
		if err := w.file.SetCellFloat(sheetEntry, cell, f, -1, 64); err != nil {
			return err
		}
	}
	return w.file.SetCellStyle(sheetEntry, cell, cell, style)
}

func (w *writer) writeRow(row int, r *Row) error {
	v, offered := r.Value, false
	if r.Prefill != nil {
		v, offered = *r.Prefill, true
	}
	for i, c := range columns[:len(columns)-1] {
		cell := CellName(row, i)
		var err error
		switch c.field {
		case fieldVersion:
			err = w.file.SetCellInt(sheetEntry, cell, int64(r.Version))
		case report.FieldActual, report.FieldNumerator, report.FieldDenominator:
			err = w.writeValue(cell, c.field, r, v, offered)
		case report.FieldNextStepDue:
			if v.NextStepDue != nil {
				err = w.file.SetCellInt(sheetEntry, cell, serialOf(*v.NextStepDue))
			} else if text := r.Typed[c.field]; text != "" {
				err = w.text(sheetEntry, cell, text, w.day)
			}
			if err == nil {
				err = w.file.SetCellStyle(sheetEntry, cell, cell, w.day)
			}
			w.rule("date", cell)
		case report.FieldNotApplicable:
			text := ""
			if v.NotApplicable {
				text = "ya"
			}
			err = w.text(sheetEntry, cell, text, w.entry)
			w.rule("yes", cell)
		default:
			style := w.wrap
			if c.input {
				style = w.entry
			}
			err = w.text(sheetEntry, cell, r.text(c.field, v), style)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// text is the text of a field of the row.
func (r *Row) text(field string, v report.Value) string {
	switch field {
	case fieldAgencyCode:
		return r.Agency
	case fieldIndicatorCode:
		return r.Indicator
	case fieldAgency:
		return r.AgencyName
	case fieldIndicator:
		return r.Name
	case fieldGuide:
		return r.guide()
	case fieldUnit:
		return r.Unit
	case fieldTarget:
		return r.TargetText()
	case fieldLast:
		return r.LastText()
	case fieldStatus:
		switch {
		case r.Hidden:
			return "draf (hanya terlihat instansinya)"
		case r.ReportID == 0:
			return "belum diisi"
		}
		return r.Status.Label()
	case fieldPrefill:
		return r.From
	case report.FieldNote:
		return v.Note
	case report.FieldObstacle:
		return v.Obstacle
	case report.FieldNextStep:
		return v.NextStep
	case report.FieldNextStepOwner:
		return v.NextStepOwner
	}
	return ""
}

// guide says how the row is filled in.
func (r *Row) guide() string {
	var parts []string
	if r.Definition != "" {
		parts = append(parts, strings.TrimSuffix(r.Definition, ".")+".")
	}
	switch {
	case r.Kind == scoring.KindFraction:
		parts = append(parts, "Pembilang: "+r.NumeratorLabel+". Penyebut: "+r.DenominatorLabel+". Realisasi dihitung sendiri.")
	case len(r.Choices) > 0:
		var labels []string
		for _, c := range r.Choices {
			labels = append(labels, c.Label)
		}
		parts = append(parts, "Pilih di Realisasi: "+strings.Join(labels, "; ")+".")
	default:
		parts = append(parts, "Isi angkanya di Realisasi.")
	}
	if r.EvidenceRule != "" {
		parts = append(parts, "Bukti: "+r.EvidenceRule+".")
	}
	return strings.Join(parts, " ")
}

// writeValue writes a part of the value with the rule of its cell.
func (w *writer) writeValue(cell, field string, r *Row, v report.Value, offered bool) error {
	isPart := field != report.FieldActual
	if isPart != (r.Kind == scoring.KindFraction) {
		return w.file.SetCellStyle(sheetEntry, cell, cell, w.closed)
	}
	d := v.Actual
	switch field {
	case report.FieldNumerator:
		d = v.Numerator
	case report.FieldDenominator:
		d = v.Denominator
	}
	if len(r.Choices) > 0 {
		text := r.Typed[field]
		if d != nil {
			text = r.valueText(d)
		}
		w.rule("list:"+r.listKey(), cell)
		return w.text(sheetEntry, cell, text, w.entry)
	}
	decimals := r.Decimals
	if isPart {
		decimals = 0
	}
	if d != nil {
		decimals = max(decimals, d.Trim(0).Scale())
	}
	style := w.figures[min(decimals, 4)]
	if offered {
		style = w.offered[min(decimals, 4)]
	}
	if isPart {
		w.rule("positive", cell)
	} else {
		w.rule("number", cell)
	}
	if d == nil && r.Typed[field] != "" {
		return w.text(sheetEntry, cell, r.Typed[field], style)
	}
	return w.figure(cell, d, style)
}

// listKey names the list of choices of a row.
func (r *Row) listKey() string {
	var b strings.Builder
	for _, c := range r.Choices {
		b.WriteString(c.Label + "\n")
	}
	return b.String()
}

// rule notes that the cell must keep to a rule.
func (w *writer) rule(name, cell string) { w.rules[name] = append(w.rules[name], cell) }

// writeRules turns the rules into validations of cells. Texts of a validation are short by
// the format: 255 characters.
func (w *writer) writeRules() error {
	for name, cells := range w.rules {
		v := excelize.NewDataValidation(true)
		v.Sqref = strings.Join(cells, " ")
		var err error
		title, text := "Periksa isian", ""
		switch {
		case name == "positive":
			text = "Isi angka 0 atau lebih, tanpa titik ribuan dan tanpa tulisan."
			err = v.SetRange(0, 99999999999999, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween)
		case name == "number":
			text = "Isi angka saja, tanpa titik ribuan, satuan, atau tanda persen."
			err = v.SetRange(-99999999999999, 99999999999999, excelize.DataValidationTypeDecimal, excelize.DataValidationOperatorBetween)
		case name == "date":
			text = "Isi tanggal, misalnya 31-12-2026."
			err = v.SetRange(int(serialOf(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))), int(serialOf(time.Date(2099, 12, 31, 0, 0, 0, 0, time.UTC))), excelize.DataValidationTypeDate, excelize.DataValidationOperatorBetween)
		case name == "yes":
			text = "Isi ya bila indikator ini tidak berlaku, lalu tulis alasannya di Penyebab. Kosongkan bila berlaku."
			err = v.SetDropList([]string{"ya"})
		default:
			text = "Pilih salah satu dari daftar."
			var place string
			if place, err = w.list(strings.TrimPrefix(name, "list:")); err == nil {
				v.SetSqrefDropList(place)
			}
		}
		if err != nil {
			return err
		}
		v.SetError(excelize.DataValidationErrorStyleStop, title, text)
		if err := w.file.AddDataValidation(sheetEntry, v); err != nil {
			return err
		}
	}
	return nil
}

// list writes a list of choices on the hidden sheet and returns where.
func (w *writer) list(key string) (string, error) {
	labels := strings.Split(strings.TrimSuffix(key, "\n"), "\n")
	i, ok := w.lists[key]
	if !ok {
		i = len(w.lists)
		w.lists[key] = i
		for n, label := range labels {
			if err := w.file.SetCellStr(sheetChoices, CellName(n, i), formula.Guard(label)); err != nil {
				return "", err
			}
		}
	}
	c := ColumnName(i)
	return fmt.Sprintf("%s!$%s$1:$%s$%d", sheetChoices, c, c, len(labels)), nil
}

// columnComments explain columns at their heads.
var columnComments = map[string]string{
	report.FieldActual:        "Angka triwulan ini, atau pilihan dari daftar. Abu-abu: dihitung dari pembilang dan penyebut.",
	report.FieldNumerator:     "Hanya untuk indikator perbandingan. Arti pembilang ada di kolom Cara mengisi.",
	report.FieldDenominator:   "Hanya untuk indikator perbandingan. Isi 0 bila memang tidak ada kejadian.",
	report.FieldNotApplicable: "Isi ya bila indikator tidak berlaku triwulan ini, dan tulis alasannya di Penyebab.",
	report.FieldNote:          "Mengapa angkanya begini. Wajib bila target tidak tercapai atau angkanya melonjak.",
	report.FieldNextStepDue:   "Tanggal tindak lanjut selesai, misalnya 31-12-2026.",
	fieldPrefill:              "Angka miring berwarna biru adalah isian awal. Periksa; baris yang tidak Anda ubah tidak disimpan kecuali Anda memintanya saat mengunggah.",
}

func (w *writer) writeComments() error {
	for i, c := range columns {
		text, ok := columnComments[c.field]
		if !ok {
			continue
		}
		if err := w.file.AddComment(sheetEntry, excelize.Comment{Cell: CellName(0, i), Author: "Peta Jalan", Text: text, Width: 260, Height: 90}); err != nil {
			return err
		}
	}
	return nil
}

// guideLines are the sheet "Petunjuk".
var guideLines = []string{
	"1. Isi hanya sel kuning pada lembar Isian. Sel abu-abu tidak perlu diisi.",
	"2. Indikator perbandingan diisi pembilang dan penyebutnya; persentasenya dihitung program.",
	"3. Ketik angka saja: tanpa titik ribuan, satuan, atau tanda persen. Desimal sesuai pengaturan komputer Anda.",
	"4. Sel kosong berarti belum ada angka, bukan nol. Ketik 0 hanya bila hasilnya memang nol.",
	"5. Predikat, tahapan, serta ya atau tidak dipilih dari daftar di selnya.",
	"6. Bila indikator tidak berlaku triwulan ini, isi ya di Tidak berlaku dan alasannya di Penyebab.",
	"7. Bila target tidak tercapai atau angkanya melonjak, isi Penyebab, Kendala, Tindak lanjut, Penanggung jawab, dan Tenggat.",
	"8. Angka miring berwarna biru adalah isian awal dari triwulan lalu atau dari sistem lain; periksa dahulu.",
	"9. Jangan menghapus kolom tersembunyi: di sana kode yang membuat setiap baris dikenali kembali.",
	"10. Unggah berkas ini di Ruang kerja, menu Impor dan unduh. Hasil bacanya tampil dahulu; tidak ada yang tersimpan sebelum Anda setujui.",
	"11. Yang tersimpan adalah draf. Mengirim ke kepala instansi tetap dilakukan di halaman Isi capaian, bersama buktinya.",
}

func (w *writer) writeGuide() error {
	bold, err := w.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 14}})
	if err != nil {
		return err
	}
	wrap, err := w.file.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}})
	if err != nil {
		return err
	}
	if err := w.file.SetColWidth(sheetGuide, "A", "A", 110); err != nil {
		return err
	}
	who := "semua instansi"
	if w.agency != "" {
		who = w.rows[0].AgencyName
	}
	if err := w.text(sheetGuide, "A1", "Isi capaian "+who+", triwulan "+strconv.Itoa(w.period.Quarter)+" tahun "+strconv.Itoa(w.period.Year), bold); err != nil {
		return err
	}
	for i, line := range guideLines {
		if err := w.text(sheetGuide, CellName(i+2, 0), line, wrap); err != nil {
			return err
		}
	}
	return nil
}

// writeAbout notes what the workbook is, for when it comes back.
func (w *writer) writeAbout() error {
	for i, pair := range [][2]string{{"format", FormatVersion}, {"periode", w.period.String()}, {"instansi", w.agency}, {"diunduh", w.now.Format(time.RFC3339)}} {
		if err := w.file.SetCellStr(sheetAbout, CellName(i, 0), pair[0]); err != nil {
			return err
		}
		if err := w.file.SetCellStr(sheetAbout, CellName(i, 1), pair[1]); err != nil {
			return err
		}
	}
	return nil
}

// finish freezes, protects and hides.
func (w *writer) finish() error {
	f := w.file
	if err := f.SetPanes(sheetEntry, &excelize.Panes{Freeze: true, XSplit: 5, YSplit: 1, TopLeftCell: "F2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if err := f.AutoFilter(sheetEntry, "A1:"+CellName(len(w.rows), len(columns)-2), nil); err != nil {
		return err
	}
	if err := f.ProtectSheet(sheetEntry, &excelize.SheetProtectionOptions{
		SelectLockedCells: true, SelectUnlockedCells: true, FormatColumns: true, FormatRows: true, AutoFilter: true, Sort: true,
	}); err != nil {
		return err
	}
	for _, name := range []string{sheetChoices, sheetAbout} {
		if err := f.SetSheetVisible(name, false, name == sheetAbout); err != nil {
			return err
		}
	}
	f.SetActiveSheet(0)
	return f.SetDocProps(&excelize.DocProperties{Title: "Isi capaian " + w.period.String(), Creator: "Peta Jalan", Language: "id"})
}

// dayZero is the day from which spreadsheets count.
var dayZero = time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)

// serialOf is the number of a day in a spreadsheet.
func serialOf(day time.Time) int64 {
	y, m, d := day.Date()
	return int64(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Sub(dayZero) / (24 * time.Hour))
}
