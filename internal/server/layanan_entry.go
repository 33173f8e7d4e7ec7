package server

import (
	"strconv"

	"petajalan/internal/scorecard"
)

// serviceEntry is what search engines are told of a service, as a GovernmentService of
// schema.org. Empty fields are left out.
type serviceEntry struct {
	URL      string
	Provider string // the office, or the city where there are several
	Duration string // ISO 8601, of a promise in minutes, hours or calendar days
	Price    string // in rupiah; "0" where it is free
}

// newServiceEntry makes the entry. A promise in working days has no length in ISO 8601 and
// is told in words only.
func newServiceEntry(e *edition, s *scorecard.Service) serviceEntry {
	entry := serviceEntry{URL: e.Absolute("/layanan/" + s.Code), Provider: "Pemerintah Kota Blitar"}
	if len(s.Agencies) == 1 {
		if a := e.Agency(s.Agencies[0]); a != nil {
			entry.Provider = a.Name
		}
	}
	std := s.Standard
	if std == nil {
		return entry
	}
	if std.DurationValue != nil && std.DurationUnit != nil {
		entry.Duration = isoDuration(*std.DurationValue, *std.DurationUnit)
	}
	if std.FeeKind != nil {
		switch {
		case *std.FeeKind == "gratis":
			entry.Price = "0"
		case *std.FeeKind == "retribusi" && std.FeeRupiah != nil && *std.FeeRupiah > 0:
			entry.Price = strconv.FormatInt(*std.FeeRupiah, 10)
		}
	}
	return entry
}

// isoDuration writes a length of time as ISO 8601 does; empty where that has no name for it.
func isoDuration(value, unit string) string {
	d, ok := parseDigits(value)
	if !ok || d.negative {
		return ""
	}
	switch unit {
	case "menit":
		return "PT" + d.plain() + "M"
	case "jam":
		return "PT" + d.plain() + "H"
	case "hari":
		return "P" + d.plain() + "D"
	}
	return ""
}
