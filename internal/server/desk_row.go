package server

import (
	"strings"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/chart"
	"petajalan/internal/report"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// deskRow is a reported value as somebody looks at it who has to decide on it.
type deskRow struct {
	Key                    report.Key
	Version                int
	Agency, Name           string
	Status                 report.Status
	Value, Parts           string // "94,3%", "1.234 permohonan selesai tepat waktu dari 1.308 permohonan selesai"
	ToDate                 string // the value from the beginning of the year, where it is another; else empty
	Target                 string
	Result                 string // achievement: "96,2"; empty: not known
	Outcome                status // in words
	Last                   string // "92,1% pada TW II 2026"; empty: none
	Trend                  chart.SVG
	Findings               []report.Finding
	Cause, Obstacle        string
	NextStep, Owner        string
	NextStepDue            *time.Time
	Evidence               []deskEvidence
	EvidenceRule           string
	Late                   bool
	SentAt, ApprovedAt     *time.Time
	CommentCount           int
	Mine                   bool // typed by the viewer, who can decide nothing about it
	MayApprove, MayReturn  bool
	MayVerify, MayReopen   bool
	Grade                  string // suggested, or given where it is verified
	Returned, ReturnedWhy  string // by whom and why it was last returned; empty: it was not
	Exempt, HistoryAddress string
}

// deskEvidence is a piece of evidence with its address.
type deskEvidence struct {
	Title, Kind, Href string
	Detail            string // "PDF, 1,2 MB"
	Statement         bool
	Image             bool // can be shown in the page itself
	External          bool // leads out of this site
}

// Pick is the value of the tick of a row: what it is and which state of it was looked at.
func (r deskRow) Pick() string {
	return r.Key.Agency + "|" + r.Key.Period.String() + "|" + r.Key.Indicator + "|" + formatPlain(r.Version)
}

// ID is the anchor of the row.
func (r deskRow) ID() string { return rowID(r.Key) }

// rowID is the anchor of a report among those of several agencies and periods.
func rowID(k report.Key) string { return k.Agency + "-" + k.Period.String() + "-" + k.Indicator }

// Check says the findings in a few words: "lonjakan, tanpa bukti".
func (r deskRow) Check() string {
	var names []string
	for _, f := range r.Findings {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// HasNote reports whether the agency explained anything.
func (r deskRow) HasNote() bool { return r.Cause != "" || r.Obstacle != "" || r.NextStep != "" }

// newDeskRow puts a row of a worksheet into words.
func newDeskRow(r *report.WorksheetRow) deskRow {
	ind := indicatorOf(r)
	d := deskRow{
		Key: r.Key, Version: r.Version, Agency: shortAgency(r.Agency.Name), Name: r.Name, Status: r.Status,
		Target: r.Target, Findings: r.Findings,
		Cause: r.Value.Note, Obstacle: r.Value.Obstacle, NextStep: r.Value.NextStep, Owner: r.Value.NextStepOwner, NextStepDue: r.Value.NextStepDue,
		EvidenceRule: r.EvidenceRule, SentAt: r.SubmittedAt, ApprovedAt: r.ApprovedAt, CommentCount: r.CommentCount,
		Mine: r.TypedByMe, MayApprove: r.MayApprove, MayReturn: r.MayReturn, MayVerify: r.MayVerify, MayReopen: r.MayReopen,
		Grade: r.Grade, Returned: r.ReturnedBy, ReturnedWhy: r.ReturnReason, Exempt: r.Exempt,
		HistoryAddress: home + "laporan/" + r.Key.Agency + "/" + r.Period.String() + "/" + r.Indicator,
	}
	d.Value, d.Parts = valueWords(r, ind, r.Value)
	if d.Grade == "" {
		d.Grade = report.SuggestGrade(r.Evidence)
	}
	for _, l := range r.Events {
		if l.Kind == report.EventSubmitted {
			d.Late = l.Late
		}
	}
	for _, x := range r.Evidence {
		d.Evidence = append(d.Evidence, newDeskEvidence(x.PublicID, report.Evidence{Kind: x.Kind, Title: x.Title, MediaType: x.MediaType, Size: x.Size, URL: x.URL}, x.Statement))
	}
	d.showPreview(r, ind)
	for _, p := range r.Older {
		if p.Value != nil {
			text, _ := valueWords(r, ind, *p.Value)
			d.Last = text + " pada " + formatQuarter(p.Period) + " " + formatPlain(p.Period.Year)
			break
		}
	}
	return d
}

// showPreview fills in what the engine makes of the value.
func (d *deskRow) showPreview(r *report.WorksheetRow, ind *scorecard.Indicator) {
	p := r.Preview
	if p == nil {
		return
	}
	if p.State != scoring.Scored {
		d.Outcome = status{"none", stateWord(p.State)}
		return
	}
	d.Result = formatNumber(p.Scored.Text(2), 1)
	mark := "ok"
	if p.OffTarget {
		mark = "near"
		if strings.HasPrefix(p.Word, "belum") {
			mark = "miss"
		}
	}
	d.Outcome = status{mark, p.WordLabel}
	if len(r.Choices) == 0 {
		text := p.Actual.ExactText()
		if toDate := formatMeasure(ind, &text, nil, nil); toDate != d.Value {
			d.ToDate = toDate
		}
	}
}

// indicatorOf is the sheet of a row as the functions that write values know it.
func indicatorOf(r *report.WorksheetRow) *scorecard.Indicator {
	return &scorecard.Indicator{
		Code: r.Indicator, Name: r.Name, Definition: r.Definition, Kind: r.Kind, Direction: r.Direction, Consolidation: r.Consolidation,
		Frequency: r.Frequency, Unit: r.Unit, Decimals: r.Decimals, NumeratorLabel: r.NumeratorLabel, DenominatorLabel: r.DenominatorLabel,
	}
}

// valueWords writes the value that a period itself has, and of what it is the quotient.
func valueWords(r *report.WorksheetRow, ind *scorecard.Indicator, v report.Value) (value, parts string) {
	if v.Actual != nil {
		for _, c := range r.Choices {
			if c.Value.Cmp(*v.Actual) == 0 {
				return c.Label, ""
			}
		}
	}
	return figureWords(ind, v)
}

// figureWords is valueWords for an indicator whose values are figures.
func figureWords(ind *scorecard.Indicator, v report.Value) (value, parts string) {
	switch {
	case v.NotApplicable:
		return "tidak berlaku", ""
	case v.Numerator != nil && v.Denominator != nil:
		parts = countedOf(*v.Numerator, ind.NumeratorLabel) + " dari " + countedOf(*v.Denominator, ind.DenominatorLabel)
		if v.Denominator.IsZero() {
			return "tidak ada kejadian", parts
		}
		share := scoring.RatioOf(*v.Numerator).Quo(scoring.RatioOf(*v.Denominator)).Mul(scoring.Scale(100, 0)).Text(4)
		return formatMeasure(ind, &share, nil, nil), parts
	case v.Actual != nil:
		text := v.Actual.String()
		return formatMeasure(ind, &text, nil, nil), ""
	}
	return noFigure, ""
}

func countedOf(d decimal.Decimal, label string) string {
	text := formatExact(d.String())
	if label != "" {
		text += " " + label
	}
	return text
}

// newDeskEvidence says what a piece of evidence is and where it is.
func newDeskEvidence(publicID string, x report.Evidence, statement bool) deskEvidence {
	d := deskEvidence{Title: x.Title, Kind: evidenceKind(x.Kind), Statement: statement}
	switch {
	case x.Kind == report.EvidenceLink:
		d.Href, d.External = x.URL, true
	case x.Kind == report.EvidenceFile && publicID != "":
		d.Href = home + "bukti/" + publicID
		d.Image = x.MediaType == "image/jpeg" || x.MediaType == "image/png"
		if d.Image || x.MediaType == "application/pdf" {
			d.Href += "?tampil=1" // shown by the browser; others are downloaded
		}
	}
	if x.Kind == report.EvidenceFile {
		d.Detail = mediaWord(x.MediaType)
		if x.Size > 0 {
			d.Detail += ", " + sizeWords(x.Size)
		}
	}
	return d
}

// mediaWord names a type of file for readers.
func mediaWord(media string) string {
	switch media {
	case "application/pdf":
		return "PDF"
	case "image/jpeg", "image/png":
		return "gambar"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return "Word"
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return "Excel"
	}
	return "berkas"
}

// sizeWords writes a size in bytes: "320 kB", "1,2 MB".
func sizeWords(n int64) string {
	if n < 1_000_000 {
		return formatCount(int((n+999)/1000)) + " kB"
	}
	tenths := (n + 50_000) / 100_000
	return formatNumber(formatPlain(int(tenths/10))+"."+formatPlain(int(tenths%10)), 1) + " MB"
}

// shortAgency is the name of an agency without the city, which is the same for all.
func shortAgency(name string) string { return strings.TrimSuffix(name, " Kota Blitar") }

// gradeChoices are the evidence grades that a verifier chooses from.
var gradeChoices = []choice{
	{Value: scoring.EvidenceFeed, Name: evidenceWord(scoring.EvidenceFeed)},
	{Value: scoring.EvidenceChecked, Name: evidenceWord(scoring.EvidenceChecked)},
	{Value: scoring.EvidenceStatement, Name: evidenceWord(scoring.EvidenceStatement)},
	{Value: scoring.EvidenceNone, Name: evidenceWord(scoring.EvidenceNone)},
}

// choice is an option of a list or of radio buttons.
type choice struct {
	Value, Name string
	Chosen      bool
}

// choose marks one of the choices.
func choose(all []choice, value string) []choice {
	marked := make([]choice, len(all))
	for i, c := range all {
		c.Chosen = c.Value == value
		marked[i] = c
	}
	return marked
}
