package scorecard

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Canonical returns v as canonical JSON (RFC 8785): keys sorted, no white space, strings
// escaped in one way only. Keys are those of the json tags, which must be ASCII. Moments
// are UTC with microseconds. It refuses floating-point numbers, which have no place in a
// publication, and text that is not UTF-8.
func Canonical(v any) ([]byte, error) {
	w := canonicalWriter{fields: map[reflect.Type][]field{}}
	if err := w.value(reflect.ValueOf(v)); err != nil {
		return nil, fmt.Errorf("write canonical JSON: %w", err)
	}
	return w.Bytes(), nil
}

// canonicalWriter is one document being written, with the sorted fields of the types met.
type canonicalWriter struct {
	bytes.Buffer
	fields map[reflect.Type][]field
}

const canonicalTime = "2006-01-02T15:04:05.000000Z"

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	moment        = reflect.TypeFor[time.Time]()
)

func (b *canonicalWriter) value(v reflect.Value) error {
	if !v.IsValid() {
		b.WriteString("null")
		return nil
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		return b.value(v.Elem())
	case reflect.Struct:
		if v.Type() == moment {
			return b.text(v.Interface().(time.Time).UTC().Format(canonicalTime))
		}
		if v.Type().Implements(textMarshaler) {
			s, err := v.Interface().(encoding.TextMarshaler).MarshalText()
			if err != nil {
				return err
			}
			return b.text(string(s))
		}
		return b.object(v)
	case reflect.Slice:
		if v.IsNil() {
			b.WriteString("null")
			return nil
		}
		b.WriteByte('[')
		for i := range v.Len() {
			if i > 0 {
				b.WriteByte(',')
			}
			if err := b.value(v.Index(i)); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case reflect.Map:
		return b.dictionary(v)
	case reflect.String:
		return b.text(v.String())
	case reflect.Bool:
		b.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int32, reflect.Int64:
		const exact = 1 << 53 // beyond it, readers of JSON numbers may round
		if n := v.Int(); n <= -exact || n >= exact {
			return fmt.Errorf("%d is too large for a JSON number", n)
		}
		b.WriteString(strconv.FormatInt(v.Int(), 10))
	default:
		return fmt.Errorf("a %s has no canonical form here", v.Type())
	}
	return nil
}

func (b *canonicalWriter) object(v reflect.Value) error {
	b.WriteByte('{')
	for i, f := range b.fieldsOf(v.Type()) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(f.key)
		if err := b.value(v.Field(f.index)); err != nil {
			return fmt.Errorf("%s: %w", f.key, err)
		}
	}
	b.WriteByte('}')
	return nil
}

type field struct {
	key   string // with quotes and colon
	index int
}

func (b *canonicalWriter) fieldsOf(t reflect.Type) []field {
	if fields, ok := b.fields[t]; ok {
		return fields
	}
	fields := make([]field, 0, t.NumField())
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		if name != "" && name != "-" {
			fields = append(fields, field{`"` + name + `":`, i})
		}
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.key[:len(a.key)-2], b.key[:len(b.key)-2]) })
	b.fields[t] = fields
	return fields
}

func (b *canonicalWriter) dictionary(v reflect.Value) error {
	if v.IsNil() {
		b.WriteString("null")
		return nil
	}
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
	b.WriteByte('{')
	for i, k := range keys {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := b.text(k.String()); err != nil {
			return err
		}
		b.WriteByte(':')
		if err := b.value(v.MapIndex(k)); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func (b *canonicalWriter) text(s string) error {
	if !utf8.ValidString(s) {
		return errors.New("text is not UTF-8")
	}
	const hex = "0123456789abcdef"
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case '\b':
			b.WriteString(`\b`)
		case '\t':
			b.WriteString(`\t`)
		case '\n':
			b.WriteString(`\n`)
		case '\f':
			b.WriteString(`\f`)
		case '\r':
			b.WriteString(`\r`)
		default:
			if c < 0x20 {
				b.WriteString(`\u00`)
				b.WriteByte(hex[c>>4])
				b.WriteByte(hex[c&15])
			} else {
				b.WriteByte(c)
			}
		}
	}
	b.WriteByte('"')
	return nil
}
