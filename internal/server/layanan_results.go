package server

import (
	"slices"
	"strconv"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
)

// serviceResults are what was measured of a service in each place.
type serviceResults struct {
	Kelurahan bool // all places are kelurahan, so that their names stand alone
	Target    string
	Kept      string // in how many places the target of the speed was reached; empty without one
	Dots      chart.SVG
	Rows      []resultRow
}

// resultRow is what was measured of a service in an agency.
type resultRow struct {
	Agency       *scorecard.Agency
	Name         string
	Href         string
	Speed        string // done within the promised time / all done
	Status       status // of the speed, against the agency's target; without Mark where there is none
	Accuracy     string // done without correction / all done
	Satisfaction string // IKM of the service
	Done         int
	Few          bool // too few answers for the satisfaction to be told
	Measured     bool
}

// newServiceResults lists the places of a service by name.
func newServiceResults(e *edition, s *scorecard.Service) serviceResults {
	t := serviceResults{Kelurahan: len(s.Agencies) > 1 && allKelurahan(e, s)}
	groups := map[string]*chart.DotGroup{"ok": {Class: "segment--ok"}, "near": {Class: "segment--near"}, "miss": {Class: "segment--miss"}}
	targets := map[string]bool{}
	kept, judged := 0, 0
	for _, code := range s.Agencies {
		a := e.Agency(code)
		if a == nil {
			continue
		}
		row, share, target := newResultRow(e, s, a)
		if t.Kelurahan {
			row.Name = placeName(e, a)
		}
		if target != nil {
			targets[*target] = true
		}
		if g := groups[row.Status.Mark]; g != nil && share != nil {
			g.Values = append(g.Values, *geometry(share))
			judged++
			if row.Status.Mark == "ok" {
				kept++
			}
		}
		t.Rows = append(t.Rows, row)
	}
	slices.SortFunc(t.Rows, func(a, b resultRow) int { return scorecard.ByName(a.Agency, b.Agency) })
	var marks []float64
	for target := range targets {
		marks = append(marks, *geometry(&target))
		t.Target = formatExact(target) + "%"
	}
	if len(targets) != 1 {
		t.Target = ""
	}
	switch {
	case judged > 1:
		t.Kept = sentenceStart(countOf(kept, judged)) + " tempat menepati janji waktunya"
	case kept == 1:
		t.Kept = "Target waktunya tercapai"
	case judged == 1 && len(groups["near"].Values) == 1:
		t.Kept = "Target waktunya hampir tercapai"
	case judged == 1:
		t.Kept = "Target waktunya belum tercapai"
	}
	if judged > openRows {
		slices.Sort(marks)
		t.Dots = chart.Dots{High: 100, Groups: []chart.DotGroup{*groups["ok"], *groups["near"], *groups["miss"]}, Marks: marks}.SVG()
	}
	return t
}

// newResultRow is what was measured of a service in an agency in the newest period, with
// its speed in percent and the target that is held against; both nil where there is none.
func newResultRow(e *edition, s *scorecard.Service, a *scorecard.Agency) (row resultRow, share, target *string) {
	row = resultRow{Agency: a, Name: a.Name, Href: agencyPath(e, a), Speed: noFigure, Accuracy: noFigure, Satisfaction: noFigure}
	if held := e.Achievement(a.Code, speedIndicator, e.View.Latest()); held != nil {
		target = held.Target
	}
	r := e.Result(s.Code, a.Code, e.View.Latest())
	if r == nil {
		return row, nil, target
	}
	row.Measured, row.Done = true, r.Done
	row.Speed, row.Accuracy = measuredShare(r.OnTime, r.Done), measuredShare(r.Uncorrected, r.Done)
	if r.Done > 0 {
		share = countShare(r.OnTime, r.Done)
		if target != nil {
			row.Status = shareStatus(e, *share, target)
		}
	}
	switch {
	case r.IKM != nil && r.Respondents >= fewestAnswers:
		row.Satisfaction = formatNumber(*r.IKM, 1)
	case r.Respondents < fewestAnswers:
		row.Few = true
	}
	return row, share, target
}

// fewestAnswers is how many answers there must be before a breakdown is shown.
const fewestAnswers = scorecard.FewestAnswers

// fewestRequests is how many requests there must be before a share of them is written as a
// percentage: of fewer, one request would move it by more than ten points.
const fewestRequests = 10

// measuredShare writes part ÷ whole as a percentage, "3 dari 4" where they are few, and
// "–" of nothing.
func measuredShare(part, whole int) string {
	share, ok := ratio(strconv.Itoa(part), strconv.Itoa(whole))
	if !ok {
		return noFigure
	}
	if whole < fewestRequests {
		return formatCount(part) + " dari " + formatCount(whole)
	}
	d, _ := parseDigits(share)
	if whole < 1000 {
		return d.round(0).indonesian() + "%"
	}
	return d.round(1).indonesian() + "%"
}

// serviceFinding tells how many requests of all places were done in time.
func serviceFinding(now scorecard.ServicePool) (heading, pooled string) {
	if now.Speed == nil {
		return "Belum ada hasil ukur yang diterbitkan", ""
	}
	heading = sentenceStart(formatFrequency(*now.Speed)) + " permohonan selesai tepat waktu"
	if now.Done < fewestRequests {
		heading = formatCount(now.OnTime) + " dari " + formatCount(now.Done) + " permohonan selesai tepat waktu"
	}
	pooled = "Dari " + formatCount(now.Done) + " permohonan yang selesai pada " + formatPeriod(now.Period)
	if now.Places > 1 {
		pooled += " di " + formatCount(now.Places) + " tempat"
	}
	return heading, pooled + "."
}

// serviceMeasures are the three things a service is measured on, over all places.
func serviceMeasures(now scorecard.ServicePool) []fact {
	if now.Done == 0 {
		return nil
	}
	satisfaction := fact{Name: "Kepuasan", Muted: "jawaban belum cukup"}
	if now.Satisfaction != nil {
		satisfaction = fact{Name: "Kepuasan", Text: formatNumber(*now.Satisfaction, 1) + " dari 100, " + formatCount(now.Answers) + " jawaban"}
	}
	return []fact{
		{Name: "Kecepatan", Text: measuredShare(now.OnTime, now.Done) + " selesai tepat waktu"},
		{Name: "Ketepatan", Text: measuredShare(now.Uncorrected, now.Done) + " tanpa perbaikan"},
		satisfaction,
	}
}

// servicePast is how a service did in the periods so far.
type servicePast struct {
	Finding string
	Plot    chart.SVG
	Target  bool // the drawing shows a target
	Rows    []servicePastRow
}

type servicePastRow struct{ Name, Done, Speed, Accuracy, Satisfaction string }

// newServicePast lists the pools of a service, newest first, and draws their speed.
func newServicePast(e *edition, s *scorecard.Service, history []scorecard.ServicePool) servicePast {
	var t servicePast
	slots := make([]chart.Slot, 0, len(history))
	for _, p := range history {
		slot := chart.Slot{Year: strconv.Itoa(p.Period.Year), Value: geometry(p.Speed)}
		if target := sharedTarget(e, s, p); target != nil {
			slot.Promise, t.Target = geometry(target), true
		}
		slots = append(slots, slot)
		if p.Done == 0 {
			continue
		}
		row := servicePastRow{Name: formatPeriod(p.Period), Done: formatCount(p.Done), Speed: measuredShare(p.OnTime, p.Done), Accuracy: measuredShare(p.Uncorrected, p.Done), Satisfaction: noFigure}
		if p.Satisfaction != nil {
			row.Satisfaction = formatNumber(*p.Satisfaction, 1)
		}
		t.Rows = append(t.Rows, row)
	}
	slices.Reverse(t.Rows)
	if len(t.Rows) < 2 {
		return servicePast{}
	}
	t.Finding = speedFinding(scorecard.SpeedReal(history))
	plot := chart.Promise{Slots: slots}
	var ticks []float64
	least, most := 0.0, 100.0
	plot.Floor, plot.Ceiling, ticks = chart.PromiseAxis(slots, &least, &most)
	for _, at := range ticks {
		plot.Ticks = append(plot.Ticks, chart.Tick{At: at, Text: formatExact(strconv.FormatFloat(at, 'f', -1, 64)) + "%"})
	}
	if last := history[len(history)-1]; last.Done > 0 {
		plot.Label = t.Rows[0].Speed
	}
	t.Plot = plot.SVG()
	return t
}

// sharedTarget is the target of the speed in a period where all agencies of a service have
// the same; nil where they do not.
func sharedTarget(e *edition, s *scorecard.Service, p scorecard.ServicePool) *string {
	var shared *string
	for _, code := range s.Agencies {
		a := e.Achievement(code, speedIndicator, p.Period)
		switch {
		case a == nil || a.Target == nil:
		case shared == nil:
			shared = a.Target
		case *shared != *a.Target:
			return nil
		}
	}
	return shared
}

// speedFinding says whether the newest change of a service's speed is real.
func speedFinding(r scorecard.Reality) string {
	c := newChange(r.Change)
	switch {
	case r.Change == nil:
		return "Kecepatan dari waktu ke waktu"
	case r.Verdict == scorecard.ChangeReal && c.Mark != "flat":
		return "Kecepatan " + c.Word + " " + c.Text + " poin: perubahan berarti"
	case r.Verdict == scorecard.ChangeUnknown:
		return "Belum cukup data untuk menilai perubahan kecepatan"
	}
	return "Perubahan kecepatan masih wajar"
}
