package exchange

import (
	"fmt"
	"regexp"
	"strings"

	"petajalan/internal/formula"
)

// Level says how grave a message is.
type Level string

// Levels of messages.
const (
	Mistake Level = "galat"      // the row is not kept
	Warning Level = "peringatan" // it is kept, but somebody should look
	Note    Level = "catatan"    // how something was read
)

// Message is what is to be said of a cell, a row or a whole sheet.
type Message struct {
	Level Level
	Sheet string
	Cell  string // "D17"; empty: of the sheet
	Read  string // what stands there; may be empty
	Wrong string // what is wrong or remarkable, a sentence
	Do    string // what to do, a sentence; may be empty

	row, column int // from 0; column -1: of the whole row
}

// ColumnNote says how a column of numbers is read.
type ColumnNote struct {
	Key      string // names the column in Choices
	Sheet    string
	Letter   string
	Title    string
	Notation Notation
	Ask      bool
	Reason   string // in words; empty: there was nothing to decide
	Chosen   bool   // by the user
}

// Total is a sum that stands in the file, beside the sum of the rows above it.
type Total struct {
	Sheet, Cell, Label, Title string
	Read, Recomputed          string
	Same                      bool
	Formula                   string // empty: it was typed
}

// table is the part of a sheet that holds rows: a header and what is below it.
type table struct {
	sheet  *Sheet
	header int            // row of the titles
	at     map[string]int // columns by their field
}

// headerRows is how far down a header is looked for.
const headerRows = 20

// findTable looks for the header of the sheet: the row with the most known titles, at
// least a key and a value among them. Nil: there is none.
func findTable(s *Sheet) *table {
	var best *table
	for row := range min(len(s.Rows), headerRows) {
		t := &table{sheet: s, header: row, at: map[string]int{}}
		for i, c := range s.Rows[row] {
			if c.Kind != Text {
				continue
			}
			if known := findColumn(c.Text); known != nil {
				if _, twice := t.at[known.field]; !twice {
					t.at[known.field] = i
				}
			}
		}
		if best == nil || len(t.at) > len(best.at) {
			best = t
		}
	}
	if best == nil || !best.has(fieldIndicatorCode, fieldIndicator) || !best.hasInput() {
		return nil
	}
	return best
}

// has reports whether one of the fields has a column.
func (t *table) has(fields ...string) bool {
	for _, f := range fields {
		if _, ok := t.at[f]; ok {
			return true
		}
	}
	return false
}

func (t *table) hasInput() bool {
	for _, c := range columns {
		if c.input && t.has(c.field) {
			return true
		}
	}
	return false
}

// cell is the cell of a field in a row; ok is false where the field has no column.
func (t *table) cell(row int, field string) (Cell, bool) {
	i, ok := t.at[field]
	if !ok {
		return Cell{}, false
	}
	return t.sheet.At(row, i), true
}

// text is what stands in the cell of a field, as text.
func (t *table) text(row int, field string) string {
	c, _ := t.cell(row, field)
	if c.Kind == Failed {
		return ""
	}
	return formula.Unguard(c.Text)
}

// isBlank reports whether the row has nothing in the columns of the table.
func (t *table) isBlank(row int) bool {
	for _, i := range t.at {
		if t.sheet.At(row, i).Kind != Empty {
			return false
		}
	}
	return true
}

var totalPattern = regexp.MustCompile(`(?i)^(grand )?(sub ?)?(jumlah|total|rata-rata|rerata)\b`)

// totalLabel is the label of a row of totals; empty: it is none. Such a row has no code, and
// its label stands before the figures.
func (t *table) totalLabel(row int) string {
	if t.text(row, fieldIndicatorCode) != "" {
		return ""
	}
	for i := range min(len(t.sheet.Rows[row]), 30) {
		if c := t.sheet.At(row, i); c.Kind == Text && totalPattern.MatchString(c.Text) {
			return cutText(c.Text, 80)
		}
	}
	return ""
}

// messages collects what is to be said.
type messages struct {
	list []Message
}

// add says something about the cell of a field; an empty field means the whole row.
func (m *messages) add(level Level, t *table, row int, field, read, wrong, do string) {
	column := -1
	if i, ok := t.at[field]; ok {
		column = i
	}
	name := fmt.Sprintf("baris %d", row+1)
	if column >= 0 {
		name = CellName(row, column)
	}
	m.list = append(m.list, Message{level, t.sheet.Name, name, cutText(read, 120), wrong, do, row, column})
}

// sheet says something about a sheet or a place in it.
func (m *messages) sheet(level Level, s *Sheet, cell, wrong, do string) {
	m.list = append(m.list, Message{level, s.Name, cell, "", wrong, do, -1, -1})
}

// maxHiddenTold bounds how many hidden rows are named one by one.
const maxHiddenTold = 5

// tellShape tells what a reader of the sheet may not see, and what is merged.
func (m *messages) tellShape(t *table) {
	s := t.sheet
	var hidden []string
	for row := t.header + 1; row < len(s.Rows); row++ {
		if s.HiddenRows[row] && !t.isBlank(row) {
			hidden = append(hidden, fmt.Sprint(row+1))
		}
	}
	if n := len(hidden); n > 0 {
		named := strings.Join(hidden[:min(n, maxHiddenTold)], ", ")
		if n > maxHiddenTold {
			named += fmt.Sprintf(" dan %d baris lain", n-maxHiddenTold)
		}
		m.sheet(Warning, s, "baris "+hidden[0], fmt.Sprintf("%d baris tersembunyi atau tersaring: %s. Isinya tetap dibaca.", n, named), "Tampilkan semua baris dan periksa isinya.")
	}
	for _, c := range columns {
		if i, ok := t.at[c.field]; ok && c.input && s.HiddenColumns[i] {
			m.sheet(Warning, s, "kolom "+ColumnName(i), fmt.Sprintf("Kolom %s tersembunyi. Isinya tetap dibaca.", c.title), "Tampilkan kolom ini dan periksa isinya.")
		}
	}
	told := 0
	for _, r := range s.Merged {
		if r.Bottom <= t.header || !t.touches(r) {
			continue
		}
		if told++; told > maxHiddenTold {
			m.sheet(Warning, s, "", "Masih ada sel gabungan lain.", "")
			break
		}
		m.sheet(Warning, s, r.String(), fmt.Sprintf("Sel %s digabung. Isinya dibaca hanya untuk sel pertama, %s.", r, CellName(r.Top, r.Left)), "Pisahkan sel gabungan dan isi tiap baris sendiri-sendiri.")
	}
}

// touches reports whether a range lies over columns that are read.
func (t *table) touches(r Range) bool {
	for field, i := range t.at {
		if c := columnOf(field); i >= r.Left && i <= r.Right && c != nil && (c.input || field == fieldIndicatorCode || field == fieldAgencyCode) {
			return true
		}
	}
	return false
}
