package seeds

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
)

// readTable reads a CSV file into rows, in their order. A line that begins with
// # is a comment. What is wrong is noted; a row of the wrong length is left out.
func readTable[T any](r *reader, file string) []T {
	content, ok := r.bytes(file)
	if !ok {
		return nil
	}
	in := csv.NewReader(bytes.NewReader(content))
	in.Comment, in.FieldsPerRecord = '#', -1
	header, err := in.Read()
	if err != nil {
		r.unreadable(file, 0, "berkas kosong", "Tulis baris judul kolom, lalu isinya")
		return nil
	}
	columns := r.columns(file, in, header, fieldsOf(reflect.TypeFor[T]()))
	if columns == nil {
		return nil
	}
	var rows []T
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			line := 0
			if e, ok := errors.AsType[*csv.ParseError](err); ok {
				line = e.StartLine
			}
			r.unreadable(file, line, "tanda kutip tidak berpasangan; baris sesudahnya tidak terbaca",
				"Apit isi yang memuat koma dengan tanda kutip ganda di awal dan di akhir")
			return rows
		}
		line, _ := in.FieldPos(0)
		if len(cells) != len(header) {
			r.unreadable(file, line, fmt.Sprintf("ada %d kolom, seharusnya %d", len(cells), len(header)),
				"Periksa koma; isi yang memuat koma diapit tanda kutip ganda")
			continue
		}
		var row T
		v := reflect.ValueOf(&row)
		v.Interface().(placed).place(line, nil)
		for i, f := range columns {
			v.Elem().Field(f.index).SetString(r.text(file, line, f.name, cells[i]))
		}
		r.check(file, v.Interface().(placed))
		rows = append(rows, row)
	}
}

// columns returns the field of each column, or nil when the header is not right.
func (r *reader) columns(file string, in *csv.Reader, header []string, fields []field) []field {
	line, _ := in.FieldPos(0)
	before := len(r.problems)
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	var columns []field
	for i, name := range header {
		name = strings.TrimSpace(name)
		at := slices.Index(names, name)
		switch {
		case at < 0 && strings.Contains(name, ";"):
			r.unreadable(file, line, "kolom dipisah titik koma", "Simpan ulang dengan koma sebagai pemisah kolom")
			return nil
		case at < 0:
			r.problems.add(file, line, "kolom "+quote(name)+" tidak dikenal", "Pakai kolom: "+strings.Join(names, ", "))
		case slices.Contains(header[:i], name):
			r.problems.add(file, line, "kolom "+quote(name)+" ada dua kali", "Sisakan satu")
		default:
			columns = append(columns, fields[at])
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(columns, func(f field) bool { return f.name == name }) {
			r.problems.add(file, line, "kolom "+quote(name)+" tidak ada", "Tambahkan kolomnya; isinya boleh kosong bila memang tidak wajib")
		}
	}
	if len(r.problems) > before {
		r.broken[file] = true
		return nil
	}
	return columns
}
