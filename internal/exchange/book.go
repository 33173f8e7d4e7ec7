package exchange

import (
	"strconv"
	"strings"
)

// Book is what was read of a file: sheets of plain cells.
type Book struct {
	Sheets []*Sheet
	// Format says which kind of file it was: "xlsx" or "csv".
	Format string
	// Delimiter is the separator of a CSV file, else 0.
	Delimiter rune
	// Encoding is that of a CSV file, "UTF-8" or "Windows-1252"; empty for a workbook.
	Encoding string
}

// Sheet is a sheet of a book. Rows and columns count from 0.
type Sheet struct {
	Name   string
	Hidden bool
	Rows   [][]Cell
	// HiddenRows and HiddenColumns are those the reader of the sheet does not see.
	HiddenRows    map[int]bool
	HiddenColumns map[int]bool
	Merged        []Range
}

// Range is a block of cells, its corners included.
type Range struct{ Top, Left, Bottom, Right int }

// String is the range as a spreadsheet names it: "B2:D4".
func (r Range) String() string { return CellName(r.Top, r.Left) + ":" + CellName(r.Bottom, r.Right) }

// CellKind says what a cell holds.
type CellKind uint8

// Kinds of cells.
const (
	Empty   CellKind = iota
	Text             // as it was typed
	Number           // a number by its type, written with a point
	Boolean          // "1" or "0"
	Failed           // an error: "#REF!"
)

// Cell is one cell. Its text is trimmed and bounded.
type Cell struct {
	Kind    CellKind
	Text    string // of a number its exact digits as stored
	Formula string // without the sign =; empty: none. Text is then what was last computed
	Percent bool   // a number shown as a percentage: 0.5 is read by people as 50 %
	Date    bool   // a number shown as a date: the days since 30 December 1899
	Cut     bool   // the text was longer than is read
}

// At returns the cell in a row and column; beyond the end it is empty.
func (s *Sheet) At(row, column int) Cell {
	if row < 0 || row >= len(s.Rows) || column < 0 || column >= len(s.Rows[row]) {
		return Cell{}
	}
	return s.Rows[row][column]
}

// CellName is the name of a cell as a spreadsheet has it: row 16, column 3 is "D17".
func CellName(row, column int) string { return ColumnName(column) + strconv.Itoa(row+1) }

// ColumnName is the letter of a column: 0 is "A", 26 is "AA".
func ColumnName(column int) string {
	name := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

// parseCellName reads "D17" or "$D$17" into row 16 and column 3.
func parseCellName(s string) (row, column int, ok bool) {
	i := 0
	for ; i < len(s) && i < 8; i++ {
		c := s[i]
		switch {
		case c == '$' && i == 0:
			continue
		case c >= 'a' && c <= 'z':
			c -= 'a' - 'A'
		case c < 'A' || c > 'Z':
			goto digits
		}
		column = column*26 + int(c-'A') + 1
	}
digits:
	n, err := strconv.Atoi(strings.TrimPrefix(s[i:], "$"))
	if err != nil || n < 1 || n > 1<<20 || column < 1 || column > 1<<14 {
		return 0, 0, false
	}
	return n - 1, column - 1, true
}
