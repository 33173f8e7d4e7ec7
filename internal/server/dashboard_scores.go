package server

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// newHeatmap shows the scores of agencies over quarters, the lowest last score first; nil
// when no agency has any. Those without a score in the newest quarter stand last.
func newHeatmap(e *edition, label, rowName string, kelurahan bool) *heatmap {
	h := &heatmap{Label: label, RowName: rowName}
	for _, p := range e.Periods {
		h.Columns = append(h.Columns, p.Period)
	}
	type line struct {
		row  heatRow
		last *int64 // of the newest quarter, in hundredths
	}
	var lines []line
	for i := range e.Agencies {
		a := &e.Agencies[i]
		scores := e.Scores(scoring.LevelAgency, a.Code)
		if !a.Reports || (a.Kind == scorecard.KindKelurahan) != kelurahan || !slices.ContainsFunc(scores, func(s *scorecard.Score) bool { return s != nil }) {
			continue
		}
		l := line{row: newHeatRow(e, unitName(a), workAgencyPath(a.Code), scores)}
		if s := scores[len(scores)-1]; s != nil && s.Score != nil {
			if n, ok := hundredths(*s.Score); ok {
				l.last = &n
			}
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return nil
	}
	slices.SortStableFunc(lines, func(x, y line) int {
		switch {
		case x.last != nil && y.last != nil:
			return cmp.Compare(*x.last, *y.last)
		case x.last == nil && y.last == nil:
			return strings.Compare(x.row.Name, y.row.Name)
		case x.last == nil:
			return 1
		}
		return -1
	})
	for _, l := range lines {
		h.Rows = append(h.Rows, l.row)
	}
	if city := e.Scores(scoring.LevelCity, scoring.CityCode); !kelurahan && slices.ContainsFunc(city, func(s *scorecard.Score) bool { return s != nil }) {
		row := newHeatRow(e, "Nilai kota", "", city)
		row.Total = true
		h.Rows = append(h.Rows, row)
	}
	return h
}

// numerals of small counts, as they stand in a heading.
var numerals = [...]string{"nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan"}

func numeral(n int) string {
	if n < len(numerals) {
		return numerals[n]
	}
	return strconv.Itoa(n)
}

// heatFinding is what stands out among the scores of the perangkat daerah: who has fallen
// longest, or deepest.
func heatFinding(b *scorecard.Board) string {
	fallen := slices.DeleteFunc(b.Fallen(len(b.Draft.Agencies)), func(a *scorecard.Agency) bool { return a.Kind == scorecard.KindKelurahan })
	if b.Since.Period.IsZero() {
		return "Nilai instansi per triwulan"
	}
	if len(fallen) == 0 {
		return "Tidak ada perangkat daerah yang nilainya turun pada " + formatPeriod(b.Since.Period)
	}
	longest, quarters := fallen[0], 0
	for _, a := range fallen {
		if n := b.FallsInARow(a.Code); n > quarters {
			longest, quarters = a, n
		}
	}
	if quarters >= 3 {
		return fmt.Sprintf("%s turun %s triwulan berturut-turut", unitName(longest), numeral(quarters))
	}
	change := b.Draft.Change(scoring.LevelAgency, fallen[0].Code, b.Since.Period)
	return fmt.Sprintf("%s turun paling dalam: %s poin", unitName(fallen[0]), formatNumber(strings.TrimPrefix(*change, "-"), 1))
}

// movements are the deepest falls since the quarter before.
type movements struct {
	Heading          string
	Period, Before   scoring.Period
	Agencies, Values []note
}

func newMovements(b *scorecard.Board, e *edition) *movements {
	if b.Since.Period.IsZero() {
		return nil
	}
	m := &movements{Period: b.Since.Period, Before: b.Since.Before, Heading: "Tidak ada capaian yang turun"}
	for _, a := range b.Fallen(5) {
		before, now := e.Score(scoring.LevelAgency, a.Code, b.Since.Before), e.Score(scoring.LevelAgency, a.Code, b.Since.Period)
		m.Agencies = append(m.Agencies, note{
			Text:   unitName(a),
			Detail: fallWords(scoreTextOf(e, before).Text, scoreTextOf(e, now).Text, *e.Change(scoring.LevelAgency, a.Code, b.Since.Period)),
			Href:   workAgencyPath(a.Code),
		})
	}
	for i, f := range b.Falls {
		agency, indicator := e.Agency(f.Agency), e.Indicator(f.Indicator)
		if agency == nil || indicator == nil {
			continue
		}
		if i == 0 {
			m.Heading = "Turun paling dalam: " + indicator.Name + ", " + unitName(agency)
		}
		m.Values = append(m.Values, note{
			Text:   unitName(agency) + ": " + indicator.Name,
			Detail: "capaian " + fallWords(formatNumber(f.Before, 1), formatNumber(f.Now, 1), f.Change),
			Href:   workAgencyPath(f.Agency) + "?periode=" + b.Since.Period.String() + "#" + f.Indicator,
		})
	}
	return m
}

// fallWords says "dari 82,1 menjadi 74,0 (−8,1)".
func fallWords(before, now, change string) string {
	return "dari " + before + " menjadi " + now + " (" + formatSigned(change, 1) + ")"
}
