package server

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/gin-gonic/gin"

	"petajalan/internal/fault"
	"petajalan/internal/report"
)

// postWorksheet does what the button says that was pressed. Whatever it is, what was typed
// is kept first: only the preview leaves all rows as they are.
func (s *Server) postWorksheet(c *gin.Context) error {
	w, form, done, err := s.readSheet(c)
	if err != nil {
		return err
	}
	defer done()
	switch {
	case form.Action == "pratinjau":
		return s.previewWorksheet(c, w, form)
	case form.Action == "kirim" && form.Sure:
		return s.submitWorksheet(c, w, form)
	}
	st, err := s.saveSheet(c, w, form)
	if err != nil {
		return err
	}
	switch form.Action {
	case "tarik":
		if _, err := report.Withdraw(c.Request.Context(), s.cfg.Web, s.user(c), s.keyOf(c, form.Argument), s.now()); err != nil {
			return err
		}
	case "hapus":
		if err := s.removeEvidence(c, w, form.Argument); err != nil {
			return err
		}
	}
	asks := form.Action == "kirim" || form.Action == "kirim-lengkap"
	if clashes, failed := st.clashes() > 0, len(st.problems(w)) > 0; asks || clashes || failed {
		if w, err = s.loadSheet(c); err != nil { // as it is now
			return err
		}
		if asks && !clashes {
			return s.confirmWorksheet(c, w, form, st)
		}
		return s.renderSheetProblems(c, w, st)
	}
	to := worksheetPath(w.Agency.Code, w.Period.Period) + "?tersimpan=1"
	if code := form.anchor(w); code != "" {
		to += "#" + code
	}
	c.Redirect(http.StatusSeeOther, to)
	return nil
}

// anchor is the row that a button belongs to; empty for those of the whole form.
func (f *sheetForm) anchor(w *report.Worksheet) string {
	if w.Row(f.Argument) != nil {
		return f.Argument
	}
	for _, r := range w.Rows {
		if f.Action == "hapus" && f.Argument != "" && len(f.Argument) > len(r.Indicator) && f.Argument[:len(r.Indicator)+1] == r.Indicator+":" {
			return r.Indicator
		}
	}
	return ""
}

// keyOf names a report of the worksheet of the address.
func (s *Server) keyOf(c *gin.Context, indicator string) report.Key {
	k := report.Key{Agency: c.Param("kode"), Indicator: indicator}
	_ = k.Period.UnmarshalText([]byte(c.Param("periode"))) // the sheet was loaded by it
	return k
}

// readSheet reads the body, which may take its time, and then the worksheet; the work after
// that has the time of any page. done takes the files of the form away.
func (s *Server) readSheet(c *gin.Context) (w *report.Worksheet, form *sheetForm, done func(), err error) {
	if _, _, err := postedValues(c); err != nil {
		return nil, nil, nil, err
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), workTimeout)
	c.Request = c.Request.WithContext(ctx)
	done = func() {
		cancel()
		if c.Request.MultipartForm != nil {
			_ = c.Request.MultipartForm.RemoveAll() // what is left of them the system clears away
		}
	}
	if w, err = s.loadSheet(c); err == nil {
		form, err = readSheetForm(c, w)
	}
	if err != nil {
		done()
		return nil, nil, nil, err
	}
	return w, form, done, nil
}

// saveSheet keeps the rows that were touched, and the evidence that came with them. What
// could not be kept, and why, stands in the state.
func (s *Server) saveSheet(c *gin.Context, w *report.Worksheet, form *sheetForm) (sheetState, error) {
	st := sheetState{}
	var drafts []report.DraftRow
	for i := range w.Rows {
		r := &w.Rows[i]
		f := form.Rows[r.Indicator]
		switch {
		case f == nil:
			continue
		case f.Clash && f.Pick == "":
			x := st.of(r.Indicator)
			x.texts, x.form, x.theirs = f.Texts, f, theirsNow(r)
			x.problems = problems{{r.Indicator + "." + inputPick, "Pilih isian siapa yang dipakai."}}
			continue
		case f.Clash && f.Pick == pickTheirs:
			continue
		}
		d, ps := parseRow(r, f.Texts, f.Version)
		if len(ps) > 0 {
			st.of(r.Indicator).problems = ps
		}
		if f.touched() && f.Texts.fingerprint() != shownTexts(r).fingerprint() {
			drafts = append(drafts, d)
		}
	}
	if len(drafts) > 0 {
		outcomes, err := report.SaveDrafts(c.Request.Context(), s.cfg.Web, s.user(c), drafts, s.now())
		if err != nil {
			return nil, err
		}
		for _, o := range outcomes {
			st.note(w.Row(o.Indicator), form.Rows[o.Indicator], o)
		}
	}
	return st, s.receiveSheetEvidence(c, w, form, st)
}

// note keeps what became of a draft.
func (st sheetState) note(r *report.WorksheetRow, f *rowForm, o report.SaveOutcome) {
	switch {
	case o.Theirs != nil && theirTexts(r, o.Theirs).fingerprint() == f.Texts.fingerprint():
		// It is the same text: sent twice, or both typed the same.
	case o.Theirs != nil:
		x := st.of(r.Indicator)
		x.texts, x.form, x.theirs = f.Texts, f, o.Theirs
	case !o.Saved:
		x := st.of(r.Indicator)
		x.texts, x.form, x.refused = f.Texts, f, sentence(firstOf(o.Text, "Isian ini tidak dapat disimpan."))
	}
}

// theirsNow is a row as it is saved, as the other side of a conflict.
func theirsNow(r *report.WorksheetRow) *report.Theirs {
	x := &report.Theirs{Version: r.Version, Status: r.Status, Value: r.Value, Typed: r.Typed, By: r.EditedBy}
	if r.EditedAt != nil {
		x.At = *r.EditedAt
	}
	return x
}

// renderSheetProblems shows the worksheet again with what has to be put right: 409 where
// somebody else changed a row, else 422.
func (s *Server) renderSheetProblems(c *gin.Context, w *report.Worksheet, st sheetState) error {
	p := s.newWorksheetPage(c, w, st)
	p.Problems = st.problems(w)
	status := http.StatusUnprocessableEntity
	if p.Clashes > 0 {
		status = http.StatusConflict
	}
	return s.renderProblems(c, status, "worksheet", &p.Page, &p)
}

// previewWorksheet shows what the figures come to. Nothing is saved.
func (s *Server) previewWorksheet(c *gin.Context, w *report.Worksheet, form *sheetForm) error {
	st := sheetState{}
	for i := range w.Rows {
		r := &w.Rows[i]
		if f := form.Rows[r.Indicator]; f != nil && r.MayEdit {
			x := st.of(r.Indicator)
			x.texts, x.form = f.Texts, f
			if f.Clash {
				x.theirs = theirsNow(r)
			}
			_, x.problems = parseRow(r, f.Texts, f.Version)
		}
	}
	p := s.newWorksheetPage(c, w, st)
	p.Preview = true
	p.Notice = "Pratinjau: beginilah capaian bila angka ini diverifikasi. Belum ada yang disimpan."
	p.Problems = st.problems(w)
	if len(p.Problems) > 0 {
		return s.renderProblems(c, http.StatusUnprocessableEntity, "worksheet", &p.Page, &p)
	}
	return s.render(c, http.StatusOK, "worksheet", p)
}

// confirmPage says what would be handed in, what is missing and what stays a draft.
type confirmPage struct {
	workPage
	Trail      []crumb
	Period     sheetPeriod
	Address    string
	Head       string
	Submission string
	Send       []confirmRow
	Missing    []confirmRow
	Empty      []confirmRow
	Sent       int // rows that are under way or done already
	Late       bool
}

// sheetPeriod is a period with its words.
type sheetPeriod struct{ Text string }

// confirmRow is one indicator on the confirmation.
type confirmRow struct {
	Code, Name, Href, ID string
	Value, Parts, Result string
	Source               string // where an untouched value comes from
	Evidence             string
	Why                  []string
	Hidden               []hiddenInput
}

type hiddenInput struct{ Name, Value string }

// confirmWorksheet asks before the sheet is handed in. Rows that were begun but cannot go
// are shown first, unless the user goes on with the complete ones.
func (s *Server) confirmWorksheet(c *gin.Context, w *report.Worksheet, form *sheetForm, st sheetState) error {
	p := confirmPage{
		workPage:   s.newWorkPage(c, "Kirim "+formatPeriod(w.Period.Period)),
		Period:     sheetPeriod{formatPeriod(w.Period.Period)},
		Address:    worksheetPath(w.Agency.Code, w.Period.Period),
		Head:       headWord(w),
		Submission: newSubmissionID(),
		Late:       w.Period.IsLate(s.now()),
	}
	p.Trail = []crumb{{"Ringkasan", home}, {"Isi capaian", p.Address}, {"Kirim", ""}}
	for i := range w.Rows {
		r := &w.Rows[i]
		texts := shownTexts(r)
		if f := form.Rows[r.Indicator]; f != nil && r.IsEmpty() {
			texts = f.Texts
		}
		switch {
		case !r.MaySubmit:
			if r.Revision > 0 {
				p.Sent++
			}
			continue
		case texts.isEmpty():
			p.Empty = append(p.Empty, confirmRow{Code: r.Indicator, Name: r.Name, Href: p.Address + "#" + r.Indicator})
			continue
		}
		d, ps := parseRow(r, texts, r.Version)
		for _, more := range sheetProblems(r, texts, r.Missing(d)) {
			if ps.On(more.Field) == "" {
				ps = append(ps, more)
			}
		}
		row := newConfirmRow(r, d, texts, p.Address)
		if x := st[r.Indicator]; x != nil && x.refused != "" {
			row.Why = append(row.Why, x.refused)
		}
		for _, q := range ps.gathered() {
			row.Why = append(row.Why, q.Message)
		}
		if len(row.Why) > 0 {
			p.Missing = append(p.Missing, row)
			st.of(r.Indicator).problems = ps
			continue
		}
		p.Send = append(p.Send, row)
	}
	if len(p.Send) == 0 && len(p.Missing) == 0 {
		q := s.newWorksheetPage(c, w, st)
		q.Problems = problems{{Message: "Belum ada yang dapat dikirim. Isi dahulu sedikitnya satu indikator."}}
		return s.renderProblems(c, http.StatusUnprocessableEntity, "worksheet", &q.Page, &q)
	}
	if len(p.Missing) > 0 && (form.Action == "kirim" || len(p.Send) == 0) {
		q := s.newWorksheetPage(c, w, st)
		q.Problems, q.Complete = st.problems(w), len(p.Send)
		return s.renderProblems(c, http.StatusUnprocessableEntity, "worksheet", &q.Page, &q)
	}
	return s.render(c, http.StatusOK, "worksheet-confirm", p)
}

func newConfirmRow(r *report.WorksheetRow, d report.DraftRow, texts rowTexts, address string) confirmRow {
	row := confirmRow{
		Code: r.Indicator, Name: r.Name, Href: address + "#" + r.Indicator, ID: "kirim-" + r.Indicator,
		Value: saidValue(r, d.Value), Parts: saidParts(r, d.Value), Evidence: "tanpa bukti",
	}
	if p := r.PreviewOf(d.Value); p != nil && p.OffTarget {
		row.Result = lowerFirst(p.WordLabel)
	}
	if r.IsEmpty() && r.Prefill != nil && texts.fingerprint() == shownTexts(r).fingerprint() {
		row.Source = sourceSentence(r.Prefill)
	}
	if n := len(r.Evidence); n > 0 {
		row.Evidence = strconv.Itoa(n) + " bukti"
	}
	exempt := texts[report.FieldNotApplicable] != ""
	row.Hidden = []hiddenInput{{r.Indicator + "." + inputVersion, strconv.Itoa(r.Version)}}
	for _, f := range rowFields {
		if texts[f] != "" {
			row.Hidden = append(row.Hidden, hiddenInput{inputOf(r, f, exempt), texts[f]})
		}
	}
	return row
}

// newSubmissionID names one handing in, so that a form sent twice counts once.
func newSubmissionID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// submitWorksheet hands in the rows that were chosen: all of them or none.
func (s *Server) submitWorksheet(c *gin.Context, w *report.Worksheet, form *sheetForm) error {
	var drafts []report.DraftRow
	st := sheetState{}
	for i := range w.Rows {
		r := &w.Rows[i]
		f := form.Rows[r.Indicator]
		if f == nil || !form.Chosen[r.Indicator] {
			continue
		}
		d, ps := parseRow(r, f.Texts, f.Version)
		if len(ps) > 0 {
			x := st.of(r.Indicator)
			x.texts, x.form, x.problems = f.Texts, f, ps
		}
		drafts = append(drafts, d)
	}
	if len(drafts) == 0 {
		return fault.New(fault.Invalid, "Tidak ada indikator yang dipilih untuk dikirim. Kembali, lalu pilih sedikitnya satu.")
	}
	if len(st) == 0 {
		found, err := report.SubmitAll(c.Request.Context(), s.cfg.Web, s.user(c), w.Agency.Code, w.Period.Period, drafts, form.Submission, s.now())
		if err != nil {
			return err
		}
		for _, q := range found {
			r, f := w.Row(q.Indicator), form.Rows[q.Indicator]
			x := st.of(q.Indicator)
			x.texts, x.form = f.Texts, f
			if q.Theirs != nil {
				x.theirs = q.Theirs
				continue
			}
			x.problems = append(x.problems, sheetProblems(r, f.Texts, []report.Problem{q})...)
		}
	}
	if len(st) > 0 {
		return s.renderSheetProblems(c, w, st)
	}
	q := url.Values{"terkirim": {strconv.Itoa(len(drafts))}}
	c.Redirect(http.StatusSeeOther, worksheetPath(w.Agency.Code, w.Period.Period)+"?"+q.Encode())
	return nil
}
