package server

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// deskPath is the address of the verification desk.
const deskPath = home + "verifikasi"

func (s *Server) deskRoutes() []workRoute {
	const one = deskPath + "/:kode/:periode/:indikator"
	waiting := []report.Status{report.Approved}
	return []workRoute{
		{rule{method: http.MethodGet, pattern: deskPath, who: reviewers}, s.showDesk},
		{rule{method: http.MethodPost, pattern: deskPath, who: reviewers, states: waiting}, s.verifyMany},
		{rule{method: http.MethodGet, pattern: one, who: reviewers}, s.showDeskItem},
		{rule{method: http.MethodPost, pattern: one, who: reviewers, states: waiting}, s.decideItem},
	}
}

// deskFilter is what the desk was narrowed down to, as it stands in the address.
type deskFilter struct {
	Agency  string // code
	Period  string // 2026-TW3
	Finding string // code of a check, "ada" or "tanpa"
	Page    int    // from 1
	All     bool   // on one page
}

// withFindings and withoutFindings are the two values of the filter that name no check.
const (
	withFindings    = "ada"
	withoutFindings = "tanpa"
)

// deskRows is how many rows a page of the desk has.
const deskRows = 100

// readDeskFilter reads the filter of an address.
func readDeskFilter(q url.Values) deskFilter {
	f := deskFilter{Agency: q.Get("instansi"), Period: q.Get("periode"), Finding: q.Get("temuan"), Page: 1, All: q.Get("semua") == "1"}
	if n, err := strconv.Atoi(q.Get("halaman")); err == nil && n > 1 {
		f.Page = n
	}
	return f
}

// Query is the filter as it stands in an address, with its question mark; empty: none.
func (f deskFilter) Query() string {
	q := url.Values{}
	for name, value := range map[string]string{"instansi": f.Agency, "periode": f.Period, "temuan": f.Finding} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.All {
		q.Set("semua", "1")
	}
	if f.Page > 1 {
		q.Set("halaman", formatPlain(f.Page))
	}
	if len(q) == 0 {
		return ""
	}
	return "?" + q.Encode()
}

// check refuses what the filter cannot mean.
func (f deskFilter) check() error {
	if !isText(f.Agency) || !isText(f.Finding) {
		return fault.New(fault.NotFound, "Saringan ini tidak dapat dibaca.")
	}
	if f.Period != "" {
		if _, err := scoring.ParsePeriod(f.Period); err != nil {
			return fault.Wrap(err, fault.NotFound, "Periode ditulis seperti 2026-TW3.")
		}
	}
	return nil
}

// takes reports whether the findings of a row are asked for.
func (f deskFilter) takes(r *report.WorksheetRow) bool {
	switch f.Finding {
	case "":
		return true
	case withFindings:
		return len(r.Findings) > 0
	case withoutFindings:
		return len(r.Findings) == 0
	}
	return slices.ContainsFunc(r.Findings, func(x report.Finding) bool { return x.Code == f.Finding })
}

// takesPlace reports whether a place of the queue is asked for, whatever its findings are.
// What a closed period left behind is shown to those who ask for the period.
func (f deskFilter) takesPlace(p report.Place) bool {
	if f.Agency != "" && p.Key.Agency != f.Agency {
		return false
	}
	if f.Period == "" {
		return p.Open
	}
	return p.Key.Period.String() == f.Period
}

// loadQueue reads what waits in the agency and period of the filter, oldest first, and what of
// it has the findings asked for.
func (s *Server) loadQueue(c *gin.Context, f deskFilter) (rows, all []report.WorksheetRow, err error) {
	if err := f.check(); err != nil {
		return nil, nil, err
	}
	q := report.QueueFilter{Agency: f.Agency}
	if f.Period != "" {
		if q.Period, err = scoring.ParsePeriod(f.Period); err != nil {
			return nil, nil, err
		}
	}
	queue, err := report.LoadQueue(c.Request.Context(), s.cfg.Web, s.user(c), q, s.now())
	if err != nil {
		return nil, nil, err
	}
	for i := range queue.Rows {
		if f.takes(&queue.Rows[i]) {
			rows = append(rows, queue.Rows[i])
		}
	}
	return rows, queue.Rows, nil
}

// loadKeys reads which reports the filter takes, oldest first: without their figures unless it
// asks for findings, which rest on them.
func (s *Server) loadKeys(c *gin.Context, f deskFilter) (keys []report.Key, err error) {
	if f.Finding != "" {
		rows, _, err := s.loadQueue(c, f)
		for i := range rows {
			keys = append(keys, rows[i].Key)
		}
		return keys, err
	}
	if err := f.check(); err != nil {
		return nil, err
	}
	places, err := report.LoadPlaces(c.Request.Context(), s.cfg.Web, s.user(c), nil, s.now())
	for _, x := range places {
		if f.takesPlace(x) {
			keys = append(keys, x.Key)
		}
	}
	return keys, err
}

// deskPage is the queue of verification.
type deskPage struct {
	workPage
	Heading  string
	Filter   deskFilter
	Agencies []choice
	Periods  []choice
	Findings []choice
	Rows     []deskLine
	Total    int
	Plain    int // rows on this page that can be verified at once
	Grades   []choice
	Unpicked map[string]bool
	Done     string
	MovedOn  []movedOn
	Newer    string // address of the page before; empty: none
	Older    string // of the page after
	From, To int
	AllHref  string // all on one page; empty: they are
	Locked   []note // periods that closed while reports waited
}

// deskLine is a row of the queue.
type deskLine struct {
	deskRow
	Href  string
	Wait  string // "3 hari kerja"
	Slow  bool
	Plain bool // without findings, and not typed by the viewer: can be verified in a row
}

// Picked reports whether a row is ticked.
func (p deskPage) Picked(r deskLine) bool { return !p.Unpicked[r.ID()] }

// GradeName is the name of the choice of the grade of a row.
func (r deskLine) GradeName() string { return "mutu-" + r.ID() }

// Button says what the button of the page does.
func (p deskPage) Button() string { return fmt.Sprintf("Verifikasi %d laporan tanpa temuan", p.Plain) }

// deskItemPath is the address of one value on the desk, within a filter.
func deskItemPath(k report.Key, f deskFilter) string {
	f.Page = 1
	return deskPath + "/" + k.Agency + "/" + k.Period.String() + "/" + k.Indicator + f.Query()
}

// loadDesk reads the page of a filter.
func (s *Server) loadDesk(c *gin.Context, f deskFilter) (*deskPage, error) {
	rows, all, err := s.loadQueue(c, f)
	if err != nil {
		return nil, err
	}
	places, err := report.LoadPlaces(c.Request.Context(), s.cfg.Web, s.user(c), nil, s.now())
	if err != nil {
		return nil, err
	}
	calendar, err := roadmap.LoadCalendar(c.Request.Context(), s.cfg.Web, s.cfg.Zone)
	if err != nil {
		return nil, err
	}
	now := s.now()
	p := &deskPage{workPage: s.newWorkPage(c, "Verifikasi"), Filter: f, Total: len(rows), Grades: gradeChoices, Unpicked: map[string]bool{}}
	p.Heading = "Tidak ada laporan yang menunggu verifikasi"
	if p.Total > 0 {
		p.Heading = formatCount(p.Total) + " laporan menunggu verifikasi"
	}
	p.choices(places, all)
	days := map[string]int{} // by the day of approval: few days, many rows
	for i := range p.page(rows) {
		r := &rows[p.From-1+i]
		line := deskLine{deskRow: newDeskRow(r), Href: deskItemPath(r.Key, f), Wait: "hari ini"}
		if r.ApprovedAt != nil {
			day := r.ApprovedAt.In(s.cfg.Zone).Format("2006-01-02")
			n, known := days[day]
			if !known {
				n = calendar.WorkingDaysBetween(*r.ApprovedAt, now)
				days[day] = n
			}
			if n > 0 {
				line.Wait = formatPlain(n) + " hari kerja"
			}
			line.Slow = n > verifyDays
		}
		if line.Plain = len(r.Findings) == 0 && r.MayVerify && !r.TypedByMe; line.Plain {
			p.Plain++
		}
		p.Rows = append(p.Rows, line)
	}
	return p, nil
}

// page cuts the rows down to those of the page and says which they are.
func (p *deskPage) page(rows []report.WorksheetRow) []report.WorksheetRow {
	size := deskRows
	if p.Filter.All {
		size = max(len(rows), 1)
	}
	first := min((p.Filter.Page-1)*size, max(0, (len(rows)-1)/size*size))
	last := min(first+size, len(rows))
	p.From, p.To = first+1, last
	at := func(page int) string {
		f := p.Filter
		f.Page = page
		return deskPath + f.Query()
	}
	number := first/size + 1
	if number > 1 {
		p.Newer = at(number - 1)
	}
	if last < len(rows) {
		p.Older = at(number + 1)
	}
	if len(rows) > size {
		f := p.Filter
		f.All, f.Page = true, 1
		p.AllHref = deskPath + f.Query()
	}
	return rows[first:last]
}

// choices fills in what the desk can be narrowed down to: agencies and periods of everything
// that waits, findings of what waits in those chosen.
func (p *deskPage) choices(places []report.Place, rows []report.WorksheetRow) {
	agencies, periods, names, locked := map[string]string{}, map[string]scoring.Period{}, map[string]string{}, map[string]int{}
	counts := map[string]int{}
	for _, x := range places {
		period := x.Key.Period.String()
		if !x.Open {
			locked[period]++
		}
		agencies[x.Key.Agency] = shortAgency(x.Agency)
		periods[period] = x.Key.Period
	}
	for i := range rows {
		for _, f := range rows[i].Findings {
			names[f.Code] = f.Name
			counts[f.Code]++
		}
	}
	for code, name := range agencies {
		p.Agencies = append(p.Agencies, choice{Value: code, Name: name})
	}
	byName := func(a, b choice) int { return cmp.Compare(a.Name, b.Name) }
	slices.SortFunc(p.Agencies, byName)
	for _, code := range slices.Sorted(maps.Keys(periods)) {
		if n := locked[code]; n > 0 && p.Filter.Period == "" {
			p.Locked = append(p.Locked, note{
				Text: fmt.Sprintf("%s laporan %s sudah ditutup sebelum diverifikasi", formatCount(n), formatPeriod(periods[code])), Href: deskPath + deskFilter{Period: code}.Query(),
				Detail: "Tidak dapat diverifikasi lagi, kecuali dibuka kembali atau diberi izin terlambat.",
			})
		}
		p.Periods = append(p.Periods, choice{Value: code, Name: formatPeriod(periods[code])})
	}
	var checks []choice
	for code, name := range names {
		checks = append(checks, choice{Value: code, Name: capital(name) + " (" + formatCount(counts[code]) + ")"})
	}
	slices.SortFunc(checks, byName)
	p.Findings = append([]choice{{Value: withFindings, Name: "Ada temuan"}, {Value: withoutFindings, Name: "Tanpa temuan"}}, checks...)
	p.Agencies, p.Periods, p.Findings = choose(p.Agencies, p.Filter.Agency), choose(p.Periods, p.Filter.Period), choose(p.Findings, p.Filter.Finding)
}

func (s *Server) showDesk(c *gin.Context) error {
	p, err := s.loadDesk(c, readDeskFilter(c.Request.URL.Query()))
	if err != nil {
		return err
	}
	p.Done = decidedWords(c.Query("selesai"), c.Query("diverifikasi"))
	return s.render(c, http.StatusOK, "desk", p)
}

// decidedWords says what was just done.
func decidedWords(what, verified string) string {
	if n, err := strconv.Atoi(verified); err == nil && n > 0 {
		return formatCount(n) + " laporan diverifikasi."
	}
	switch what {
	case "verifikasi":
		return "Laporan diverifikasi. Itu yang terakhir pada antrean ini."
	case "kembalikan":
		return "Laporan dikembalikan. Itu yang terakhir pada antrean ini."
	case "lewati":
		return "Yang tadi dilewati tetap menunggu di antrean ini."
	}
	return ""
}

// verifyMany verifies the rows that are ticked, each with its grade.
func (s *Server) verifyMany(c *gin.Context) error {
	f := readDeskFilter(c.Request.URL.Query())
	var form decisionForm
	found, err := s.forms.read(c, &form)
	if err != nil {
		return err
	}
	p, err := s.loadDesk(c, f)
	if err != nil {
		return err
	}
	p.Problems = found
	if len(p.Problems) == 0 && len(form.Picked) == 0 {
		p.Problems = problems{{"", "Centang sedikitnya satu laporan."}}
	}
	if len(p.Problems) > 0 {
		for _, r := range p.Rows {
			p.Unpicked[r.ID()] = !slices.Contains(form.Picked, r.Pick())
		}
		return s.renderProblems(c, http.StatusUnprocessableEntity, "desk", &p.Page, p)
	}
	decisions, err := parsePicks(form.Picked)
	if err != nil {
		return err
	}
	for i := range decisions {
		decisions[i].Grade = c.PostForm("mutu-" + rowID(decisions[i].Key))
	}
	outcomes, err := report.VerifyAll(c.Request.Context(), s.cfg.Web, s.user(c), decisions, s.now())
	if err != nil {
		return err
	}
	done, moved := tallyOutcomes(outcomes, p.names())
	if len(moved) == 0 {
		f.Page = 1
		address := deskPath + f.Query()
		c.Redirect(http.StatusSeeOther, address+joint(address)+"diverifikasi="+strconv.Itoa(done))
		return nil
	}
	if p, err = s.loadDesk(c, f); err != nil {
		return err
	}
	p.Done, p.MovedOn = decidedWords("", strconv.Itoa(done)), moved
	code := http.StatusOK
	if done == 0 {
		code = http.StatusConflict
	}
	return s.render(c, code, "desk", p)
}

// joint is what stands before one more word of a query.
func joint(address string) string {
	if u, err := url.Parse(address); err == nil && u.RawQuery != "" {
		return "&"
	}
	return "?"
}

// names are the names of the rows of the page.
func (p *deskPage) names() func(report.Key) movedOn {
	return func(k report.Key) movedOn {
		for _, r := range p.Rows {
			if r.Key == k {
				return movedOn{Name: r.Name, Agency: r.Agency, Href: r.Href}
			}
		}
		return movedOn{Name: k.Indicator, Agency: k.Agency, Href: deskItemPath(k, p.Filter)}
	}
}
