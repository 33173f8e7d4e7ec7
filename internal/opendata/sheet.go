package opendata

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// cell is what stands in one cell of a workbook.
type cell struct {
	kind  cellKind
	text  string // the number, the words, or the formula without its sign =
	style int
}

type cellKind int

const (
	cellEmpty cellKind = iota
	cellNumber
	cellText
	cellFormula
)

// textCell holds words: typed as a text, and so never a formula whatever it begins with.
func textCell(style int, s string) cell { return cell{cellText, s, style} }

// numberCell holds a number, written as a plain decimal. One with more digits than a
// spreadsheet keeps stays a text.
func numberCell(style int, s string) cell {
	digits := strings.Trim(strings.Replace(s, ".", "", 1), "-0")
	if len(digits) > spreadsheetDigits {
		return textCell(style, s)
	}
	return cell{cellNumber, s, style}
}

// spreadsheetDigits is how many digits of a number a spreadsheet keeps.
const spreadsheetDigits = 15

// formulaCell holds a formula, which the spreadsheet computes when it opens the workbook.
func formulaCell(style int, s string) cell { return cell{cellFormula, s, style} }

// cellLength is the longest text that a cell of a spreadsheet holds.
const cellLength = 32_767

// sheet is a sheet being written. Its rows are written here and not by the library, which
// takes ten times as long for a hundred thousand cells.
type sheet struct {
	data bytes.Buffer // <row>…</row>
	rows int
}

// add writes the next row.
func (s *sheet) add(cells ...cell) {
	s.rows++
	row := strconv.Itoa(s.rows)
	s.data.WriteString(`<row r="` + row + `">`)
	for i, c := range cells {
		if c.kind == cellEmpty && c.style == 0 {
			continue
		}
		s.data.WriteString(`<c r="` + columnName(i) + row + `"`)
		if c.style != 0 {
			s.data.WriteString(` s="` + strconv.Itoa(c.style) + `"`)
		}
		switch c.kind {
		case cellEmpty:
			s.data.WriteString(`/>`)
		case cellNumber:
			s.data.WriteString(`><v>` + c.text + `</v></c>`)
		case cellFormula:
			s.data.WriteString(`><f>`)
			s.escape(c.text)
			s.data.WriteString(`</f></c>`)
		case cellText:
			s.data.WriteString(` t="inlineStr"><is><t xml:space="preserve">`)
			s.escape(cut(c.text))
			s.data.WriteString(`</t></is></c>`)
		}
	}
	s.data.WriteString("</row>")
}

func (s *sheet) escape(text string) {
	_ = xml.EscapeText(&s.data, []byte(text)) // a buffer takes everything
}

// cut shortens a text to what a cell holds.
func cut(s string) string {
	if len(s) <= cellLength {
		return s
	}
	if r := []rune(s); len(r) > cellLength {
		return string(r[:cellLength])
	}
	return s
}

// columnName is the name of the i-th column, the first being 0: A, B, … AA.
func columnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// sheet begins a sheet with a heading of so many rows that stays in sight.
func (b *book) sheet(name string, freeze int, widths ...float64) (*sheet, error) {
	if len(b.sheets) == 0 {
		if err := b.file.SetSheetName("Sheet1", name); err != nil {
			return nil, err
		}
	} else if _, err := b.file.NewSheet(name); err != nil {
		return nil, err
	}
	for i, width := range widths {
		if err := b.file.SetColWidth(name, columnName(i), columnName(i), width); err != nil {
			return nil, err
		}
	}
	if freeze > 0 {
		if err := b.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: freeze, TopLeftCell: "A" + strconv.Itoa(freeze+1), ActivePane: "bottomLeft"}); err != nil {
			return nil, err
		}
	}
	s := &sheet{}
	b.sheets = append(b.sheets, s)
	return s, nil
}

// place cuts a part of the workbook where the rows of its sheet belong; not ok where it is
// no sheet of ours.
func (b *book) place(name string, part []byte) (before, rows, after []byte, ok bool) {
	for i, s := range b.sheets {
		if name != fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1) {
			continue
		}
		const open, end, nothing = "<sheetData>", "</sheetData>", "<sheetData/>"
		if before, after, ok = bytes.Cut(part, []byte(open+end)); !ok {
			before, after, ok = bytes.Cut(part, []byte(nothing))
		}
		return append(slices.Clip(before), open...), s.data.Bytes(), append([]byte(end), after...), ok
	}
	return nil, nil, nil, false
}
