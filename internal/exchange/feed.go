package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/govalues/decimal"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/formula"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// What the file of another system holds.
const (
	TargetValues  = "nilai" // figures of indicators
	TargetSurveys = "skm"   // results of the survey of satisfaction
)

// Ref is where a field comes from: a column by its title, or the same value in all rows.
type Ref struct {
	Header   string `json:"header,omitempty"`
	Constant string `json:"constant,omitempty"`
}

// Mapping says what the columns of another system's file are.
type Mapping struct {
	Source   string         `json:"source"` // as the reader knows the system: "SIAK"
	Target   string         `json:"target"` // TargetValues or TargetSurveys
	Fields   map[string]Ref `json:"fields"`
	Notation Notation       `json:"notation,omitempty"` // of its numbers; empty: found out for each column
}

// MappedField is a field that a column can be.
type MappedField struct {
	Name, Label, Hint string
	Required          bool
	Missing           bool // it is required, and nothing was chosen
	Ref               Ref
}

// Fields of a mapping beside those of a report.
const (
	fieldRespondents = "respondents"
	fieldPopulation  = "population"
	fieldPublished   = "published"
	fieldElement     = "element_" // followed by the key of the element
)

// Sources are the systems that the city runs already.
var Sources = []string{"SP4N-LAPOR!", "Sapa Mas Wali", "SUKMA-e Jatim", "SIAK", "SIMRS RSUD Mardi Waluyo"}

// fieldsOf are the fields that a file of the target needs.
func fieldsOf(target string) []MappedField {
	if target == TargetSurveys {
		fields := []MappedField{
			{Name: fieldAgencyCode, Label: "Instansi", Hint: "kode atau nama unit", Required: true},
			{Name: fieldPeriod, Label: "Semester", Hint: "misalnya 2026-S1", Required: true},
			{Name: fieldRespondents, Label: "Jumlah responden", Required: true},
			{Name: fieldPopulation, Label: "Jumlah penerima layanan"},
			{Name: fieldPublished, Label: "IKM yang dicetak sumbernya"},
		}
		for _, e := range scoring.Elements {
			fields = append(fields, MappedField{Name: fieldElement + string(e), Label: "Unsur " + string(e), Hint: "rata-rata 1–4, atau jumlah nilainya", Required: true})
		}
		return fields
	}
	return []MappedField{
		{Name: fieldAgencyCode, Label: "Instansi", Hint: "kode atau nama", Required: true},
		{Name: fieldIndicatorCode, Label: "Indikator", Hint: "kode, misalnya ADUAN-TEPAT", Required: true},
		{Name: fieldPeriod, Label: "Periode", Hint: "misalnya 2026-TW3", Required: true},
		{Name: report.FieldActual, Label: "Realisasi", Hint: "untuk indikator satu angka"},
		{Name: report.FieldNumerator, Label: "Pembilang", Hint: "untuk indikator perbandingan"},
		{Name: report.FieldDenominator, Label: "Penyebut", Hint: "untuk indikator perbandingan"},
	}
}

// feedTable finds the header of a file of another system: its first row with at least two
// texts. Only the first visible sheet is read.
func feedTable(book *Book) (*Sheet, int, []string, error) {
	for _, s := range book.Sheets {
		if s.Hidden {
			continue
		}
		for row := range min(len(s.Rows), headerRows) {
			var titles []string
			texts := 0
			for _, c := range s.Rows[row] {
				titles = append(titles, c.Text)
				if c.Kind == Text {
					texts++
				}
			}
			if texts >= 2 {
				return s, row, titles, nil
			}
		}
	}
	return nil, 0, nil, fault.New(fault.Invalid, "Berkas ini tidak mempunyai baris judul. Baris pertama harus berisi nama kolom.")
}

// Signature names a header, whatever the order of its columns.
func signature(titles []string) string {
	var names []string
	for _, t := range titles {
		if n := normalTitle(t); n != "" {
			names = append(names, n)
		}
	}
	slices.Sort(names)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(names), "\n")))
	return hex.EncodeToString(sum[:])
}

// savedMapping is the newest mapping saved for files with these titles, of the source
// unless that is empty; nil: none.
func savedMapping(ctx context.Context, db bun.IDB, titles []string, source string) (*Mapping, error) {
	var texts []string
	err := db.NewRaw(`SELECT mapping::text FROM import_mappings WHERE header_signature = ? AND (? = '' OR source = ?) ORDER BY saved_at DESC, id DESC LIMIT 1`,
		signature(titles), source, source).Scan(ctx, &texts)
	if err != nil {
		return nil, fmt.Errorf("look for a mapping: %w", err)
	}
	if len(texts) == 0 {
		return nil, nil //nolint:nilnil // as documented: there is none
	}
	var m Mapping
	if err := json.Unmarshal([]byte(texts[0]), &m); err != nil {
		return nil, fmt.Errorf("read a mapping: %w", err)
	}
	return &m, nil
}

// saveMapping keeps a mapping for the next file with these titles.
func saveMapping(ctx context.Context, db bun.IDB, by *account.User, titles []string, m *Mapping, now time.Time) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("write a mapping: %w", err)
	}
	_, err = db.NewRaw(`INSERT INTO import_mappings (source, header_signature, mapping, saved_at, saved_by) VALUES (?, ?, ?::jsonb, ?, ?)
		ON CONFLICT ON CONSTRAINT import_mappings_key DO UPDATE SET mapping = EXCLUDED.mapping, saved_at = EXCLUDED.saved_at, saved_by = EXCLUDED.saved_by`,
		m.Source, signature(titles), string(text), now, by.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save the mapping of %s: %w", m.Source, err)
	}
	return nil
}

// guessMapping proposes columns by their titles.
func guessMapping(titles []string, source, target string) *Mapping {
	m := &Mapping{Source: source, Target: target, Fields: map[string]Ref{}}
	for _, f := range fieldsOf(target) {
		for _, t := range titles {
			n := normalTitle(t)
			if n == "" {
				continue
			}
			known := findColumn(t)
			element, isElement := strings.CutPrefix(f.Name, fieldElement)
			switch {
			case known != nil && (known.field == f.Name || f.Name == fieldAgencyCode && known.field == fieldAgency || f.Name == fieldIndicatorCode && known.field == fieldIndicator),
				isElement && strings.Contains(n, element),
				f.Name == fieldRespondents && strings.Contains(n, "responden"),
				f.Name == fieldPublished && (n == "ikm" || n == "nilai ikm" || n == "nilai skm"),
				f.Name == fieldPopulation && strings.Contains(n, "populasi"),
				f.Name == fieldPeriod && (n == "semester" || n == "periode survei"):
				m.Fields[f.Name] = Ref{Header: t}
			}
			if _, ok := m.Fields[f.Name]; ok {
				break
			}
		}
	}
	return m
}

// feedReader reads a file of another system.
type feedReader struct {
	*dryRunner
	s       *Sheet
	mapping *Mapping
	t       *table // its columns are those of the fields
}

// tryFeed reads a book of another system as its mapping says. Without one the columns are
// guessed, or taken from what was saved for such a file, and have to be confirmed.
func tryFeed(ctx context.Context, db bun.IDB, book *Book, by *account.User, sum string, choices Choices) (*DryRun, error) {
	s, header, titles, err := feedTable(book)
	if err != nil {
		return nil, err
	}
	d := newDryRunner(nil, by, "", roadmap.Period{}, choices)
	d.Headers = titles
	for row := header + 1; row < min(len(s.Rows), header+6); row++ {
		var texts []string
		for i := range titles {
			texts = append(texts, cutText(s.At(row, i).Text, 40))
		}
		d.Preview = append(d.Preview, texts)
	}
	m := choices.Mapping
	f := &feedReader{dryRunner: d, s: s, mapping: m, t: &table{sheet: s, header: header, at: map[string]int{}}}
	d.Fields = fieldsOf(m.Target)
	for i := range d.Fields {
		field := &d.Fields[i]
		field.Ref = m.Fields[field.Name]
		if field.Ref.Header != "" {
			at := slices.IndexFunc(titles, func(t string) bool { return normalTitle(t) == normalTitle(field.Ref.Header) })
			if at >= 0 {
				f.t.at[field.Name] = at
				continue
			}
		}
		if field.Required && field.Ref.Constant == "" {
			d.Ask, field.Missing = true, true
		}
	}
	if !d.Ask {
		if err := f.read(ctx, db, sum); err != nil {
			return nil, err
		}
	}
	d.Messages = d.m.list
	return &d.DryRun, nil
}

// value is the text of a field in a row: of its column, or the constant.
func (f *feedReader) value(row int, field string) string {
	if i, ok := f.t.at[field]; ok {
		return formula.Unguard(f.s.At(row, i).Text)
	}
	return f.mapping.Fields[field].Constant
}

func (f *feedReader) read(ctx context.Context, db bun.IDB, sum string) error {
	agencies, err := roadmap.Agencies(ctx, db)
	if err != nil {
		return err
	}
	names := map[string]string{}
	for _, a := range agencies {
		if a.Reports {
			f.agents[normalTitle(a.Code)], f.agents[normalTitle(a.Name)], f.agents[normalTitle(a.ShortName)] = a.Code, a.Code, a.Code
			names[a.Code] = a.Name
		}
	}
	notations := f.decideFeed()
	if f.Ask {
		return nil
	}
	if f.mapping.Target == TargetSurveys {
		return f.readSurveys(names, notations)
	}
	return f.readValues(ctx, db, sum, notations)
}

// decideFeed says how each column of numbers is written.
func (f *feedReader) decideFeed() map[string]Notation {
	notations := map[string]Notation{}
	for _, field := range f.Fields {
		i, ok := f.t.at[field.Name]
		if !ok || slices.Contains([]string{fieldAgencyCode, fieldIndicatorCode, fieldPeriod}, field.Name) {
			continue
		}
		if f.mapping.Notation != Undecided {
			notations[field.Name] = f.mapping.Notation
			continue
		}
		var samples []Sample
		for row := f.t.header + 1; row < len(f.s.Rows); row++ {
			if c := f.s.At(row, i); c.Kind == Text && !IsPlaceholder(c.Text) {
				samples = append(samples, Sample{CellName(row, i), formula.Unguard(c.Text)})
			}
		}
		decision := Decide(samples)
		note := ColumnNote{Key: f.s.Name + "!" + ColumnName(i), Sheet: f.s.Name, Letter: ColumnName(i), Title: field.Label, Notation: decision.Notation, Ask: decision.Ask, Reason: decision.Reason}
		if chosen := f.choices.Notations[note.Key]; note.Ask && (chosen == Comma || chosen == Point) {
			note.Notation, note.Chosen = chosen, true
		}
		if note.Reason != "" {
			f.Columns = append(f.Columns, note)
		}
		f.Ask = f.Ask || note.Ask && !note.Chosen
		notations[field.Name] = note.Notation
	}
	return notations
}

// row is a row of the file on its way to a value.
func (f *feedReader) row(r *Row, at int, notations map[string]Notation) *decidedRow {
	return &decidedRow{Row: r, t: f.t, at: at, notations: notations, m: &f.m}
}

// figure reads the number of a field, of its column or the constant; nil: none.
func (f *feedReader) figure(r *decidedRow, field string) *decimal.Decimal {
	if i, ok := f.t.at[field]; ok {
		if c := f.s.At(r.at, i); c.Kind == Empty {
			return nil
		}
		if columnOf(field) != nil {
			d, _ := r.number(field)
			return d
		}
		d := r.quietNumber(f.s.At(r.at, i), field)
		if d == nil && !IsPlaceholder(f.s.At(r.at, i).Text) {
			r.mistake(field, f.s.At(r.at, i).Text, "Di sini harus angka.", "Perbaiki di sumbernya.")
		}
		return d
	}
	if text := f.mapping.Fields[field].Constant; text != "" {
		if d, ok := ParseNumber(text, Comma); ok {
			return &d
		}
		r.mistake(field, text, "Nilai tetap ini bukan angka.", "Ketik angkanya saja.")
	}
	return nil
}

// blank reports whether nothing stands in the mapped columns of the row.
func (f *feedReader) blank(at int) bool { return len(f.t.at) > 0 && f.t.isBlank(at) }

// agency is whose the row is; ok is false, and told, where it is nobody's.
func (f *feedReader) agency(at int) (code string, ok bool) {
	text := f.value(at, fieldAgencyCode)
	if code, ok = f.agents[normalTitle(text)]; !ok {
		f.Foreign++
		f.m.add(Mistake, f.t, at, fieldAgencyCode, text, "Tidak ada instansi pelapor dengan kode atau nama ini.", "Pakai kode atau nama resmi instansinya.")
	}
	return code, ok
}

// readValues reads figures of indicators.
func (f *feedReader) readValues(ctx context.Context, db bun.IDB, sum string, notations map[string]Notation) error {
	periods := map[roadmap.Period]bool{}
	for at := f.t.header + 1; at < len(f.s.Rows); at++ {
		if p, ok := ReadPeriod(f.value(at, fieldPeriod)); ok && !f.blank(at) {
			periods[p] = true
		}
	}
	if len(periods) > maxFeedPeriods {
		return fault.New(fault.Invalid, "Berkas ini memuat lebih dari %d triwulan. Bagi menjadi beberapa berkas.", maxFeedPeriods)
	}
	for p := range periods {
		rows, err := loadRows(ctx, db, f.by, "", p)
		if err != nil {
			return err
		}
		for _, r := range rows {
			f.rows[r.Key] = r
			f.byName[normalTitle(r.Name)] = r.Indicator
		}
	}
	for at := f.t.header + 1; at < len(f.s.Rows); at++ {
		if f.blank(at) {
			continue
		}
		f.Read++
		agency, ok := f.agency(at)
		if !ok {
			continue
		}
		text := f.value(at, fieldPeriod)
		period, ok := ReadPeriod(text)
		if !ok {
			f.Refused++
			f.m.add(Mistake, f.t, at, fieldPeriod, text, "Periode ini tidak dapat dibaca.", "Tulis seperti 2026-TW3.")
			continue
		}
		indicator := strings.ToUpper(f.value(at, fieldIndicatorCode))
		if code, named := f.byName[normalTitle(indicator)]; named {
			indicator = code
		}
		key := report.Key{Agency: agency, Indicator: indicator, Period: period}
		r := f.rows[key]
		if r == nil {
			f.Foreign++
			f.m.add(Mistake, f.t, at, fieldIndicatorCode, indicator, fmt.Sprintf("%s tidak punya indikator ini yang jatuh tempo pada %s.", agency, period), "Periksa kode indikator dan periodenya.")
			continue
		}
		if first, twice := f.seen[key]; twice {
			f.Refused++
			f.m.add(Mistake, f.t, at, fieldIndicatorCode, indicator, fmt.Sprintf("Indikator, instansi, dan periode ini sudah ada di baris %d.", first.at+1), "Hapus salah satunya, atau jumlahkan di sumbernya.")
			continue
		}
		f.seen[key] = place{f.t, at}
		f.addValue(f.row(r, at, notations), sum)
	}
	return nil
}

// maxFeedPeriods bounds how many quarters one file may have.
const maxFeedPeriods = 24

func (f *feedReader) addValue(r *decidedRow, sum string) {
	var v report.Value
	if r.Kind == scoring.KindFraction {
		v.Numerator, v.Denominator = f.figure(r, report.FieldNumerator), f.figure(r, report.FieldDenominator)
	} else {
		v.Actual = f.figure(r, report.FieldActual)
	}
	if r.failed {
		f.Refused++
		return
	}
	if err := r.form().Check(v); err != nil {
		f.Refused++
		r.mistake(r.valueField(), r.inWords(v), fault.MessageOf(err), "Periksa pilihan kolomnya, atau perbaiki di sumbernya.")
		return
	}
	warned := r.warnings(v)
	f.Feed = append(f.Feed, report.FeedValue{Key: r.Key, Source: f.mapping.Source, Value: v, SHA256: sum})
	f.Changes = append(f.Changes, Change{Key: r.Key, AgencyName: r.AgencyName, Name: r.Name, Cell: fmt.Sprintf("baris %d", r.at+1), Before: r.inWords(r.Value), After: r.inWords(v), Warned: warned})
}

// readSurveys reads results of the survey of satisfaction.
func (f *feedReader) readSurveys(names map[string]string, notations map[string]Notation) error {
	type halfYear struct {
		agency     string
		year, half int
	}
	seen := map[halfYear]int{}
	for at := f.t.header + 1; at < len(f.s.Rows); at++ {
		if f.blank(at) {
			continue
		}
		f.Read++
		agency, ok := f.agency(at)
		if !ok {
			continue
		}
		text := f.value(at, fieldPeriod)
		year, half, ok := ReadHalf(text)
		if !ok {
			f.Refused++
			f.m.add(Mistake, f.t, at, fieldPeriod, text, "Semester ini tidak dapat dibaca.", "Tulis seperti 2026-S1.")
			continue
		}
		key := halfYear{agency, year, half}
		if first, twice := seen[key]; twice {
			f.Refused++
			f.m.add(Mistake, f.t, at, fieldAgencyCode, agency, fmt.Sprintf("Instansi dan semester ini sudah ada di baris %d.", first+1), "Hapus salah satunya.")
			continue
		}
		seen[key] = at
		f.addSurvey(f.row(&Row{AgencyName: names[agency]}, at, notations), agency, year, half)
	}
	return nil
}

// addSurvey reads one result: for each element its mean, from 1 to 4, or the sum of its answers.
func (f *feedReader) addSurvey(r *decidedRow, agency string, year, half int) {
	s := roadmap.Satisfaction{Agency: agency, Year: year, Half: half, Source: "sendiri"}
	if strings.Contains(strings.ToLower(f.mapping.Source), "sukma") {
		s.Source = "sukma-e"
	}
	whole := func(field string) int {
		d := f.figure(r, field)
		if d == nil {
			return 0
		}
		n, _, ok := d.Int64(0)
		if !ok || !d.IsInt() || n < 1 || n > 1_000_000 {
			r.mistake(field, Indonesian(*d), "Di sini harus bilangan bulat di atas 0.", "Perbaiki di sumbernya.")
			return 0
		}
		return int(n)
	}
	s.Respondents = whole(fieldRespondents)
	if s.Respondents == 0 && !r.failed {
		r.mistake(fieldRespondents, "", "Jumlah responden belum diisi.", "Lengkapi di sumbernya.")
	}
	if n := whole(fieldPopulation); n > 0 {
		s.Population = &n
	}
	s.Published = f.figure(r, fieldPublished)
	for i, e := range scoring.Elements {
		field := fieldElement + string(e)
		d := f.figure(r, field)
		if d == nil {
			r.mistake(field, "", fmt.Sprintf("Unsur %s belum diisi.", e), "Lengkapi di sumbernya.")
			continue
		}
		total := *d
		if d.Cmp(decimal.MustNew(scoring.HighestAnswer, 0)) <= 0 && s.Respondents > 1 {
			total, _ = d.Mul(decimal.MustNew(int64(s.Respondents), 0))
		}
		n, _, _ := total.Round(0).Int64(0)
		s.Sums[i], s.Answers[i] = int(n), s.Respondents
	}
	if r.failed {
		f.Refused++
		return
	}
	ikm, err := scoring.IKM(s.Sums, s.Answers)
	if err != nil {
		f.Refused++
		r.mistake(fieldRespondents, fmt.Sprint(s.Respondents), "Nilai unsurnya tidak mungkin untuk jumlah responden ini: setiap jawaban 1 sampai 4.", "Periksa pilihan kolomnya, atau perbaiki di sumbernya.")
		return
	}
	recomputed := decimal.MustParse(ikm.Text(2))
	after := fmt.Sprintf("IKM dihitung ulang %s", Indonesian(recomputed))
	warned := false
	if s.Published != nil {
		after += ", dicetak sumbernya " + Indonesian(*s.Published)
		if s.Published.Cmp(decimal.MustNew(25, 0)) < 0 || s.Published.Cmp(decimal.Hundred) > 0 {
			f.Refused++
			r.mistake(fieldPublished, Indonesian(*s.Published), "IKM selalu 25 sampai 100.", "Periksa pilihan kolomnya.")
			return
		}
		if gap, err := recomputed.SubAbs(*s.Published); err == nil && gap.Cmp(decimal.MustParse("0.5")) > 0 {
			warned = true
			r.warn(fieldPublished, Indonesian(*s.Published), fmt.Sprintf("IKM yang dicetak sumbernya berbeda dari hitungan ulang unsurnya: %s. Keduanya disimpan.", Indonesian(recomputed)), "Tanyakan kepada sumbernya.")
		}
	}
	f.Surveys = append(f.Surveys, s)
	f.Changes = append(f.Changes, Change{Key: report.Key{Agency: agency}, AgencyName: r.AgencyName, Name: fmt.Sprintf("Survei semester %d tahun %d, %d responden", half, year, s.Respondents), Cell: fmt.Sprintf("baris %d", r.at+1), After: after, Warned: warned})
}
