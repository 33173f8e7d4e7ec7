package exchange

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/formula"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Choices are what the user decided about a file.
type Choices struct {
	// Notations say how columns are read that can be read in two ways, by ColumnNote.Key.
	Notations map[string]Notation `json:"notations,omitempty"`
	// Overwrite keeps also what somebody else changed since the file was downloaded.
	Overwrite bool `json:"overwrite,omitempty"`
	// Prefills keeps also rows in which nothing but the prefill stands.
	Prefills bool `json:"prefills,omitempty"`
	// Mapping says what the columns of another system's file are; nil: not chosen yet.
	Mapping *Mapping `json:"mapping,omitempty"`
}

// Change is a row that would be kept, in words.
type Change struct {
	report.Key
	AgencyName, Name string
	Cell             string // of its first figure
	Before, After    string
	Warned           bool // somebody should look at it
	Conflict         bool // somebody else changed it since the file was downloaded
}

// DryRun is what would become of a file. Nothing of it is kept.
type DryRun struct {
	Columns  []ColumnNote
	Messages []Message // by sheet and row
	Totals   []Total
	Changes  []Change
	Drafts   []report.DraftRow
	// Of the files of other systems, and of past quarters.
	Feed      []report.FeedValue
	Surveys   []roadmap.Satisfaction
	Histories []report.History
	Fields    []MappedField // what a column may be; empty where none is to be chosen
	Headers   []string      // titles of the file's columns
	Preview   [][]string    // its first rows
	// Counts of rows.
	Read, Unchanged, Offered, Refused, Foreign, Conflicts, Pending int
	// Ask says that a column has to be decided before anything can be kept.
	Ask bool
}

// CountOf is how many messages have the level.
func (d *DryRun) CountOf(level Level) int {
	n := 0
	for _, m := range d.Messages {
		if m.Level == level {
			n++
		}
	}
	return n
}

// place is a row of a table.
type place struct {
	t  *table
	at int
}

// dryRunner reads a book against the rows there are.
type dryRunner struct {
	DryRun
	m       messages
	by      *account.User
	period  roadmap.Period
	agency  string // whose sheet it must be; empty: of any
	rows    map[report.Key]*Row
	byName  map[string]string // codes of indicators by their names
	agents  map[string]string // codes of agencies by code and names
	choices Choices
	seen    map[report.Key]place
	past    *past // set when past quarters are read
}

// TryWorksheet reads a book as the sheets of a period, of one agency or of all when agency
// is empty, and says what would become of it. rows are all that by may see. The error is
// Invalid where the book is none of that.
func TryWorksheet(book *Book, rows []*Row, by *account.User, agency string, p roadmap.Period, choices Choices) (*DryRun, error) {
	d := newDryRunner(rows, by, agency, p, choices)
	if err := checkAbout(book, agency, p); err != nil {
		return nil, err
	}
	tables := d.findTables(book)
	if len(tables) == 0 {
		return nil, fault.New(fault.Invalid, "Tidak ada lembar dengan baris judul yang dikenal di berkas ini. Unduh lembar dari halaman ini, isi, lalu unggah lagi; judul kolomnya jangan diubah.")
	}
	for _, t := range tables {
		d.readTable(t)
	}
	d.Messages = d.m.list
	slices.SortStableFunc(d.Messages, func(a, b Message) int {
		if a.Sheet != b.Sheet {
			return strings.Compare(a.Sheet, b.Sheet)
		}
		return a.row - b.row
	})
	if d.Read == 0 && len(d.Messages) == 0 {
		return nil, fault.New(fault.Invalid, "Tidak ada satu baris pun yang terisi di berkas ini.")
	}
	return &d.DryRun, nil
}

func newDryRunner(rows []*Row, by *account.User, agency string, p roadmap.Period, choices Choices) *dryRunner {
	d := &dryRunner{by: by, period: p, agency: agency, choices: choices,
		rows: map[report.Key]*Row{}, byName: map[string]string{}, agents: map[string]string{}, seen: map[report.Key]place{}}
	for _, r := range rows {
		d.rows[r.Key] = r
		d.byName[normalTitle(r.Name)] = r.Indicator
		for _, name := range []string{r.Agency, r.AgencyName, r.ShortName} {
			d.agents[normalTitle(name)] = r.Agency
		}
	}
	return d
}

// checkAbout refuses a workbook of ours that is of another period or agency.
func checkAbout(book *Book, agency string, p roadmap.Period) error {
	for _, s := range book.Sheets {
		if s.Name != sheetAbout {
			continue
		}
		about := map[string]string{}
		for row := range s.Rows {
			about[s.At(row, 0).Text] = s.At(row, 1).Text
		}
		switch {
		case about["format"] != "" && about["format"] != FormatVersion:
			return fault.New(fault.Invalid, "Berkas ini berformat %s, yang tidak dikenal lagi. Unduh lembar baru, lalu pindahkan isiannya.", about["format"])
		case about["periode"] != "" && about["periode"] != p.String():
			return fault.New(fault.Invalid, "Berkas ini lembar periode %s, sedangkan Anda mengimpor untuk %s. Unduh lembar periode yang benar.", about["periode"], p)
		case agency != "" && about["instansi"] != "" && about["instansi"] != agency:
			return fault.New(fault.Invalid, "Berkas ini lembar instansi lain. Unduh lembar instansi Anda dari halaman ini.")
		}
	}
	return nil
}

// findTables finds the tables of the book, and tells which sheets are left out.
func (d *dryRunner) findTables(book *Book) []*table {
	var tables []*table
	for _, s := range book.Sheets {
		if s.Name == sheetAbout || s.Name == sheetChoices || s.Name == sheetGuide || len(s.Rows) == 0 {
			continue
		}
		t := findTable(s)
		switch {
		case s.Hidden && t != nil:
			d.m.sheet(Warning, s, "", fmt.Sprintf("Lembar %s tersembunyi, jadi tidak dibaca.", s.Name), "Tampilkan lembarnya bila isinya ingin diimpor.")
		case s.Hidden:
			d.m.sheet(Note, s, "", fmt.Sprintf("Lembar %s tersembunyi, jadi tidak dibaca.", s.Name), "")
		case t == nil:
			d.m.sheet(Note, s, "", fmt.Sprintf("Lembar %s tidak mempunyai baris judul yang dikenal, jadi dilewati.", s.Name), "")
		default:
			tables = append(tables, t)
		}
	}
	return tables
}

// readTable reads the rows of a table: first whose they are, then how the columns of
// numbers are written, then the values.
func (d *dryRunner) readTable(t *table) {
	d.m.tellShape(t)
	var found []*decidedRow
	var totals []int
	for at := t.header + 1; at < len(t.sheet.Rows); at++ {
		if t.isBlank(at) {
			continue
		}
		if t.totalLabel(at) != "" {
			totals = append(totals, at)
			continue
		}
		if r := d.resolve(t, at); r != nil {
			found = append(found, &decidedRow{Row: r, t: t, at: at, m: &d.m})
		}
	}
	notations := d.decide(t, found)
	for _, r := range found {
		r.notations = notations
		d.Read++
		d.readRow(r)
	}
	d.readTotals(t, totals, notations)
}

// resolve finds whose row it is; nil, and told, where it is nobody's or was there before.
func (d *dryRunner) resolve(t *table, at int) *Row {
	indicator := strings.ToUpper(t.text(at, fieldIndicatorCode))
	if indicator == "" { // the name counts only where there is no code
		indicator = t.text(at, fieldIndicator)
		if code, ok := d.byName[normalTitle(indicator)]; ok {
			indicator = code
		}
	}
	agency := t.text(at, fieldAgencyCode)
	if agency == "" {
		agency = t.text(at, fieldAgency)
	}
	if code, ok := d.agents[normalTitle(agency)]; ok {
		agency = code
	} else if agency == "" {
		agency = d.agency
	}
	if indicator == "" {
		d.Foreign++
		d.m.add(Mistake, t, at, fieldIndicator, "", "Baris ini tidak menyebut indikator, jadi tidak dapat dikenali.", "Isi kode indikatornya, atau hapus baris ini.")
		return nil
	}
	period := d.period
	if d.past != nil {
		var ok bool
		if period, ok = d.past.periodOf(&d.m, t, at); !ok {
			d.Refused++
			return nil
		}
	}
	key := report.Key{Agency: agency, Indicator: indicator, Period: period}
	r := d.rows[key]
	if r == nil || d.agency != "" && agency != d.agency {
		d.Foreign++
		d.m.add(Mistake, t, at, fieldIndicatorCode, strings.TrimSpace(agency+" "+indicator), fmt.Sprintf("Tidak ada indikator ini di lembar Anda untuk %s.", period), "Periksa kode instansi dan indikatornya, atau hapus baris ini.")
		return nil
	}
	if first, twice := d.seen[key]; twice {
		d.Refused++
		d.m.add(Mistake, t, at, fieldIndicatorCode, indicator, fmt.Sprintf("Indikator ini sudah ada di baris %d lembar %s. Yang dibaca baris pertama.", first.at+1, first.t.sheet.Name), "Hapus salah satunya.")
		return nil
	}
	d.seen[key] = place{t, at}
	return r
}

// decide says how each column of numbers is written.
func (d *dryRunner) decide(t *table, found []*decidedRow) map[string]Notation {
	notations := map[string]Notation{}
	for _, list := range [][]column{columns, foreignColumns} {
		for _, c := range list {
			i, ok := t.at[c.field]
			if !ok || !c.number {
				continue
			}
			var samples []Sample
			for _, r := range found {
				isPart := c.field == report.FieldNumerator || c.field == report.FieldDenominator
				if c.field == report.FieldActual && len(r.Choices) > 0 || isPart && r.Kind != scoring.KindFraction {
					continue
				}
				if cell := t.sheet.At(r.at, i); cell.Kind == Text && !IsPlaceholder(cell.Text) {
					samples = append(samples, Sample{CellName(r.at, i), formula.Unguard(cell.Text)})
				}
			}
			note := ColumnNote{Key: t.sheet.Name + "!" + ColumnName(i), Sheet: t.sheet.Name, Letter: ColumnName(i), Title: c.title}
			decision := Decide(samples)
			note.Notation, note.Ask, note.Reason = decision.Notation, decision.Ask, decision.Reason
			if chosen := d.choices.Notations[note.Key]; note.Ask && (chosen == Comma || chosen == Point) {
				note.Notation, note.Chosen = chosen, true
			}
			if note.Reason != "" {
				d.Columns = append(d.Columns, note)
			}
			d.Ask = d.Ask || note.Ask && !note.Chosen && c.input
			notations[c.field] = note.Notation
			if note.Ask && !note.Chosen {
				notations[c.field] = asking
			}
		}
	}
	return notations
}

// readRow reads the values of a row and holds them against what is there.
func (d *dryRunner) readRow(r *decidedRow) {
	value := r.readValue()
	switch {
	case r.failed:
		d.Refused++
		return
	case r.pending:
		d.Pending++
		return
	}
	r.compareAchievement(value)
	if d.past != nil {
		d.addHistory(r, value)
		return
	}
	base := r.Value
	if same(base, value) {
		d.Unchanged++
		return
	}
	if r.Prefill != nil && same(*r.Prefill, value) && !d.choices.Prefills {
		d.Offered++
		return
	}
	switch {
	case !d.by.MayReport(r.Agency):
		d.Foreign++
		r.mistake(fieldIndicatorCode, r.Agency, "Anda bukan operator instansi ini, jadi barisnya hanya diperiksa, tidak disimpan.", "")
		return
	case r.Status != report.Draft && r.Status != report.Returned:
		d.Refused++
		r.mistake(fieldIndicatorCode, r.Indicator, fmt.Sprintf("Laporan ini sudah %s, jadi tidak dapat diubah lewat berkas.", r.Status.Label()), "Tarik dahulu laporannya bila memang harus diubah.")
		return
	}
	change := Change{Key: r.Key, AgencyName: r.AgencyName, Name: r.Name, Cell: CellName(r.at, r.firstInput()), Before: r.inWords(base), After: r.inWords(value)}
	if version, ok := r.fileVersion(); ok && version != r.Version {
		d.Conflicts++
		change.Conflict = true
		do := "Yang dipertahankan isian di program. Pilih Timpa di bawah bila isian berkas yang benar."
		if d.choices.Overwrite {
			do = "Isian program akan ditimpa, sesuai pilihan Anda."
		}
		r.warn(r.valueField(), change.After, fmt.Sprintf("Baris ini diubah orang lain sejak berkas diunduh. Di program sekarang: %s.", orDash(change.Before)), do)
		if !d.choices.Overwrite {
			return
		}
	}
	r.check(value)
	if r.failed {
		d.Refused++
		return
	}
	change.Warned = r.warnings(value)
	d.Changes = append(d.Changes, change)
	version := r.Version
	d.Drafts = append(d.Drafts, report.DraftRow{Key: r.Key, Version: version, Value: value})
}

// fileVersion is the version of the row when the file was downloaded.
func (r *decidedRow) fileVersion() (int, bool) {
	c, ok := r.t.cell(r.at, fieldVersion)
	if !ok || c.Kind == Empty {
		return 0, false
	}
	d, err := decimal.Parse(c.Text)
	if err != nil {
		return 0, false
	}
	n, _, ok := d.Int64(0)
	return int(n), ok
}

// valueField is the field in which the figure of the row stands.
func (r *decidedRow) valueField() string {
	if r.Kind == scoring.KindFraction {
		return report.FieldNumerator
	}
	return report.FieldActual
}

// firstInput is the column of the figure, or of the first input there is.
func (r *decidedRow) firstInput() int {
	if i, ok := r.t.at[r.valueField()]; ok {
		return i
	}
	for _, c := range columns {
		if i, ok := r.t.at[c.field]; ok && c.input {
			return i
		}
	}
	return 0
}

// readValue reads all inputs of the row. A field that has no column keeps its value.
func (r *decidedRow) readValue() report.Value {
	v := r.Value
	figure := func(field string, to **decimal.Decimal, read func(string) (*decimal.Decimal, bool)) {
		if !r.t.has(field) {
			return
		}
		if d, ok := read(field); ok {
			*to = d
		}
	}
	switch {
	case r.Kind == scoring.KindFraction:
		figure(report.FieldNumerator, &v.Numerator, r.number)
		figure(report.FieldDenominator, &v.Denominator, r.number)
		r.compareQuotient(v)
	case len(r.Choices) > 0:
		figure(report.FieldActual, &v.Actual, r.choice)
	default:
		figure(report.FieldActual, &v.Actual, r.number)
	}
	if r.Kind != scoring.KindFraction {
		for _, field := range []string{report.FieldNumerator, report.FieldDenominator} {
			if c, ok := r.t.cell(r.at, field); ok && c.Kind != Empty && !IsPlaceholder(c.Text) {
				r.warn(field, c.Text, "Indikator ini dilaporkan sebagai satu angka; isian ini tidak dipakai.", "Isi angkanya di Realisasi.")
			}
		}
	}
	if r.t.has(report.FieldNotApplicable) {
		if is, ok := r.yes(report.FieldNotApplicable); ok {
			v.NotApplicable = is
		}
	}
	for _, x := range []struct {
		field string
		to    *string
		most  int
	}{{report.FieldNote, &v.Note, maxWords}, {report.FieldObstacle, &v.Obstacle, maxWords}, {report.FieldNextStep, &v.NextStep, maxWords}, {report.FieldNextStepOwner, &v.NextStepOwner, maxOwner}} {
		if !r.t.has(x.field) {
			continue
		}
		if text, ok := r.words(x.field, x.most); ok && text != cleanText(*x.to) {
			*x.to = text
		}
	}
	if r.t.has(report.FieldNextStepDue) {
		if day, ok := r.day(report.FieldNextStepDue); ok {
			v.NextStepDue = day
		}
	}
	return v
}

// compareQuotient holds a percentage that stands beside a fraction against the fraction.
func (r *decidedRow) compareQuotient(v report.Value) {
	c, ok := r.t.cell(r.at, report.FieldActual)
	if !ok || c.Kind == Empty || IsPlaceholder(c.Text) {
		return
	}
	if v.Numerator == nil && v.Denominator == nil {
		r.mistake(report.FieldActual, c.Text, "Indikator ini dilaporkan sebagai pembilang dan penyebut, bukan persentase.", fmt.Sprintf("Isi Pembilang (%s) dan Penyebut (%s).", r.NumeratorLabel, r.DenominatorLabel))
		return
	}
	recomputed, ok := percentOf(v)
	if !ok {
		return
	}
	told := "dihitung ulang dari pembilang dan penyebut: " + Indonesian(recomputed) + "%"
	if d := r.quietNumber(c, report.FieldActual); d != nil && recomputed.Round(d.Scale()).Equal(*d) {
		r.note(report.FieldActual, c.Text, "Cocok; "+told+".")
		return
	}
	r.warn(report.FieldActual, c.Text, "Tidak dipakai, dan tidak sama: "+told+".", "Periksa pembilang dan penyebutnya.")
}

// percentOf is a fraction in per cent, to two decimals.
func percentOf(v report.Value) (decimal.Decimal, bool) {
	if v.Numerator == nil || v.Denominator == nil || v.Denominator.IsZero() {
		return decimal.Decimal{}, false
	}
	q, err := v.Numerator.Quo(*v.Denominator)
	if err != nil {
		return q, false
	}
	q, err = q.Mul(decimal.Hundred)
	return q.Round(2), err == nil
}

// quietNumber reads a number without telling anything; nil where there is none.
func (r *decidedRow) quietNumber(c Cell, field string) *decimal.Decimal {
	switch c.Kind {
	case Number:
		d, ok := storedNumber(c.Text)
		if !ok || c.Date {
			return nil
		}
		if c.Percent {
			if d2, err := d.Mul(decimal.Hundred); err == nil {
				d = d2.Trim(0)
			}
		}
		return &d
	case Text:
		n := r.notations[field]
		switch n {
		case asking:
			return nil
		case Undecided:
			n = Comma
		}
		if d, ok := ParseNumber(formula.Unguard(c.Text), n); ok {
			return &d
		}
	}
	return nil
}

// check refuses what the indicator cannot have. What is merely not complete is a draft.
func (r *decidedRow) check(v report.Value) {
	if v.NotApplicable && (v.Actual != nil || v.Numerator != nil || v.Denominator != nil) {
		r.mistake(report.FieldNotApplicable, "ya", "Angka dan tidak berlaku terisi bersama.", "Kosongkan salah satunya.")
		return
	}
	switch {
	case v.NotApplicable && v.Note == "":
		r.warn(report.FieldNote, "", "Belum ada alasan mengapa indikator tidak berlaku.", "Isi alasannya di Penyebab sebelum dikirim.")
		return
	case v.NotApplicable:
		return
	case v.Actual == nil && v.Numerator == nil && v.Denominator == nil:
		return
	case (v.Numerator == nil) != (v.Denominator == nil):
		field, title := report.FieldNumerator, "Pembilang"
		if v.Denominator == nil {
			field, title = report.FieldDenominator, "Penyebut"
		}
		r.warn(field, "", title+" belum diisi.", "Lengkapi sebelum dikirim.")
		return
	}
	if err := r.form().Check(v); err != nil {
		r.mistake(r.valueField(), r.inWords(v), fault.MessageOf(err), "Periksa angkanya.")
	}
}

// same reports whether two values say the same.
func same(a, b report.Value) bool {
	return equal(a.Actual, b.Actual) && equal(a.Numerator, b.Numerator) && equal(a.Denominator, b.Denominator) && a.NotApplicable == b.NotApplicable &&
		cleanText(a.Note) == cleanText(b.Note) && cleanText(a.Obstacle) == cleanText(b.Obstacle) && cleanText(a.NextStep) == cleanText(b.NextStep) &&
		cleanText(a.NextStepOwner) == cleanText(b.NextStepOwner) && sameDay(a.NextStepDue, b.NextStepDue)
}

func equal(a, b *decimal.Decimal) bool {
	return a == nil && b == nil || a != nil && b != nil && a.Equal(*b)
}

func sameDay(a, b *time.Time) bool {
	return a == nil && b == nil || a != nil && b != nil && serialOf(*a) == serialOf(*b)
}

// inWords is a value in a few words; empty where there is none.
func (r *Row) inWords(v report.Value) string {
	var parts []string
	switch {
	case v.NotApplicable:
		parts = append(parts, "tidak berlaku")
	case v.Numerator != nil || v.Denominator != nil:
		parts = append(parts, orDash(number(v.Numerator))+" dari "+orDash(number(v.Denominator)))
	case v.Actual != nil:
		parts = append(parts, r.valueText(v.Actual))
	}
	explained := 0
	for _, s := range []string{v.Note, v.Obstacle, v.NextStep, v.NextStepOwner} {
		if s != "" {
			explained++
		}
	}
	if v.NextStepDue != nil {
		explained++
	}
	if explained > 0 {
		parts = append(parts, fmt.Sprintf("%d penjelasan", explained))
	}
	return strings.Join(parts, ", ")
}

func number(d *decimal.Decimal) string {
	if d == nil {
		return ""
	}
	return Indonesian(*d)
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}
