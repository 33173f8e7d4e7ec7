package opendata

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/xuri/excelize/v2"

	"petajalan/internal/scorecard"
)

// ContentName is the name of the bytes of a publication in the kit: "terbitan-8.json".
func ContentName(number int) string { return fmt.Sprintf("terbitan-%d.json", number) }

// Kit writes the archive with which anybody recomputes every score of the publication: the
// inputs, the rules, the scores as published, a workbook per period whose formulas reproduce
// them, and the publication itself.
func Kit(p *Publication) ([]byte, error) {
	content, err := scorecard.Canonical(p.Content)
	if err != nil {
		return nil, fmt.Errorf("write the publication: %w", err)
	}
	var rules bytes.Buffer
	e := json.NewEncoder(&rules)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(p.Method); err != nil {
		return nil, fmt.Errorf("write the rules: %w", err)
	}
	a := newPacker()
	for _, f := range []struct {
		name string
		body []byte
	}{
		{"BACA-DULU.txt", []byte(p.kitReadme())}, {"README.txt", []byte(p.kitReadmeEN())}, {"LICENSE.txt", []byte(licenceText)},
		{"aturan.json", rules.Bytes()}, {ContentName(p.Number), content},
	} {
		if err := a.add(f.name, f.body); err != nil {
			return nil, err
		}
	}
	for _, name := range []string{"aturan", "tujuan", "instansi", "indikator", "target", "capaian", "nilai"} {
		t, err := Find(name).Of(p)
		if err != nil {
			return nil, err
		}
		body, err := t.CSV()
		if err != nil {
			return nil, err
		}
		if err := a.add(name+".csv", body); err != nil {
			return nil, err
		}
	}
	for _, info := range p.Periods {
		body, err := Workbook(p, info.Period)
		if err != nil {
			return nil, err
		}
		if err := a.add(WorkbookName(info.Period), body); err != nil {
			return nil, err
		}
	}
	return a.bytes()
}

// calcNow asks a spreadsheet to compute every formula when it opens the workbook.
func calcNow(yes *bool) *excelize.CalcPropsOptions {
	return &excelize.CalcPropsOptions{FullCalcOnLoad: yes}
}
