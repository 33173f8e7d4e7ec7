package server

import (
	"strconv"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// duePeriodWord names what lies between two due dates.
func duePeriodWord(f scoring.Frequency) string {
	switch f {
	case scoring.HalfYearly:
		return "semester"
	case scoring.Yearly:
		return "tahun"
	}
	return "triwulan"
}

// paceSentences say what each due period must still bring for the targets of this year and
// of the last one, beside the best that was ever seen; none where a pace has no meaning.
func paceSentences(ind *scorecard.Indicator, pace *scorecard.Pace) []string {
	if pace == nil {
		return nil
	}
	var all []string
	for _, to := range []*scorecard.PaceTo{pace.Year, pace.End} {
		if to != nil {
			all = append(all, paceSentence(ind, pace, to))
		}
	}
	if best := bestSentence(ind, pace); best != "" {
		all = append(all, best)
	}
	return all
}

// paceSentence is the way to one target.
func paceSentence(ind *scorecard.Indicator, pace *scorecard.Pace, to *scorecard.PaceTo) string {
	name := "Target " + strconv.Itoa(to.Year)
	switch {
	case to.Reached && to.Year > pace.Achievement.Period.Year:
		return "Hasil sekarang sudah memenuhi target " + strconv.Itoa(to.Year) + "."
	case to.Reached:
		return name + " sudah tercapai."
	case to.Beyond:
		return "Batas " + strconv.Itoa(to.Year) + " sudah terlewati."
	case to.Needed == nil:
		return name + " belum tercapai, dan tidak ada lagi periode untuk mengejarnya."
	}
	text := "Untuk target " + strconv.Itoa(to.Year) + ", tiap " + duePeriodWord(pace.Frequency) + " "
	switch by := formatMove(ind, *to.Needed); {
	case pace.Adds && to.Falls:
		text += "boleh paling banyak " + by
	case pace.Adds:
		text += "perlu " + by
	case ind.Kind == scoring.KindPredicate:
		text += "perlu naik " + by + " tingkat"
	case to.Falls:
		text += "perlu turun " + by
	default:
		text += "perlu naik " + by
	}
	switch {
	case !to.Unseen:
	case pace.Adds && to.Falls:
		text += ", lebih sedikit daripada yang pernah terjadi"
	case pace.Adds:
		text += ", lebih banyak daripada yang pernah terjadi"
	default:
		text += ", lebih cepat daripada yang pernah terjadi"
	}
	return text + "."
}

// bestSentence is the fastest pace that was ever seen; empty where none is known.
func bestSentence(ind *scorecard.Indicator, pace *scorecard.Pace) string {
	if pace.Best == nil || !needs(pace.Year) && !needs(pace.End) {
		return ""
	}
	d, ok := parseDigits(*pace.Best)
	by := formatMove(ind, *pace.Best)
	falls := needs(pace.Year) && pace.Year.Falls || !needs(pace.Year) && pace.End.Falls
	each := " dalam satu " + duePeriodWord(pace.Frequency) + "."
	switch {
	case !ok:
		return ""
	case pace.Adds && falls:
		return "Yang paling sedikit sejauh ini " + by + each
	case pace.Adds:
		return "Yang terbanyak sejauh ini " + by + each
	case d.negative || d.plain() == "0":
		return "Selama ini belum pernah membaik."
	case falls:
		return "Yang tercepat sejauh ini turun " + by + each
	}
	return "Yang tercepat sejauh ini naik " + by + each
}

// needs reports whether there is a pace to keep for a target.
func needs(to *scorecard.PaceTo) bool { return to != nil && to.Needed != nil }

// pacesOf says for how many agencies the targets ask for more than was ever seen.
func pacesOf(e *edition, ind *scorecard.Indicator, targets []*scorecard.Achievement) []string {
	var reached, within, unseen, end, endUnseen int
	for _, a := range targets {
		pace := e.Pace(a.Agency, ind.Code, e.View.Latest())
		if pace == nil {
			continue
		}
		switch y := pace.Year; {
		case y == nil:
		case y.Reached:
			reached++
		case y.Unseen || y.Beyond || y.Needed == nil:
			unseen++
		default:
			within++
		}
		if pace.End != nil {
			end++
			if pace.End.Unseen {
				endUnseen++
			}
		}
	}
	var all []string
	year := strconv.Itoa(e.View.Latest().Year)
	if reached+within+unseen > 0 {
		text := "Target " + year + " sudah dicapai " + formatCount(reached) + " instansi."
		if within > 0 {
			text += " " + formatCount(within) + " instansi dapat menyusul dengan langkah yang pernah dicapainya."
		}
		if unseen > 0 {
			text += " " + formatCount(unseen) + " perlu langkah yang belum pernah dicapainya."
		}
		all = append(all, text)
	}
	if end > 0 {
		text := "Untuk target " + strconv.Itoa(e.Roadmap.LastYear) + ", "
		if endUnseen == 0 {
			text += "langkah tercepat yang pernah dicapai sudah cukup di semua instansi."
		} else {
			text += formatCount(endUnseen) + " dari " + formatCount(end) + " instansi perlu lebih cepat daripada yang pernah dicapainya."
		}
		all = append(all, text)
	}
	return all
}
