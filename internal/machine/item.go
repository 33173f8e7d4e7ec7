package machine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/govalues/decimal"

	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// MaxItems is how many reports one request may bring.
const MaxItems = 500

// How long texts of an item may be, in characters.
const (
	MaxNote      = 2000
	MaxReference = 200
)

// Item is one report as a program hands it in.
type Item struct {
	report.Key
	Version *int // of the row that the program saw; nil: it gave none

	Value, Numerator, Denominator *decimal.Decimal
	Predicate                     *string          // code or label of a grade
	Step                          *decimal.Decimal // percent of a milestone's step
	Yes                           *bool
	Note                          string
	Reference                     string // how the program names it

	at string // of the object in the body
}

// Pointer is the place of a field of the item in the body; of the item itself for "".
func (i *Item) Pointer(field string) string {
	if field == "" {
		return i.at
	}
	return i.at + "/" + field
}

// Names of the members of an item.
const (
	memberAgency      = "agency"
	memberIndicator   = "indicator"
	memberPeriod      = "period"
	memberVersion     = "version"
	memberValue       = "value"
	memberNumerator   = "numerator"
	memberDenominator = "denominator"
	memberPredicate   = "predicate"
	memberStep        = "step"
	memberYes         = "yes"
	memberNote        = "note"
	memberReference   = "reference"
)

// valueMembers say what was achieved; keyMembers whose it is.
var (
	keyMembers   = []string{memberAgency, memberIndicator, memberPeriod, memberVersion}
	valueMembers = []string{memberValue, memberNumerator, memberDenominator, memberPredicate, memberStep, memberYes, memberNote, memberReference}
)

// ReadItem reads a body that is one item. A body that is no JSON is a *SyntaxError; what is
// wrong with the item stands in the problems.
func ReadItem(body []byte) (Item, []Problem, error) {
	v, err := parse(body)
	if err != nil {
		return Item{}, nil, err
	}
	r := reader{}
	return r.item(v, slices.Concat(keyMembers, valueMembers)), r.problems, nil
}

// ReadValue reads a body that says what was achieved by the report of the key, which stands in
// the address.
func ReadValue(body []byte, k report.Key) (Item, []Problem, error) {
	v, err := parse(body)
	if err != nil {
		return Item{}, nil, err
	}
	r := reader{}
	item := r.item(v, valueMembers)
	item.Key = k
	return item, r.problems, nil
}

// ReadBatch reads a body {"reports": [item, …]} of 1 to MaxItems items.
func ReadBatch(body []byte) ([]Item, []Problem, error) {
	v, err := parse(body)
	if err != nil {
		return nil, nil, err
	}
	r := reader{}
	if !r.object(v, []string{"reports"}) {
		return nil, r.problems, nil
	}
	list := v.members["reports"]
	switch {
	case list == nil || list.is != isList || len(list.list) == 0:
		r.wrong("/reports", "Isi reports dengan daftar laporan, paling sedikit satu.")
	case len(list.list) > MaxItems:
		r.wrong("/reports", fmt.Sprintf("Satu kiriman paling banyak %d laporan; ini %d.", MaxItems, len(list.list)))
	}
	if len(r.problems) > 0 {
		return nil, r.problems, nil
	}
	items := make([]Item, len(list.list))
	first := map[report.Key]int{}
	for i, one := range list.list {
		before := len(r.problems)
		items[i] = r.item(one, slices.Concat(keyMembers, valueMembers))
		if len(r.problems) > before {
			continue
		}
		if at, twice := first[items[i].Key]; twice {
			r.wrong(one.at, fmt.Sprintf("Laporan ini sudah ada di /reports/%d.", at))
			continue
		}
		first[items[i].Key] = i
	}
	return items, r.problems, nil
}

// reader reads items and collects what is wrong.
type reader struct{ problems []Problem }

func (r *reader) wrong(at, text string) { r.problems = append(r.problems, Problem{at, text}) }

// object refuses what is no object, and members that nobody knows.
func (r *reader) object(v *value, known []string) bool {
	if v.is != isObject {
		r.wrong(v.at, "Di sini harus objek JSON.")
		return false
	}
	for _, name := range v.names {
		if !slices.Contains(known, name) {
			r.wrong(v.members[name].at, fmt.Sprintf("Nama ini tidak dikenal. Yang dikenal: %s.", strings.Join(known, ", ")))
		}
	}
	return true
}

func (r *reader) item(v *value, known []string) Item {
	item := Item{at: v.at}
	if !r.object(v, known) {
		return item
	}
	if slices.Contains(known, memberAgency) {
		item.Agency = r.text(v, memberAgency, 1, 40)
		item.Indicator = r.text(v, memberIndicator, 1, 60)
		if text := r.text(v, memberPeriod, 1, 20); text != "" {
			p, err := scoring.ParsePeriod(text)
			if err != nil {
				r.wrong(v.at+"/"+memberPeriod, "Tulis periode seperti 2026-TW3.")
			}
			item.Period = p
		}
		item.Version = r.version(v)
	}
	item.Value, item.Numerator, item.Denominator = r.number(v, memberValue), r.number(v, memberNumerator), r.number(v, memberDenominator)
	item.Step = r.number(v, memberStep)
	if m := v.members[memberPredicate]; m != nil && m.is != isNull {
		text := r.text(v, memberPredicate, 1, 100)
		item.Predicate = &text
	}
	if m := v.members[memberYes]; m != nil {
		switch m.is {
		case isTrue, isFalse:
			item.Yes = new(m.is == isTrue)
		case isNull:
		default:
			r.wrong(m.at, "Tulis true (ya) atau false (tidak).")
		}
	}
	item.Note = r.text(v, memberNote, 0, MaxNote)
	item.Reference = r.text(v, memberReference, 0, MaxReference)
	return item
}

// text reads a text of least to most characters; a least of 0 lets it be absent or null.
func (r *reader) text(v *value, name string, least, most int) string {
	m := v.members[name]
	at := v.at + "/" + name
	switch {
	case m == nil || m.is == isNull:
		if least > 0 {
			r.wrong(at, "Bagian ini wajib diisi.")
		}
		return ""
	case m.is != isText:
		r.wrong(at, "Di sini harus teks.")
		return ""
	}
	text := strings.TrimSpace(m.text)
	switch n := utf8.RuneCountInString(text); {
	case n < least:
		r.wrong(at, "Bagian ini wajib diisi.")
	case n > most:
		r.wrong(at, fmt.Sprintf("Teks ini paling panjang %d karakter.", most))
		return ""
	}
	return text
}

// number reads a number exactly, of JSON or in a text, as data files have it: "82.5".
func (r *reader) number(v *value, name string) *decimal.Decimal {
	m := v.members[name]
	if m == nil || m.is == isNull {
		return nil
	}
	if m.is != isNumber && m.is != isText {
		r.wrong(m.at, "Di sini harus angka, misalnya 82.5 atau \"82.5\".")
		return nil
	}
	n, err := scoring.ParsePlain(m.text)
	if err != nil {
		text := "Tulis angka saja, misalnya 82.5."
		if e, ok := err.(*scoring.NumberError); ok { //nolint:errorlint // ParsePlain returns nothing else
			text = e.Sentence()
		}
		r.wrong(m.at, text)
		return nil
	}
	n = n.Trim(0)
	return &n
}

// version reads the version of a row; nil where it is not given.
func (r *reader) version(v *value) *int {
	m := v.members[memberVersion]
	if m == nil || m.is == isNull {
		return nil
	}
	n, err := strconv.ParseInt(m.text, 10, 32)
	if m.is != isNumber || err != nil || n < 0 {
		r.wrong(m.at, "Versi adalah bilangan bulat, seperti version di jawaban /due.")
		return nil
	}
	return new(int(n))
}
