package paper

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Poster is one A4 page for a notice board. All fields are text for the reader; what is
// empty is left out.
type Poster struct {
	Mark     string         // "DATA PERAGAAN"; empty: real figures
	Site     string         // "Rapor Layanan Kota Blitar"
	Period   string         // "Triwulan III 2026"
	Kicker   string         // above the name: "Kecamatan Sananwetan"
	Title    string         // "Kelurahan Bendogerit"
	Finding  string         // what was found, in a sentence
	Honesty  string         // how far the data can be trusted, told before the figures
	Figures  []PosterFigure // one or two
	Facts    []PosterFact   // beside them
	Blocks   []PosterBlock
	Code     [][]bool // the address as a code to scan, dark squares true
	CodeText string   // what the code leads to
	Address  string   // the same in letters
	Help     string   // heading beside the code: "Janji tidak ditepati?"
	HelpText string
	Foot     string    // number, day and fingerprint of the publication
	Made     time.Time // of the file
}

// PosterFigure is what is read from afar: a number with its band, or a few words.
type PosterFigure struct {
	Name  string // above it: "Nilai", "Waktu"
	Text  string // "82,4", "10 menit"
	Unit  string // "dari 100"
	Band  string // "Tinggi"
	Level int    // full bars of the five, where Band is not empty; 0: no band is claimed
}

// PosterFact is a name and its value.
type PosterFact struct{ Name, Text string }

// PosterBlock is a group of rows under a heading. Blocks that are Half stand in two columns.
type PosterBlock struct {
	Title string
	Note  string
	Half  bool
	List  bool // the rows are things to bring: each has a box to tick
	Rows  []PosterRow
}

// PosterRow is a statement, or a thing and what is said of it at the right.
type PosterRow struct {
	Name   string
	Detail string // under the name
	Value  string // at the right
	Status string // under the value
}

// Runs are the blocks in groups that stand together: a full one alone, halves that follow
// each other in two columns.
func (p Poster) Runs() [][]PosterBlock {
	var runs [][]PosterBlock
	for i, b := range p.Blocks {
		if last := len(runs) - 1; i > 0 && b.Half && p.Blocks[i-1].Half {
			runs[last] = append(runs[last], b)
		} else {
			runs = append(runs, []PosterBlock{b})
		}
	}
	return runs
}

// Limits of what is printed of one text, so that no single one fills the page.
const (
	longestName = 260
	longestText = 420
)

// bounded returns the poster with every text cut to what a page can hold, and without signs
// that the letters lack.
func (p Poster) bounded() Poster {
	for _, text := range []*string{&p.Mark, &p.Site, &p.Period, &p.Kicker, &p.Title, &p.Address, &p.Help, &p.CodeText, &p.Foot} {
		*text = clip(*text, longestName)
	}
	p.Finding, p.Honesty, p.HelpText = clip(p.Finding, longestText), clip(p.Honesty, longestText), clip(p.HelpText, longestText)
	figures := p.Figures
	p.Figures = nil
	for _, f := range figures[:min(len(figures), 2)] {
		p.Figures = append(p.Figures, PosterFigure{clip(f.Name, 40), clip(f.Text, 60), clip(f.Unit, 40), clip(f.Band, 40), f.Level})
	}
	facts := p.Facts
	p.Facts = nil
	for _, f := range facts[:min(len(facts), 5)] {
		p.Facts = append(p.Facts, PosterFact{clip(f.Name, 80), clip(f.Text, 80)})
	}
	blocks := p.Blocks
	p.Blocks = nil
	for _, b := range blocks {
		c := PosterBlock{Title: clip(b.Title, longestName), Note: clip(b.Note, longestText), Half: b.Half, List: b.List}
		for _, r := range b.Rows {
			c.Rows = append(c.Rows, PosterRow{clip(r.Name, longestText), clip(r.Detail, longestText), clip(r.Value, 80), clip(r.Status, 60)})
		}
		p.Blocks = append(p.Blocks, c)
	}
	return p
}

// clip cuts a text after n letters, with "…" where something is missing.
func clip(s string, n int) string {
	s = strings.Join(strings.Fields(strings.Map(drawable, s)), " ")
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return strings.TrimRight(string([]rune(s)[:n-1]), " ,.;") + "…"
}

// drawable replaces a letter that the typeface has not.
func drawable(r rune) rune {
	switch {
	case r == '\n' || r == '\t' || r == '\u00a0' || r == '\u202f':
		return ' '
	case r < ' ' || r == 0x7f || r == 0xad || r == 0x200b || r == utf8.RuneError:
		return -1
	case r < 0x180, strings.ContainsRune("–—−≥≤×→←↑↓“”‘’‚„…•·›‹€™≈≠", r):
		return r
	}
	return '?'
}

// without returns the poster with the last row of its longest block left out, and false
// where every block is down to one.
func (p Poster) without() (Poster, bool) {
	longest, most := -1, 0
	for i, b := range p.Blocks {
		n := 0
		rows := b.told()
		for _, r := range rows {
			n += 40 + len(r.Name) + len(r.Detail)
		}
		if len(rows) > 1 && n > most {
			longest, most = i, n
		}
	}
	if longest < 0 {
		return p, false
	}
	p.Blocks = slices.Clone(p.Blocks)
	b := &p.Blocks[longest]
	rows := b.told()
	b.Rows = append(slices.Clone(rows[:len(rows)-1]), PosterRow{Name: restElsewhere})
	return p, true
}

// told are the rows of a block without the one that stands for those left out.
func (b PosterBlock) told() []PosterRow {
	if last := len(b.Rows) - 1; last >= 0 && b.Rows[last].Name == restElsewhere {
		return b.Rows[:last]
	}
	return b.Rows
}

// restElsewhere stands for rows that have no room.
const restElsewhere = "Selebihnya ada di alamat di bawah."
