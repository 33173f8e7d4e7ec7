package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"petajalan/internal/fault"
)

// The first bytes of files.
var (
	magicZip = []byte("PK\x03\x04")
	magicOLE = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}
)

// readXLSX reads a workbook. It unpacks no more than the limits allow, whatever the
// archive says of itself, and keeps only cells: no picture, macro or link is looked at.
func readXLSX(data []byte) (*Book, error) {
	if bytes.HasPrefix(data, magicOLE) {
		return nil, fault.New(fault.Invalid, "Berkas ini terkunci sandi atau masih berformat .xls lama. Buka di Excel, hapus sandinya, simpan sebagai .xlsx, lalu unggah lagi.")
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errUnreadable(err)
	}
	if len(z.File) > maxParts {
		return nil, errTooLarge()
	}
	w := &workbook{files: map[string]*zip.File{}, left: maxUnpacked}
	for _, f := range z.File {
		name := strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(f.Name, `\`, "/")), "/")
		w.files[strings.ToLower(name)] = f
	}
	book, err := w.read()
	if fault.KindOf(err) == fault.Internal && err != nil {
		return nil, errUnreadable(err)
	}
	return book, err
}

// workbook is an archive on its way to a Book.
type workbook struct {
	files   map[string]*zip.File // by path in lower case
	left    int64                // bytes that may still be unpacked
	cells   int                  // read so far
	strings []string
	styles  []style // of cells, by their number
	days    int     // to add to a date, for a book that counts from 1904
}

// style is what matters of a cell's format.
type style struct{ percent, date bool }

func (w *workbook) read() (*Book, error) {
	sheets, err := w.readIndex()
	if err != nil {
		return nil, err
	}
	if err := w.readStrings(); err != nil {
		return nil, err
	}
	if err := w.readStyles(); err != nil {
		return nil, err
	}
	book := &Book{Format: "xlsx"}
	for _, s := range sheets {
		if w.files[s.path] == nil {
			continue // a chart sheet, or a part that is missing
		}
		sheet := &Sheet{Name: s.name, Hidden: s.hidden, HiddenRows: map[int]bool{}, HiddenColumns: map[int]bool{}}
		if err := w.readSheet(sheet, s.path); err != nil {
			return nil, err
		}
		book.Sheets = append(book.Sheets, sheet)
	}
	if len(book.Sheets) == 0 {
		return nil, errors.New("no sheet in the workbook")
	}
	return book, nil
}

// part reads a part of the archive element by element, within the limits; a part that is
// not there is empty.
func (w *workbook) part(name string, each func(*xml.Decoder, xml.StartElement) error) error {
	f := w.files[strings.ToLower(name)]
	if f == nil {
		return nil
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	limited := &limitedReader{r: r, left: min(w.left, maxPart)}
	before := limited.left
	defer func() { w.left -= before - limited.left }()
	d := xml.NewDecoder(limited)
	d.CharsetReader = func(charset string, input io.Reader) (io.Reader, error) {
		return nil, fmt.Errorf("encoding %q", charset)
	}
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if start, ok := t.(xml.StartElement); ok {
			if err := each(d, start); err != nil {
				return err
			}
		}
	}
}

// limitedReader fails, rather than ends, when there is more than allowed.
type limitedReader struct {
	r    io.Reader
	left int64
}

func (l *limitedReader) Read(p []byte) (int, error) {
	if l.left <= 0 {
		return 0, errTooLarge()
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.left)])
	l.left -= int64(n)
	return n, err
}

// sheetPlace is where a sheet lies in the archive.
type sheetPlace struct {
	name, path string
	hidden     bool
}

// readIndex reads the list of sheets in the order of their tabs.
func (w *workbook) readIndex() ([]sheetPlace, error) {
	if w.files["xl/workbook.xml"] == nil {
		return nil, errors.New("no xl/workbook.xml")
	}
	targets := map[string]string{}
	err := w.part("xl/_rels/workbook.xml.rels", func(_ *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			target := attr(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = "/xl/" + target
			}
			targets[attr(e, "Id")] = strings.ToLower(strings.TrimPrefix(path.Clean(target), "/"))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var sheets []sheetPlace
	err = w.part("xl/workbook.xml", func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if isTrue(attr(e, "date1904")) {
				w.days = 1462
			}
		case "sheet":
			if len(sheets) == maxSheets {
				return errTooLarge()
			}
			state := attr(e, "state")
			sheets = append(sheets, sheetPlace{cutText(attr(e, "name"), 100), targets[attrSpace(e, "id")], state != "" && state != "visible"})
		}
		return nil
	})
	return sheets, err
}

// readStrings reads the table of texts that cells refer to.
func (w *workbook) readStrings() error {
	return w.part("xl/sharedStrings.xml", func(d *xml.Decoder, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		text, err := readText(d)
		w.strings = append(w.strings, text)
		return err
	})
}

// readText reads the texts of an element up to its end, readings of characters left out.
func readText(d *xml.Decoder) (string, error) {
	var b strings.Builder
	inText, skip := false, 0
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			if t.Name.Local == "rPh" || skip > 0 {
				skip++
			}
			inText = t.Name.Local == "t" && skip == 0
		case xml.EndElement:
			depth--
			inText = false
			skip = max(0, skip-1)
		case xml.CharData:
			if inText && b.Len() <= 4*maxText {
				b.Write(t)
			}
		}
	}
	return b.String(), nil
}

// readStyles notes which formats of cells show dates or percentages.
func (w *workbook) readStyles() error {
	formats := map[int]string{}
	inCells := false
	return w.part("xl/styles.xml", func(_ *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil {
				formats[id] = attr(e, "formatCode")
			}
		case "cellXfs":
			inCells = true
		case "cellStyles", "dxfs", "cellStyleXfs":
			inCells = false
		case "xf":
			if !inCells {
				return nil
			}
			id, err := strconv.Atoi(attr(e, "numFmtId"))
			if err != nil {
				id = 0
			}
			w.styles = append(w.styles, newStyle(id, formats[id]))
		}
		return nil
	})
}

// newStyle reads a number format: its number when it is built in, else its code.
func newStyle(id int, code string) style {
	switch {
	case id == 9 || id == 10:
		return style{percent: true}
	case id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58:
		return style{date: true}
	}
	// What is quoted, escaped or in brackets is no part of the format.
	var plain strings.Builder
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '\\', '_', '*':
			i++
		case '"', '[':
			end := byte('"')
			if code[i] == '[' {
				end = ']'
			}
			for i++; i < len(code) && code[i] != end; i++ {
			}
		default:
			plain.WriteByte(code[i])
		}
	}
	s := strings.ToLower(plain.String())
	return style{percent: strings.Contains(s, "%"), date: strings.ContainsAny(s, "ymdhs") && !strings.Contains(s, "general")}
}

// readSheet reads the cells of a sheet.
func (w *workbook) readSheet(s *Sheet, name string) error {
	row := -1
	column := -1
	return w.part(name, func(d *xml.Decoder, e xml.StartElement) error {
		switch e.Name.Local {
		case "col":
			if isTrue(attr(e, "hidden")) {
				from, err1 := strconv.Atoi(attr(e, "min"))
				to, err2 := strconv.Atoi(attr(e, "max"))
				if err1 == nil && err2 == nil {
					for c := max(from, 1); c <= min(to, maxColumns); c++ {
						s.HiddenColumns[c-1] = true
					}
				}
			}
		case "row":
			row++
			column = -1
			if n, err := strconv.Atoi(attr(e, "r")); err == nil && n >= 1 {
				row = n - 1
			}
			if isTrue(attr(e, "hidden")) && row < maxRows {
				s.HiddenRows[row] = true
			}
		case "c":
			column++
			if r, c, ok := parseCellName(attr(e, "r")); ok {
				row, column = r, c
			}
			cell, err := w.readCell(d, e)
			if err != nil || cell.Kind == Empty && cell.Formula == "" {
				return err
			}
			if column < 0 || row < 0 {
				return nil
			}
			if column >= maxColumns || row >= maxRows {
				return fault.New(fault.Invalid, "Lembar %q berisi sampai sel %s. Yang dibaca paling banyak %d baris dan %d kolom; hapus baris dan kolom yang tidak perlu.", s.Name, CellName(row, column), maxRows, maxColumns)
			}
			if w.cells += s.put(row, column, cell); w.cells > maxCells {
				return errTooLarge()
			}
		case "mergeCell":
			from, to, _ := strings.Cut(attr(e, "ref"), ":")
			top, left, ok1 := parseCellName(from)
			bottom, right, ok2 := parseCellName(to)
			if ok1 && ok2 && len(s.Merged) < 10_000 {
				s.Merged = append(s.Merged, Range{top, left, bottom, right})
			}
		}
		return nil
	})
}

// put sets a cell, and returns by how many cells the sheet grew.
func (s *Sheet) put(row, column int, c Cell) (grown int) {
	if row >= len(s.Rows) {
		grown = row + 1 - len(s.Rows)
		s.Rows = append(s.Rows, make([][]Cell, grown)...)
	}
	if n := column + 1 - len(s.Rows[row]); n > 0 {
		grown += n
		s.Rows[row] = slices.Grow(s.Rows[row], n)[:column+1]
	}
	s.Rows[row][column] = c
	return grown
}

// readCell reads a cell up to its end.
func (w *workbook) readCell(d *xml.Decoder, e xml.StartElement) (Cell, error) {
	var c Cell
	var value, inline strings.Builder
	kind := attr(e, "t")
	var in string // element whose text is being read
	for depth := 1; depth > 0; {
		t, err := d.Token()
		if err != nil {
			return c, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			depth++
			switch in = t.Name.Local; in {
			case "is":
				text, err := readText(d)
				if err != nil {
					return c, err
				}
				inline.WriteString(text)
				depth--
			case "f":
				c.Formula = "…" // shared with another cell, unless its text follows
			}
		case xml.EndElement:
			depth--
			in = ""
		case xml.CharData:
			switch {
			case in == "v" && value.Len() < 4*maxText:
				value.Write(t)
			case in == "f" && len(c.Formula) < 500:
				c.Formula = strings.TrimPrefix(c.Formula, "…") + string(t)
			}
		}
	}
	text := value.String()
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || i < 0 || i >= len(w.strings) {
			return c, fmt.Errorf("text %q is not in the table", text)
		}
		c.setText(w.strings[i])
	case "inlineStr":
		c.setText(inline.String())
	case "str", "d":
		c.setText(text)
	case "b":
		c.Kind, c.Text = Boolean, strings.TrimSpace(text)
	case "e":
		c.Kind, c.Text = Failed, cutText(strings.TrimSpace(text), 50)
	default:
		text = strings.TrimSpace(text)
		if text == "" {
			return c, nil
		}
		c.Kind, c.Text = Number, cutText(text, 60)
		if i, err := strconv.Atoi(attr(e, "s")); err == nil && i >= 0 && i < len(w.styles) {
			c.Percent, c.Date = w.styles[i].percent, w.styles[i].date
		}
		if c.Date && w.days > 0 {
			if n, err := strconv.ParseFloat(text, 64); err == nil {
				c.Text = strconv.FormatFloat(n+float64(w.days), 'f', -1, 64)
			}
		}
	}
	return c, nil
}

// setText keeps a text, trimmed and bounded.
func (c *Cell) setText(text string) {
	text = cleanText(text)
	if text == "" {
		return
	}
	c.Kind, c.Text = Text, cutText(text, maxText)
	c.Cut = len(c.Text) < len(text)
}

// cleanText is a text without what nobody can see: control characters other than line
// breaks, bytes that are no characters, and space around it. An escape that spreadsheets
// use for control characters, _x000D_, goes too.
func cleanText(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "_x000D_", "")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\r', r == '\u200b', r == '\ufeff', r == '\u200e', r == '\u200f', r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		case r == '\t', r == '\u00a0', r == '\u202f', r == '\u2007', r == '\u2009':
			return ' '
		case r < ' ' && r != '\n', r >= 0x7f && r < 0xa0:
			return -1
		}
		return r
	}, s)
	return strings.TrimSpace(s)
}

// cutText is at most n bytes of a text, no character cut in two.
func cutText(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

// attr is an attribute of an element by its name, whatever its space; empty when missing.
func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && (a.Name.Space == "" || name != "id") {
			return a.Value
		}
	}
	return ""
}

// attrSpace is an attribute with a space of names: r:id.
func attrSpace(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

func isTrue(s string) bool { return s == "1" || s == "true" }
