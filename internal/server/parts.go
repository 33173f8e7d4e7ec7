package server

import (
	"strings"
	"time"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// What the components of web/components take. Texts in these structs are ready to be read.

// crumb is a step on the way to a page; the page itself has no Href.
type crumb struct{ Name, Href string }

// change is a difference between two quarters. The zero change means that one is missing;
// without a mark but with a word nothing certain can be said: see movement.
type change struct {
	Mark string // up, down, flat
	Word string // naik, turun, tetap, masih wajar
	Text string // "1,3", without sign: the mark says it
}

// newChange is the change of a score by so much, with one decimal; nil gives the zero change.
func newChange(by *string) change {
	if by == nil {
		return change{}
	}
	text := formatSigned(*by, 1)
	if rest, down := strings.CutPrefix(text, minus); down {
		return change{"down", "turun", rest}
	}
	if rest, up := strings.CutPrefix(text, "+"); up {
		return change{"up", "naik", rest}
	}
	return change{"flat", "tetap", text}
}

// rating is the band of a score: 5 is the highest, 0 means that none is claimed.
type rating struct {
	Level int
	Word  string // "Tinggi", or why there is no band
}

// ratingOf is the band of a score in its own words, or why none is claimed: nothing was
// reported, nothing is due (a nil score), or low and high lie in different bands.
func ratingOf(e *edition, s *scorecard.Score) rating {
	switch {
	case s == nil:
		return rating{Word: "Belum jatuh tempo"}
	case s.Rating != nil:
		if b := e.RatingBand(s.Rating); b != nil {
			return rating{Level: min(e.Rank(s.Rating), 5), Word: sentenceCase(b.Label)}
		}
	case s.Score == nil && s.Counts.States[scoring.AwaitingVerification] > 0:
		return rating{Word: "Menunggu verifikasi"}
	case s.Score == nil && s.Counts.States[scoring.Late] > 0:
		return rating{Word: "Terlambat lapor"}
	case s.Score == nil:
		return rating{Word: "Belum ada data"}
	}
	return rating{Word: "Belum dapat dipastikan"}
}

// sentenceCase writes "Sangat Tinggi" as "Sangat tinggi".
func sentenceCase(label string) string {
	if label == "" {
		return label
	}
	return label[:1] + strings.ToLower(label[1:])
}

// scoreText is a score with its band.
type scoreText struct {
	Text   string // "82,4", "–"
	Rating rating
}

// scoreTextOf writes a score with one decimal, or more where the band asks for it.
func scoreTextOf(e *edition, s *scorecard.Score) scoreText {
	t := scoreText{Text: noFigure, Rating: ratingOf(e, s)}
	if s != nil && s.Score != nil {
		t.Text = formatFigure(e.Method.Bands, *s.Score, 1)
	}
	return t
}

// spanText is the interval of a score: "79,8–83,0", or the one figure when all is in.
func spanText(e *edition, s *scorecard.Score) string {
	if s == nil {
		return noFigure
	}
	low, high := formatFigure(e.Method.Bands, s.Low, 1), formatFigure(e.Method.Bands, s.High, 1)
	if low == high {
		return low
	}
	return low + "–" + high
}

// status of one target: Mark is ok, near, miss or none.
type status struct{ Mark, Word string }

// targetStatus says in words what became of a target.
func targetStatus(e *edition, a *scorecard.Achievement) status {
	word := e.Words(a.Raw)
	if a.State != scoring.Scored || word == nil {
		return status{"none", stateWord(a.State)}
	}
	switch word {
	case &e.Method.Words[0]:
		return status{"ok", word.Label}
	case &e.Method.Words[len(e.Method.Words)-1]:
		return status{"miss", word.Label}
	}
	return status{"near", word.Label}
}

// headline is the number a page is about.
type headline struct {
	Late   bool      // said in place of the figure and the band
	Due    time.Time // first moment that was too late; zero: not known
	Figure string
	Unit   string // "dari 100"
	Rating rating
	Facts  []fact
	Counts string // of the targets in each band; empty where none is scored
}

// ratingCounts counts the targets under a score by their bands, the highest first: "310
// sangat tinggi, 120 tinggi". It is empty where none is scored.
func ratingCounts(e *edition, s *scorecard.Score) string {
	if s == nil {
		return ""
	}
	total := 0
	parts := make([]string, len(e.Method.Bands))
	for i, b := range e.Method.Bands {
		n := s.Counts.Ratings[b.Rating]
		total += n
		parts[i] = formatCount(n) + " " + strings.ToLower(b.Label)
	}
	if total == 0 {
		return ""
	}
	return strings.Join(parts, ", ")
}

// fact is a name and its value: a text, which may be a link, a change, or a text that says
// that there is nothing to say.
type fact struct {
	Name, Text, Href string
	Change           *change
	Muted            string
}

// spanFact tells what a score may still become.
func spanFact(e *edition, s *scorecard.Score) fact {
	f := fact{Name: "Bila semua data masuk", Text: noFigure}
	if s == nil {
		return f
	}
	low, high := formatFigure(e.Method.Bands, s.Low, 1), formatFigure(e.Method.Bands, s.High, 1)
	f.Text = "antara " + low + " dan " + high
	if s.Low == s.High {
		f.Text = "tetap, data sudah lengkap"
	}
	return f
}

// segments are the parts of a whole.
type segments struct {
	Bar  chart.SVG
	Keys []segmentKey
}

// segmentKey is a part. Kind says the colour: ok, wait, near, draft, miss, none.
type segmentKey struct {
	Kind  string
	Count int
	Name  string
	Href  string // empty: no link
}

// newSegments draws the parts in the order given.
func newSegments(keys ...segmentKey) segments {
	parts := make([]chart.Segment, len(keys))
	for i, k := range keys {
		parts[i] = chart.Segment{Class: "segment--" + k.Kind, Count: k.Count}
	}
	return segments{Bar: chart.Segments(parts), Keys: keys}
}

// legendItem is a band with its limits in words.
type legendItem struct {
	Level int
	Text  string // "Tinggi, 76–90,99"
}

// newLegend explains the bands of the edition's method, the highest first.
func newLegend(e *edition) []legendItem {
	bands := e.Method.Bands
	items := make([]legendItem, 0, len(bands)+1)
	for i, b := range bands {
		item := legendItem{Level: min(e.Rank(&b.Rating), 5), Text: sentenceCase(b.Label)}
		switch {
		case b.From == nil && i > 0 && bands[i-1].From != nil:
			item.Text += ", di bawah " + formatExact(*bands[i-1].From)
		case i == 0 && b.From != nil:
			item.Text += ", " + formatExact(*b.From) + "–" + formatExact(e.Method.Cap)
		case b.From != nil && bands[i-1].From != nil:
			item.Text += ", " + formatExact(*b.From) + "–" + justBelow(*bands[i-1].From)
		}
		items = append(items, item)
	}
	return append(items, legendItem{Text: "Belum dapat dipastikan"})
}

// justBelow is the highest figure of two decimals under a limit.
func justBelow(limit string) string {
	n, ok := hundredths(limit)
	if !ok {
		return limit
	}
	return formatExact(fromHundredths(n - 1))
}

// tile is a place in a list.
type tile struct {
	Href   string
	Level  int
	Figure string
	Name   string
	Word   string
	Late   bool // hatched: nothing was handed in though the time is over
	Change *change
}

// note is a statement, which may lead to its source.
type note struct{ Text, Detail, Href string }

// pacedNote is a note with the pace it would take; empty where there is nothing to say.
type pacedNote struct {
	note
	Pace string
}

// searchBox is the search strip.
type searchBox struct {
	Heading     string
	Query       string
	Publication int // of a past edition, which the search stays in; else 0
	Options     []string
}

// newSearch makes the search strip of a page.
func newSearch(e *edition, heading, query string) searchBox {
	box := searchBox{Heading: heading, Query: query}
	if e == nil {
		return box
	}
	if !e.Latest {
		box.Publication = e.Number
	}
	for _, a := range e.Reporters(scorecard.GroupKelurahan) {
		box.Options = append(box.Options, placeName(e, a))
	}
	return box
}

// placeName is the name of a kelurahan's area, without its level: "Bendogerit". Of another
// agency it is the name without the city, which goes without saying here.
func placeName(e *edition, a *scorecard.Agency) string {
	if area := e.Area(a.Area); a.Kind == scorecard.KindKelurahan && area != nil {
		return area.Name
	}
	return strings.TrimSuffix(a.Name, " Kota Blitar")
}

// agencyPath is the address of an agency's page in this edition.
func agencyPath(e *edition, a *scorecard.Agency) string {
	if slug := e.Slug(a.Code); slug != "" {
		return e.Link("/kelurahan/" + slug)
	}
	return e.Link("/instansi/" + a.Code)
}

// explainPath is the address of the page that shows how a figure came about.
func explainPath(e *edition, a *scorecard.Achievement) string {
	return e.Link("/hitung/" + a.Indicator + "/" + a.Agency + "/" + a.Period.String())
}

// sortLink is an order the reader may choose.
type sortLink struct {
	Name, Href string
	Current    bool
}

// newSortLinks are the orders of a list at path, the first being the usual one, which has
// no word in the address. fragment leads back to the list.
func newSortLinks(e *edition, path, fragment, current string, orders ...string) []sortLink {
	links := make([]sortLink, len(orders))
	for i, order := range orders {
		links[i] = sortLink{Name: order, Href: e.Link(path + "?urut=" + order + fragment), Current: order == current}
		if i == 0 {
			links[i].Href = e.Link(path + fragment)
			links[i].Current = current == "" || current == order
		}
	}
	return links
}

// heatmap is a table of scores over quarters.
type heatmap struct {
	Label   string // what it shows, for a screen reader
	RowName string // what the rows are: "Perangkat daerah"
	Columns []scoring.Period
	Rows    []heatRow
}

type heatRow struct {
	Name, Href string
	Cells      []heatCell
	Total      bool // the sum, set apart by a rule
}

// heatCell is a figure; where Text is empty, Word says why.
type heatCell struct {
	Level      int
	Text, Word string
}

// newHeatRow makes the cells of a row from the scores of its quarters.
func newHeatRow(e *edition, name, href string, scores []*scorecard.Score) heatRow {
	row := heatRow{Name: name, Href: href}
	for _, s := range scores {
		t := scoreTextOf(e, s)
		cell := heatCell{Level: t.Rating.Level, Text: t.Text, Word: t.Rating.Word}
		if t.Text == noFigure {
			cell.Text = ""
		}
		row.Cells = append(row.Cells, cell)
	}
	return row
}

// field is a labelled input.
type field struct {
	Name, Label, Value, Hint, Problem string
	Type                              string // text, password…
	Autocomplete                      string
	Required                          bool
}

// newField makes a text input with what was typed and what is wrong with it. Further
// settings are made on the result.
func newField(ps problems, name, label, value, hint string) field {
	return field{Name: name, Label: label, Value: value, Hint: hint, Problem: ps.On(name), Type: "text"}
}

// As returns the field as an input of another type ("password") with an autocomplete word.
func (f field) As(kind, autocomplete string) field {
	f.Type, f.Autocomplete = kind, autocomplete
	return f
}

// DescribedBy names the elements that say more about the field.
func (f field) DescribedBy() string {
	var ids []string
	if f.Hint != "" {
		ids = append(ids, f.Name+"-petunjuk")
	}
	if f.Problem != "" {
		ids = append(ids, f.Name+"-galat")
	}
	return strings.Join(ids, " ")
}
