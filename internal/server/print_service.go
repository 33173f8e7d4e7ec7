package server

import (
	"strconv"
	"strings"

	"petajalan/internal/paper"
	"petajalan/internal/scorecard"
)

// servicePoster is the promise card of a service, at the counter of an agency or, where that
// is nil, wherever it is offered.
func servicePoster(e *edition, s *scorecard.Service, a *scorecard.Agency) paper.Poster {
	p := basePoster(e)
	p.Kicker, p.Title = "Janji layanan "+offeredBy(e, s), s.Name
	if a != nil {
		p.Kicker = "Janji layanan di " + counterName(e, a)
	}
	onTime, uncorrected, done := servedCounts(e, s, a)
	p.Finding = "Belum ada hasil ukur yang diterbitkan untuk layanan ini."
	if done > 0 {
		p.Finding = capital(formatFrequency(*countShare(onTime, done))) + " permohonan selesai tepat waktu."
	}
	p.Figures = []paper.PosterFigure{
		{Name: "Waktu", Text: sentenceStart(promisedTime(s.Standard))},
		{Name: "Biaya", Text: sentenceStart(promisedCost(s.Standard))},
	}
	p.Blocks = promiseBlocks(s.Standard)
	p.Blocks = append(p.Blocks, measuredBlock(e, s, a, onTime, uncorrected, done))
	if s.Standard != nil && s.Standard.Status == statusExample && p.Mark == "" {
		p.Mark = "CONTOH: standar layanan ini belum resmi."
	}
	return filled(p)
}

// counterName names the place of a counter.
func counterName(e *edition, a *scorecard.Agency) string {
	if e.Slug(a.Code) != "" {
		return "Kelurahan " + placeName(e, a)
	}
	return placeName(e, a)
}

// promiseBlocks are the parts of a promise that are not told by the figures above, in the
// words of a visitor; what nobody has stated is named at the end.
func promiseBlocks(s *scorecard.Standard) []paper.PosterBlock {
	titles := []string{"Yang perlu dibawa", "Alur", "Waktu", "Biaya", "Yang Anda terima", "Bila ada keluhan"}
	var blocks []paper.PosterBlock
	var unknown []string
	for i, part := range promiseParts(s) {
		b := paper.PosterBlock{Title: titles[i], Half: true}
		switch {
		case !part.Known:
			unknown = append(unknown, strings.ToLower(titles[i]))
			continue
		case len(part.List) > 0:
			b.List, b.Half = true, false
			for _, item := range part.List {
				b.Rows = append(b.Rows, paper.PosterRow{Name: item})
			}
		case titles[i] == "Waktu", titles[i] == "Biaya" && part.Text == sentence(promisedCost(s)):
			continue // the figures say it
		default:
			b.Rows = []paper.PosterRow{{Name: part.Text}}
		}
		blocks = append(blocks, b)
	}
	if len(unknown) > 0 {
		blocks = append(blocks, paper.PosterBlock{Title: "Belum dinyatakan", Half: true,
			Rows: []paper.PosterRow{{Name: sentence(strings.Join(unknown, ", ")), Detail: "Bagian ini wajib ada dalam standar pelayanan."}}})
	}
	return blocks
}

// servedCounts are the requests of the newest quarter at the counter of an agency, or of all
// counters where that is nil: those done in time, those done without correction, all done.
func servedCounts(e *edition, s *scorecard.Service, a *scorecard.Agency) (onTime, uncorrected, done int) {
	for _, code := range s.Agencies {
		if a != nil && a.Code != code {
			continue
		}
		if r := e.Result(s.Code, code, e.View.Latest()); r != nil {
			onTime, uncorrected, done = onTime+r.OnTime, uncorrected+r.Uncorrected, done+r.Done
		}
	}
	return onTime, uncorrected, done
}

// measuredBlock is what was measured of the promise.
func measuredBlock(e *edition, s *scorecard.Service, a *scorecard.Agency, onTime, uncorrected, done int) paper.PosterBlock {
	b := paper.PosterBlock{Title: "Kenyataannya"}
	if done == 0 {
		return b
	}
	b.Note = "Dari " + formatCount(done) + " permohonan yang selesai pada " + formatPeriod(e.View.Latest()) + "."
	share := func(part int) string { return capital(formatFrequency(*countShare(part, done))) }
	b.Rows = []paper.PosterRow{
		{Name: "Kecepatan", Detail: "Selesai dalam waktu yang dijanjikan", Value: share(onTime), Status: measuredShare(onTime, done)},
		{Name: "Ketepatan", Detail: "Selesai tanpa perlu diperbaiki", Value: share(uncorrected), Status: measuredShare(uncorrected, done)},
	}
	if a == nil {
		return b
	}
	if r := e.Result(s.Code, a.Code, e.View.Latest()); r != nil && r.IKM != nil && r.Respondents >= fewestAnswers {
		b.Rows = append(b.Rows, paper.PosterRow{Name: "Kepuasan", Detail: "Menurut " + strconv.Itoa(r.Respondents) + " warga yang menjawab survei",
			Value: formatGraded(scaleSteps(e, satisfactionScale), *r.IKM), Status: "dari 100"})
	}
	return b
}
