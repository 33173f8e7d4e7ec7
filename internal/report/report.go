// Package report knows what agencies say they achieved: one report for each
// target series and period, handed in by an operator, approved by the head of
// the agency and verified by Bagian Organisasi.
//
// A report is a working copy. Each time it is handed in its values are kept as a
// revision that never changes, and every step is an event that is only ever
// added. Which revision counts at a moment follows from the events alone: the
// newest one verified by then.
package report

import (
	"slices"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// Status says how far a report has come.
type Status string

// The life of a report.
const (
	Draft     Status = "draft"
	Submitted Status = "submitted" // handed in by the operator
	Approved  Status = "approved"  // by the head of the agency
	Verified  Status = "verified"  // by Bagian Organisasi
	Returned  Status = "returned"  // by either, with a reason: through all steps again
)

// Label is the status in words for the screen.
func (s Status) Label() string {
	switch s {
	case Draft:
		return "draf"
	case Submitted:
		return "dikirim"
	case Approved:
		return "disetujui"
	case Verified:
		return "diverifikasi"
	case Returned:
		return "dikembalikan"
	}
	return string(s)
}

// Key names a report: agency and indicator by their codes.
type Key struct {
	Agency    string
	Indicator string
	Period    roadmap.Period
}

// Report is the working copy of a report.
type Report struct {
	ID int64
	Key
	Status   Status
	Revision int // the newest one handed in; 0: none yet
	Version  int // counts edits
	Value    Value
}

// Revision is what was handed in, unchanged ever since. Its number is its place
// in the history, beginning with 1.
type Revision struct {
	Value
	Evidence []Evidence
}

// Evidence (bukti dukung) is what a value rests on.
type Evidence struct {
	Kind      string // EvidenceFile, EvidenceLink or EvidenceFeed
	Title     string // what the public reads of it
	SHA256    string // of the file, or of the address; 64 hexadecimal digits
	MediaType string
	Size      int64 // bytes; 0 for a link
	URL       string
	Public    bool // marked public by Bagian Organisasi
	Statement bool // a signed statement, and no document that shows the figure
	AddedAt   time.Time
}

// Kinds of evidence.
const (
	EvidenceFile = "berkas"
	EvidenceLink = "tautan"
	EvidenceFeed = "umpan"
)

// grades are the evidence grades a reviewer may give.
var grades = []string{scoring.EvidenceFeed, scoring.EvidenceChecked, scoring.EvidenceStatement, scoring.EvidenceNone}

// EventKind says what happened to a report.
type EventKind string

// Kinds of events.
const (
	EventSaved     EventKind = "saved" // the draft; concerns no revision
	EventSubmitted EventKind = "submitted"
	EventWithdrawn EventKind = "withdrawn"
	EventApproved  EventKind = "approved"
	EventReturned  EventKind = "returned"
	EventVerified  EventKind = "verified"
	EventReopened  EventKind = "reopened"
)

// Roles of those who act on a report, as they stand in its events.
const (
	roleOperator = "operator"
	roleHead     = "kepala"
	roleReviewer = "organisasi"
)

// Event is one step in the life of a report.
type Event struct {
	Kind   EventKind
	At     time.Time
	By     *int64 // the person's account; nil where the history came without accounts
	Role   string // operator, kepala or organisasi: all that the public sees of the person
	Reason string // of a return or a reopening
	Grade  string // evidence grade of a verification
}

// step says what a kind of event does to a status, and whose it is.
type step struct {
	from  []Status
	to    Status // empty: the status stays
	roles []string
}

// steps is the state machine. A report that does not exist yet is a draft.
var steps = map[EventKind]step{
	EventSaved:     {[]Status{Draft, Returned}, "", []string{roleOperator}},
	EventSubmitted: {[]Status{Draft, Returned}, Submitted, []string{roleOperator}},
	EventWithdrawn: {[]Status{Submitted}, Draft, []string{roleOperator}},
	EventApproved:  {[]Status{Submitted}, Approved, []string{roleHead}},
	EventReturned:  {[]Status{Submitted, Approved}, Returned, []string{roleHead, roleReviewer}},
	EventVerified:  {[]Status{Approved}, Verified, []string{roleReviewer}},
	// Of a closed period anything that was handed in may be reopened.
	EventReopened: {[]Status{Verified, Approved, Submitted, Returned, Draft}, Draft, []string{roleReviewer}},
}

// after is the status that an event of kind by role leads to; ok is false where
// the step is not allowed. revision is the newest one handed in before it.
func after(s Status, revision int, kind EventKind, role string) (next Status, ok bool) {
	st, known := steps[kind]
	switch {
	case !known, !slices.Contains(st.from, s), !slices.Contains(st.roles, role):
		return s, false
	case kind == EventReturned && role == roleHead && s == Approved:
		return s, false // it is out of the head's hands
	case kind == EventReopened && revision == 0:
		return s, false // nothing was ever handed in
	case st.to == "":
		return s, true
	}
	return st.to, true
}

// Value is what a report says: a figure, a fraction, or that the indicator does
// not apply. A predicate is the ordinal of its grade, a milestone the percent of
// its step, yes or no is 1 or 0. Nil means not given, which is not nought.
type Value struct {
	Actual        *decimal.Decimal
	Numerator     *decimal.Decimal
	Denominator   *decimal.Decimal
	NotApplicable bool       // with the reason in Note
	Note          string     // the agency's own explanation: the cause, or why it does not apply
	Obstacle      string     // kendala
	NextStep      string     // rencana tindak lanjut
	NextStepOwner string     // the office that does it
	NextStepDue   *time.Time // a day, at midnight UTC; nil: none
}

// isEmpty says that the value says nothing at all.
func (v Value) isEmpty() bool {
	return v.Actual == nil && v.Numerator == nil && v.Denominator == nil && !v.NotApplicable && !v.explains()
}

// explains says that there is a text beside the figures.
func (v Value) explains() bool {
	return v.Note != "" || v.Obstacle != "" || v.NextStep != "" || v.NextStepOwner != "" || v.NextStepDue != nil
}

// hasFigure says that a figure, a whole fraction or "not applicable" was given.
func (v Value) hasFigure() bool {
	return v.NotApplicable || v.Actual != nil || (v.Numerator != nil && v.Denominator != nil)
}
