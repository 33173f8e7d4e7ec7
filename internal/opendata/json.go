package opendata

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Meta says of a JSON file what it is, from which publication, and under which licence.
type Meta struct {
	Set          string `json:"set"`
	Title        string `json:"title"`
	TitleEN      string `json:"title_en"`
	About        string `json:"description"`
	Rows         int    `json:"rows"`
	Publication  int    `json:"publication"`
	Period       string `json:"period"`
	PublishedAt  string `json:"published_at"`
	AsOf         string `json:"as_of"`
	Status       string `json:"publication_status"`
	Demo         bool   `json:"demo"`
	Note         string `json:"note,omitempty"` // what invented or exemplary figures are
	SHA256       string `json:"publication_sha256"`
	Content      string `json:"publication_url"`
	Licence      string `json:"licence"`
	LicenceURL   string `json:"licence_url"`
	Publisher    string `json:"publisher"`
	Citation     string `json:"citation"`
	Dictionary   string `json:"dictionary_url"`
	DictionaryEN string `json:"dictionary_url_en"`
}

// meta describes a table of the publication.
func (p *Publication) meta(t *Table) Meta {
	return Meta{
		Set: t.Name, Title: t.Title, TitleEN: t.TitleEN, About: t.About, Rows: len(t.Rows),
		Publication: p.Number, Period: p.Period.String(), PublishedAt: moment(p.PublishedAt), AsOf: moment(p.AsOf),
		Status: p.Status(), Demo: p.Demo, Note: p.mark(), SHA256: p.SHA256, Content: p.contentURL(),
		Licence: Licence, LicenceURL: LicenceURL, Publisher: Publisher, Citation: p.Citation(),
		Dictionary: p.Absolute("/data/kamus"), DictionaryEN: p.Absolute("/en/data-dictionary"),
	}
}

// JSON writes the table as {"meta": {…}, "data": [{…}, …]}. Fields are those of the CSV file
// and in its order, values as in the API: exact decimals are texts, what is empty is null.
func (t *Table) JSON(p *Publication) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString(`{"meta":`)
	if err := appendJSON(&b, p.meta(t)); err != nil {
		return nil, err
	}
	b.WriteString(`,"data":[`)
	for i, row := range t.Rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n{")
		for k, v := range row {
			if k > 0 {
				b.WriteByte(',')
			}
			fmt.Fprintf(&b, "%q:", t.Columns[k].Name)
			if err := appendJSON(&b, v.json(t.Columns[k].Type)); err != nil {
				return nil, err
			}
		}
		b.WriteByte('}')
	}
	b.WriteString("\n]}\n")
	return b.Bytes(), nil
}

// json is the value as JSON has it.
func (v Value) json(t Type) any {
	switch {
	case t == List && v.List != nil:
		return v.List
	case v.Empty:
		return nil
	case t == Integer || t == Boolean:
		return json.RawMessage(v.Text)
	}
	return v.Text
}

// appendJSON writes a value on one line, with letters as they are.
func appendJSON(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	b.Truncate(b.Len() - 1) // the line break of the encoder
	return nil
}
