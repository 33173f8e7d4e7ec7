package server

import (
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

var publicationListRoute = publicRoute{
	pattern: "/terbitan",
	page:    showPublications,
	paths:   func(*edition) []string { return []string{"/terbitan"} },
}

var publicationRoute = publicRoute{
	pattern: "/terbitan/:nomor",
	page:    showPublication,
	paths: func(e *edition) []string {
		return []string{"/terbitan/" + formatPlain(e.Number)}
	},
}

// publicationListPage lists all publications, the newest first.
type publicationListPage struct {
	Page
	Trail []crumb
	Rows  []publicationRowView
}

// publicationRowView is a publication on the list.
type publicationRowView struct {
	editionInfo
	Href  string
	Shown bool // the one the reader is looking at
}

func showPublications(e *edition, _ params) (view, error) {
	page := publicationListPage{
		Page: newPage(e, "/terbitan", "/terbitan", "Riwayat terbitan",
			"Semua terbitan Rapor Layanan Kota Blitar: kapan terbit, mengapa, dan apa yang berubah."),
		Trail: trail(e, crumb{Name: "Riwayat terbitan"}),
	}
	page.Timeless = true
	for i := len(e.Others) - 1; i >= 0; i-- {
		info := e.Others[i]
		page.Rows = append(page.Rows, publicationRowView{info, "/terbitan/" + formatPlain(info.Number), info.Number == e.Number})
	}
	return view{template: "terbitan-daftar", data: page}, nil
}

// publicationPage shows one publication and what changed against the one before.
type publicationPage struct {
	Page
	Trail    []crumb
	Heading  string // h1
	Info     editionInfo
	Reason   string
	Status   string
	Method   string
	Bytes    string // address of the bytes that were hashed
	Open     string // the front page as of this publication
	Previous *editionInfo
	Next     *editionInfo
	Changes  *changes // nil for the first
	Counts   []countRow
}

// countRow says how much of something a publication holds.
type countRow struct {
	Name  string
	Count int
}

// changes is what differs from the publication before, in words.
type changes struct {
	Finding    string // h2
	NewPeriods []scoring.Period
	NewRecords int
	Lists      []changeList
	Method     bool
}

// changeList is one kind of difference. Rows are the first of Count.
type changeList struct {
	Title   string
	Explain string
	Count   int
	Rows    []changeRow
}

// changeRow is one difference.
type changeRow struct {
	Agency, AgencyHref string // empty for the city, a goal or an objective
	What, Href         string
	Period             string
	Before, After      string
	// The intervals of roll-ups; empty where nothing is missing.
	BeforeSpan, AfterSpan string
	Note                  string // reason and legal basis of a target
}

// changeRows is how many rows of a list are shown; the rest are in the data.
const changeRows = 40

func showPublication(e *edition, p params) (view, error) {
	if from, to, ok := strings.Cut(p.path["nomor"], "..."); ok {
		return showComparison(e, from, to)
	}
	number, err := strconv.Atoi(p.path["nomor"])
	if err != nil || formatPlain(number) != p.path["nomor"] {
		return view{}, fault.New(fault.NotFound, "Nomor terbitan ditulis dengan angka saja, misalnya /terbitan/%d.", e.Number)
	}
	shown, err := e.open(number)
	if err != nil {
		return view{}, err
	}
	info, _ := findInfo(e.Others, number)
	page := publicationPage{
		Page: newPage(shown, "/terbitan/"+formatPlain(number), "/terbitan", "Terbitan "+formatPlain(number)+", "+formatPeriod(info.Period),
			"Terbitan "+formatPlain(number)+" Rapor Layanan Kota Blitar: sidik jari isinya, alasannya, dan yang berubah dari terbitan sebelumnya."),
		Trail:   trail(e, crumb{"Riwayat terbitan", "/terbitan"}, crumb{Name: "Terbitan " + formatPlain(number)}),
		Heading: "Terbitan " + formatPlain(number) + ": " + formatPeriod(info.Period),
		Info:    info,
		Reason:  sentence(info.Reason),
		Status:  planStatus(info.Status),
		Method:  shown.Method.ID,
		Bytes:   shown.BytesPath(),
		Open:    shown.Link("/"),
		Counts: []countRow{
			{"Periode", len(shown.Periods)}, {"Instansi", len(shown.Agencies)}, {"Indikator", len(shown.Indicators)},
			{"Target, semua tahun dan perubahannya", len(shown.Content.Targets)},
			{"Hasil per target dan periode", len(shown.Content.Achievements)}, {"Nilai gabungan", len(shown.Content.Scores)},
		},
	}
	page.Timeless = true
	if other, ok := findInfo(e.Others, number-1); ok {
		before, err := e.open(other.Number)
		if err != nil {
			return view{}, err
		}
		page.Previous = &other
		page.Changes = newChanges(shown, scorecard.Compare(before.View, shown.View))
	}
	if other, ok := findInfo(e.Others, number+1); ok {
		page.Next = &other
	}
	return view{template: "terbitan", data: page}, nil
}

// comparePage shows what changed from one publication to any later one.
type comparePage struct {
	Page
	Trail    []crumb
	From, To editionInfo
	Changes  *changes
}

// showComparison answers /terbitan/{a}...{b}.
func showComparison(e *edition, from, to string) (view, error) {
	a, err1 := strconv.Atoi(from)
	b, err2 := strconv.Atoi(to)
	if err1 != nil || err2 != nil || a >= b || formatPlain(a) != from || formatPlain(b) != to {
		return view{}, fault.New(fault.NotFound, "Tulis dua nomor terbitan, yang lama di depan, misalnya /terbitan/1...%d.", max(e.Number, 2))
	}
	older, err := e.open(a)
	if err != nil {
		return view{}, err
	}
	newer, err := e.open(b)
	if err != nil {
		return view{}, err
	}
	name := "Beda terbitan " + from + " dan " + to
	page := comparePage{
		Page: newPage(newer, "/terbitan/"+from+"..."+to, "/terbitan", name,
			"Yang berubah dari terbitan "+from+" ke terbitan "+to+" Rapor Layanan Kota Blitar."),
		Trail:   trail(e, crumb{"Riwayat terbitan", "/terbitan"}, crumb{Name: name}),
		Changes: newChanges(newer, scorecard.Compare(older.View, newer.View)),
	}
	page.Timeless = true
	page.From, _ = findInfo(e.Others, a)
	page.To, _ = findInfo(e.Others, b)
	return view{template: "terbitan-beda", data: page}, nil
}

// newChanges puts a comparison into words.
func newChanges(e *edition, c *scorecard.Comparison) *changes {
	x := &changes{NewPeriods: c.NewPeriods, NewRecords: c.NewRecords, Method: c.Method}
	corrected, late := splitValues(c.Values)
	x.add("Nilai laporan yang berubah", "Angka yang dilaporkan instansi berbeda dari terbitan sebelumnya, pada periode yang sudah ada.",
		valueRows(e, corrected), len(corrected))
	x.add("Target yang berubah", "Target lama tetap tersimpan di sebelahnya.", targetRows(e, c.Targets), len(c.Targets))
	x.add("Laporan yang menyusul", "Pada terbitan sebelumnya belum ada angkanya, jadi tidak ada yang diganti.", valueRows(e, late), len(late))
	x.add("Status yang berubah", "Misalnya laporan yang tadinya belum masuk, kini sudah diverifikasi.", stateRowsOf(e, c.States), len(c.States))
	x.add("Capaian yang ikut berubah", "Laporan periode itu sendiri sama. Yang berbeda targetnya, atau laporan triwulan lain pada tahun itu.", figureRows(e, c.Figures), len(c.Figures))
	x.add("Nilai gabungan yang berubah", "Akibat dari perubahan di atas, pada periode yang sudah ada di kedua terbitan. Angka kecil adalah rentang karena data yang kosong.", scoreRows(e, c.Scores), len(c.Scores))
	x.Finding = changesFinding(c)
	return x
}

// splitValues tells values that were corrected from those that were not there before.
func splitValues(all []scorecard.AchievementChange) (corrected, late []scorecard.AchievementChange) {
	for _, c := range all {
		if c.Before.Reported == nil && c.Before.Numerator == nil {
			late = append(late, c)
		} else {
			corrected = append(corrected, c)
		}
	}
	return corrected, late
}

// changesFinding says in one sentence what a publication did.
func changesFinding(c *scorecard.Comparison) string {
	corrected, late := splitValues(c.Values)
	var parts []string
	for _, part := range []struct {
		count int
		what  string
	}{{len(corrected), "nilai laporan berubah"}, {len(c.Targets), "target diubah"}, {len(late), "laporan menyusul"}} {
		if part.count > 0 {
			parts = append(parts, formatCount(part.count)+" "+part.what)
		}
	}
	if len(parts) == 0 && len(c.States) > 0 {
		parts = append(parts, formatCount(len(c.States))+" status berubah")
	}
	changed := strings.Join(parts, ", ")
	if n := len(parts); n > 1 {
		changed = strings.Join(parts[:n-1], ", ") + " dan " + parts[n-1]
	}
	if len(c.NewPeriods) == 0 {
		if len(parts) == 0 {
			return "Tidak ada laporan atau target yang berubah"
		}
		return capital(changed)
	}
	added := "Menambah " + formatPeriod(c.NewPeriods[0])
	if n := len(c.NewPeriods); n > 1 {
		added = "Menambah " + formatCount(n) + " triwulan"
	}
	if len(parts) > 0 {
		return added + "; dari periode lama, " + changed
	}
	return added + ", tanpa mengubah laporan lama"
}

// add lists differences, when there are any.
func (x *changes) add(title, explain string, rows []changeRow, count int) {
	if count > 0 {
		x.Lists = append(x.Lists, changeList{title, explain, count, rows})
	}
}

// newChangeRow names the record that differs.
func newChangeRow(e *edition, agency, indicator string) changeRow {
	var row changeRow
	if a := e.Agency(agency); a != nil {
		row.Agency, row.AgencyHref = a.Name, agencyPath(e, a)
	}
	if ind := e.Indicator(indicator); ind != nil {
		row.What, row.Href = ind.Name, e.Link("/indikator/"+ind.Code)
	}
	return row
}

// changedRow is newChangeRow with a link to how the figure came about.
func changedRow(e *edition, a *scorecard.Achievement) changeRow {
	row := newChangeRow(e, a.Agency, a.Indicator)
	row.Href, row.Period = explainPath(e, a), formatPeriod(a.Period)
	return row
}

func valueRows(e *edition, all []scorecard.AchievementChange) []changeRow {
	var rows []changeRow
	for _, c := range all[:min(len(all), changeRows)] {
		row := changedRow(e, c.After)
		row.Before, row.After = reportedText(e, c.Before), reportedText(e, c.After)
		rows = append(rows, row)
	}
	return rows
}

// reportedText writes a period's own verified value.
func reportedText(e *edition, a *scorecard.Achievement) string {
	ind := e.Indicator(a.Indicator)
	switch {
	case a.Numerator != nil && a.Denominator != nil:
		return formatExact(*a.Numerator) + " dari " + formatExact(*a.Denominator)
	case a.Reported != nil && ind != nil:
		if label := labelOf(e.View, ind, a.Reported); label != nil {
			return *label
		}
		return withUnit(ind, formatExact(*a.Reported))
	}
	return "belum ada"
}

func targetRows(e *edition, all []scorecard.TargetChange) []changeRow {
	var rows []changeRow
	for _, c := range all[:min(len(all), changeRows)] {
		row := newChangeRow(e, c.After.Agency, c.After.Indicator)
		ind := e.Indicator(c.After.Indicator)
		if ind == nil {
			continue
		}
		row.Period = strconv.Itoa(c.After.Year)
		row.Before, row.After = "belum ada", yearTarget(e, ind, c.After)
		if c.Before != nil {
			row.Before = yearTarget(e, ind, c.Before)
		}
		row.Note = sentence(c.After.Reason)
		if c.After.LegalBasis != "" {
			row.Note += " Dasar hukum: " + sentence(c.After.LegalBasis)
		}
		rows = append(rows, row)
	}
	return rows
}

func stateRowsOf(e *edition, all []scorecard.AchievementChange) []changeRow {
	var rows []changeRow
	for _, c := range all[:min(len(all), changeRows)] {
		row := changedRow(e, c.After)
		row.Before, row.After = stateWord(c.Before.State), stateWord(c.After.State)
		rows = append(rows, row)
	}
	return rows
}

func figureRows(e *edition, all []scorecard.AchievementChange) []changeRow {
	var rows []changeRow
	for _, c := range all[:min(len(all), changeRows)] {
		row := changedRow(e, c.After)
		row.Before, row.After = figureText(c.Before.Raw), figureText(c.After.Raw)
		rows = append(rows, row)
	}
	return rows
}

// figureText writes a figure with 2 decimals.
func figureText(s *string) string {
	if s == nil {
		return noFigure
	}
	return formatNumber(*s, 2)
}

// scoreRows puts the city and the goals before the agencies: they matter to most readers.
func scoreRows(e *edition, all []scorecard.ScoreChange) []changeRow {
	order := []scoring.Level{scoring.LevelCity, scoring.LevelGoal, scoring.LevelObjective, scoring.LevelAgency}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b scorecard.ScoreChange) int {
		return slices.Index(order, some(a).Level) - slices.Index(order, some(b).Level)
	})
	var rows []changeRow
	for _, c := range sorted[:min(len(sorted), changeRows)] {
		s := some(c)
		row := changeRow{Period: formatPeriod(s.Period), Before: noFigure, After: noFigure}
		row.What, row.Href = scoreName(e, s)
		if c.Before != nil {
			row.Before, row.BeforeSpan = figureText(c.Before.Score), scoreSpan(c.Before)
		}
		if c.After != nil {
			row.After, row.AfterSpan = figureText(c.After.Score), scoreSpan(c.After)
		}
		rows = append(rows, row)
	}
	return rows
}

// scoreSpan writes the interval of a score; empty when it has none.
func scoreSpan(s *scorecard.Score) string {
	if s.Low == s.High {
		return ""
	}
	return formatNumber(s.Low, 2) + "–" + formatNumber(s.High, 2)
}

// some is the roll-up of a change that there is.
func some(c scorecard.ScoreChange) *scorecard.Score {
	if c.After != nil {
		return c.After
	}
	return c.Before
}

// scoreName names what a roll-up is of, with its page.
func scoreName(e *edition, s *scorecard.Score) (name, href string) {
	switch s.Level {
	case scoring.LevelCity:
		return "Kota Blitar", e.Link("/")
	case scoring.LevelGoal:
		if g := e.Goal(s.Code); g != nil {
			return "Tujuan: " + g.Name, e.Link("/tujuan/" + g.Code)
		}
	case scoring.LevelObjective:
		if o, g := e.Objective(s.Code); o != nil && g != nil {
			return "Sasaran: " + o.Name, e.Link("/tujuan/" + g.Code + "#" + o.Code)
		}
	case scoring.LevelAgency:
		if a := e.Agency(s.Code); a != nil {
			return a.Name, agencyPath(e, a)
		}
	}
	return s.Code, ""
}
