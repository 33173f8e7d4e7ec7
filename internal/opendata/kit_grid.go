package opendata

import (
	"regexp"
	"strconv"
)

// grid is a sheet of a workbook of the kit: named columns, of which some are inputs, some
// formulas, some what was published, and some the difference between the last two.
type grid struct {
	name    string // of the sheet; it needs no quotes in a formula
	columns []gridColumn
	rows    int
	at      map[string]int // index of a column by its key
}

// gridColumn is one column of a grid. Exactly one of value and formula is set.
type gridColumn struct {
	key   string
	title string
	role  gridRole
	width float64

	value   func(i int) cell // of the i-th row
	formula string           // with [key] for the cell of the same row in that column
}

// gridRole says what a column is for, shown by its colour.
type gridRole int

const (
	roleInput gridRole = iota
	roleFormula
	rolePublished
	roleDifference
)

func newGrid(name string, rows int, columns ...gridColumn) *grid {
	g := &grid{name: name, columns: columns, rows: rows, at: map[string]int{}}
	for i, c := range columns {
		g.at[c.key] = i
	}
	return g
}

// span is the range of a column, as other sheets name it.
func (g *grid) span(key string) string { return g.block(key, key) }

// block is the range from one column to another.
func (g *grid) block(from, to string) string {
	return g.name + "!$" + columnName(g.at[from]) + "$2:$" + columnName(g.at[to]) + "$" + strconv.Itoa(g.rows+1)
}

// differences is the range of all columns of differences, which stand side by side, and how
// many cells it has.
func (g *grid) differences() (block string, cells int) {
	first, last := "", ""
	for _, c := range g.columns {
		if c.role == roleDifference {
			if first == "" {
				first = c.key
			}
			last = c.key
			cells += g.rows
		}
	}
	return g.block(first, last), cells
}

var keyPattern = regexp.MustCompile(`\[(\w+)\]`)

// write puts the grid into a workbook.
func (g *grid) write(b *book) error {
	widths := make([]float64, len(g.columns))
	head := make([]cell, len(g.columns))
	for i, c := range g.columns {
		if widths[i] = c.width; widths[i] == 0 {
			widths[i] = 12
		}
		head[i] = textCell(b.roles[c.role], c.title)
	}
	s, err := b.sheet(g.name, 1, widths...)
	if err != nil {
		return err
	}
	s.add(head...)
	cells := make([]cell, len(g.columns))
	for i := range g.rows {
		row := strconv.Itoa(i + 2)
		for k, c := range g.columns {
			if c.value != nil {
				cells[k] = c.value(i)
				continue
			}
			cells[k] = formulaCell(0, keyPattern.ReplaceAllStringFunc(c.formula, func(key string) string {
				return columnName(g.at[key[1:len(key)-1]]) + row
			}))
		}
		s.add(cells...)
	}
	return nil
}

func input(key, title string, width float64, value func(int) cell) gridColumn {
	return gridColumn{key: key, title: title, role: roleInput, width: width, value: value}
}

func computed(key, title, formula string) gridColumn {
	return gridColumn{key: key, title: title, role: roleFormula, formula: formula}
}

func published(key, title string, value func(int) cell) gridColumn {
	return gridColumn{key: key, title: title, role: rolePublished, value: value}
}

// rounded is the formula that rounds a cell as a publication does. Spreadsheets compute in
// binary fractions: rounding to 10 decimals first puts exact ties back where they belong.
func rounded(x string, places int) string {
	return "ROUND(ROUND(" + x + ",10)," + strconv.Itoa(places) + ")"
}

// figureGap is the column that compares a computed figure with the published one: their
// distance, or 1 where only one of them is there.
func figureGap(title, computed, published string, places int) gridColumn {
	return gridColumn{
		key: "gap_" + computed, title: title, role: roleDifference,
		formula: "IF(AND(ISNUMBER([" + computed + "]),ISNUMBER([" + published + "]))," +
			"ABS(" + rounded("["+computed+"]", places) + "-[" + published + "])," +
			"IF(OR(ISNUMBER([" + computed + "]),ISNUMBER([" + published + "]),ISERROR([" + computed + "])),1,0))",
	}
}

// wordGap compares a computed word with the published one: 0 or 1.
func wordGap(title, computed, published string) gridColumn {
	return gridColumn{key: "gap_" + computed, title: title, role: roleDifference, formula: "IF([" + computed + "]=[" + published + "],0,1)"}
}

// figureText is a cell of a decimal that may be missing.
func figureText(s *string) cell {
	if s == nil {
		return cell{}
	}
	return numberCell(0, *s)
}

// words is a cell of a text that may be missing.
func words(s *string) cell {
	if s == nil {
		return cell{}
	}
	return textCell(0, *s)
}
