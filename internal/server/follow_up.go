package server

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/followup"
	"petajalan/internal/scoring"
)

// followUpPath is the address of the list of follow-ups.
const followUpPath = "/kerja/tindak-lanjut"

func (s *Server) followUpRoutes() []workRoute {
	return []workRoute{
		{rule{method: http.MethodGet, pattern: followUpPath, who: workers}, s.showFollowUps},
		{rule{method: http.MethodGet, pattern: followUpPath + "/:id", who: workers}, s.showFollowUp},
		{rule{method: http.MethodPost, pattern: followUpPath + "/:id", who: followUpKeepers}, s.changeFollowUp},
	}
}

// followUpKeepers say how far a follow-up has come: those of its agency, which the query
// sees to, and Bagian Organisasi.
var followUpKeepers = audience{roles: []account.Role{account.Operator, account.Head, account.Reviewer}}

// followUpsPage lists promised actions, those that are overdue first.
type followUpsPage struct {
	workPage
	Finding string
	Bar     segments
	Chosen  string // word of the state that is shown; empty: what still runs
	Rows    []followUpRow
}

// followUpRow is a follow-up in a list.
type followUpRow struct {
	followup.FollowUp
	Href   string
	Period scoring.Period
	Status status
	Last   string // "dicatat 3 Oktober 2026: …"
}

func (s *Server) showFollowUps(c *gin.Context) error {
	state := followup.State(c.Query("status"))
	if state != "" && !slices.Contains(followup.States[:], state) {
		return fault.New(fault.NotFound, "Tidak ada status itu. Pilih salah satu status di halaman Tindak lanjut.")
	}
	now := s.now()
	all, err := followup.List(c.Request.Context(), s.cfg.Web, s.user(c), followup.Filter{Agency: c.Query("instansi")}, now)
	if err != nil {
		return err
	}
	p := followUpsPage{workPage: s.newWorkPage(c, "Tindak lanjut")}
	counts := map[followup.State]int{}
	for _, f := range all {
		counts[f.State]++
		if f.State == state || state == "" && (f.State == followup.Overdue || f.State == followup.Open) {
			p.Rows = append(p.Rows, newFollowUpRow(f, s.cfg.Zone))
		}
	}
	if state != "" {
		p.Chosen = state.Label()
	}
	p.Finding = followUpFinding(counts)
	var keys []segmentKey
	for _, st := range followup.States {
		key := segmentKey{Kind: followUpStatus(st).Mark, Count: counts[st], Name: st.Label()}
		if key.Count > 0 {
			key.Href = followUpPath + "?status=" + string(st)
		}
		keys = append(keys, key)
	}
	if len(all) > 0 {
		p.Bar = newSegments(keys...)
	}
	return s.render(c, http.StatusOK, "follow-ups", p)
}

// followUpFinding says what stands out.
func followUpFinding(counts map[followup.State]int) string {
	switch open := counts[followup.Open] + counts[followup.Overdue]; {
	case open == 0:
		return "Tidak ada tindak lanjut yang berjalan"
	case counts[followup.Overdue] > 0:
		return fmt.Sprintf("%d dari %d tindak lanjut yang berjalan sudah lewat tenggat", counts[followup.Overdue], open)
	default:
		return fmt.Sprintf("%d tindak lanjut berjalan, semua dalam tenggat", open)
	}
}

func newFollowUpRow(f followup.FollowUp, zone *time.Location) followUpRow {
	last := f.Last.Word() + " " + formatDate(f.Last.At, zone)
	if f.Last.Note != "" {
		last += ": " + f.Last.Note
	}
	return followUpRow{
		FollowUp: f, Href: followUpPath + "/" + f.ID, Period: scoring.Period{Year: f.Year, Quarter: f.Quarter},
		Status: followUpStatus(f.State), Last: sentence(last),
	}
}

func followUpStatus(s followup.State) status {
	mark := map[followup.State]string{followup.Open: "near", followup.Overdue: "miss", followup.Done: "ok", followup.Dropped: "none"}[s]
	return status{Mark: mark, Word: sentenceCase(s.Label())}
}

// followUpForm is what is said about a follow-up. Action decides what it does.
type followUpForm struct {
	Action string `form:"aksi" label:"Tindakan" validate:"required,oneof=catat selesai tenggat hentikan"`
	Note   string `form:"catatan" label:"Catatan" validate:"max=2000"`
	Due    string `form:"tenggat" label:"Tenggat baru" validate:"max=40"`
}

// followUpDetail is one follow-up with everything that happened to it.
type followUpDetail struct {
	workPage
	Trail   []crumb
	Row     followUpRow
	Events  []followup.Event
	Form    followUpForm
	MayNote bool
	MayDrop bool
}

// readFollowUp is the page of the follow-up of the address.
func (s *Server) readFollowUp(c *gin.Context) (*followUpDetail, error) {
	u := s.user(c)
	f, events, err := followup.Find(c.Request.Context(), s.cfg.Web, u, c.Param("id"), s.now())
	if err != nil {
		return nil, err
	}
	open := f.State == followup.Open || f.State == followup.Overdue
	return &followUpDetail{
		workPage: s.newWorkPage(c, "Tindak lanjut "+f.IndicatorName),
		Trail:    []crumb{{"Tindak lanjut", followUpPath}, {Name: f.IndicatorName}},
		Row:      newFollowUpRow(*f, s.cfg.Zone),
		Events:   events,
		MayNote:  open && (u.MayReport(f.Agency) || u.MayApprove(f.Agency) || u.MayVerify()),
		MayDrop:  open && u.MayVerify(),
	}, nil
}

func (s *Server) showFollowUp(c *gin.Context) error {
	p, err := s.readFollowUp(c)
	if err != nil {
		return err
	}
	return s.render(c, http.StatusOK, "follow-up", p)
}

func (s *Server) changeFollowUp(c *gin.Context) error {
	p, err := s.readFollowUp(c)
	if err != nil {
		return err
	}
	if p.Problems, err = s.forms.read(c, &p.Form); err != nil {
		return err
	}
	var due time.Time
	if p.Form.Action == "tenggat" {
		if due, err = time.ParseInLocation(time.DateOnly, p.Form.Due, s.cfg.Zone); err != nil {
			p.Problems = append(p.Problems, problem{"tenggat", "Pilih tanggal, misalnya 2026-12-31."})
		}
	}
	if len(p.Problems) > 0 {
		return s.renderProblems(c, http.StatusUnprocessableEntity, "follow-up", &p.Page, p)
	}
	ctx, u, id, now := c.Request.Context(), s.user(c), c.Param("id"), s.now()
	switch p.Form.Action {
	case "catat":
		err = followup.Note(ctx, s.cfg.Web, u, id, p.Form.Note, now)
	case "selesai":
		err = followup.Finish(ctx, s.cfg.Web, u, id, p.Form.Note, now)
	case "tenggat":
		err = followup.Move(ctx, s.cfg.Web, u, id, due, p.Form.Note, now)
	case "hentikan":
		err = followup.Drop(ctx, s.cfg.Web, u, id, p.Form.Note, now)
	}
	if fault.KindOf(err) == fault.Invalid {
		p.Problems = problems{{"catatan", fault.MessageOf(err)}}
		return s.renderProblems(c, http.StatusUnprocessableEntity, "follow-up", &p.Page, p)
	}
	if err != nil {
		return err
	}
	c.Redirect(http.StatusSeeOther, c.Request.URL.Path)
	return nil
}
