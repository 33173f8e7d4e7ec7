package demo

import (
	"strconv"

	"github.com/govalues/decimal"

	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// volumes are the denominators of indicators whose size one can guess: of a
// quarter for those that add up, else of the day the quarter ends.
var volumes = map[string]int{
	"REK-DPRD": 24, "UJI-PETIK": 60, "DUK-KTP": 2_450, "DUK-AKTA": 39_200, "PTSP-IZIN": 640,
	"RSUD-BOR": 16_380, "KIR-SEHARI": 1_380, "DLH-ANGKUT": 5_150,
}

// value is what the agency reports for the indicator and period.
func (c *city) value(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period) report.Value {
	t := c.targets[targetKey{a.Code, i.Code, p.Year}]
	d := newDice("value", a.Code, i.Code, p.String())
	switch {
	case i.Code == indicatorSurvey:
		if s := c.surveys[surveyKey{a.Code, p.Year, p.Quarter / 2}]; s != nil {
			return report.Value{Actual: number(s.ikm(), 2)}
		}
	case i.Code == indicatorCitySurvey:
		return report.Value{Actual: number(c.citySurvey(p.Year), 2)}
	case i.Code == "ADUAN-HARI" && c.complaints(a, p) == 0:
		return report.Value{NotApplicable: true, Note: "Tidak ada aduan yang diselesaikan pada triwulan ini."}
	case (i.Code == "FKP-TL" || i.Code == "SKM-RTL") && d.chance(40):
		return report.Value{NotApplicable: true, Note: "Belum ada tindak lanjut yang jatuh tempo pada semester ini."}
	}
	v := c.figure(a, i, t, p, d)
	if isAmended(a, i, p) {
		v.Note = amendedNote
	} else if c.performance(a, i, p) < 8_300 && d.chance(600) {
		v.Note = d.one(
			"Petugas loket berkurang satu orang karena mutasi; pengganti mulai bertugas triwulan berikutnya.",
			"Jaringan sering terputus sehingga sebagian berkas diproses manual.",
			"Kelengkapan berkas pemohon sering kurang; daftar syarat akan ditempel di loket.",
			"Anggaran kegiatan baru dapat digunakan setelah perubahan anggaran.",
			"Pencatatan waktu di register belum tertib pada awal triwulan.")
	}
	return v
}

// figure is value by the kind of the indicator.
func (c *city) figure(a *roadmap.Agency, i *roadmap.Indicator, t *roadmap.Target, p roadmap.Period, d dice) report.Value {
	performance := c.performance(a, i, p)
	switch i.Kind {
	case scoring.KindFraction:
		return c.fraction(a, i, t, p, d)
	case scoring.KindYesNo:
		return report.Value{Actual: number(int64(truth(performance > 7_600)), 0)}
	case scoring.KindPredicate:
		grade := promised(t, 0)
		if performance < 9_600 {
			grade--
		}
		return report.Value{Actual: number(max(grade, 1), 0)}
	case scoring.KindMilestone:
		return report.Value{Actual: number(milestone(i, p), 0)}
	}
	switch {
	case i.Consolidation == scoring.Sum:
		now := c.soFar(a, i, t, p)
		if i.Frequency == scoring.Quarterly && p.Quarter > 1 {
			now -= c.soFar(a, i, t, p.Previous())
		}
		return report.Value{Actual: number(max(now, 0), i.Decimals)}
	case i.Direction == scoring.LowerIsBetter:
		return report.Value{Actual: number(portion(c.aim(a, i, t, p, i.Decimals), 2*whole-performance), i.Decimals)}
	}
	return report.Value{Actual: number(c.reached(a, i, p, c.aim(a, i, t, p, i.Decimals)), i.Decimals)}
}

// soFar is what a sum has reached since the beginning of the year, in units of
// the indicator's decimals.
func (c *city) soFar(a *roadmap.Agency, i *roadmap.Indicator, t *roadmap.Target, p roadmap.Period) int64 {
	aim := promised(t, i.Decimals)
	switch {
	case len(t.Steps) == 4:
		aim = 0
		for _, step := range t.Steps[:p.Quarter] {
			aim += unscaled(step, i.Decimals)
		}
	case i.Frequency == scoring.Quarterly:
		aim = (aim*int64(p.Quarter) + 2) / 4
	}
	return c.reached(a, i, p, aim)
}

// reached is which part of aim the agency gets done. Of a few things whole ones
// are done or not, so there the dice round, once for the whole year.
func (c *city) reached(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period, aim int64) int64 {
	share := c.performance(a, i, p)
	if i.Decimals > 0 || aim > 8 {
		return portion(aim, share)
	}
	throw := newDice("round", a.Code, i.Code, strconv.Itoa(p.Year)).IntN(whole)
	return (aim*int64(share) + int64(throw)) / whole
}

// aim is what the agency works towards in the period, in units of 10^-scale: the
// level of the quarter where there is one; of what is built up, a point on the
// way from last year's target to this year's; else the target.
func (c *city) aim(a *roadmap.Agency, i *roadmap.Indicator, t *roadmap.Target, p roadmap.Period, scale int) int64 {
	if due := i.Frequency.DuePerYear(); len(t.Steps) == due {
		return unscaled(t.Steps[(p.Quarter*due+3)/4-1], scale)
	}
	now := promised(t, scale)
	before := c.targets[targetKey{a.Code, i.Code, p.Year - 1}]
	if habitOf(i) != habitStock || before == nil || before.Withdrawn() {
		return now
	}
	was := promised(before, scale)
	return was + (now-was)*int64(p.Quarter+3)/7
}

// fraction is a numerator over a plausible denominator.
func (c *city) fraction(a *roadmap.Agency, i *roadmap.Indicator, t *roadmap.Target, p roadmap.Period, d dice) report.Value {
	if m := c.results[resultKey{a.Code, p}]; m != nil {
		switch i.Code {
		case indicatorOnTime:
			return counts(m.onTime, m.done)
		case indicatorUncorrected:
			return counts(m.uncorrected, m.done)
		}
	}
	n := c.volume(a, i, p)
	rate := portion(c.aim(a, i, t, p, 2), c.performance(a, i, p))
	if i.Direction == scoring.OnTarget {
		rate = c.aim(a, i, t, p, 2) + int64(d.between(-900, 1_600))
	}
	done := portion(int64(n), int(min(rate, whole)))
	if n < 20 { // of a few, the dice round, the same for all quarters
		done = (int64(n)*min(rate, whole) + int64(newDice("round", a.Code, i.Code).IntN(whole))) / whole
	}
	return counts(min(n, int(done)), n)
}

// volume is a denominator.
func (c *city) volume(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period) int {
	switch i.Code {
	case "SP-LENGKAP", "SP-TINJAU", "DIGITAL":
		return max(c.offered(a), 4)
	case "STANDAR-SAMA":
		return c.kelurahanServices()
	case "ADUAN-TEPAT":
		return c.complaints(a, p)
	case "SKM-RTL":
		return newDice("volume", a.Code, i.Code, p.String()).between(5, 12)
	case "FKP-TL":
		return newDice("volume", a.Code, i.Code, p.String()).between(5, 14)
	}
	size, known := volumes[i.Code]
	switch {
	case !known:
		size = 120
	case i.Consolidation == scoring.Last:
		return size + newDice("volume", a.Code, i.Code).between(0, size/40) + size*p.Since(first)/400
	}
	return size * newDice("volume", a.Code, i.Code, p.String()).between(92, 108) / 100
}

// complaints is how many complaints the agency settled in the period; some
// kelurahan have none.
func (c *city) complaints(a *roadmap.Agency, p roadmap.Period) int {
	d := newDice("complaints", a.Code, p.String())
	if a.IsKelurahan() {
		return max(d.between(-1, 16), 0)
	}
	return newDice("complaints", a.Code).between(12, 70) * d.between(80, 120) / 100
}

// offered is how many services the agency and its units offer.
func (c *city) offered(a *roadmap.Agency) int {
	n := 0
	for _, s := range c.services {
		for _, code := range s.Agencies {
			if r := c.reporter(code); r != nil && r.Code == a.Code {
				n++
				break
			}
		}
	}
	return n
}

// kelurahanServices is how many services are offered by every kelurahan.
func (c *city) kelurahanServices() int {
	kelurahan := 0
	for _, a := range c.agencies {
		kelurahan += truth(a.IsKelurahan())
	}
	n := 0
	for _, s := range c.services {
		here := 0
		for _, code := range s.Agencies {
			here += truth(c.plan.Agency(code).IsKelurahan())
		}
		n += truth(here == kelurahan)
	}
	return n
}

// milestone is the step reached: the plan of the regulation moves on slowly.
func milestone(i *roadmap.Indicator, p roadmap.Period) int64 {
	way := int64(20 + 7*p.Since(first))
	var reached int64
	for _, s := range i.Steps {
		if percent := unscaled(s.Percent, 0); percent <= way {
			reached = max(reached, percent)
		}
	}
	return reached
}

func counts(numerator, denominator int) report.Value {
	return report.Value{Numerator: number(int64(numerator), 0), Denominator: number(int64(denominator), 0)}
}

// portion is n × share of the whole, rounded half up.
func portion(n int64, share int) int64 { return (n*int64(share)*2 + whole) / (2 * whole) }

// promised is the value of a target, of a range its middle, in units of 10^-scale.
func promised(t *roadmap.Target, scale int) int64 {
	if t.Value == nil {
		return (unscaled(*t.Low, scale) + unscaled(*t.High, scale)) / 2
	}
	return unscaled(*t.Value, scale)
}

// unscaled is d in units of 10^-scale.
func unscaled(d decimal.Decimal, scale int) int64 {
	return int64(d.Rescale(scale).Coef()) // targets are small, and never negative
}

func truth(b bool) int {
	if b {
		return 1
	}
	return 0
}
