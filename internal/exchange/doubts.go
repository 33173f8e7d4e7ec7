package exchange

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/govalues/decimal"

	"petajalan/internal/report"
	"petajalan/internal/scoring"
)

// lowerNames are words in the name of an indicator of which less is better.
var lowerNames = regexp.MustCompile(`(?i)\b(lama|waktu tunggu|angka kematian|kematian|kemiskinan|pengangguran|stunting|keluhan|kehilangan|pelanggaran|temuan|kesalahan|keterlambatan|kebocoran|putus sekolah|inflasi|kasus|korban)\b`)

// warnings tells what is likely to be a slip although it can be kept.
func (r *decidedRow) warnings(v report.Value) bool {
	before := len(r.m.list)
	if v.Numerator != nil && v.Denominator != nil && v.Numerator.Cmp(*v.Denominator) > 0 {
		r.warn(report.FieldNumerator, Indonesian(*v.Numerator), fmt.Sprintf("Pembilang lebih besar daripada penyebut (%s).", Indonesian(*v.Denominator)), "Periksa apakah keduanya tertukar.")
	}
	if v.Actual != nil && len(r.Choices) == 0 {
		r.doubtDirection(*v.Actual)
		r.doubtAchievement(*v.Actual)
	}
	return len(r.m.list) > before
}

// doubtDirection warns of a figure that rises where less is better.
func (r *decidedRow) doubtDirection(actual decimal.Decimal) {
	if r.Last == nil || r.Last.Actual == nil || actual.Cmp(*r.Last.Actual) <= 0 {
		return
	}
	why := ""
	switch {
	case r.Direction == scoring.LowerIsBetter:
		why = "Untuk indikator ini makin kecil makin baik"
	case lowerNames.MatchString(r.Name) && r.Direction != scoring.HigherIsBetter:
		why = "Menurut namanya, makin kecil makin baik"
	default:
		return
	}
	r.warn(report.FieldActual, Indonesian(actual), fmt.Sprintf("%s, tetapi angkanya naik dari %s.", why, Indonesian(*r.Last.Actual)), "Periksa apakah yang diisi memang realisasi, bukan capaian.")
}

// doubtAchievement warns of a figure that equals what it would be as a percentage of the
// target: the achievement of the last figure, or of the one beside it in the sheet.
func (r *decidedRow) doubtAchievement(actual decimal.Decimal) {
	if r.TargetValue == nil || !r.TargetValue.IsPos() || r.Last == nil || r.Last.Actual == nil || actual.Equal(*r.Last.Actual) {
		return
	}
	percent, ok := achievementOf(*r.Last.Actual, *r.TargetValue, r.Direction)
	if ok && percent.Round(actual.Scale()).Equal(actual) {
		r.warn(report.FieldActual, Indonesian(actual), fmt.Sprintf("Angka ini sama dengan capaian dalam persen dari laporan sebelumnya (%s dari target %s).", Indonesian(*r.Last.Actual), Indonesian(*r.TargetValue)), "Isi realisasi bersatuan "+r.unitOf(report.FieldActual)+", bukan capaian.")
	}
}

// achievementOf is an actual in per cent of a target, as an office would reckon it.
func achievementOf(actual, target decimal.Decimal, direction scoring.Direction) (decimal.Decimal, bool) {
	q, err := actual.Quo(target)
	if err != nil {
		return q, false
	}
	if direction == scoring.LowerIsBetter {
		if q, err = decimal.Two.Sub(q); err != nil {
			return q, false
		}
	}
	q, err = q.Mul(decimal.Hundred)
	return q.Round(4), err == nil
}

// compareAchievement looks at a column of achievements that stands beside the figures: one
// that equals the figure says that the figure is an achievement.
func (r *decidedRow) compareAchievement(v report.Value) {
	c, ok := r.t.cell(r.at, fieldAchievement)
	if !ok || v.Actual == nil || len(r.Choices) > 0 || r.TargetValue == nil || r.TargetValue.Equal(decimal.Hundred) {
		return
	}
	if d := r.quietNumber(c, fieldAchievement); d != nil && !d.IsZero() && d.Equal(*v.Actual) {
		r.warn(report.FieldActual, Indonesian(*v.Actual), "Realisasi sama dengan isi kolom Capaian di sebelahnya.", "Isi realisasi bersatuan "+r.unitOf(report.FieldActual)+", bukan capaian.")
	}
}

// readTotals adds up the columns of numbers again and holds the sums against those that
// stand in the file. A total reaches up to the one before it; a grand total to the top.
func (d *dryRunner) readTotals(t *table, totals []int, notations map[string]Notation) {
	r := &decidedRow{Row: &Row{}, t: t, m: &d.m, notations: notations}
	isTotal := map[int]bool{}
	for _, at := range totals {
		isTotal[at] = true
	}
	from := t.header + 1
	for _, at := range totals {
		label := t.totalLabel(at)
		first := from
		if strings.Contains(strings.ToLower(label), "grand") {
			first = t.header + 1
		}
		mean := strings.Contains(strings.ToLower(label), "rata")
		for _, c := range columns {
			i, ok := t.at[c.field]
			cell := t.sheet.At(at, i)
			if !ok || !c.number || cell.Kind == Empty || IsPlaceholder(cell.Text) || notations[c.field] == asking {
				continue
			}
			read := r.quietNumber(cell, c.field)
			var sum decimal.Decimal
			var count int64
			for row := first; row < at; row++ {
				if n := r.quietNumber(t.sheet.At(row, i), c.field); n != nil && !isTotal[row] {
					if next, err := sum.Add(*n); err == nil {
						sum, count = next, count+1
					}
				}
			}
			if mean && count > 0 {
				if q, err := sum.Quo(decimal.MustNew(count, 0)); err == nil {
					sum = q.Round(2)
				}
			}
			total := Total{Sheet: t.sheet.Name, Cell: CellName(at, i), Label: label, Title: c.title, Read: cell.Text, Recomputed: Indonesian(sum), Formula: cell.Formula}
			if read != nil {
				total.Read = Indonesian(*read)
				total.Same = sum.Round(min(read.Scale(), 4)).Equal(*read)
			}
			d.Totals = append(d.Totals, total)
			if !total.Same {
				why := "Jumlah di berkas tidak sama dengan jumlah barisnya: dihitung ulang " + total.Recomputed + "."
				if cell.Formula != "" {
					why += " Rumusnya: =" + cutText(cell.Formula, 60) + "."
				}
				d.m.add(Warning, t, at, c.field, total.Read, why, "Periksa apakah ada baris yang tidak ikut dijumlah. Baris jumlah tidak disimpan.")
			}
		}
		if !mean {
			from = at + 1
		}
	}
}
