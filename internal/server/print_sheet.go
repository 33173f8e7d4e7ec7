package server

import (
	"strings"
	"time"

	"petajalan/internal/paper"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// cityZone is the time of the city, which has no summer time.
var cityZone = time.FixedZone("WIB", 7*60*60)

// basePoster is what every sheet of an edition has.
func basePoster(e *edition) paper.Poster {
	complain := complaintChannels()[0]
	p := paper.Poster{
		Site: siteName, Period: formatPeriod(e.View.Latest()), Made: e.PublishedAt,
		Help:     "Janji tidak ditepati?",
		HelpText: "Sampaikan di " + strings.TrimPrefix(complain.Href, "https://") + ". " + complain.Meaning,
		CodeText: "Pindai kode ini dengan kamera ponsel, atau buka:",
		Foot:     "Terbitan " + formatPlain(e.Number) + " · terbit " + formatDate(e.PublishedAt, cityZone) + " · sidik jari " + shortHash(e.SHA256),
	}
	switch {
	case e.Demo && e.Status == statusExample:
		p.Mark = "DATA PERAGAAN: angka hasil di lembar ini rekaan, targetnya contoh."
	case e.Demo:
		p.Mark = "DATA PERAGAAN: angka hasil di lembar ini rekaan."
	case e.Status == statusExample:
		p.Mark = "CONTOH: target di lembar ini belum resmi."
	}
	return p
}

// shortHash is enough of a fingerprint to compare it by eye.
func shortHash(hash string) string { return hash[:min(len(hash), 12)] }

// placePoster is the sheet of a kelurahan.
func placePoster(e *edition, a *scorecard.Agency) paper.Poster {
	u := agencyUnit(e, a)
	score := shownScore(e, a.Code)
	among := formatCount(len(e.Reporters(scorecard.GroupKelurahan))) + " kelurahan"
	services := newServiceTable(e, a)

	p := basePoster(e)
	p.Kicker, p.Title, p.Finding = "Kecamatan "+districtName(e, a), u.Name, sentence(u.Finding)
	p.Honesty = "Kejujuran data: " + newHonesty(e, scoring.LevelAgency, a.Code).Finding + "."
	p.Figures = []paper.PosterFigure{scoreFigure(u)}
	facts := placeHeadline(e, a, score, among).Facts
	for _, f := range facts[:min(len(facts), 4)] {
		p.Facts = append(p.Facts, paper.PosterFact{Name: f.Name, Text: factText(f)})
	}
	block := paper.PosterBlock{Title: "Janji dan kenyataan", Note: "Selesai tepat waktu berarti selesai dalam waktu yang dijanjikan."}
	if services.Target != "" {
		block.Note += " Janji waktu ditepati bila paling sedikit " + services.Target + " permohonan selesai tepat waktu."
	}
	for _, s := range services.Rows {
		block.Rows = append(block.Rows, paper.PosterRow{Name: s.Name, Detail: "Janji: " + s.Time + ", " + strings.ToLower(s.Cost)})
	}
	for i, s := range servicesByName(e, a) {
		row := &block.Rows[i]
		row.Value, row.Status = measuredSpeed(e.Result(s.Code, a.Code, e.View.Latest()))
	}
	if len(block.Rows) > 0 {
		p.Blocks = append(p.Blocks, block)
	}
	p.Blocks = append(p.Blocks, noteBlock("Yang perlu diperhatikan", lowestResults(e, scoring.LevelAgency, a.Code)))
	var told []note
	for _, n := range agencyNotes(e, a) {
		if n.Href != "#skm" { // the survey has a block of its own
			told = append(told, n)
		}
	}
	p.Blocks = append(p.Blocks, noteBlock("Yang patut diketahui", told))
	if s := satisfactionBlock(e, a); len(s.Rows) > 0 {
		p.Blocks = append(p.Blocks, s)
	}
	return filled(p)
}

// scoreFigure is a unit's score as it is read from afar, or why there is none.
func scoreFigure(u unit) paper.PosterFigure {
	if u.Figure() == "" {
		return paper.PosterFigure{Name: "Nilai rapor", Text: u.Score.Rating.Word}
	}
	return paper.PosterFigure{Name: "Nilai rapor", Text: u.Figure(), Unit: "dari 100", Band: u.Score.Rating.Word, Level: u.Score.Rating.Level}
}

// factText is a fact without its mark.
func factText(f fact) string {
	switch {
	case f.Change != nil && f.Change.Mark != "":
		return strings.TrimSpace(f.Change.Word + " " + f.Change.Text)
	case f.Change != nil:
		return f.Change.Word
	case f.Muted != "":
		return f.Muted
	}
	return f.Text
}

// servicesByName are the services of an agency in the order of newServiceTable.
func servicesByName(e *edition, a *scorecard.Agency) []*scorecard.Service {
	var all []*scorecard.Service
	for _, row := range newServiceTable(e, a).Rows {
		for _, s := range e.ServicesOf(a.Code) {
			if row.Name == s.Name && row.Href == e.Link("/layanan/"+s.Code) {
				all = append(all, s)
			}
		}
	}
	return all
}

// measuredSpeed tells in people how many requests were done in the promised time.
func measuredSpeed(r *scorecard.ServiceResult) (value, detail string) {
	if r == nil || r.Done == 0 {
		return "belum diukur", "pada triwulan ini"
	}
	return capital(formatFrequency(*countShare(r.OnTime, r.Done))), "selesai tepat waktu, dari " + formatCount(r.Done) + " permohonan"
}

// noteBlock is a half of the sheet with statements.
func noteBlock(title string, notes []note) paper.PosterBlock {
	b := paper.PosterBlock{Title: title, Half: true}
	for _, n := range notes {
		b.Rows = append(b.Rows, paper.PosterRow{Name: n.Text, Detail: firstSentences(n.Detail, 2)})
	}
	return b
}

// firstSentences keeps the first n sentences of a text.
func firstSentences(text string, n int) string {
	end := 0
	for range n {
		at := strings.Index(text[end:], ". ")
		if at < 0 {
			return text
		}
		end += at + len(". ")
	}
	return strings.TrimSpace(text[:end])
}

// satisfactionBlock is what the visitors of an agency say; without rows where there is no
// survey.
func satisfactionBlock(e *edition, a *scorecard.Agency) paper.PosterBlock {
	b := paper.PosterBlock{Title: "Kata warga", Half: true}
	v := newSatisfactionView(e, a)
	if v == nil {
		return b
	}
	detail := sentence(v.Rating.Word)
	if n := len(v.Elements); n > 1 {
		detail += " Paling puas: " + strings.ToLower(v.Elements[0].Name) + ". Paling kurang: " + strings.ToLower(v.Elements[n-1].Name) + "."
	}
	b.Rows = append(b.Rows, paper.PosterRow{Name: v.Heading + " dari 100", Detail: strings.TrimSpace(detail + " " + v.TooFew)})
	return b
}

// filled is a poster without blocks that say nothing.
func filled(p paper.Poster) paper.Poster {
	var blocks []paper.PosterBlock
	for _, b := range p.Blocks {
		if len(b.Rows) > 0 {
			blocks = append(blocks, b)
		}
	}
	p.Blocks = blocks
	return p
}
