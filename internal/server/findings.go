package server

import (
	"math/big"
	"strconv"
	"strings"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// Sentences that say what was found. Each is computed from the publication alone.

// noChange is said where nothing stands out.
const noChange = "Tidak ada perubahan berarti triwulan ini."

var counted = [...]string{"nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan", "sepuluh", "sebelas", "dua belas"}

// countWord writes small numbers in words, as they stand in a sentence.
func countWord(n int) string {
	if n >= 0 && n < len(counted) {
		return counted[n]
	}
	return strconv.Itoa(n)
}

// trendFinding says how the newest score came from the one before, and whether that is a
// change that means something: "Naik 2,4 poin dari triwulan lalu, perubahan berarti".
func trendFinding(e *edition, level scoring.Level, code string) string {
	period := e.View.Latest()
	s := e.Score(level, code, period)
	r := e.Real(level, code, period)
	switch {
	case s == nil || s.Score == nil || level == scoring.LevelAgency && isLate(e, code):
		return "Triwulan ini belum ada nilainya"
	case len(e.Periods) == 1:
		return "Triwulan pertama yang dinilai"
	case r.Change == nil:
		return "Belum dapat dibandingkan dengan triwulan lalu"
	}
	moved := "Tetap seperti triwulan lalu"
	if c := newChange(r.Change); c.Mark != "flat" {
		moved = sentenceStart(c.Word) + " " + c.Text + " poin dari triwulan lalu"
	}
	switch {
	case r.Verdict == scorecard.ChangeReal:
		return moved + ", perubahan berarti"
	case r.Verdict == scorecard.ChangeWithin:
		return moved + ", " + withinReason
	}
	return moved + "; datanya belum cukup untuk disebut berarti"
}

// comparisonFinding says where a row of scores stands beside a row of means: "Di atas
// rerata 21 kelurahan sejak Triwulan I 2025".
func comparisonFinding(e *edition, agency *scorecard.Agency, scores []*scorecard.Score, means []*string, among string) string {
	if isLate(e, agency.Code) {
		return "Belum ada nilai " + formatPeriod(e.View.Latest()) + ", karena terlambat lapor"
	}
	side := func(i int) string {
		if scores[i] == nil {
			return ""
		}
		return newChange(scorecard.Subtract(scores[i].Score, means[i])).Mark
	}
	last := len(scores) - 1
	if last < 0 || side(last) == "" {
		return trendFinding(e, scoring.LevelAgency, agency.Code)
	}
	now := side(last)
	first := last
	for first > 0 && side(first-1) == now {
		first--
	}
	where := map[string]string{"up": "Di atas", "down": "Di bawah", "flat": "Sama dengan"}[now] + " rerata " + among
	switch {
	case now == "flat" || last == 0:
		return where
	case first == last:
		return where + " triwulan ini"
	}
	return where + " sejak " + formatPeriod(e.Periods[first].Period)
}

// sentenceStart gives s a capital.
func sentenceStart(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// countOf writes "15 dari 21", "semua 21", "belum ada satu pun dari 21".
func countOf(n, of int) string {
	switch {
	case of > 1 && n == of:
		return "semua " + formatCount(of)
	case n == 0:
		return "belum ada satu pun dari " + formatCount(of)
	}
	return formatCount(n) + " dari " + formatCount(of)
}

// upperBands says how many of the scores claim one of the two highest bands: "15 dari 21
// kelurahan berkategori tinggi atau sangat tinggi".
func upperBands(e *edition, scores []*scorecard.Score, what string) string {
	upper, sure := 0, 0
	top := len(e.Method.Bands)
	for _, s := range scores {
		if s == nil || s.Rating == nil {
			continue
		}
		sure++
		if e.Rank(s.Rating) >= top-1 {
			upper++
		}
	}
	if sure == 0 || top < 2 {
		return "Kategori " + formatCount(len(scores)) + " " + what + " belum dapat dipastikan"
	}
	second, first := strings.ToLower(e.Method.Bands[1].Label), strings.ToLower(e.Method.Bands[0].Label)
	return sentenceStart(countOf(upper, len(scores))) + " " + what + " berkategori " + second + " atau " + first
}

// percentageOf is a/b as a percentage with 2 decimals, nil where there is nothing to divide by.
func percentageOf(a, b string) *string {
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	if !ok || !ok2 || y.Sign() <= 0 {
		return nil
	}
	s := x.Quo(x.Mul(x, big.NewRat(100, 1)), y).FloatString(2)
	return &s
}

// countShare is percentageOf for counts.
func countShare(a, b int) *string { return percentageOf(strconv.Itoa(a), strconv.Itoa(b)) }

// findingNote tells a finding over all agencies in a sentence a citizen understands, with
// the way to its parts.
func findingNote(e *edition, f scorecard.Finding) note {
	n := note{Href: e.Link("/indikator/" + f.Indicator.Code)}
	var single *scorecard.Achievement
	if f.Agency != nil {
		single = e.Achievement(f.Agency.Code, f.Indicator.Code, e.View.Latest())
	}
	share := (*string)(nil)
	if f.Numerator != nil && f.Denominator != nil && f.Indicator.Direction != scoring.OnTarget {
		share = percentageOf(*f.Numerator, *f.Denominator)
	}
	switch {
	case share != nil:
		n.Text = sentenceStart(formatFrequency(*share) + " " + f.Indicator.NumeratorLabel)
	case single != nil:
		n.Text = f.Indicator.Name + ": " + formatMeasure(f.Indicator, single.Actual, single.ActualLabel, single.Target)
	default:
		n.Text = f.Indicator.Name + ": " + formatNumber(f.Mean, 0) + " persen dari target"
	}
	var detail []string
	if single != nil {
		n.Href = explainPath(e, single)
		detail = append(detail, f.Agency.ShortName+".", "Target "+formatTarget(f.Indicator, single)+".")
	} else {
		detail = append(detail, formatCount(f.Agencies)+" unit.")
	}
	if c := newChange(f.Change); c.Mark != "" && c.Mark != "flat" && e.IndicatorReal(f.Indicator.Code, e.View.Latest()).Verdict == scorecard.ChangeReal {
		detail = append(detail, "Capaian "+c.Word+" "+c.Text+" poin sejak "+formatPeriod(f.Since)+".")
	}
	n.Detail = strings.Join(detail, " ")
	return n
}

// highlights are up to three statements each on what got better, where that is real, and
// on what is furthest behind. Nothing stands on both lists; who has not reported is always on the second.
func highlights(e *edition) (improved []note, behind []pacedNote) {
	told := map[string]bool{}
	for _, f := range e.Improved(len(e.Indicators)) {
		if len(improved) < highlightCount && newChange(f.Change).Mark == "up" && e.IndicatorReal(f.Indicator.Code, e.View.Latest()).Verdict == scorecard.ChangeReal {
			improved = append(improved, findingNote(e, f))
			told[f.Indicator.Code] = true
		}
	}
	if len(improved) == 0 {
		improved = append(improved, note{Text: noChange})
	}
	late := silentNotes(e)
	for _, f := range e.NeedsAttention(2 * highlightCount) {
		if len(behind)+len(late) < highlightCount && !told[f.Indicator.Code] {
			n := findingNote(e, f)
			of := "rata-rata capaiannya "
			if f.Agency != nil {
				of = "capaiannya "
			}
			n.Detail = "Termasuk yang paling jauh dari target: " + of + formatNumber(f.Mean, 0) + " dari 100. " + n.Detail
			behind = append(behind, pacedNote{n, unseenPaces(e, f.Indicator.Code)})
		}
	}
	for _, n := range late {
		behind = append(behind, pacedNote{note: n})
	}
	if len(behind) == 0 {
		behind = append(behind, pacedNote{note: note{Text: "Semua yang dinilai triwulan ini mencapai target."}})
	}
	return improved, behind
}

// highlightCount is how many statements each list of highlights has at most.
const highlightCount = 3

// silentNotes say who has handed in nothing though it was due; none when all have.
func silentNotes(e *edition) []note {
	silent := e.Silent(e.View.Latest())
	if len(silent) == 0 {
		return nil
	}
	names := make([]string, 0, 3)
	for _, a := range silent[:min(3, len(silent))] {
		names = append(names, strings.TrimSuffix(a.Name, " Kota Blitar"))
	}
	text := strings.Join(names, ", ") + " belum mengirim data"
	if len(silent) > len(names) {
		text = formatCount(len(silent)) + " unit belum mengirim data, di antaranya " + strings.Join(names, ", ")
	}
	return []note{{Text: text, Detail: "Batas waktunya sudah lewat. Yang kosong tidak kami hitung nol.", Href: agencyPath(e, silent[0])}}
}

// lowestResults are the three lowest results under a score, which never stands without them.
func lowestResults(e *edition, level scoring.Level, code string) []note {
	var notes []note
	for _, n := range attention(e, level, code) {
		notes = append(notes, n.note)
	}
	return notes
}

// attention is lowestResults with the pace that each would take. Over many agencies it
// tells of three indicators: agencies with the very same result stand in one statement.
func attention(e *edition, level scoring.Level, code string) []pacedNote {
	var notes []pacedNote
	if level == scoring.LevelAgency {
		for _, a := range e.Lowest(level, code, highlightCount) {
			notes = append(notes, pacedNote{targetNote(e, a), paceText(e, a)})
		}
		return notes
	}
	lowest := e.Lowest(level, code, len(e.Achievements))
	told := map[string]bool{}
	for i, a := range lowest {
		if told[a.Indicator] {
			continue
		}
		if len(notes) == highlightCount {
			break
		}
		told[a.Indicator] = true
		n, pace := targetNote(e, a), paceText(e, a)
		who := placeShort(e, e.Agency(a.Agency))
		if others := alike(a, lowest[i+1:]); others > 0 {
			who += " dan " + formatCount(others) + " unit lain"
			n.Href, pace = e.Link("/indikator/"+a.Indicator), ""
		}
		n.Detail = who + ". " + n.Detail
		notes = append(notes, pacedNote{n, pace})
	}
	return notes
}

// alike counts the targets that share the indicator of a, its result and what was promised.
func alike(a *scorecard.Achievement, among []*scorecard.Achievement) (n int) {
	for _, b := range among {
		if b.Indicator == a.Indicator && b.AsOf == a.AsOf && equalText(a.Actual, b.Actual) &&
			equalText(a.ActualLabel, b.ActualLabel) && equalText(a.Target, b.Target) {
			n++
		}
	}
	return n
}

// equalText reports whether two texts, either of which may be nil, are the same.
func equalText(a, b *string) bool {
	return a == b || a != nil && b != nil && *a == *b
}

// placeShort is the short name of an agency.
func placeShort(e *edition, a *scorecard.Agency) string {
	if a.ShortName != "" {
		return a.ShortName
	}
	return placeName(e, a)
}

// agencyNotes are statements on one agency: its best result, what its visitors say, and
// how it changed.
func agencyNotes(e *edition, agency *scorecard.Agency) []note {
	period := e.View.Latest()
	var best *scorecard.Achievement
	for _, a := range e.AchievementsOf(agency.Code, period) {
		if a.State != scoring.Scored || a.IsCarried() || targetStatus(e, a).Mark != "ok" {
			continue
		}
		if best == nil || isHeavier(a, best) {
			best = a
		}
	}
	var notes []note
	if best != nil {
		notes = append(notes, targetNote(e, best))
	}
	if s := e.SatisfactionOf(agency.Code); s != nil && len(s.Elements) > 0 {
		highest := s.Elements[0]
		for _, el := range s.Elements {
			if n, ok := hundredths(el.Value); ok {
				if most, _ := hundredths(highest.Value); n > most {
					highest = el
				}
			}
		}
		notes = append(notes, note{Text: "Warga paling puas dengan " + strings.ToLower(elementName(highest.Code)),
			Detail: "Nilai " + formatNumber(highest.Value, 1) + " dalam survei kepuasan.", Href: "#skm"})
	}
	if isLate(e, agency.Code) {
		return notes
	}
	if c := latestMovement(e, scoring.LevelAgency, agency.Code); c.Mark == "up" || c.Mark == "down" {
		notes = append(notes, note{Text: "Nilai " + c.Word + " " + c.Text + " poin", Detail: "Dibandingkan dengan " + formatPeriod(period.Previous()) + "."})
	} else if c.Mark == "flat" || c.Word == withinReason {
		notes = append(notes, note{Text: noChange})
	}
	return notes
}

// isHeavier reports whether a weighs more than b in the agency's score; of equal ones the
// fraction, which can be told in people, and then the one whose code comes first.
func isHeavier(a, b *scorecard.Achievement) bool {
	x, _ := hundredths(a.Weight)
	y, _ := hundredths(b.Weight)
	if x != y {
		return x > y
	}
	return a.Kind == scoring.KindFraction && b.Kind != scoring.KindFraction
}

// targetNote tells one result of one agency with its target.
func targetNote(e *edition, a *scorecard.Achievement) note {
	ind := e.Indicator(a.Indicator)
	n := note{Href: explainPath(e, a), Detail: ind.Name + ". Target " + formatTarget(ind, a) + "."}
	share := (*string)(nil)
	if a.ActualNumerator != nil && a.ActualDenominator != nil && a.Direction != scoring.OnTarget {
		share = percentageOf(*a.ActualNumerator, *a.ActualDenominator)
	}
	if share != nil && ind.NumeratorLabel != "" {
		n.Text = sentenceStart(formatFrequency(*share) + " " + ind.NumeratorLabel)
	} else {
		n.Text = ind.Name + ": " + formatMeasure(ind, a.Actual, a.ActualLabel, a.Target)
		n.Detail = "Target " + formatTarget(ind, a) + "."
		if ind.Kind == scoring.KindYesNo {
			n.Detail = targetStatus(e, a).Word + "."
		}
	}
	if a.IsCarried() {
		n.Detail += " Hasil " + formatPeriod(a.AsOf) + "."
	}
	return n
}
