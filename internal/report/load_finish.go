package report

import (
	"slices"

	"github.com/govalues/decimal"

	"petajalan/internal/scoring"
)

// finish derives what a page asks of a row from what was read.
func (l *loader) finish(r *WorksheetRow) {
	f := r.facts
	own := len(f.engine.Inputs) - 1
	results := f.assess(r.Value)
	r.Preview = f.explain(r.Value, results[own])
	l.finishOlder(r, results)
	r.Target, r.Weight = f.targetWords(r), decimal.MustNew(f.engine.Years[len(f.engine.Years)-1].Weight, 2).Trim(0).String()
	r.TargetToDate = f.targetToDate(r, results[own])
	r.Findings = r.check(r.Value, r.Preview)
	r.Why = r.why(r.Value, r.Preview)
	r.NoteRequired = r.Why != ""
	if r.Status != Approved && r.Status != Verified {
		r.ApprovedAt = nil
	}
	if r.Status != Verified {
		r.Grade = ""
	}
	if r.Status != Returned {
		r.ReturnReason, r.ReturnedBy = "", ""
	}
	l.allow(r)
	if r.MayEdit || l.prefill {
		l.offer(r)
	}
	r.EvidenceNeeded = f.rule.required && !r.feedSuffices()
}

// feedSuffices says that the value, or the one offered in its place, brings the evidence that
// the rule asks for.
func (r *WorksheetRow) feedSuffices() bool {
	v := r.Value
	if r.Prefill != nil && r.Prefill.Automatic && !v.hasFigure() {
		v = r.Prefill.Value
	}
	return r.fromFeed(v) && slices.Contains(r.facts.rule.kinds, EvidenceFeed)
}

// finishOlder brings the due periods before into order, with their results.
func (l *loader) finishOlder(r *WorksheetRow, results []scoring.Achievement) {
	f := r.facts
	known := r.Older
	r.Older = nil
	other := map[int][]scoring.Achievement{} // by year, where the plan was another
	p := l.period
	for range olderPeriods {
		p = p.Previous()
		if !f.Frequency.Due(p.Quarter) || l.reporting(p) == nil {
			continue
		}
		i := l.input(p)
		past := Past{Period: p}
		if at := slices.IndexFunc(known, func(k Past) bool { return k.Period == p }); at >= 0 {
			past = known[at]
		}
		past.Result = results[i]
		if s, differs := f.shapes[p.Year]; differs {
			if other[p.Year] == nil {
				e := f.engine
				e.Kind, e.Direction, e.Consolidation, e.Frequency = s.kind, s.direction, s.consolidation, s.frequency
				other[p.Year] = f.rules.Assess(&e)
			}
			past.Result = other[p.Year][i]
		}
		r.Older = append(r.Older, past)
	}
	for i := range r.Older {
		past := &r.Older[i]
		if f.last == nil && past.Value != nil && !past.Value.NotApplicable {
			f.last = past
		}
		if f.lastYear == nil && past.Period.Year < l.period.Year && past.Result.State == scoring.Scored {
			f.lastYear = &past.Result
		}
	}
}

// allow derives what the viewer may do with the row.
func (l *loader) allow(r *WorksheetRow) {
	f := r.facts
	open := l.own.Takes(l.now) || f.reopened || (r.LateUntil != nil && l.own.OpenedAt != nil)
	f.open = open
	r.TypedByMe = l.by != nil && slices.Contains(f.typedBy, l.by.ID)
	operator, head, verifier := l.by.MayReport(r.Key.Agency), l.by.MayApprove(r.Key.Agency), l.by.MayVerify()
	editable := r.Status == Draft || r.Status == Returned
	r.MayEdit = open && operator && editable
	r.MaySubmit = r.MayEdit
	r.MayWithdraw = open && operator && r.Status == Submitted
	r.MayApprove = open && head && r.Status == Submitted && !r.TypedByMe
	r.MayReturn = open && (head && r.Status == Submitted || verifier && (r.Status == Submitted || r.Status == Approved))
	r.MayVerify = open && verifier && r.Status == Approved && !r.TypedByMe
	r.MayReopen = l.by.MayReopen() && r.Revision > 0 && !f.reopened && (r.Status == Verified || !l.own.Takes(l.now))
}
