package report

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// How long a text may be, in characters.
const (
	maxText  = 2000
	maxOwner = 200
	maxTyped = 200 // in the field of a number or a date
)

// numberFields are the fields that hold a number.
func (r *WorksheetRow) numberFields() []string {
	if r.Kind == scoring.KindFraction {
		return []string{FieldNumerator, FieldDenominator}
	}
	return []string{FieldActual}
}

// parse reads the fields.
func (r *WorksheetRow) parse(typed map[string]string) (DraftRow, []Problem) {
	d := DraftRow{Key: r.Key, Version: r.Version, Typed: map[string]string{}}
	var problems []Problem
	wrong := func(field, text string) { problems = append(problems, Problem{Key: r.Key, Field: field, Text: text}) }
	for _, field := range r.numberFields() {
		text := cleanLine(typed[field])
		if text == "" {
			continue
		}
		n, problem := r.number(text)
		if problem != "" {
			d.Typed[field] = text
			wrong(field, problem)
			continue
		}
		if text != exactly(n) {
			d.Typed[field] = text
		}
		d.Value.setNumber(field, &n)
	}
	switch strings.ToLower(cleanLine(typed[FieldNotApplicable])) {
	case "ya", "on", "1", "true":
		d.Value.NotApplicable = true
	}
	d.Value.Note = cleanText(typed[FieldNote])
	d.Value.Obstacle = cleanText(typed[FieldObstacle])
	d.Value.NextStep = cleanText(typed[FieldNextStep])
	d.Value.NextStepOwner = cleanLine(typed[FieldNextStepOwner])
	for _, f := range d.Value.texts() {
		if utf8.RuneCountInString(f.text) > f.most {
			wrong(f.field, fmt.Sprintf("Teks ini paling banyak %s karakter.", exactly(decimal.MustNew(int64(f.most), 0))))
		}
	}
	if text := cleanLine(typed[FieldNextStepDue]); text != "" {
		if due, ok := ParseDay(text); ok {
			d.Value.NextStepDue = &due
		} else {
			d.Typed[FieldNextStepDue] = text
			wrong(FieldNextStepDue, "Tulis tanggal, misalnya 31-12-2026.")
		}
	}
	if len(d.Typed) == 0 {
		d.Typed = nil
	}
	return d, problems
}

// number reads a number as it was typed, or the value of a choice. problem says in words why
// it is none.
func (r *WorksheetRow) number(text string) (n decimal.Decimal, problem string) {
	n, err := scoring.ParseNumber(text)
	if err != nil && r.Choices != nil {
		if plain, plainErr := scoring.ParsePlain(text); plainErr == nil {
			return plain.Trim(0), ""
		}
	}
	if err == nil {
		return n.Trim(0), ""
	}
	if e, ok := err.(*scoring.NumberError); ok { //nolint:errorlint // ParseNumber returns nothing else
		return n, e.Sentence()
	}
	return n, err.Error()
}

func (v *Value) setNumber(field string, n *decimal.Decimal) {
	switch field {
	case FieldNumerator:
		v.Numerator = n
	case FieldDenominator:
		v.Denominator = n
	default:
		v.Actual = n
	}
}

// textField is a text of a value with how long it may be.
type textField struct {
	field, text string
	most        int
}

func (v Value) texts() []textField {
	return []textField{
		{FieldNote, v.Note, maxText}, {FieldObstacle, v.Obstacle, maxText},
		{FieldNextStep, v.NextStep, maxText}, {FieldNextStepOwner, v.NextStepOwner, maxOwner},
	}
}

// ParseDay reads a day as a date input sends it or as people write it: 2026-12-31, 31-12-2026,
// 31/12/2026. The day is at midnight UTC.
func ParseDay(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2-1-2006", "2/1/2006", "2.1.2006"} {
		if day, err := time.Parse(layout, strings.TrimSpace(text)); err == nil && day.Year() >= 2000 && day.Year() < 2100 {
			return day, true
		}
	}
	return time.Time{}, false
}

// cleanText is a text without space around it, with plain line ends and nothing that a
// database cannot keep.
func cleanText(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\x00", "").Replace(s)
	return strings.TrimSpace(s)
}

// cleanLine is cleanText in one line, and short: what is longer is cut.
func cleanLine(s string) string {
	s = strings.Join(strings.Fields(cleanText(s)), " ")
	if utf8.RuneCountInString(s) > maxTyped+maxOwner {
		s = string([]rune(s)[:maxTyped+maxOwner])
	}
	return s
}

// field is what a form shows.
func (r *WorksheetRow) field(name string) string {
	if text, typed := r.Typed[name]; typed {
		return text
	}
	return valueField(r.Value, name)
}

// valueField is a value in a field.
func valueField(v Value, name string) string {
	number := func(d *decimal.Decimal) string {
		if d == nil {
			return ""
		}
		return exactly(*d)
	}
	switch name {
	case FieldActual:
		return number(v.Actual)
	case FieldNumerator:
		return number(v.Numerator)
	case FieldDenominator:
		return number(v.Denominator)
	case FieldNote:
		return v.Note
	case FieldObstacle:
		return v.Obstacle
	case FieldNextStep:
		return v.NextStep
	case FieldNextStepOwner:
		return v.NextStepOwner
	case FieldNotApplicable:
		if v.NotApplicable {
			return "ya"
		}
	case FieldNextStepDue:
		if v.NextStepDue != nil {
			return v.NextStepDue.Format(time.DateOnly)
		}
	}
	return ""
}
