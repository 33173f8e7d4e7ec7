package seeds

import (
	"cmp"
	"reflect"
	"slices"
	"strings"
)

// A place in a Document is a line (2 for the first row, as in a workbook with a head) and a
// column from 1, in one number, so that the checks need not know which of both they look at.
const columnUnit = 1_000_000

// lineOnly is the line of a place.
func lineOnly(place int) int { return place % columnUnit }

// remarksOf turns problems with places in a Document into remarks, in the order of the plan.
func remarksOf(problems Problems) Remarks {
	if len(problems) == 0 {
		return nil
	}
	rs := make(Remarks, 0, len(problems))
	for _, p := range problems {
		r := Remark{Row: -1, What: p.What, Fix: p.Fix}
		for _, t := range Tables {
			if fileOf[t] == p.File {
				r.Table = t
			}
		}
		if line := lineOnly(p.Line); line >= 2 {
			r.Row = line - 2
		}
		if i := p.Line / columnUnit; i > 0 && i <= len(columns[r.Table]) {
			r.Key = columns[r.Table][i-1].Key
		}
		rs = append(rs, r)
	}
	slices.SortStableFunc(rs, func(a, b Remark) int {
		return cmp.Or(cmp.Compare(slices.Index(Tables, a.Table), slices.Index(Tables, b.Table)), cmp.Compare(a.Row, b.Row))
	})
	return slices.Compact(rs)
}

// nested are keys of the files that a Document spreads over several columns; what is said of
// them is said of the first.
var nested = map[Table]map[string]string{
	IndicatorsTable: {"baseline": "baseline_year"},
	ServicesTable:   {"duration": "duration_value", "fee": "fee_kind", "standard": "requirements", "status": "standard_status"},
}

// placesOf are the places of the keys of a row. With onlyFilled they are those of keys that
// say something.
func placesOf(t Table, i int, row Row, onlyFilled bool) map[string]int {
	at := map[string]int{}
	for n, c := range columns[t] {
		if !onlyFilled || row[c.Key] != "" {
			at[c.Key] = i + 2 + (n+1)*columnUnit
		}
	}
	for key, first := range nested[t] {
		if place, ok := at[first]; ok {
			at[key] = place
		}
	}
	return at
}

// fill sets the fields of a record, whose tags are keys, from a row, and checks it.
func fill[T any](r *reader, t Table, i int, row Row) T {
	var record T
	at := placesOf(t, i, row, false)
	v := reflect.ValueOf(&record)
	v.Interface().(placed).place(i+2, at)
	for _, f := range fieldsOf(v.Elem().Type()) {
		if target := v.Elem().Field(f.index); target.Kind() == reflect.String {
			target.SetString(r.text(fileOf[t], at[f.name], f.name, row[f.name]))
		}
	}
	return record
}

// rowsOf turns the rows of a table into records and checks each.
func rowsOf[T any](r *reader, d *Document, t Table, complete func(r *reader, record *T, i int, row Row)) []T {
	rows := d.Rows(t)
	records := make([]T, len(rows))
	for i, row := range rows {
		records[i] = fill[T](r, t, i, row)
		if complete != nil {
			complete(r, &records[i], i, row)
		}
		r.check(fileOf[t], any(&records[i]).(placed))
	}
	return records
}

// lines cuts a text of several lines into those that say something.
func lines(text string) []string {
	var parts []string
	for part := range strings.Lines(text) {
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// completeIndicator adds what the flat row spreads out: the steps of a milestone ("25 Rencana"
// each on its line) and the baseline.
func completeIndicator(r *reader, record *indicatorRow, i int, row Row) {
	at := placesOf(IndicatorsTable, i, row, false)
	for _, line := range lines(row["steps"]) {
		percent, name, _ := strings.Cut(line, " ")
		step := milestoneStepRow{Percent: strings.TrimSuffix(percent, "%"), Name: strings.TrimSpace(name)}
		step.place(at["steps"], nil)
		r.check(indicatorsFile, &step)
		record.Steps = append(record.Steps, step)
	}
	if row["baseline_year"]+row["baseline_value"]+row["baseline_source"] == "" {
		return
	}
	b := &baselineRefRow{Year: row["baseline_year"], Value: row["baseline_value"], Source: row["baseline_source"]}
	b.place(i+2, map[string]int{"year": at["baseline_year"], "value": at["baseline_value"], "source": at["baseline_source"]})
	r.check(indicatorsFile, b)
	record.Baseline = b
}

// standardKeys are the columns of a service that belong to its standard.
func standardKeys() []string {
	var keys []string
	for _, c := range columns[ServicesTable][3:] {
		keys = append(keys, c.Key)
	}
	return keys
}

// completeService adds the agencies and the standard, which a service without any of its
// components has not.
func completeService(r *reader, record *serviceRow, i int, row Row) {
	record.OfferedBy = strings.FieldsFunc(row["offered_by"], func(c rune) bool { return strings.ContainsRune("\n\r\t ,;", c) })
	if !slices.ContainsFunc(standardKeys(), func(key string) bool { return row[key] != "" }) {
		return
	}
	s := fill[standardRow](r, ServicesTable, i, row)
	at := placesOf(ServicesTable, i, row, true)
	s.place(i+2, at)
	s.Requirements, s.Sources, s.Status = lines(row["requirements"]), lines(row["sources"]), row["standard_status"]
	if row["duration_value"]+row["duration_unit"] != "" {
		s.Duration = &durationRow{Value: row["duration_value"], Unit: row["duration_unit"]}
		s.Duration.place(at["duration"], map[string]int{"value": at["duration_value"], "unit": at["duration_unit"]})
		r.check(servicesFile, s.Duration)
	}
	if row["fee_kind"]+row["fee_rupiah"]+row["fee_note"] != "" {
		s.Fee = &feeRow{Kind: row["fee_kind"], Rupiah: row["fee_rupiah"], Note: row["fee_note"]}
		s.Fee.place(at["fee"], map[string]int{"kind": at["fee_kind"], "rupiah": at["fee_rupiah"], "note": at["fee_note"]})
		r.check(servicesFile, s.Fee)
	}
	for _, line := range lines(row["provenance"]) {
		component, how, _ := strings.Cut(line, ":")
		if s.Provenance == nil {
			s.Provenance = map[string]string{}
		}
		s.Provenance[strings.TrimSpace(component)] = strings.TrimSpace(how)
	}
	r.check(servicesFile, &s)
	record.Standard = &s
}

// sourcesOf maps each address that a standard names to itself: a Document has no short names.
func sourcesOf(d *Document) map[string]string {
	all := map[string]string{}
	for _, row := range d.Services {
		for _, address := range lines(row["sources"]) {
			all[address] = address
		}
	}
	return all
}
