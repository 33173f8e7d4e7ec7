package demo

import (
	"context"
	"fmt"
	"time"

	"github.com/govalues/decimal"

	"petajalan/internal/postgres"
	"petajalan/internal/report"
	"petajalan/internal/roadmap"
)

// The four things that happen once: a target is amended, an exception accepted, a
// verified value corrected, and a kelurahan stays silent (see silent).
const (
	amendedAgency    = "dprkp"
	amendedIndicator = "RTLH"
	amendedYear      = 2026

	exceptedAgency    = "dinkes"
	exceptedIndicator = "KES-TUNGGU"

	correctedAgency    = "dispendukcapil"
	correctedIndicator = "DUK-KTP"
)

var correctedPeriod = roadmap.Period{Year: 2026, Quarter: 2}

// The performances that the story needs, against the first promise.
var (
	amendedPerformance   = [4]int{7_400, 7_700, 7_800, 7_900} // by quarter: nearly the amended target, far from the first
	correctedPerformance = 10_020                             // kept, until the correction
)

// amendedNote is what the agency says of the amended indicator.
const amendedNote = "Sebagian rumah ditunda ke tahun depan karena anggaran dialihkan untuk penanganan banjir."

// isAmended says whether the target of the report was amended.
func isAmended(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period) bool {
	return a.Code == amendedAgency && i.Code == amendedIndicator && p.Year == amendedYear
}

// told is the performance where the story decides it and not the dice; 0 elsewhere.
func told(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period) int {
	switch {
	case isAmended(a, i, p):
		return amendedPerformance[p.Quarter-1]
	case a.Code == correctedAgency && i.Code == correctedIndicator && p.Year == correctedPeriod.Year:
		return correctedPerformance
	}
	return 0
}

// amend lowers a target in the open: the first promise stays beside it.
func (c *city) amend(ctx context.Context, tx postgres.Tx) error {
	t := c.targets[targetKey{amendedAgency, amendedIndicator, amendedYear}]
	if t == nil {
		return fmt.Errorf("amend a target: the plan has no target %s of %s", amendedIndicator, amendedAgency)
	}
	value, err := t.Value.Mul(decimal.MustParse("0.8"))
	if err != nil {
		return fmt.Errorf("amend a target: %w", err)
	}
	value = value.Trim(0)
	amended := *t
	amended.ID = 0
	amended.Revision++
	amended.Value = &value
	amended.Reason = "Sebagian anggaran rehabilitasi rumah dialihkan untuk penanganan banjir Februari 2026."
	amended.LegalBasis = "Perwali tentang Perubahan Penjabaran APBD 2026 (contoh)"
	amended.RecordedAt = at(c.cal.Zone(), 2026, time.March, 16, 10, 0)
	return roadmap.AddTargets(ctx, tx, []roadmap.Target{amended})
}

// exceptedUntil is the last day of the exception, which begins with the year.
var exceptedUntil = time.Date(2026, time.June, 30, 0, 0, 0, 0, time.UTC)

func (c *city) except(ctx context.Context, tx postgres.Tx) error {
	var by *int64
	if u := c.users["organisasi"]; u != nil {
		by = &u.ID
	}
	result, err := tx.NewRaw(`
		INSERT INTO exceptions (series_id, starts_on, ends_on, reason, accepted_by, accepted_at)
		SELECT s.id, '2026-01-01', ?, ?, ?, ?
		FROM target_series s JOIN agencies a ON a.id = s.agency_id JOIN indicators i ON i.id = s.indicator_id
		WHERE a.code = ? AND i.code = ?`,
		exceptedUntil.Format(time.DateOnly),
		"Puskesmas Sukorejo menempati gedung sementara dan sistem antrean belum terpasang, sehingga waktu tunggu tidak dapat diukur dengan cara yang sama.",
		by, at(c.cal.Zone(), 2026, time.January, 8, 9, 30), exceptedAgency, exceptedIndicator).Exec(ctx)
	if err != nil {
		return fmt.Errorf("accept an exception: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return fmt.Errorf("accept an exception: %d series %s of %s (%w)", n, exceptedIndicator, exceptedAgency, err)
	}
	return nil
}

// excepted says whether the exception covers the period, for which nothing is reported.
func (c *city) excepted(a *roadmap.Agency, i *roadmap.Indicator, p roadmap.Period) bool {
	return a.Code == exceptedAgency && i.Code == exceptedIndicator && p.Year == 2026 &&
		!roadmap.End(p, time.UTC).After(exceptedUntil.AddDate(0, 0, 1))
}

// correct reopens the verified report after its publication: cards printed anew
// had been counted as well.
func (w *walk) correct(zone *time.Location) {
	was := w.Revisions[len(w.Revisions)-1].Value
	reprinted := unscaled(*was.Denominator, 0) / 9
	w.value = report.Value{
		Numerator:   number(unscaled(*was.Numerator, 0)-2*reprinted, 0),
		Denominator: number(unscaled(*was.Denominator, 0)-reprinted, 0),
		Note:        "Koreksi: cetak ulang KTP-el rusak semula ikut terhitung sebagai penerbitan.",
	}
	w.Events = append(w.Events, report.Event{
		Kind: report.EventReopened, At: at(zone, 2026, time.November, 3, 9, 12), By: w.by("organisasi"), Role: "organisasi",
		Reason: "Uji petik Inspektorat: cetak ulang ikut terhitung sebagai penerbitan baru.",
	})
	w.handIn(at(zone, 2026, time.November, 4, 10, 40))
	w.approve(at(zone, 2026, time.November, 5, 8, 55))
	w.verify(at(zone, 2026, time.November, 6, 13, 20))
}
