package opendata

import (
	"reflect"
	"strconv"

	"petajalan/internal/scorecard"
)

// ruleRow is one line of a rule set: a parameter, a band, a step of a scale or a rule in words.
type ruleRow struct {
	Part      string  `json:"part"`
	Group     string  `json:"group"`
	Code      string  `json:"code"`
	Label     string  `json:"label"`
	From      *string `json:"from"`
	Exclusive *bool   `json:"exclusive"`
	Ordinal   *int    `json:"ordinal"`
	Value     string  `json:"value"`
	Basis     string  `json:"basis"`
	Status    string  `json:"status"`
	Method    string  `json:"method"`
}

var methodSet = &Set{
	Name: "aturan", Title: "Aturan penilaian", TitleEN: "Rules",
	About:   "Aturan penilaian sebagai data: batas bawah dan atas, kategori, kata, skala, dan cara menggabungkan.",
	AboutEN: "The rule set as data: floor and cap, bands, words, scales and the rules of the roll-up.",
	Key:     []string{"part", "group", "code"},
	record:  reflect.TypeFor[ruleRow](),
	rows:    func(p *Publication) any { return ruleRows(&p.Method) },
	Columns: []Column{
		col("part", Code, "Bagian: parameter, band (kategori), word (kata), scale (skala), atau rollup (penggabungan)", "Part: parameter, band, word, scale or rollup"),
		opt("group", Code, "Kode skala; kosong di luar skala", "Code of the scale; empty elsewhere"),
		col("code", Code, "Kode baris dalam bagiannya", "Code of the row in its part"),
		opt("label", Text, "Sebutan", "Label"),
		opt("from", Decimal, "Berlaku mulai angka ini; kosong pada yang terendah", "Holds from this figure on; empty for the lowest"),
		opt("exclusive", Boolean, "true: angka itu sendiri belum termasuk", "true: only above that figure"),
		opt("ordinal", Integer, "Urutan dalam skala; yang terendah 1", "Ordinal on the scale; the lowest is 1"),
		opt("value", Text, "Nilai parameter, atau aturannya dalam kata", "Value of the parameter, or the rule in words"),
		opt("basis", Text, "Dasar", "Basis"),
		opt("status", Text, "Kedudukan", "Standing"),
		col("method", Code, "Kode aturan penilaian", "Code of the rule set"),
	},
}

func ruleRows(m *scorecard.Method) []ruleRow {
	rows := []ruleRow{
		{Part: "parameter", Code: "formula_version", Label: "Versi rumus", Value: strconv.Itoa(m.FormulaVersion)},
		{Part: "parameter", Code: "floor", Label: "Batas bawah", Value: m.Floor},
		{Part: "parameter", Code: "cap", Label: "Batas atas", Value: m.Cap, Basis: m.Basis},
	}
	for _, b := range m.Bands {
		rows = append(rows, ruleRow{Part: "band", Code: b.Rating, Label: b.Label, From: b.From})
	}
	for _, b := range m.Words {
		rows = append(rows, ruleRow{Part: "word", Code: b.Rating, Label: b.Label, From: b.From})
	}
	for _, s := range m.Scales {
		for _, step := range s.Steps {
			rows = append(rows, ruleRow{Part: "scale", Group: s.Code, Code: step.Code, Label: step.Label, From: step.From,
				Exclusive: new(step.Exclusive), Ordinal: new(step.Ordinal), Value: s.Name, Basis: s.Basis, Status: s.Status})
		}
	}
	for _, r := range m.Rollup {
		rows = append(rows, ruleRow{Part: "rollup", Code: r.Level, Value: r.Rule})
	}
	for i := range rows {
		rows[i].Method = m.ID
	}
	return rows
}
