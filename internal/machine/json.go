package machine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep the lists and objects of a request may be nested: the object, its list,
// an item.
const maxDepth = 4

// maxValues is how many values a request may have in all: more than MaxItems items with every
// member take. A value is held in a hundred times the memory of the two characters that
// write it.
const maxValues = MaxItems*20 + 100

// Problem is what is wrong at one place of a request.
type Problem struct {
	Pointer string // JSON Pointer (RFC 6901) into the body; empty: the whole
	Text    string // in words for the reader
}

// SyntaxError says that a body is no JSON that is taken here: not well-formed, a name given
// twice, too deep, too many values, or with characters that no column can hold.
type SyntaxError struct{ Problem }

// Error is the sentence.
func (e *SyntaxError) Error() string { return e.Text }

// value is a value of JSON with its place. Numbers stay the text they were.
type value struct {
	at      string // JSON Pointer
	text    string // of a text or a number
	is      kind
	list    []*value
	members map[string]*value
	names   []string // of members, in their order
}

type kind uint8

const (
	isNull kind = iota
	isTrue
	isFalse
	isNumber
	isText
	isList
	isObject
)

// parse reads a body that is one value and nothing after it. encoding/json alone would take the
// last of two members of one name.
func parse(body []byte) (*value, error) {
	if !utf8.Valid(body) {
		return nil, &SyntaxError{Problem{"", "Isi permintaan bukan UTF-8."}}
	}
	d := &parser{Decoder: json.NewDecoder(bytes.NewReader(body))}
	d.UseNumber()
	v, err := d.value("", 1)
	if err != nil {
		return nil, broken(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, &SyntaxError{Problem{"", "Sesudah nilai JSON masih ada isi lain."}}
	}
	return v, nil
}

// broken is an error of the decoder as a SyntaxError.
func broken(err error) error {
	if s, ok := errors.AsType[*SyntaxError](err); ok {
		return s
	}
	if s, ok := errors.AsType[*json.SyntaxError](err); ok {
		return &SyntaxError{Problem{"", fmt.Sprintf("Isi permintaan bukan JSON yang benar: ada kesalahan di dekat bita %d.", s.Offset)}}
	}
	return &SyntaxError{Problem{"", "Isi permintaan bukan JSON yang benar: isinya terputus."}}
}

// parser counts the values that it has read.
type parser struct {
	*json.Decoder
	values int
}

func (d *parser) value(at string, depth int) (*value, error) {
	if d.values++; d.values > maxValues {
		return nil, &SyntaxError{Problem{"", fmt.Sprintf("Isi permintaan memuat lebih dari %d nilai.", maxValues)}}
	}
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	v := &value{at: at}
	switch t := token.(type) {
	case json.Delim:
		if depth > maxDepth {
			return nil, &SyntaxError{Problem{at, "Isi permintaan bersarang terlalu dalam."}}
		}
		if t == '[' {
			return v, v.parseList(d, depth)
		}
		return v, v.parseObject(d, depth)
	case string:
		if strings.ContainsRune(t, 0) {
			return nil, &SyntaxError{Problem{at, "Teks memuat karakter yang tidak dapat disimpan."}}
		}
		v.is, v.text = isText, t
	case json.Number:
		v.is, v.text = isNumber, t.String()
	case bool:
		if v.is = isFalse; t {
			v.is = isTrue
		}
	}
	return v, nil
}

func (v *value) parseList(d *parser, depth int) error {
	v.is = isList
	for d.More() {
		item, err := d.value(fmt.Sprintf("%s/%d", v.at, len(v.list)), depth+1)
		if err != nil {
			return err
		}
		v.list = append(v.list, item)
	}
	_, err := d.Token()
	return err
}

func (v *value) parseObject(d *parser, depth int) error {
	v.is, v.members = isObject, map[string]*value{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		at := v.at + "/" + pointerEscape.Replace(cut(name, 60))
		if _, twice := v.members[name]; twice {
			return &SyntaxError{Problem{at, "Nama ini tertulis dua kali."}}
		}
		member, err := d.value(at, depth+1)
		if err != nil {
			return err
		}
		v.members[name], v.names = member, append(v.names, name)
	}
	_, err := d.Token()
	return err
}

var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// cut is at most n characters of a text.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
