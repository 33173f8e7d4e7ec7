package exchange

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/govalues/decimal"

	"petajalan/internal/formula"
	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// decidedRow is a row of a table on its way to a draft.
type decidedRow struct {
	*Row
	t         *table
	at        int // row of the sheet
	notations map[string]Notation
	m         *messages
	failed    bool // a mistake was told: the row is not kept
	pending   bool // a column has to be decided before the row can be read
}

// mistake tells what is wrong with a cell, so that the row is not kept.
func (r *decidedRow) mistake(field, read, wrong, do string) {
	r.failed = true
	r.m.add(Mistake, r.t, r.at, field, read, wrong, do)
}

func (r *decidedRow) warn(field, read, wrong, do string) {
	r.m.add(Warning, r.t, r.at, field, read, wrong, do)
}

func (r *decidedRow) note(field, read, wrong string) {
	r.m.add(Note, r.t, r.at, field, read, wrong, "")
}

// tellFormula says that the result of a formula is used as it was last computed.
func (r *decidedRow) tellFormula(field string, c Cell) {
	if c.Formula == "" {
		return
	}
	if c.Kind == Empty {
		r.warn(field, "="+c.Formula, "Sel ini rumus yang belum dihitung, jadi dibaca kosong.", "Buka dan simpan berkas di Excel, atau ketik angkanya.")
		return
	}
	r.note(field, "="+c.Formula, fmt.Sprintf("Sel ini rumus. Yang dipakai hasil terakhirnya: %s.", c.Text))
}

// number reads a cell that holds a number. ok is false where it holds something else.
func (r *decidedRow) number(field string) (d *decimal.Decimal, ok bool) {
	c, _ := r.t.cell(r.at, field)
	r.tellFormula(field, c)
	title := columnOf(field).title
	switch c.Kind {
	case Empty:
		return nil, true
	case Failed:
		r.mistake(field, c.Text, "Rumus di sel ini gagal dihitung.", "Perbaiki rumusnya atau ketik angkanya.")
		return nil, false
	case Boolean:
		r.mistake(field, boolText(c.Text), "Di sini harus angka, bukan benar atau salah.", "Ketik angkanya.")
		return nil, false
	case Number:
		return r.storedNumber(field, c)
	}
	text := formula.Unguard(c.Text)
	if IsPlaceholder(text) {
		r.note(field, text, "Dibaca kosong, bukan nol. Bila memang nol, ketik 0.")
		return nil, true
	}
	// What was typed once and could not be read may stay as it is.
	if old := r.Typed[field]; old != "" && cleanText(old) == text && r.part(field) == nil {
		return nil, true
	}
	n := r.notations[field]
	if n == asking {
		_, asComma := ParseNumber(text, Comma)
		_, asPoint := ParseNumber(text, Point)
		if asComma || asPoint {
			r.pending = true
			return nil, false
		}
	}
	if n == asking || n == Undecided {
		n = Comma
	}
	v, ok := ParseNumber(text, n)
	if !ok {
		if _, other := ParseNumber(text, otherNotation(n)); other {
			r.mistake(field, text, fmt.Sprintf("Kolom ini dibaca dengan %s sebagai desimal, dan menurut itu isian ini bukan angka.", n), "Tulis semua angka di kolom ini dengan cara yang sama.")
		} else {
			r.mistake(field, text, fmt.Sprintf("%s harus angka.", title), "Ketik angkanya saja, tanpa satuan atau tulisan.")
		}
		return nil, false
	}
	if HasPercent(text) && !r.takesPercent(field) {
		r.mistake(field, text, fmt.Sprintf("%s bersatuan %s, bukan persen.", title, r.unitOf(field)), "Ketik jumlahnya, bukan persentase.")
		return nil, false
	}
	if HasPercent(text) {
		r.note(field, text, fmt.Sprintf("Dibaca %s persen.", Indonesian(v)))
	}
	return r.bounded(field, text, v)
}

func (r *decidedRow) storedNumber(field string, c Cell) (*decimal.Decimal, bool) {
	if c.Date {
		read := c.Text
		if day, ok := dayOf(c.Text); ok {
			read += " (" + day.Format("02-01-2006") + ")"
		}
		r.mistake(field, read, "Excel mengubah isian ini menjadi tanggal.", "Ubah format sel menjadi Angka, lalu ketik ulang angkanya.")
		return nil, false
	}
	v, ok := storedNumber(c.Text)
	if !ok {
		r.mistake(field, c.Text, "Angka ini terlalu besar.", "Periksa angkanya.")
		return nil, false
	}
	if c.Percent {
		if !r.takesPercent(field) {
			r.mistake(field, c.Text, fmt.Sprintf("Sel ini berformat persen, sedangkan satuannya %s.", r.unitOf(field)), "Ubah format sel menjadi Angka, lalu ketik ulang.")
			return nil, false
		}
		hundred, err := v.Mul(decimal.Hundred)
		if err != nil {
			r.mistake(field, c.Text, "Angka ini terlalu besar.", "Periksa angkanya.")
			return nil, false
		}
		v = hundred.Trim(0)
		r.note(field, c.Text, fmt.Sprintf("Sel berformat persen, dibaca %s persen.", Indonesian(v)))
	}
	return r.bounded(field, c.Text, v)
}

// bounded rounds a number to the four decimals that are kept, and says so.
func (r *decidedRow) bounded(field, read string, v decimal.Decimal) (*decimal.Decimal, bool) {
	if v.CmpAbs(largest) >= 0 {
		r.mistake(field, read, "Angka ini terlalu besar.", "Periksa angkanya.")
		return nil, false
	}
	if v.Scale() > 4 {
		v = v.Round(4).Trim(0)
		r.note(field, read, fmt.Sprintf("Dibulatkan menjadi %s: yang disimpan paling banyak empat angka di belakang koma.", Indonesian(v)))
	}
	return &v, true
}

// largest is the first number that cannot be kept.
var largest = decimal.MustNew(1e14, 0)

func otherNotation(n Notation) Notation {
	if n == Comma {
		return Point
	}
	return Comma
}

// takesPercent reports whether a percent sign belongs to the field.
func (r *decidedRow) takesPercent(field string) bool {
	return field == fieldAchievement || field == report.FieldActual && (strings.Contains(r.Unit, "%") || strings.Contains(strings.ToLower(r.Unit), "persen"))
}

func (r *decidedRow) unitOf(field string) string {
	switch {
	case field == report.FieldNumerator && r.NumeratorLabel != "":
		return r.NumeratorLabel
	case field == report.FieldDenominator && r.DenominatorLabel != "":
		return r.DenominatorLabel
	case r.Unit != "":
		return r.Unit
	}
	return "angka"
}

// part is the saved number of a field.
func (r *Row) part(field string) *decimal.Decimal {
	switch field {
	case report.FieldActual:
		return r.Value.Actual
	case report.FieldNumerator:
		return r.Value.Numerator
	case report.FieldDenominator:
		return r.Value.Denominator
	}
	return nil
}

var parenthesis = regexp.MustCompile(`^(.*\S)\s*\(([^()]*)\)$`)

// choice reads a cell in which one of the choices must stand.
func (r *decidedRow) choice(field string) (d *decimal.Decimal, ok bool) {
	c, _ := r.t.cell(r.at, field)
	r.tellFormula(field, c)
	text := formula.Unguard(c.Text)
	switch {
	case c.Kind == Empty:
		return nil, true
	case c.Kind == Failed:
		r.mistake(field, c.Text, "Rumus di sel ini gagal dihitung.", "Pilih dari daftar di sel ini.")
		return nil, false
	case c.Kind == Boolean:
		text = map[bool]string{true: "ya", false: "tidak"}[isTrue(strings.ToLower(c.Text))]
	case IsPlaceholder(text):
		r.note(field, text, "Dibaca kosong.")
		return nil, true
	case r.Typed[field] != "" && cleanText(r.Typed[field]) == text && r.part(field) == nil:
		return nil, true
	}
	if found := r.findChoice(text, c.Kind == Number); found != nil {
		v := found.Value
		return &v, true
	}
	if m := parenthesis.FindStringSubmatch(text); m != nil {
		if found := r.findChoice(m[1], false); found != nil {
			v := found.Value
			r.note(field, text, fmt.Sprintf("Dibaca %s; (%s) tidak dipakai, karena yang dilaporkan pilihannya.", found.Code, m[2]))
			return &v, true
		}
	}
	var codes []string
	for _, c := range r.Choices {
		codes = append(codes, c.Code)
	}
	r.mistake(field, text, "Isian ini bukan salah satu pilihannya.", "Pilih "+strings.Join(codes, ", ")+".")
	return nil, false
}

// findChoice finds a choice by its code or its label. A milestone is found by its percent,
// yes or no by 1 or 0 too; a predicate is never found by a number, which would be its score.
func (r *decidedRow) findChoice(text string, isNumber bool) *Choice {
	t := strings.ToLower(strings.Join(strings.Fields(text), " "))
	for i := range r.Choices {
		c := &r.Choices[i]
		code, name, _ := strings.Cut(strings.ToLower(c.Label), " – ")
		if !isNumber && (t == strings.ToLower(c.Label) || t == code || name != "" && t == name) {
			return c
		}
	}
	switch r.Kind {
	case scoring.KindYesNo:
		switch t {
		case "1", "y", "yes", "v", "✓", "√", "sudah", "ada", "true":
			return &r.Choices[0]
		case "0", "t", "no", "x", "belum", "false":
			return &r.Choices[1]
		}
	case scoring.KindMilestone:
		t = strings.TrimSpace(strings.TrimSuffix(t, "%"))
		if d, ok := ParseNumber(t, Comma); ok {
			return r.choiceOf(&d)
		}
		if d, err := decimal.Parse(t); err == nil {
			return r.choiceOf(&d)
		}
	}
	return nil
}

// yes reads a cell that says yes or nothing.
func (r *decidedRow) yes(field string) (is, ok bool) {
	c, _ := r.t.cell(r.at, field)
	text := strings.ToLower(formula.Unguard(c.Text))
	switch {
	case c.Kind == Empty, IsPlaceholder(text):
		return false, true
	case c.Kind == Failed:
	case c.Kind == Boolean, c.Kind == Number, c.Kind == Text:
		switch text {
		case "ya", "y", "1", "v", "x", "✓", "√", "yes", "true", "benar", "tidak berlaku":
			return true, true
		case "tidak", "t", "0", "no", "false", "berlaku", "salah":
			return false, true
		}
	}
	r.mistake(field, c.Text, "Di sini hanya ya atau kosong.", "Isi ya bila indikator ini tidak berlaku, selain itu kosongkan.")
	return false, false
}

// words reads a cell of plain text, of so many characters at most.
func (r *decidedRow) words(field string, most int) (text string, ok bool) {
	c, _ := r.t.cell(r.at, field)
	r.tellFormula(field, c)
	switch {
	case c.Kind == Failed:
		r.mistake(field, c.Text, "Rumus di sel ini gagal dihitung.", "Ketik tulisannya.")
		return "", false
	case c.Cut || utf8.RuneCountInString(c.Text) > most:
		r.mistake(field, cutText(c.Text, 60)+"…", fmt.Sprintf("Tulisan ini lebih dari %d karakter.", most), "Ringkas tulisannya.")
		return "", false
	case c.Kind == Boolean:
		return boolText(c.Text), true
	}
	return formula.Unguard(c.Text), true
}

// How long an explanation and the name of an office may be, in characters.
const (
	maxWords = 2000
	maxOwner = 200
)

func boolText(s string) string {
	if isTrue(strings.ToLower(s)) {
		return "TRUE"
	}
	return "FALSE"
}

// day reads a cell that holds a day; nil: none.
func (r *decidedRow) day(field string) (day *time.Time, ok bool) {
	c, _ := r.t.cell(r.at, field)
	r.tellFormula(field, c)
	text := formula.Unguard(c.Text)
	switch {
	case c.Kind == Empty, IsPlaceholder(text):
		return nil, true
	case c.Kind == Text && r.Typed[field] != "" && cleanText(r.Typed[field]) == text && r.Value.NextStepDue == nil:
		return nil, true
	case c.Kind == Number:
		if d, ok := dayOf(text); ok {
			return &d, true
		}
	case c.Kind == Text:
		if d, ok := ParseDay(text); ok {
			return &d, true
		}
	}
	r.mistake(field, text, "Tanggal ini tidak dapat dibaca.", "Tulis seperti 31-12-2026.")
	return nil, false
}

// dayOf is the day that a spreadsheet keeps as a number; ok is false for one that lies
// outside of this century.
func dayOf(text string) (time.Time, bool) {
	whole, _, _ := strings.Cut(text, ".")
	n, err := strconv.Atoi(whole)
	if err != nil || n < 36526 || n > 73050 {
		return time.Time{}, false
	}
	return dayZero.AddDate(0, 0, n), true
}

var months = map[string]time.Month{
	"januari": 1, "jan": 1, "februari": 2, "feb": 2, "pebruari": 2, "maret": 3, "mar": 3, "april": 4, "apr": 4, "mei": 5, "juni": 6, "jun": 6,
	"juli": 7, "jul": 7, "agustus": 8, "agu": 8, "ags": 8, "agt": 8, "september": 9, "sep": 9, "sept": 9, "oktober": 10, "okt": 10,
	"november": 11, "nov": 11, "nopember": 11, "desember": 12, "des": 12,
}

var (
	dayPattern   = regexp.MustCompile(`^(\d{1,2})[-/. ](\d{1,2})[-/. ](20\d{2})$`)
	isoPattern   = regexp.MustCompile(`^(20\d{2})[-/](\d{1,2})[-/](\d{1,2})(?:[T ].*)?$`)
	wordsPattern = regexp.MustCompile(`^(\d{1,2})[- ]([a-z]+)[- ](20\d{2})$`)
)

// ParseDay reads a day as people write it here: 31-12-2026, 31/12/2026, 2026-12-31 or 31
// Desember 2026. The day always comes before the month. ok is false for anything else.
func ParseDay(s string) (day time.Time, ok bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	var y, m, d string
	switch {
	case dayPattern.MatchString(s):
		p := dayPattern.FindStringSubmatch(s)
		d, m, y = p[1], p[2], p[3]
	case isoPattern.MatchString(s):
		p := isoPattern.FindStringSubmatch(s)
		y, m, d = p[1], p[2], p[3]
	case wordsPattern.MatchString(s):
		p := wordsPattern.FindStringSubmatch(s)
		month, known := months[p[2]]
		if !known {
			return time.Time{}, false
		}
		d, m, y = p[1], strconv.Itoa(int(month)), p[3]
	default:
		return time.Time{}, false
	}
	year, _ := strconv.Atoi(y)
	month, _ := strconv.Atoi(m)
	n, _ := strconv.Atoi(d)
	day = time.Date(year, time.Month(month), n, 0, 0, 0, 0, time.UTC)
	return day, day.Day() == n && int(day.Month()) == month
}
