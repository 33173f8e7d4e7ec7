package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"petajalan/internal/roadmap"
)

var (
	yearPattern    = regexp.MustCompile(`\b(20\d{2})\b`)
	quarterPattern = regexp.MustCompile(`(?i)(?:\b(?:triwulan|tw|q|kuartal)\s*-?\s*(iv|iii|ii|i|[1-4])\b|\b(iv|iii|ii|i|[1-4])\s*/)`)
	halfPattern    = regexp.MustCompile(`(?i)\b(?:semester|sem|smt|s)\s*-?\s*(ii|i|[12])\b`)
	monthPattern   = regexp.MustCompile(`^(20\d{2})-(\d{2})(?:-\d{2})?$`)
)

var romanDigits = map[string]int{"i": 1, "ii": 2, "iii": 3, "iv": 4}

// ReadPeriod reads a quarter as people write it: "2026-TW3", "TW III 2026", "Triwulan 3
// 2026", "Q3 2026", or a month "2026-07". ok is false for anything else.
func ReadPeriod(s string) (p roadmap.Period, ok bool) {
	s = strings.TrimSpace(strings.ReplaceAll(s, "_", " "))
	if m := monthPattern.FindStringSubmatch(s); m != nil {
		month, _ := strconv.Atoi(m[2])
		year, _ := strconv.Atoi(m[1])
		return roadmap.Period{Year: year, Quarter: (month + 2) / 3}, month >= 1 && month <= 12
	}
	year, part, ok := yearAnd(quarterPattern, s)
	return roadmap.Period{Year: year, Quarter: part}, ok
}

// ReadHalf reads a half-year: "2026-S1", "Semester I 2026".
func ReadHalf(s string) (year, half int, ok bool) {
	return yearAnd(halfPattern, strings.TrimSpace(s))
}

// yearAnd reads a year and the part of it that the pattern finds.
func yearAnd(pattern *regexp.Regexp, s string) (year, part int, ok bool) {
	y, m := yearPattern.FindString(s), pattern.FindStringSubmatch(s)
	if y == "" || m == nil {
		return 0, 0, false
	}
	year, _ = strconv.Atoi(y)
	text := strings.ToLower(strings.Join(m[1:], ""))
	if n, roman := romanDigits[text]; roman {
		return year, n, true
	}
	part, err := strconv.Atoi(text)
	return year, part, err == nil
}
