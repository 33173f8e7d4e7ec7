package seeds

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"petajalan/internal/roadmap"
)

// ReadService checks the row of one service, as the load does, and returns it with its standard.
func ReadService(ctx context.Context, db bun.IDB, row Row) (*roadmap.Service, Remarks, error) {
	d := &Document{Services: []Row{row}}
	r := newReader(nil)
	c := &checker{reader: r}
	var err error
	if c.agencies, err = roadmap.Agencies(ctx, db); err != nil {
		return nil, nil, err
	}
	c.checkServices(servicesDoc{Sources: sourcesOf(d), Services: rowsOf(r, d, ServicesTable, completeService)})
	if remarks := remarksOf(r.problems); remarks != nil {
		return nil, remarks, nil
	}
	return &c.services[0].it, nil, nil
}

// SameStandard reports whether two standards say the same.
func SameStandard(a, b *roadmap.Standard) bool {
	changed, _ := differences(factsOfStandard(a), factsOfStandard(b))
	return len(changed) == 0
}

// ScaleText is a version of a scale as it is typed: the steps from the lowest, each on its line as
// "kode | sebutan | batas bawah", where the lowest has no bound and ">" before it means only above.
type ScaleText struct{ Code, Name, Basis, Status, ValidFrom, Steps string }

// WriteSteps writes the steps of a scale as ScaleText has them.
func WriteSteps(s *roadmap.Scale) string {
	lines := make([]string, len(s.Steps))
	for i, step := range s.Steps {
		lines[i] = step.Code + " | " + step.Label
		if step.MinValue != nil {
			sign := ""
			if step.Exclusive {
				sign = "> "
			}
			lines[i] += " | " + sign + step.MinValue.String()
		}
	}
	return strings.Join(lines, "\n")
}

// ReadScale checks a version of a scale as the load does: its steps cover the line, rise and have
// each a code. The complaints have the keys code, name, basis, status, valid_from and steps.
func ReadScale(t ScaleText, version int) (*roadmap.Scale, []roadmap.Complaint) {
	r := newReader(nil)
	c := &checker{reader: r}
	row := scaleRow{Code: t.Code, Version: strconv.Itoa(version), Name: t.Name, Basis: t.Basis, Status: t.Status, ValidFrom: t.ValidFrom}
	keys := []string{"", "code", "name", "basis", "status", "valid_from", "steps"}
	at := map[string]int{"min": 6 * columnUnit, "exclusive": 6 * columnUnit, "label": 6 * columnUnit}
	for i, key := range keys[1:] {
		at[key] = (i + 1) * columnUnit
	}
	row.place(0, at)
	for n, line := range lines(t.Steps) {
		parts := strings.Split(line, "|")
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		step := scaleStepRow{Code: parts[0]}
		step.place(6*columnUnit+n+1, nil)
		if len(parts) > 1 {
			step.Label = parts[1]
		}
		if len(parts) > 2 {
			bound, exclusive := strings.CutPrefix(parts[2], ">")
			step.Min = strings.TrimSpace(bound)
			if exclusive {
				step.Exclusive = "true"
			}
		}
		if len(parts) > 3 {
			c.problems.add(scalesFile, step.line, "baris "+strconv.Itoa(n+1)+" punya lebih dari tiga bagian", "Tulis: kode | sebutan | batas bawah")
		}
		r.check(scalesFile, &step)
		row.Steps = append(row.Steps, step)
	}
	r.check(scalesFile, &row)
	c.checkScales(scalesDoc{Scales: []scaleRow{row}})
	if len(r.problems) > 0 {
		var complaints []roadmap.Complaint
		for _, p := range r.problems {
			complaints = append(complaints, roadmap.Complaint{Key: keys[min(p.Line/columnUnit, len(keys)-1)], What: p.What, Fix: p.Fix})
		}
		return nil, slices.Compact(complaints)
	}
	return &c.scales[0].it, nil
}
