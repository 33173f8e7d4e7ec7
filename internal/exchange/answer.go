package exchange

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"petajalan/internal/fault"
	"petajalan/internal/formula"
)

// WriteAnswer writes the file back as a workbook with what was said of it: the cells with a
// mistake are red, those to look at yellow, and a last column has the messages of each row.
// A CSV file becomes a workbook.
func WriteAnswer(f *File, d *DryRun, out io.Writer) (err error) {
	defer func() {
		// The library takes files that were changed by hand less calmly than we do.
		if p := recover(); p != nil {
			err = errUnreadable(fmt.Errorf("panic: %v", p))
		}
	}()
	book, err := Read(f.Content) // within our limits, before the library sees it
	if err != nil {
		return err
	}
	var file *excelize.File
	if book.Format == "xlsx" {
		file, err = excelize.OpenReader(bytes.NewReader(f.Content), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxPart})
		if err != nil {
			return errUnreadable(err)
		}
	} else if file, err = copyBook(book); err != nil {
		return fmt.Errorf("write %s as a workbook: %w", f.Name, err)
	}
	defer func() { _ = file.Close() }()
	a := answer{file: file, styles: map[[2]int]int{}}
	for _, s := range book.Sheets {
		if err := a.mark(s, d); err != nil {
			return fault.Wrap(err, fault.Invalid, "Pesan tidak dapat ditulis ke dalam berkas ini. Baca pesannya di halaman impor.")
		}
	}
	if _, err := file.WriteTo(out); err != nil {
		return fmt.Errorf("write the answer to %s: %w", f.Name, err)
	}
	return nil
}

// copyBook writes the cells of a CSV file, every one as text.
func copyBook(book *Book) (*excelize.File, error) {
	file := excelize.NewFile()
	for _, s := range book.Sheets {
		if err := file.SetSheetName("Sheet1", s.Name); err != nil {
			return nil, err
		}
		for row, cells := range s.Rows {
			for column, c := range cells {
				if c.Kind == Empty {
					continue
				}
				if err := file.SetCellStr(s.Name, CellName(row, column), formula.Guard(c.Text)); err != nil {
					return nil, err
				}
			}
		}
	}
	return file, nil
}

// answer marks cells of a workbook.
type answer struct {
	file   *excelize.File
	styles map[[2]int]int // marked styles by the style before and the colour
}

// Colours of marked cells.
var colours = map[Level]string{Mistake: "FCA5A5", Warning: "FDE68A"}

func (a *answer) mark(s *Sheet, d *DryRun) error {
	texts := map[int][]string{}
	for _, m := range d.Messages {
		if m.Sheet != s.Name || m.row < 0 {
			continue
		}
		line := strings.ToUpper(string(m.Level)) + " " + m.Cell + ": " + m.Wrong
		if m.Do != "" {
			line += " " + m.Do
		}
		texts[m.row] = append(texts[m.row], line)
		if m.column >= 0 && colours[m.Level] != "" {
			if err := a.colour(s.Name, CellName(m.row, m.column), m.Level); err != nil {
				return err
			}
		}
	}
	if len(texts) == 0 {
		return nil
	}
	column, header := a.messageColumn(s)
	name := ColumnName(column)
	if err := a.file.SetCellStr(s.Name, CellName(header, column), "Pesan"); err != nil {
		return err
	}
	for row := header + 1; row < len(s.Rows); row++ {
		if lines := texts[row]; len(lines) > 0 {
			if err := a.file.SetCellStr(s.Name, CellName(row, column), formula.Guard(cutText(strings.Join(lines, "\n"), 8000))); err != nil {
				return err
			}
		} else if s.At(row, column).Kind != Empty { // of an answer before this one
			if err := a.file.SetCellStr(s.Name, CellName(row, column), ""); err != nil {
				return err
			}
		}
	}
	return a.file.SetColWidth(s.Name, name, name, 80)
}

// messageColumn is the column of the messages and the row of the header: the one that is
// there, or a new one after the last.
func (a *answer) messageColumn(s *Sheet) (column, header int) {
	t := findTable(s)
	if t != nil {
		header = t.header
		if i, ok := t.at[fieldMessage]; ok {
			return i, header
		}
	}
	for _, cells := range s.Rows {
		column = max(column, len(cells))
	}
	return column, header
}

// colour gives a cell a colour and leaves the rest of its style.
func (a *answer) colour(sheet, cell string, level Level) error {
	before, err := a.file.GetCellStyle(sheet, cell)
	if err != nil {
		return err
	}
	key := [2]int{before, len(level)}
	id, ok := a.styles[key]
	if !ok {
		style, err := a.file.GetStyle(before)
		if err != nil {
			style = &excelize.Style{}
		}
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{colours[level]}}
		if id, err = a.file.NewStyle(style); err != nil {
			return err
		}
		a.styles[key] = id
	}
	return a.file.SetCellStyle(sheet, cell, cell, id)
}
