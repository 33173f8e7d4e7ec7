package paper

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// WriteXLSX writes the sheet as a workbook of one page, to be printed on A4 lying on its
// side. Every cell is a text: a formula in somebody's explanation stays words.
func WriteXLSX(w io.Writer, s Sheet) (err error) {
	f := excelize.NewFile()
	defer func() {
		if e := f.Close(); err == nil {
			err = e
		}
	}()
	b := book{f: f, sheet: "Lembar"}
	b.try(f.SetSheetName(f.GetSheetName(0), b.sheet))
	bold := b.style(&excelize.Style{Font: &excelize.Font{Bold: true}})
	title := b.style(&excelize.Style{Font: &excelize.Font{Bold: true, Size: 16, Color: "0B4D5F"}})
	cell := b.style(&excelize.Style{
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
		Border:    []excelize.Border{{Type: "bottom", Color: "BEBEB4", Style: 1}},
	})
	heading := b.style(&excelize.Style{
		Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F0ECE4"}},
		Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
	})
	b.write(title, s.Title)
	b.write(bold, s.Agency+" - "+s.Period)
	b.write(0, s.Standing)
	if s.Mark != "" {
		b.write(bold, s.Mark)
	}
	for _, line := range s.Summary {
		b.write(0, line)
	}
	b.row++
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
		name, e := excelize.ColumnNumberToName(i + 1)
		b.try(e)
		b.try(f.SetColWidth(b.sheet, name, name, float64(c.width)*14))
	}
	b.write(heading, names...)
	for _, r := range s.Rows {
		cells := r.cells()
		b.write(cell, cells[:]...)
	}
	b.row += 2
	for _, line := range []string{s.Signer.Place + ", " + strings.Repeat(".", 30), s.Signer.Office, "", "", "", "(" + strings.Repeat(".", 50) + ")", "NIP " + strings.Repeat(".", 40)} {
		b.write(0, "", "", "", "", "", "", line)
	}
	b.write(0, s.Footer)
	landscape, a4, wide := "landscape", 9, 1
	fit := true
	b.try(f.SetSheetProps(b.sheet, &excelize.SheetPropsOptions{FitToPage: &fit}))
	b.try(f.SetPageLayout(b.sheet, &excelize.PageLayoutOptions{Orientation: &landscape, Size: &a4, FitToWidth: &wide, FitToHeight: new(int)}))
	b.try(f.SetDocProps(&excelize.DocProperties{Title: s.Title + " " + s.Agency + ", " + s.Period, Creator: "Peta Jalan", Language: "id"}))
	if b.err != nil {
		return fmt.Errorf("lay out the workbook: %w", b.err)
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write the workbook: %w", err)
	}
	return nil
}

// book writes rows one below the other and keeps the first error.
type book struct {
	f     *excelize.File
	sheet string
	row   int
	err   error
}

func (b *book) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

func (b *book) style(s *excelize.Style) int {
	id, err := b.f.NewStyle(s)
	b.try(err)
	return id
}

func (b *book) write(style int, texts ...string) {
	b.row++
	for i, t := range texts {
		at, err := excelize.CoordinatesToCellName(i+1, b.row)
		b.try(err)
		b.try(b.f.SetCellStr(b.sheet, at, t))
		if style != 0 {
			b.try(b.f.SetCellStyle(b.sheet, at, at, style))
		}
	}
}
