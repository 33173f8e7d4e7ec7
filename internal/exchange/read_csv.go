package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"petajalan/internal/fault"
)

// delimiters are the separators a CSV file may have.
var delimiters = []rune{';', ',', '\t'}

// readCSV reads a text of separated values in UTF-8, with or without a mark at its
// beginning, or in Windows-1252. delimiter 0 means: the one that divides the first lines
// into the most columns alike.
func readCSV(data []byte, delimiter rune) (*Book, error) {
	book := &Book{Format: "csv", Encoding: "UTF-8", Delimiter: delimiter}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, fault.New(fault.Invalid, "Berkas ini bukan teks CSV. Simpan sebagai CSV UTF-8 atau sebagai .xlsx, lalu unggah lagi.")
	}
	if !utf8.Valid(data) {
		book.Encoding = "Windows-1252"
		decoded, err := charmap.Windows1252.NewDecoder().Bytes(data)
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "Huruf dalam berkas CSV ini tidak dapat dibaca. Simpan sebagai CSV UTF-8, lalu unggah lagi.")
		}
		data = decoded
	}
	if rest, ok := bytes.CutPrefix(data, []byte("sep=")); ok && len(rest) > 1 { // as Excel writes it
		if delimiter == 0 {
			book.Delimiter = rune(rest[0])
		}
		_, data, _ = bytes.Cut(rest, []byte("\n"))
	}
	if !validDelimiter(book.Delimiter) {
		book.Delimiter = findDelimiter(data)
	}
	sheet := &Sheet{Name: "CSV", HiddenRows: map[int]bool{}, HiddenColumns: map[int]bool{}}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma = book.Delimiter
	r.FieldsPerRecord = -1
	r.LazyQuotes = true
	r.ReuseRecord = true
	cells := 0
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fault.Wrap(err, fault.Invalid, "Berkas CSV ini tidak dapat dibaca. Simpan lagi sebagai CSV UTF-8, lalu unggah lagi.")
		}
		line, _ := r.FieldPos(0)
		row := line - 1
		if row >= maxRows || len(record) > maxColumns {
			return nil, fault.New(fault.Invalid, "Berkas CSV ini lebih dari %d baris atau %d kolom. Bagi menjadi beberapa berkas.", maxRows, maxColumns)
		}
		if cells += len(record); cells > maxCells {
			return nil, errTooLarge()
		}
		for i, text := range record {
			var c Cell
			if c.setText(text); c.Kind != Empty {
				sheet.put(row, i, c)
			}
		}
	}
	if len(sheet.Rows) == 0 {
		return nil, fault.New(fault.Invalid, "Berkas ini kosong.")
	}
	book.Sheets = []*Sheet{sheet}
	return book, nil
}

func validDelimiter(r rune) bool { return strings.ContainsRune(string(delimiters), r) && r != 0 }

// findDelimiter looks at the first lines: the separator that gives them the same number of
// columns, the more the better.
func findDelimiter(data []byte) rune {
	head := data[:min(len(data), 16<<10)]
	lines := strings.Split(string(head), "\n")
	if len(lines) > 1 && len(head) < len(data) {
		lines = lines[:len(lines)-1] // the last one is cut off
	}
	best, bestScore := ';', 0
	for _, d := range delimiters {
		alike, first := 0, -1
		for _, line := range lines[:min(len(lines), 30)] {
			if strings.TrimSpace(line) == "" {
				continue
			}
			n := countOutsideQuotes(line, d)
			if first < 0 {
				first = n
			}
			if n == first && n > 0 {
				alike++
			}
		}
		if score := alike*100*min(first, 1) + first; score > bestScore {
			best, bestScore = d, score
		}
	}
	return best
}

func countOutsideQuotes(line string, d rune) int {
	n, quoted := 0, false
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
		case r == d && !quoted:
			n++
		}
	}
	return n
}

// Read reads a file of either kind by its first bytes; its name is not believed. The
// errors are Invalid, with a sentence for whoever sent it.
func Read(data []byte) (*Book, error) { return readWith(data, 0) }

// readWith is Read with the delimiter of a CSV file, 0 for the one that fits.
func readWith(data []byte, delimiter rune) (*Book, error) {
	switch {
	case len(data) == 0:
		return nil, fault.New(fault.Invalid, "Berkas ini kosong.")
	case len(data) > MaxFile:
		return nil, fault.New(fault.Invalid, "Berkas ini terlalu besar. Paling besar 12 MB.")
	case bytes.HasPrefix(data, magicZip) || bytes.HasPrefix(data, magicOLE):
		return readXLSX(data)
	case bytes.HasPrefix(data, []byte("%PDF")) || bytes.HasPrefix(data, []byte("\x89PNG")) || bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		return nil, fault.New(fault.Invalid, "Berkas ini bukan lembar kerja. Yang dapat diimpor hanya .xlsx dan .csv.")
	}
	return readCSV(data, delimiter)
}
