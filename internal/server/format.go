package server

import (
	"html/template"
	"strconv"
	"strings"
	"time"

	"petajalan/internal/indonesian"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// Numbers come as the decimal strings of a publication ("1234.50") and are rounded and
// written digit by digit: a figure never passes through a binary fraction.

// noFigure stands where there is no number; what is missing is said in words beside it.
const noFigure = "–"

// minus is the sign of negative numbers, which is not the hyphen.
const minus = "−"

// digits is a decimal number cut into its parts.
type digits struct {
	negative        bool
	whole, fraction string // fraction without the point, may be empty
}

// parseDigits cuts s. ok is false when s is no plain decimal number.
func parseDigits(s string) (d digits, ok bool) {
	s, d.negative = strings.CutPrefix(s, "-")
	var point bool
	d.whole, d.fraction, point = strings.Cut(s, ".")
	if d.whole == "" || point && d.fraction == "" {
		return digits{}, false
	}
	for _, r := range d.whole + d.fraction {
		if r < '0' || r > '9' {
			return digits{}, false
		}
	}
	d.whole = strings.TrimLeft(d.whole, "0")
	if d.whole == "" {
		d.whole = "0"
	}
	return d, true
}

// round brings d to so many decimals, half away from zero.
func (d digits) round(decimals int) digits {
	for len(d.fraction) < decimals {
		d.fraction += "0"
	}
	up := len(d.fraction) > decimals && d.fraction[decimals] >= '5'
	d.fraction = d.fraction[:decimals]
	if up {
		d = d.increment()
	}
	if strings.Trim(d.whole+d.fraction, "0") == "" {
		d.negative = false // there is no −0,0
	}
	return d
}

// increment adds one to the last digit, away from zero.
func (d digits) increment() digits {
	all := []byte(d.whole + d.fraction)
	i := len(all) - 1
	for ; i >= 0 && all[i] == '9'; i-- {
		all[i] = '0'
	}
	if i >= 0 {
		all[i]++
	} else {
		all = append([]byte{'1'}, all...)
	}
	cut := len(all) - len(d.fraction)
	d.whole, d.fraction = string(all[:cut]), string(all[cut:])
	return d
}

// plain writes d as data do: "-1234.5".
func (d digits) plain() string {
	s := d.whole
	if d.fraction != "" {
		s += "." + d.fraction
	}
	if d.negative {
		s = "-" + s
	}
	return s
}

// indonesian writes d as readers expect: "−1.234,5".
func (d digits) indonesian() string {
	s := d.whole
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "." + s[i:]
	}
	if d.fraction != "" {
		s += "," + d.fraction
	}
	if d.negative {
		s = minus + s
	}
	return s
}

// formatNumber writes a decimal string with exactly so many decimals: "1.234,5". What is
// no number is given back as it is.
func formatNumber(s string, decimals int) string {
	d, ok := parseDigits(s)
	if !ok {
		return s
	}
	return d.round(decimals).indonesian()
}

// formatExact writes all decimals that mean something: "82.50" as "82,5".
func formatExact(s string) string {
	d, ok := parseDigits(s)
	if !ok {
		return s
	}
	d.fraction = strings.TrimRight(d.fraction, "0")
	return d.round(len(d.fraction)).indonesian()
}

// formatCount writes a whole number: "1.284".
func formatCount(n int) string { return formatNumber(strconv.Itoa(n), 0) }

// formatPercent writes a percentage: "94.25" as "94,3%" with one decimal.
func formatPercent(s string, decimals int) string { return formatNumber(s, decimals) + "%" }

// formatShare writes a share of one, such as a coverage, as a whole percentage: "0.9400"
// as "94%". What only nearly is all or nothing gets a decimal, up to two.
func formatShare(s string) string {
	d, ok := parseDigits(s)
	if !ok {
		return s
	}
	for len(d.fraction) < 2 {
		d.fraction += "0"
	}
	p := digits{negative: d.negative, whole: strings.TrimLeft(d.whole+d.fraction[:2], "0"), fraction: d.fraction[2:]}
	if p.whole == "" {
		p.whole = "0"
	}
	exact := p.round(len(p.fraction))
	for decimals := range 2 {
		r := p.round(decimals)
		atLimit := r.plain() == digits{whole: "100"}.round(decimals).plain() || r.plain() == digits{whole: "0"}.round(decimals).plain()
		if !atLimit || strings.Trim(exact.fraction, "0") == "" {
			return r.indonesian() + "%"
		}
	}
	return p.round(2).indonesian() + "%"
}

// formatSigned writes a difference with its sign: "+1,3", "−0,4", "0,0".
func formatSigned(s string, decimals int) string {
	d, ok := parseDigits(s)
	if !ok {
		return s
	}
	d = d.round(decimals)
	if !d.negative && strings.Trim(d.whole+d.fraction, "0") != "" {
		return "+" + d.indonesian()
	}
	return d.indonesian()
}

// hundredths is a decimal string times one hundred, rounded half away from zero, for
// comparing and for simple sums; ok is false when s is no number or too large.
func hundredths(s string) (int64, bool) {
	d, ok := parseDigits(s)
	if !ok {
		return 0, false
	}
	d = d.round(2)
	n, err := strconv.ParseInt(d.whole+d.fraction, 10, 64)
	if err != nil {
		return 0, false
	}
	if d.negative {
		n = -n
	}
	return n, true
}

// fromHundredths is the way back: 8140 is "81.40".
func fromHundredths(n int64) string {
	d := digits{negative: n < 0}
	s := strconv.FormatInt(n, 10)
	s = strings.TrimPrefix(s, "-")
	for len(s) < 3 {
		s = "0" + s
	}
	d.whole, d.fraction = s[:len(s)-2], s[len(s)-2:]
	return d.plain()
}

// bandOf is the place of a figure in bands (highest first), -1 when it is no number.
func bandOf(bands []scorecard.Band, figure string) int {
	n, ok := hundredths(figure)
	if !ok {
		return -1
	}
	for i, b := range bands {
		if b.From == nil {
			return i
		}
		if from, ok := hundredths(*b.From); ok && n >= from {
			return i
		}
	}
	return -1
}

// formatFigure writes a figure with so many decimals, or more where the rounded one would
// seem to lie in another band.
func formatFigure(bands []scorecard.Band, s string, decimals int) string {
	d, ok := parseDigits(s)
	if !ok {
		return s
	}
	band := bandOf(bands, s)
	for ; decimals < 2; decimals++ {
		if bandOf(bands, d.round(decimals).plain()) == band {
			break
		}
	}
	return d.round(decimals).indonesian()
}

// formatFrequency says a percentage in people: "9 dari 10", "1 dari 4", "94 dari 100". The
// small numbers are used where they are true within one in a hundred.
func formatFrequency(percent string) string {
	n, ok := hundredths(percent)
	if !ok {
		return noFigure
	}
	switch {
	case n <= 0:
		return "tidak satu pun"
	case n >= 100_00:
		return "semua"
	case n < 50:
		return "kurang dari 1 dari 100"
	case n > 99_50:
		return "hampir semua"
	}
	for _, of := range []int64{2, 3, 4, 5, 10} {
		k := (n*of + 50_00) / 100_00
		if k > 0 && k < of && abs(n*of-k*100_00) <= of*100 {
			return strconv.FormatInt(k, 10) + " dari " + strconv.FormatInt(of, 10)
		}
	}
	return strconv.FormatInt((n+50)/100, 10) + " dari 100"
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

var (
	weekdays = [...]string{"Minggu", "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu"}
	romans   = [...]string{"", "I", "II", "III", "IV"}
)

// formatPeriod writes "Triwulan III 2026".
func formatPeriod(p scoring.Period) string {
	return "Triwulan " + romans[p.Quarter] + " " + strconv.Itoa(p.Year)
}

// formatPeriodMonths writes "Triwulan III 2026 (Juli–September)".
func formatPeriodMonths(p scoring.Period) string {
	last := time.Month(3 * p.Quarter)
	return formatPeriod(p) + " (" + indonesian.Month(last-2) + "–" + indonesian.Month(last) + ")"
}

// formatQuarter writes "TW III", for narrow places that give the year nearby.
func formatQuarter(p scoring.Period) string { return "TW " + romans[p.Quarter] }

// formatDate writes the day in the zone: "4 November 2025".
func formatDate(t time.Time, zone *time.Location) string { return indonesian.Day(t.In(zone)) }

// formatDay writes the day with its name: "Rabu, 14 Oktober 2026".
func formatDay(t time.Time, zone *time.Location) string {
	return weekdays[t.In(zone).Weekday()] + ", " + formatDate(t, zone)
}

// formatClock writes the time of day: "16.00 WIB".
func formatClock(t time.Time, zone *time.Location) string { return t.In(zone).Format("15.04 MST") }

// formatMoment writes "14 Oktober 2026, 16.00 WIB".
func formatMoment(t time.Time, zone *time.Location) string {
	return formatDate(t, zone) + ", " + formatClock(t, zone)
}

// formatLastDay writes the last day before a moment that is the first too late: a deadline
// kept as 15 October, 00.00 is the 14th to a reader.
func formatLastDay(t time.Time, zone *time.Location) string {
	return formatDate(t.Add(-time.Nanosecond), zone)
}

// formatFuncs are the formats by the names they have in templates.
func formatFuncs(zone *time.Location) template.FuncMap {
	inZone := func(f func(time.Time, *time.Location) string) func(time.Time) string {
		return func(t time.Time) string { return f(t, zone) }
	}
	return template.FuncMap{
		"number":       formatNumber,
		"exact":        formatExact,
		"count":        formatCount,
		"percent":      formatPercent,
		"share":        formatShare,
		"signed":       formatSigned,
		"frequency":    formatFrequency,
		"period":       formatPeriod,
		"periodMonths": formatPeriodMonths,
		"quarter":      formatQuarter,
		"date":         inZone(formatDate),
		"day":          inZone(formatDay),
		"clock":        inZone(formatClock),
		"moment":       inZone(formatMoment),
		"lastDay":      inZone(formatLastDay),
	}
}
