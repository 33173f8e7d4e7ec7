package opendata

import (
	"encoding"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// leaves are the paths of all values of a record: "provenance.reported.office".
func leaves(t reflect.Type, prefix string) map[string]reflect.Type {
	all := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		of := f.Type
		if of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || of == reflect.TypeFor[time.Time]() || of.Implements(reflect.TypeFor[encoding.TextMarshaler]()) {
			all[prefix+name] = of
			continue
		}
		for path, inner := range leaves(of, prefix+name+".") {
			all[path] = inner
		}
	}
	return all
}

func TestEveryFieldHasItsColumnAndEveryColumnItsField(t *testing.T) {
	t.Parallel()
	for _, s := range Sets {
		fields := leaves(s.record, "")
		covered := map[string]bool{}
		names := map[string]bool{}
		for _, c := range s.Columns {
			if names[c.Name] {
				t.Errorf("%s has two columns %s", s.Name, c.Name)
			}
			names[c.Name] = true
			if c.ID == "" || c.EN == "" {
				t.Errorf("%s of %s is not explained", c.Name, s.Name)
			}
			if c.path == fromPublication || c.path == fromStatus {
				continue
			}
			if want := strings.ReplaceAll(c.Path(), ".", "_"); c.Name != want && c.Name != strings.Replace(want, "counts_states_", "counts_", 1) {
				t.Errorf("%s of %s is not named after its field %s", c.Name, s.Name, c.Path())
			}
			path := c.Path()
			for path != "" && fields[path] == nil { // into a map, or a list by code
				path = path[:max(0, strings.LastIndex(path, "."))]
			}
			if path == "" {
				t.Errorf("%s of %s has no field %s", c.Name, s.Name, c.Path())
				continue
			}
			covered[path] = true
			if path == c.Path() && !fits(c.Type, fields[path]) {
				t.Errorf("%s of %s is a %s, its field a %s", c.Name, s.Name, c.Type, fields[path])
			}
		}
		for path := range fields {
			if !covered[path] {
				t.Errorf("%s has no column for %s", s.Name, path)
			}
		}
		for _, name := range s.Key {
			if !names[name] {
				t.Errorf("key %s of %s is no column", name, s.Name)
			}
		}
	}
}

// fits reports whether values of a field can be of a type.
func fits(c Type, field reflect.Type) bool {
	switch {
	case field == reflect.TypeFor[time.Time]():
		return c == Moment
	case field.Kind() == reflect.Bool:
		return c == Boolean
	case field.Kind() == reflect.Int || field.Kind() == reflect.Int64:
		return c == Integer
	case field.Kind() == reflect.Slice || field.Kind() == reflect.Map:
		return c == List
	case field.Kind() == reflect.Struct:
		return c == Period
	}
	return slices.Contains([]Type{Text, Code, Decimal, Date, Period}, c)
}

func TestEverySetHasItsWordsInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, s := range Sets {
		for _, words := range []string{s.Title, s.TitleEN, s.About, s.AboutEN} {
			if words == "" {
				t.Errorf("%s is not described", s.Name)
			}
		}
		if Find(s.Name) != s {
			t.Errorf("%s is not found by its name", s.Name)
		}
	}
	if Find("siluman") != nil {
		t.Error("a set that does not exist was found")
	}
}

func TestColumnsHaveTheNamesOfSpreadsheets(t *testing.T) {
	t.Parallel()
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := columnName(i); got != want {
			t.Errorf("column %d is %s, want %s", i, got, want)
		}
	}
}

func TestEveryUnitHasAnEnglishName(t *testing.T) {
	t.Parallel()
	for _, s := range Sets {
		for _, c := range s.Columns {
			if (c.UnitEN() == "") != (c.Unit == "") {
				t.Errorf("%s.%s: unit %q is %q in English", s.Name, c.Name, c.Unit, c.UnitEN())
			}
		}
	}
}
