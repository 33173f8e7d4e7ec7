package server

import (
	"context"
	"fmt"
	"strings"
	"time"

	"petajalan/internal/account"
	"petajalan/internal/followup"
	"petajalan/internal/scorecard"
)

// maxDecisions bounds the short list of a leader.
const maxDecisions = 5

// newDecisions is the short list of the mayor and the Sekda: what needs a word from them,
// the most pressing first, at most five things. Each says what is known and leads there.
func (s *Server) newDecisions(ctx context.Context, u *account.User, b *scorecard.Board, now time.Time) ([]note, error) {
	var list []note
	add := func(n note) {
		if len(list) < maxDecisions {
			list = append(list, n)
		}
	}
	if n, ok := silentDecision(b, now); ok {
		add(n)
	}
	promised, err := followup.List(ctx, s.cfg.Web, u, followup.Filter{State: followup.Overdue}, now)
	if err != nil {
		return nil, err
	}
	if len(promised) > 0 {
		f := promised[0]
		add(note{
			Text:   fmt.Sprintf("%d janji perbaikan lewat tenggat", len(promised)),
			Detail: fmt.Sprintf("Terlama: “%s”, %s, tenggat %s.", f.Action, f.AgencyName, formatDate(f.Due, s.cfg.Zone)),
			Href:   followUpPath + "?status=" + string(followup.Overdue),
		})
	}
	if now.After(b.Reporting.ClosesAt) && b.Draft != nil {
		if e := s.edition(); e == nil || e.View.Latest().Before(b.Reporting.Period) {
			add(note{
				Text:   "Rapor " + formatPeriod(b.Reporting.Period) + " menunggu diterbitkan",
				Detail: "Pelaporan sudah ditutup. Terbit paling lambat " + formatLastDay(b.Reporting.PublishBy, s.cfg.Zone) + ".",
				Href:   home,
			})
		}
	}
	if b.Draft != nil {
		for _, n := range fallDecisions(b) {
			add(n)
		}
	}
	return list, nil
}

// silentDecision names the agencies that have sent nothing although the deadline has passed.
func silentDecision(b *scorecard.Board, now time.Time) (note, bool) {
	if now.Before(b.Reporting.DueAt) {
		return note{}, false
	}
	var names []string
	for _, u := range b.Units {
		if u.State() == scorecard.UnitNotBegun || u.State() == scorecard.UnitDraft {
			names = append(names, unitName(&u.Agency))
		}
	}
	switch {
	case len(names) == 0:
		return note{}, false
	case len(names) > 3:
		return note{
			Text:   fmt.Sprintf("%d instansi belum mengirim laporan, padahal batasnya sudah lewat", len(names)),
			Detail: strings.Join(names[:3], ", ") + fmt.Sprintf(", dan %d lainnya.", len(names)-3),
			Href:   home + "#belum",
		}, true
	}
	return note{Text: "Belum mengirim laporan, padahal batasnya sudah lewat: " + strings.Join(names, ", "), Href: home + "#belum"}, true
}

// fallDecisions ask after the deepest falls: two achievements and one agency.
func fallDecisions(b *scorecard.Board) []note {
	m := newMovements(b, draftEdition(b.Draft))
	if m == nil {
		return nil
	}
	var list []note
	for _, n := range m.Values[:min(2, len(m.Values))] {
		list = append(list, note{Text: "Tanyakan sebabnya: " + n.Text, Detail: sentence(n.Detail), Href: n.Href})
	}
	for _, n := range m.Agencies[:min(1, len(m.Agencies))] {
		list = append(list, note{Text: "Tanyakan turunnya nilai " + n.Text, Detail: sentence("Nilai " + n.Detail), Href: n.Href})
	}
	return list
}
