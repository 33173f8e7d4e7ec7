package opendata

import (
	"bytes"
	"fmt"
	"time"

	"github.com/xuri/excelize/v2"
)

// XLSX writes the table as a workbook: the rows under a heading that stays, the columns
// explained on a second sheet, and what the file is on a third. Numbers are numbers; every
// other cell is a text and never a formula, whatever it begins with.
func (t *Table) XLSX(p *Publication) ([]byte, error) {
	return makeBook(p, t.Title, func(b *book) error {
		if err := b.table(t); err != nil {
			return err
		}
		if err := b.columns(t.Set); err != nil {
			return err
		}
		return b.about(p, t.Title+". "+t.About)
	})
}

// book is a workbook being written.
type book struct {
	file       *excelize.File
	sheets     []*sheet
	head, wrap int // styles
	big        int
	roles      [4]int // of headings, by gridRole
}

// makeBook makes a workbook whose bytes depend on nothing but the publication.
func makeBook(p *Publication, title string, fill func(*book) error) (body []byte, err error) {
	b := &book{file: excelize.NewFile()}
	defer func() { _ = b.file.Close() }()
	for _, s := range []struct {
		to    *int
		style excelize.Style
	}{
		{&b.head, headStyle("0B4D5F", "FFFFFF")},
		{&b.wrap, excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}}},
		{&b.big, excelize.Style{Font: &excelize.Font{Bold: true, Size: 16, Family: "Calibri"}}},
		{&b.roles[roleInput], headStyle("1D4ED8", "FFFFFF")},
		{&b.roles[roleFormula], headStyle("0B4D5F", "FFFFFF")},
		{&b.roles[rolePublished], headStyle("D9D4C7", "000000")},
		{&b.roles[roleDifference], headStyle("FDE68A", "000000")},
	} {
		if *s.to, err = b.file.NewStyle(&s.style); err != nil {
			return nil, fmt.Errorf("make the workbook of %s: %w", title, err)
		}
	}
	if err := fill(b); err != nil {
		return nil, fmt.Errorf("make the workbook of %s: %w", title, err)
	}
	b.file.SetActiveSheet(0)
	made := p.PublishedAt.UTC().Format(time.RFC3339)
	if err := b.file.SetDocProps(&excelize.DocProperties{
		Title: fmt.Sprintf("%s, terbitan %d", title, p.Number), Creator: Publisher, Language: "id-ID", Created: made, Modified: made, Description: p.mark(),
	}); err != nil {
		return nil, fmt.Errorf("make the workbook of %s: %w", title, err)
	}
	var out bytes.Buffer
	if err := b.file.Write(&out); err != nil {
		return nil, fmt.Errorf("write the workbook of %s: %w", title, err)
	}
	return b.settle(out.Bytes())
}

// headStyle is the look of a heading.
func headStyle(ground, ink string) excelize.Style {
	return excelize.Style{
		Font:      &excelize.Font{Bold: true, Color: ink, Family: "Calibri", Size: 11},
		Fill:      excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{ground}},
		Alignment: &excelize.Alignment{Vertical: "center", WrapText: true},
	}
}

func (b *book) table(t *Table) error {
	var widths []float64
	var head []cell
	for _, c := range t.Columns {
		width := 14.0
		if c.Type == Text || c.Type == List {
			width = 28
		}
		widths, head = append(widths, width), append(head, textCell(b.head, c.Name))
	}
	s, err := b.sheet("Data", 1, widths...)
	if err != nil {
		return err
	}
	s.add(head...)
	cells := make([]cell, len(t.Columns))
	for _, row := range t.Rows {
		for k, v := range row {
			cells[k] = v.cell(t.Columns[k].Type)
		}
		s.add(cells...)
	}
	return nil
}

// cell is the value as a spreadsheet has it.
func (v Value) cell(t Type) cell {
	switch {
	case v.Empty:
		return cell{}
	case t.IsNumber():
		return numberCell(0, v.Text)
	}
	return textCell(0, v.String())
}

// columns is the dictionary of the set.
func (b *book) columns(set *Set) error {
	s, err := b.sheet("Kolom", 1, 30, 10, 14, 14, 70, 70)
	if err != nil {
		return err
	}
	s.add(b.heads("kolom", "jenis", "satuan", "boleh kosong", "arti", "meaning")...)
	for _, c := range set.Columns {
		empty := "tidak"
		if c.MayBeEmpty {
			empty = "ya"
		}
		s.add(textCell(0, c.Name), textCell(0, string(c.Type)), textCell(0, c.Unit), textCell(0, empty), textCell(b.wrap, c.ID), textCell(b.wrap, c.EN))
	}
	return nil
}

// heads are the cells of a heading.
func (b *book) heads(names ...string) []cell {
	var cells []cell
	for _, name := range names {
		cells = append(cells, textCell(b.head, name))
	}
	return cells
}

// about says what the file is.
func (b *book) about(p *Publication, what string) error {
	s, err := b.sheet("Keterangan", 0, 26, 100)
	if err != nil {
		return err
	}
	line := func(name, text string) { s.add(textCell(b.wrap, name), textCell(b.wrap, text)) }
	line("Isi", what)
	if mark := p.mark(); mark != "" {
		line("PERHATIAN", mark)
	}
	for _, l := range [][2]string{
		{"Terbitan", fmt.Sprintf("Nomor %d, %s", p.Number, p.Period.Words())},
		{"Waktu terbit (UTC)", moment(p.PublishedAt)},
		{"Data sampai (UTC)", moment(p.AsOf)},
		{"Alasan terbit", p.Reason},
		{"Status", p.Status()},
		{"SHA-256 isi terbitan", p.SHA256},
		{"Isi terbitan (JSON)", p.contentURL()},
		{"Penerbit", Publisher},
		{"Lisensi", Licence + ", " + LicenceURL},
		{"Cara mengutip", p.Citation()},
		{"Kamus data", p.Absolute("/data/kamus")},
		{"Data dictionary", p.Absolute("/en/data-dictionary")},
	} {
		line(l[0], l[1])
	}
	return nil
}
