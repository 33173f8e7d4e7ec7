package scorecard

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/audit"
	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/roadmap"
	"petajalan/internal/scoring"
)

// format names the form of a publication's content. It changes when a reader of the old
// form could misread the new one.
const format = "petajalan-publication-1"

// PublishOptions say what to publish.
type PublishOptions struct {
	Period      scoring.Period
	Reason      string    // why; required for a correction
	AsOf        time.Time // reports, targets and exceptions known at this moment count
	PublishedAt time.Time // not before AsOf
	Zone        *time.Location
	By          *int64 // user; nil: from the command line
	// After is the number of the newest publication that the publisher knew, 0 for none; a
	// newer one is fault.Conflict, so that a form sent twice publishes once. Nil: not asked.
	After *int
	// Tell, unless nil, tells people of it, in the same transaction.
	Tell func(context.Context, bun.IDB, *Publication) error
}

// check refuses moments that cannot be.
func (o *PublishOptions) check() error {
	switch {
	case o.AsOf.Before(roadmap.End(o.Period, o.Zone)):
		return fault.New(fault.Invalid, "Periode %s belum berakhir, jadi belum dapat diterbitkan.", o.Period)
	case o.PublishedAt.Before(o.AsOf):
		return fault.New(fault.Invalid, "Terbitan tidak dapat lebih awal dari data yang dimuatnya.")
	}
	return nil
}

// Publication (terbitan) is an immutable scorecard of a period.
type Publication struct {
	Number         int
	Period         scoring.Period
	Run            *Run
	Reason         string
	SHA256         string
	PreviousSHA256 *string
	Size           int // bytes
}

// Publish scores the period anew and publishes that run, in one transaction. The period is
// the newest published one (a correction, also of any earlier period) or a later one that
// has ended. It fails with fault.Invalid or fault.Conflict where that is not so.
func Publish(ctx context.Context, db *bun.DB, o PublishOptions) (*Publication, error) {
	o.AsOf, o.PublishedAt = publishedMoment(o.AsOf), publishedMoment(o.PublishedAt)
	o.Reason = strings.TrimSpace(o.Reason)
	if err := o.check(); err != nil {
		return nil, err
	}
	// Written and committed first, so that a publication that failed half-way is known.
	var intent int64
	err := db.NewRaw(`INSERT INTO publication_intents (year, quarter, reason, at) VALUES (?, ?, ?, ?) RETURNING id`,
		o.Period.Year, o.Period.Quarter, o.Reason, o.PublishedAt).Scan(ctx, &intent)
	if err != nil {
		return nil, fmt.Errorf("note the intent to publish %s: %w", o.Period, err)
	}
	var p *Publication
	err = retry(ctx, func() error {
		return postgres.InTx(ctx, db, &sql.TxOptions{Isolation: sql.LevelSerializable}, func(ctx context.Context, tx postgres.Tx) (err error) {
			if p, err = publish(ctx, tx, o); err != nil {
				return err
			}
			if _, err = tx.NewRaw(`UPDATE publication_intents SET number = ? WHERE id = ?`, p.Number, intent).Exec(ctx); err != nil {
				return err
			}
			if o.Tell != nil {
				if err := o.Tell(ctx, tx, p); err != nil {
					return err
				}
			}
			return audit.Append(ctx, tx, p.entry(o))
		})
	})
	switch {
	case postgres.Violates(err, "publications_pkey"), postgres.Violates(err, "publications_previous_key"):
		return nil, fault.New(fault.Conflict, "Terbitan lain dibuat pada saat yang sama. Periksa hasilnya, lalu ulangi bila perlu.")
	case err != nil:
		return nil, fmt.Errorf("publish %s: %w", o.Period, err)
	}
	return p, nil
}

// entry is what the trail says of the publication.
func (p *Publication) entry(o PublishOptions) audit.Entry {
	e := audit.Entry{
		Stream: audit.Publish, At: o.PublishedAt, Action: "publish", Object: fmt.Sprintf("publication %d of %s", p.Number, p.Period),
		After: map[string]any{"reason": p.Reason, "run": p.Run.ID, "sha256": p.SHA256},
	}
	if o.By != nil {
		e.Actor, e.Role = *o.By, string(account.Reviewer)
	}
	return e
}

func publish(ctx context.Context, tx postgres.Tx, o PublishOptions) (*Publication, error) {
	p := &Publication{Number: 1, Period: o.Period}
	if err := p.follow(ctx, tx, &o); err != nil {
		return nil, err
	}
	p.Reason = o.Reason
	run, r, err := scoreWhole(ctx, tx, ScoreOptions{Period: o.Period, AsOf: o.AsOf, Zone: o.Zone, Whole: true})
	if err != nil {
		return nil, err
	}
	p.Run = run
	c, err := r.content(ctx, tx, p, o)
	if err != nil {
		return nil, err
	}
	content, err := Canonical(c)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256(content)
	p.SHA256, p.Size = hex.EncodeToString(hash[:]), len(content)
	// Copied in, megabytes are neither quoted nor held a second time.
	_, err = tx.CopyFrom(ctx, "publications",
		[]string{"number", "run_id", "year", "quarter", "as_of", "published_at", "published_by", "reason", "status", "content", "sha256", "previous_sha256"},
		pgx.CopyFromRows([][]any{{p.Number, run.ID, o.Period.Year, o.Period.Quarter, o.AsOf, o.PublishedAt, o.By, c.Reason, c.Status, content, p.SHA256, p.PreviousSHA256}}))
	if err != nil {
		return nil, fmt.Errorf("store publication %d: %w", p.Number, err)
	}
	return p, nil
}

// follow takes number and hash from the newest publication and checks that p may follow it.
func (p *Publication) follow(ctx context.Context, tx postgres.Tx, o *PublishOptions) error {
	var last struct {
		Number        int
		Year, Quarter int
		SHA256        string
		AsOf          time.Time
		PublishedAt   time.Time
	}
	err := tx.NewRaw(`SELECT number, year, quarter, sha256, as_of, published_at FROM publications ORDER BY number DESC LIMIT 1`).Scan(ctx, &last)
	switch {
	case err != nil && !postgres.NoRows(err):
		return fmt.Errorf("look for the newest publication: %w", err)
	case o.After != nil && *o.After != last.Number:
		return fault.New(fault.Conflict, "Terbitan %d dibuat sesudah Anda membuka halaman ini. Periksa isinya, lalu ulangi bila masih perlu.", last.Number)
	case err != nil:
		if o.Reason == "" {
			o.Reason = "Terbitan pertama"
		}
		return nil
	}
	newest := scoring.Period{Year: last.Year, Quarter: last.Quarter}
	switch {
	case o.Period.Before(newest):
		return fault.New(fault.Conflict, "Terbitan terakhir memuat %s. Perbaikan periode %s diterbitkan sebagai perbaikan %s, dengan alasannya.", newest, o.Period, newest)
	case o.Period == newest && o.Reason == "":
		return fault.New(fault.Invalid, "Periode %s sudah terbit. Tulis alasan perbaikannya.", o.Period)
	case o.AsOf.Before(last.AsOf) || o.PublishedAt.Before(last.PublishedAt):
		return fault.New(fault.Conflict, "Terbitan tidak dapat lebih awal dari terbitan %d.", last.Number)
	}
	if o.Reason == "" {
		o.Reason = "Terbitan berkala"
	}
	p.Number, p.PreviousSHA256 = last.Number+1, &last.SHA256
	return nil
}

// content puts together everything the publication says.
func (r *results) content(ctx context.Context, tx postgres.Tx, p *Publication, o PublishOptions) (*Content, error) {
	c := &Content{
		Format: format, Number: p.Number, Period: o.Period, PublishedAt: o.PublishedAt, AsOf: o.AsOf,
		Reason: o.Reason, Status: r.status(), PreviousSHA256: p.PreviousSHA256, InputHash: r.hash,
	}
	err := tx.NewRaw(`SELECT EXISTS (SELECT FROM settings WHERE key = 'demo' AND value = 'true')`).Scan(ctx, &c.Demo)
	if err != nil {
		return nil, fmt.Errorf("read the mark of a demonstration: %w", err)
	}
	if c.Method, err = r.readMethod(ctx, tx); err != nil {
		return nil, fmt.Errorf("read the method: %w", err)
	}
	if err := r.collect(ctx, tx, c); err != nil {
		return nil, err
	}
	return c, r.record(ctx, tx, c)
}

// record adds the achievements and scores to c, whose method has been read.
func (r *results) record(ctx context.Context, tx postgres.Tx, c *Content) error {
	origins, err := r.origins(ctx, tx)
	if err != nil {
		return fmt.Errorf("read who reported and verified: %w", err)
	}
	scales := map[string]Scale{}
	for _, s := range c.Method.Scales {
		scales[s.Code] = s
	}
	c.Achievements, c.Scores = r.achievementRecords(c.Number, scales, origins), r.scoreRecords(c.Number)
	return nil
}
