package opendata

import (
	"bytes"
	"encoding/csv"
	"fmt"

	"petajalan/internal/formula"
)

// byteOrderMark tells spreadsheets that a CSV file is UTF-8.
const byteOrderMark = "\ufeff"

// CSV writes the table: UTF-8 with a byte order mark, commas, lines that end in CR LF and
// quotes as in RFC 4180. Texts that a spreadsheet could take for a formula are guarded;
// numbers stay numbers.
func (t *Table) CSV() ([]byte, error) {
	header := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		header[i] = c.Name
	}
	lines := [][]string{header}
	for _, row := range t.Rows {
		line := make([]string, len(row))
		for i, v := range row {
			line[i] = v.String()
			if !t.Columns[i].Type.IsNumber() {
				line[i] = formula.Guard(line[i])
			}
		}
		lines = append(lines, line)
	}
	return writeCSV(lines)
}

func writeCSV(lines [][]string) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(byteOrderMark)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.WriteAll(lines); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	return b.Bytes(), nil
}
