package seeds

import (
	"errors"
	"fmt"
	"io/fs"
	"reflect"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-playground/validator/v10"
)

// record remembers where a row or a mapping of a file stands. Every struct that
// a file is read into embeds it, and has a seed tag on each field: the name of
// the column or key. Texts are kept as they were written.
type record struct {
	line  int
	lines map[string]int // of each key; nil in a table, where a row is one line
}

// at returns the line of a key, or where the record begins.
func (r *record) at(key string) int {
	if line, ok := r.lines[key]; ok {
		return line
	}
	return r.line
}

func (r *record) place(line int, lines map[string]int) { r.line, r.lines = line, lines }

// placed is a pointer to any struct that embeds record.
type placed interface {
	place(line int, lines map[string]int)
	at(key string) int
}

// reader reads the files of a folder and gathers what is wrong with them.
type reader struct {
	fsys     fs.FS
	problems Problems
	broken   map[string]bool // files of which a part could not be read
	validate *validator.Validate
}

func newReader(fsys fs.FS) *reader {
	v := validator.New(validator.WithRequiredStructEnabled())
	v.RegisterTagNameFunc(func(f reflect.StructField) string { return f.Tag.Get("seed") })
	for tag, pattern := range patterns {
		rule := func(fl validator.FieldLevel) bool { return pattern.MatchString(fl.Field().String()) }
		if err := v.RegisterValidation(tag, rule); err != nil {
			panic(err) // the tags are constants
		}
	}
	return &reader{fsys: fsys, broken: map[string]bool{}, validate: v}
}

// patterns are the validation tags of our own.
var patterns = map[string]*regexp.Regexp{
	"code":      regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`),
	"plancode":  regexp.MustCompile(`^[A-Z][A-Z0-9.-]{0,19}$`),
	"indicator": regexp.MustCompile(`^[A-Z][A-Z0-9-]{1,39}$`),
	"whole":     regexp.MustCompile(`^[0-9]{1,9}$`),
	"outline":   regexp.MustCompile(`^M[MmLlHhVvZz0-9 .,-]+[Zz]$`),
}

// unreadable notes that a file, or what follows the line, can't be read, so that
// what it lacks is not told too.
func (r *reader) unreadable(file string, line int, what, fix string) {
	r.broken[file] = true
	r.problems.add(file, line, what, fix)
}

// bytes returns a file without its byte order mark, and false when it is not
// there or is not text.
func (r *reader) bytes(file string) ([]byte, bool) {
	content, err := fs.ReadFile(r.fsys, file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		r.unreadable(file, 0, "berkas tidak ada", "Letakkan berkas bernama "+file+" di folder yang sama")
		return nil, false
	case err != nil:
		r.unreadable(file, 0, "berkas tidak dapat dibaca", "Periksa hak baca berkas dan foldernya")
		return nil, false
	case !utf8.Valid(content):
		r.unreadable(file, 0, "berkas bukan teks UTF-8", "Simpan ulang sebagai teks UTF-8")
		return nil, false
	}
	return []byte(strings.TrimPrefix(string(content), "\ufeff")), true
}

// text returns a value as it is stored, trimmed, or notes that it can't be.
func (r *reader) text(file string, line int, key, value string) string {
	value = strings.TrimSpace(value)
	if strings.ContainsFunc(value, func(c rune) bool { return unicode.IsControl(c) && c != '\n' && c != '\t' }) {
		r.problems.add(file, line, fmt.Sprintf("%s berisi huruf kendali: %s", key, quote(value)), "Hapus huruf yang tidak terlihat itu")
		return ""
	}
	return value
}

// check validates one record and notes what its tags refuse.
func (r *reader) check(file string, row placed) {
	err := r.validate.Struct(row)
	var fields validator.ValidationErrors
	if !errors.As(err, &fields) {
		return
	}
	for _, f := range fields {
		what, fix := explain(f)
		r.problems.add(file, row.at(f.Field()), what, fix)
	}
}

// explain says in words which rule a value breaks.
func explain(f validator.FieldError) (what, fix string) {
	what = fmt.Sprintf("%s %s tidak sah", f.Field(), quote(fmt.Sprint(f.Value())))
	switch f.Tag() {
	case "required", "min":
		return f.Field() + " kosong", "Isi " + f.Field()
	case "oneof":
		return f.Field() + " " + quote(fmt.Sprint(f.Value())) + " tidak dikenal",
			"Pilih salah satu: " + strings.Join(strings.Fields(f.Param()), ", ")
	case "datetime":
		return fmt.Sprintf("%s %s bukan tanggal", f.Field(), quote(fmt.Sprint(f.Value()))), "Tulis tanggal seperti 2025-12-31"
	case "whole":
		return fmt.Sprintf("%s %s bukan bilangan bulat", f.Field(), quote(fmt.Sprint(f.Value()))), "Tulis angka saja, misalnya 2026"
	case "http_url":
		return what, "Tulis alamat lengkap, misalnya https://blitarkota.go.id"
	case "max":
		return fmt.Sprintf("%s terlalu panjang", f.Field()), "Tulis paling banyak " + f.Param() + " huruf"
	case "code":
		return what, "Pakai huruf kecil, angka, titik, dan tanda hubung, misalnya dispendukcapil"
	case "plancode":
		return what, "Pakai huruf besar, angka, dan titik, misalnya T1 atau S1.1"
	case "indicator":
		return what, "Pakai huruf besar, angka, dan tanda hubung, misalnya TEPAT-WAKTU"
	case "outline":
		return what, "Tulis jalur SVG, misalnya M0 0l10 0 0 10z"
	}
	return what, "Betulkan nilainya"
}

// field is a field of a struct that a file is read into.
type field struct {
	name  string
	index int
}

// fieldsOf returns the fields of a struct that have a seed tag.
func fieldsOf(t reflect.Type) []field {
	var fields []field
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("seed"); name != "" {
			fields = append(fields, field{name, i})
		}
	}
	return fields
}
