package paper

import (
	"fmt"
	"io"
	"strings"

	"github.com/johnfercher/maroto/v2"
	"github.com/johnfercher/maroto/v2/pkg/components/col"
	"github.com/johnfercher/maroto/v2/pkg/components/line"
	"github.com/johnfercher/maroto/v2/pkg/components/row"
	"github.com/johnfercher/maroto/v2/pkg/components/text"
	"github.com/johnfercher/maroto/v2/pkg/config"
	"github.com/johnfercher/maroto/v2/pkg/consts/fontstyle"
	"github.com/johnfercher/maroto/v2/pkg/consts/orientation"
	"github.com/johnfercher/maroto/v2/pkg/consts/pagesize"
	"github.com/johnfercher/maroto/v2/pkg/core"
	"github.com/johnfercher/maroto/v2/pkg/props"
)

// Sizes in points and colours of the print.
const (
	titleSize = 16
	bodySize  = 9
	smallSize = 7.5
)

var (
	brand = &props.Color{Red: 11, Green: 77, Blue: 95}
	muted = &props.Color{Red: 85, Green: 95, Blue: 100}
	rule  = &props.Color{Red: 190, Green: 190, Blue: 180}
	sunk  = &props.Color{Red: 240, Green: 236, Blue: 228}
)

// WritePDF writes the sheet as an A4 page lying on its side, as many as it takes. The head of
// the table and the footer stand on each.
func WritePDF(w io.Writer, s Sheet) error {
	cfg := config.NewBuilder().
		WithPageSize(pagesize.A4).WithOrientation(orientation.Horizontal).
		WithLeftMargin(14).WithRightMargin(14).WithTopMargin(12).WithBottomMargin(12).
		WithPageNumber(props.PageNumber{Pattern: "Halaman {current} dari {total}", Place: props.RightBottom, Size: smallSize, Color: muted}).
		WithTitle(s.Title+" "+s.Agency+", "+s.Period, true).WithCreator("Peta Jalan", true).WithCreationDate(s.Made).
		WithCompression(true).Build()
	m := maroto.New(cfg)
	if err := m.RegisterHeader(append(head(s), tableHead())...); err != nil {
		return fmt.Errorf("lay out the head: %w", err)
	}
	if err := m.RegisterFooter(row.New(5).Add(text.NewCol(12, printable(s.Footer), props.Text{Size: smallSize, Color: muted, Top: 1}))); err != nil {
		return fmt.Errorf("lay out the footer: %w", err)
	}
	for _, r := range s.Rows {
		m.AddRows(tableRow(r), line.NewRow(1, props.Line{Color: rule, Thickness: 0.2, SizePercent: 100}))
	}
	m.AddRows(signature(s.Signer))
	doc, err := m.Generate()
	if err != nil {
		return fmt.Errorf("lay out the sheet: %w", err)
	}
	if _, err := w.Write(doc.GetBytes()); err != nil {
		return fmt.Errorf("write the sheet: %w", err)
	}
	return nil
}

func head(s Sheet) []core.Row {
	rows := []core.Row{
		row.New(8).Add(text.NewCol(12, printable(s.Title), props.Text{Size: titleSize, Style: fontstyle.Bold, Color: brand})),
		row.New(6).Add(text.NewCol(12, printable(s.Agency+" - "+s.Period), props.Text{Size: 11, Style: fontstyle.Bold})),
		row.New(5).Add(text.NewCol(12, printable(s.Standing), props.Text{Size: smallSize, Color: muted})),
	}
	if s.Mark != "" {
		rows = append(rows, row.New(6).WithStyle(&props.Cell{BackgroundColor: sunk}).
			Add(text.NewCol(12, printable(s.Mark), props.Text{Size: bodySize, Style: fontstyle.Bold, Top: 1, Left: 2})))
	}
	for _, words := range s.Summary {
		rows = append(rows, row.New(5).Add(text.NewCol(12, printable(words), props.Text{Size: bodySize, Top: 1})))
	}
	return append(rows, line.NewRow(3, props.Line{Color: brand, Thickness: 0.6, SizePercent: 100}))
}

func tableHead() core.Row {
	r := row.New().WithStyle(&props.Cell{BackgroundColor: sunk})
	for _, c := range columns {
		r.Add(text.NewCol(c.width, c.name, props.Text{Size: smallSize, Style: fontstyle.Bold, Top: 1.5, Bottom: 1.5, Left: 1, Right: 1}))
	}
	return r
}

func tableRow(r Row) core.Row {
	out := row.New()
	for i, cell := range r.cells() {
		p := props.Text{Size: smallSize, Top: 1, Bottom: 1, Left: 1, Right: 1, VerticalPadding: 0.6}
		if i == 0 {
			p.Style = fontstyle.Bold
		}
		out.Add(text.NewCol(columns[i].width, printable(cell), p))
	}
	return out
}

// signature is one row, so that it is never torn between two pages.
func signature(s Signer) core.Row {
	name := s.Name
	if name == "" {
		name = "(" + strings.Repeat(".", 50) + ")"
	}
	block := col.New(4)
	for _, part := range []struct {
		top   float64
		words string
	}{
		{8, s.Place + ", " + strings.Repeat(".", 30)},
		{13, s.Office},
		{36, name},
		{41, "NIP " + strings.Repeat(".", 40)},
	} {
		block.Add(text.New(printable(part.words), props.Text{Size: bodySize, Top: part.top}))
	}
	return row.New(48).Add(col.New(8), block)
}

// printable replaces what the print's own fonts lack: they have the letters of western
// Europe and no signs of mathematics.
var printable = strings.NewReplacer(
	"−", "-", "≥", ">=", "≤", "<=", "×", "x", "→", "->", "\u00a0", " ", "\u202f", " ", "›", ">",
).Replace
