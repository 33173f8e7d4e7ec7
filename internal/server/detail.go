package server

import (
	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// detailRoutes are the public pages on which a reader follows a figure: from an agency, a
// goal or an indicator down to how it was computed, and up again.
func detailRoutes() []publicRoute {
	return []publicRoute{
		agencyListRoute, agencyRoute,
		goalRoute,
		indicatorListRoute, indicatorRoute,
		calculationRoute,
		serviceListRoute, serviceRoute,
		methodRoute,
		publicationListRoute, publicationRoute,
		searchRoute,
		aboutRoute, accessibilityRoute,
	}
}

// trail is the way to a page of the edition, from the front page on. Addresses are given
// without the edition.
func trail(e *edition, steps ...crumb) []crumb {
	all := []crumb{{"Beranda", e.Link("/")}}
	for _, s := range steps {
		if s.Href != "" {
			s.Href = e.Link(s.Href)
		}
		all = append(all, s)
	}
	return all
}

// agencyAddress is the address of an agency's page without the edition: see agencyPath.
func agencyAddress(v *scorecard.View, code string) string {
	if slug := v.Slug(code); slug != "" {
		return "/kelurahan/" + slug
	}
	return "/instansi/" + code
}

// calculationAddress is the address of the page that shows how a figure came about,
// without the edition: see explainPath.
func calculationAddress(indicator, agency string, p scoring.Period) string {
	return "/hitung/" + indicator + "/" + agency + "/" + p.String()
}

// agencyCrumb is the list an agency stands on.
func agencyCrumb(a *scorecard.Agency) crumb {
	if a.Kind == scorecard.KindKelurahan {
		return crumb{"Kelurahan", "/kelurahan"}
	}
	return crumb{"Instansi", "/instansi"}
}

// noSuchAgency is the fault of a code that no agency of this publication has.
func noSuchAgency(code string) error {
	return fault.New(fault.NotFound, "Tidak ada instansi dengan kode “%s”. Pilih dari daftar instansi, atau cari namanya.", shorten(code, 40))
}

// noSuchIndicator is the fault of a code that no indicator of this publication has.
func noSuchIndicator(code string) error {
	return fault.New(fault.NotFound, "Tidak ada indikator dengan kode “%s”. Pilih dari daftar indikator, atau cari namanya.", shorten(code, 40))
}

// listedTarget is one target on a list, ready to be read.
type listedTarget struct {
	*scorecard.Achievement
	Sheet         *scorecard.Indicator
	Owner         *scorecard.Agency
	Name          string // of the owner, where its kind stands near
	Href          string // how its figure came about
	IndicatorHref string
	OwnerHref     string
	ActualText    string            // to date, with unit; "–" when there is none
	TargetText    string            // to date, as a promise
	Until         string            // up to when that target counts; empty when for the whole year
	FirstText     string            // the target first promised; empty unless amended
	Amendment     *scorecard.Target // why it was amended; nil unless it was
	Outcome       outcome
	Grade         string // of the evidence, in words; "–" when there is none
}

// newListedTarget prepares a target for a list.
func newListedTarget(e *edition, a *scorecard.Achievement) listedTarget {
	sheet := e.Indicator(a.Indicator)
	row := listedTarget{
		Achievement:   a,
		Sheet:         sheet,
		Owner:         e.Agency(a.Agency),
		Name:          placeName(e, e.Agency(a.Agency)),
		Href:          explainPath(e, a),
		IndicatorHref: e.Link("/indikator/" + a.Indicator),
		OwnerHref:     agencyPath(e, e.Agency(a.Agency)),
		ActualText:    formatMeasure(sheet, a.Actual, a.ActualLabel, a.Target),
		TargetText:    formatTarget(sheet, a),
		Outcome:       outcomeOf(e, a),
		Grade:         noFigure,
	}
	row.Until = targetUntil(e, a, row.TargetText)
	if a.Evidence != nil {
		row.Grade = evidenceWord(*a.Evidence)
	}
	if a.IsAmended() {
		row.FirstText = formatFirstTarget(e.View, a)
		row.Amendment, _ = e.TargetPair(a.Agency, a.Indicator, a.AsOf.Year)
	}
	return row
}

// formatFirstTarget writes the target first promised, as formatTarget does the one in force.
func formatFirstTarget(v *scorecard.View, a *scorecard.Achievement) string {
	sheet := v.Indicator(a.Indicator)
	first := *a
	first.Target, first.TargetLow, first.TargetHigh = a.FirstTarget, a.FirstTargetLow, a.FirstTargetHigh
	first.TargetLabel = labelOf(v, sheet, a.FirstTarget)
	return formatTarget(sheet, &first)
}

// labelOf says the value of a yes-or-no, a milestone or a predicate in words; nil for
// other indicators and for values that have no word.
func labelOf(v *scorecard.View, ind *scorecard.Indicator, value *string) *string {
	if value == nil {
		return nil
	}
	n, ok := hundredths(*value)
	if !ok {
		return nil
	}
	switch ind.Kind {
	case scoring.KindYesNo:
		word := "tidak"
		if n > 0 {
			word = "ya"
		}
		return &word
	case scoring.KindMilestone:
		for i := range ind.Steps {
			if at, ok := hundredths(ind.Steps[i].Percent); ok && at == n {
				return &ind.Steps[i].Name
			}
		}
	case scoring.KindPredicate:
		if scale := scaleOf(v, ind); scale != nil {
			for i := range scale.Steps {
				if int64(scale.Steps[i].Ordinal)*100 == n {
					return &scale.Steps[i].Code
				}
			}
		}
	}
	return nil
}

// scaleOf is the scale of a predicate; nil for other indicators.
func scaleOf(v *scorecard.View, ind *scorecard.Indicator) *scorecard.Scale {
	if ind.Scale == nil {
		return nil
	}
	for i := range v.Method.Scales {
		if v.Method.Scales[i].Code == *ind.Scale {
			return &v.Method.Scales[i]
		}
	}
	return nil
}

// scoreHeadline is the number of a roll-up with the facts without which it never stands:
// coverage, interval, change, and how many targets are reached.
func scoreHeadline(e *edition, level scoring.Level, code string, t tally) headline {
	s := e.Score(level, code, e.View.Latest())
	text := scoreTextOf(e, s)
	h := headline{Figure: text.Text, Unit: "dari " + formatExact(e.Method.Cap), Rating: text.Rating, Counts: ratingCounts(e, s)}
	h.Facts = append(h.Facts, movementFact(e, "Dari triwulan lalu", latestMovement(e, level, code)))
	if t.Due() > 0 {
		h.Facts = append(h.Facts, fact{Name: "Target tercapai", Text: formatCount(t.Reached) + " dari " + formatCount(t.Due())})
	}
	if s != nil {
		if s.Low != s.High {
			h.Facts = append(h.Facts, spanFact(e, s))
		}
		if s.FirstScore != nil && s.Score != nil && *s.FirstScore != *s.Score {
			h.Facts = append(h.Facts, fact{Name: "Terhadap target semula", Text: formatFigure(e.Method.Bands, *s.FirstScore, 1)})
		}
	}
	return h
}
