package opendata

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Type is what the values of a column are.
type Type string

// Types of columns. Every value is a text in CSV; numbers are plain decimals with a point.
const (
	Text    Type = "text"    // words
	Code    Type = "code"    // a short text from a fixed list, or a key to another set
	Integer Type = "integer" // -12
	Decimal Type = "decimal" // exact: 87.50
	Boolean Type = "boolean" // true or false
	Date    Type = "date"    // 2026-06-30
	Moment  Type = "moment"  // UTC: 2026-10-31T02:00:00.000000Z
	Period  Type = "period"  // a quarter: 2026-TW3
	List    Type = "list"    // in CSV joined with " | "
)

// IsNumber reports whether values of this type are written as numbers.
func (t Type) IsNumber() bool { return t == Integer || t == Decimal }

// Column is a column of a set: the one place where it is described.
type Column struct {
	Name       string // as in the API
	Type       Type
	Unit       string // of the values; empty: none, or it stands in the row
	MayBeEmpty bool
	ID, EN     string // meaning, in Indonesian and English
	path       string // in the record, when it is not Name: "provenance.reported.office"
}

func col(name string, t Type, id, en string) Column {
	return Column{Name: name, Type: t, ID: id, EN: en}
}

// opt is a column that may be empty.
func opt(name string, t Type, id, en string) Column {
	c := col(name, t, id, en)
	c.MayBeEmpty = true
	return c
}

// at says where in the record the values are.
func (c Column) at(path string) Column {
	c.path = path
	return c
}

// in says what the values are counted in.
func (c Column) in(unit string) Column {
	c.Unit = unit
	return c
}

// unitsEN are the units of columns in English.
var unitsEN = map[string]string{
	"%": "%", "bita": "bytes", "indeks": "index points", "komponen": "components", "orang": "people",
	"permohonan": "requests", "rupiah": "rupiah", "tahun": "year", "target": "targets",
}

// UnitEN is the unit in English; empty where there is none.
func (c Column) UnitEN() string { return unitsEN[c.Unit] }

// Path is where in a record of the API the values are: "provenance.reported.office".
func (c Column) Path() string {
	if c.path != "" {
		return c.path
	}
	return c.Name
}

// Value is what stands in one cell.
type Value struct {
	Empty bool
	Text  string   // of all types but List
	List  []string // of type List
}

// String is the value as CSV has it, not guarded yet.
func (v Value) String() string {
	if v.List != nil {
		return strings.Join(v.List, " | ")
	}
	return v.Text
}

// valueOf finds the value of a path in a record.
func valueOf(record reflect.Value, path string) (Value, error) {
	v := record
	for path != "" {
		for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
			if v.IsNil() {
				return Value{Empty: true}, nil
			}
			v = v.Elem()
		}
		switch v.Kind() {
		case reflect.Struct:
			name, rest, _ := strings.Cut(path, ".")
			i := fieldOf(v.Type(), name)
			if i < 0 {
				return Value{}, fmt.Errorf("%s has no field %s", v.Type(), name)
			}
			v, path = v.Field(i), rest
		case reflect.Map: // counts: what is not there is nought
			v = v.MapIndex(reflect.ValueOf(path).Convert(v.Type().Key()))
			if !v.IsValid() {
				return Value{Text: "0"}, nil
			}
			path = ""
		case reflect.Slice: // of records with a code
			code, rest, _ := strings.Cut(path, ".")
			at := -1
			for i := range v.Len() {
				if v.Index(i).Field(fieldOf(v.Type().Elem(), "code")).String() == code {
					at = i
				}
			}
			if at < 0 {
				return Value{Empty: true}, nil
			}
			v, path = v.Index(at), rest
		default:
			return Value{}, fmt.Errorf("%s has no part %s", v.Type(), path)
		}
	}
	return leaf(v)
}

// leaf writes a value of a record.
func leaf(v reflect.Value) (Value, error) {
	switch x := v.Interface().(type) {
	case time.Time:
		return Value{Text: moment(x)}, nil
	case encoding.TextMarshaler:
		b, err := x.MarshalText()
		return Value{Text: string(b)}, err
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return Value{Empty: true}, nil
		}
		return leaf(v.Elem())
	case reflect.String:
		return Value{Text: v.String(), Empty: v.Len() == 0}, nil
	case reflect.Int, reflect.Int64:
		return Value{Text: strconv.FormatInt(v.Int(), 10)}, nil
	case reflect.Bool:
		return Value{Text: strconv.FormatBool(v.Bool())}, nil
	case reflect.Slice:
		return listOf(v)
	case reflect.Map:
		list := []string{}
		for _, key := range v.MapKeys() {
			x, err := leaf(v.MapIndex(key))
			if err != nil {
				return Value{}, err
			}
			list = append(list, key.String()+"="+x.String())
		}
		slices.Sort(list)
		return Value{List: list, Empty: len(list) == 0}, nil
	}
	return Value{}, fmt.Errorf("a %s has no form in a table", v.Type())
}

// listOf writes a list; a record in it is its parts with a space between them.
func listOf(v reflect.Value) (Value, error) {
	list := []string{}
	for i := range v.Len() {
		item := v.Index(i)
		if item.Kind() != reflect.Struct {
			x, err := leaf(item)
			if err != nil {
				return Value{}, err
			}
			list = append(list, x.String())
			continue
		}
		var parts []string
		for k := range item.NumField() {
			x, err := leaf(item.Field(k))
			if err != nil {
				return Value{}, err
			}
			parts = append(parts, x.String())
		}
		list = append(list, strings.Join(parts, " "))
	}
	return Value{List: list, Empty: len(list) == 0}, nil
}

// fieldOf is the index of the field with this name in JSON, -1 when there is none.
func fieldOf(t reflect.Type, name string) int {
	known, ok := fieldNames.Load(t)
	if !ok {
		names := make(map[string]int, t.NumField())
		for i := range t.NumField() {
			tag, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
			names[tag] = i
		}
		known, _ = fieldNames.LoadOrStore(t, names)
	}
	if i, ok := known.(map[string]int)[name]; ok {
		return i
	}
	return -1
}

// fieldNames are the fields of the types met, by their names in JSON.
var fieldNames sync.Map
