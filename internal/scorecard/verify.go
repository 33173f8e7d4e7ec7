package scorecard

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/fault"
	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// Mismatch is the first thing found that is not as it was published.
type Mismatch struct {
	Publication int
	What        string // for the operator, in English
}

func (d *Mismatch) Error() string {
	return fmt.Sprintf("publication %d: %s", d.Publication, d.What)
}

// Verified is a publication that was recomputed and found unchanged.
type Verified struct {
	Number       int
	Period       scoring.Period
	SHA256       string
	Achievements int
	Scores       int
}

// storedPublication is a row of publications.
type storedPublication struct {
	Number         int
	RunID          int64
	Year, Quarter  int
	AsOf           time.Time
	PublishedAt    time.Time
	Reason         string
	Status         string
	Content        []byte
	SHA256         string
	PreviousSHA256 *string
}

func (p *storedPublication) differs(format string, args ...any) error {
	return &Mismatch{p.Number, fmt.Sprintf(format, args...)}
}

// Verify recomputes publications from the report, target and rule-set revisions their runs
// named, and compares every row, every record and every hash; number 0 means all of them,
// oldest first. Each that holds is given to each. It returns a *Mismatch for the first
// that does not, and fault.NotFound for a number that does not exist. What was recorded
// after a publication plays no part. Names and addresses of areas, agencies (also as offices that
// acted) and services may be corrected in place afterwards: what a publication says of them is held by its
// hash and by the one after it alone.
func Verify(ctx context.Context, db *bun.DB, number int, zone *time.Location, each func(Verified)) error {
	return postgres.InTx(ctx, db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(ctx context.Context, tx postgres.Tx) error {
		var numbers []int
		if err := tx.NewRaw(`SELECT number FROM publications WHERE ?0 = 0 OR number = ?0 ORDER BY number`, number).Scan(ctx, &numbers); err != nil {
			return fmt.Errorf("list publications: %w", err)
		}
		if number != 0 && len(numbers) == 0 {
			return fault.New(fault.NotFound, "Tidak ada terbitan nomor %d.", number)
		}
		if err := verifyChain(ctx, tx); err != nil {
			return err
		}
		for _, n := range numbers {
			v, err := verify(ctx, tx, n, zone)
			if err != nil {
				return err
			}
			each(*v)
		}
		return nil
	})
}

// Rehash computes the hash of every publication and the chain anew and returns how many
// there are. It returns a *Mismatch where one does not hold.
func Rehash(ctx context.Context, db *bun.DB) (int, error) {
	var count int
	err := postgres.InTx(ctx, db, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true}, func(ctx context.Context, tx postgres.Tx) error {
		if err := verifyChain(ctx, tx); err != nil {
			return err
		}
		return tx.NewRaw(`SELECT count(*) FROM publications`).Scan(ctx, &count)
	})
	return count, err
}

// verifyChain checks that numbers have no gap, that every hash is that of its content and
// that each publication names the hash of the one before.
func verifyChain(ctx context.Context, tx postgres.Tx) error {
	var links []struct {
		Number         int
		SHA256         string
		Computed       string
		PreviousSHA256 *string
	}
	err := tx.NewRaw(`SELECT number, sha256, encode(sha256(content), 'hex') AS computed, previous_sha256 FROM publications ORDER BY number`).Scan(ctx, &links)
	if err != nil {
		return fmt.Errorf("read the chain: %w", err)
	}
	previous := ""
	for i, l := range links {
		p := &storedPublication{Number: l.Number}
		switch {
		case l.Number != i+1:
			return p.differs("number %d is missing before it", i+1)
		case l.SHA256 != l.Computed:
			return p.differs("the content has hash %s, recorded is %s", l.Computed, l.SHA256)
		case i > 0 && (l.PreviousSHA256 == nil || *l.PreviousSHA256 != previous):
			return p.differs("it does not name the hash of publication %d", l.Number-1)
		}
		previous = l.SHA256
	}
	return nil
}

func verify(ctx context.Context, tx postgres.Tx, number int, zone *time.Location) (*Verified, error) {
	p := &storedPublication{}
	err := tx.NewRaw(`
		SELECT number, run_id, year, quarter, as_of, published_at, reason, status, content, sha256, previous_sha256
		FROM publications WHERE number = ?`, number).Scan(ctx, p)
	if err != nil {
		return nil, fmt.Errorf("read publication %d: %w", number, err)
	}
	c, err := p.read()
	if err != nil {
		return nil, err
	}
	r, err := recompute(ctx, tx, p, zone)
	if err != nil {
		return nil, err
	}
	if err := p.compareRun(ctx, tx, r, c); err != nil {
		return nil, err
	}
	if err := p.compareContent(ctx, tx, r, c); err != nil {
		return nil, err
	}
	return &Verified{Number: p.Number, Period: c.Period, SHA256: p.SHA256, Achievements: len(c.Achievements), Scores: len(c.Scores)}, nil
}

// read parses the content and checks it against the row it stands in.
func (p *storedPublication) read() (*Content, error) {
	hash := sha256.Sum256(p.Content)
	if got := hex.EncodeToString(hash[:]); got != p.SHA256 {
		return nil, p.differs("the content has hash %s, recorded is %s", got, p.SHA256)
	}
	c := &Content{}
	decoder := json.NewDecoder(bytes.NewReader(p.Content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(c); err != nil {
		return nil, p.differs("the content cannot be read: %v", err)
	}
	again, err := Canonical(c)
	if err != nil {
		return nil, err
	}
	switch {
	case !bytes.Equal(again, p.Content):
		return nil, p.differs("the content is not canonical JSON of its own values")
	case c.Number != p.Number, c.Period != scoring.Period{Year: p.Year, Quarter: p.Quarter},
		!c.AsOf.Equal(p.AsOf), !c.PublishedAt.Equal(p.PublishedAt), c.Reason != p.Reason, c.Status != p.Status:
		return nil, p.differs("number, period, moment, reason or status of the content are not those of its row")
	case (c.PreviousSHA256 == nil) != (p.PreviousSHA256 == nil), c.PreviousSHA256 != nil && *c.PreviousSHA256 != *p.PreviousSHA256:
		return nil, p.differs("the content names another publication before it")
	}
	return c, nil
}

// compareRun checks every row of the run against what was computed again.
func (p *storedPublication) compareRun(ctx context.Context, tx postgres.Tx, r *results, c *Content) error {
	var recorded string
	if err := tx.NewRaw(`SELECT input_hash FROM runs WHERE id = ?`, p.RunID).Scan(ctx, &recorded); err != nil {
		return fmt.Errorf("read run %d: %w", p.RunID, err)
	}
	if r.hash != recorded || r.hash != c.InputHash {
		return p.differs("the inputs of run %d have changed: their hash is %s, recorded is %s, published was %s%s",
			p.RunID, r.hash, recorded, c.InputHash, r.changedSeries(ctx, tx, p.RunID))
	}
	want := r.achievementLines()
	if err := p.compareLines(ctx, tx, "achievement", achievementLinesQuery, want); err != nil {
		return err
	}
	return p.compareLines(ctx, tx, "score", scoreLinesQuery, r.scoreLines())
}

// compareContent checks the records of the content against what was computed again, and
// what else it took from kept rows against these.
func (p *storedPublication) compareContent(ctx context.Context, tx postgres.Tx, r *results, c *Content) error {
	again := &Content{Number: c.Number, Method: c.Method}
	if err := r.record(ctx, tx, again); err != nil {
		return err
	}
	if err := r.collect(ctx, tx, again); err != nil {
		return err
	}
	takeOffices(again.Achievements, c.Achievements)
	if c.Roadmap != again.Roadmap {
		return p.differs("the roadmap is not the one that was published: %+v, now %+v", c.Roadmap, again.Roadmap)
	}
	for _, same := range []error{
		sameList(p, "achievement", c.Achievements, again.Achievements),
		sameList(p, "score", c.Scores, again.Scores),
		sameList(p, "goal", c.Goals, again.Goals),
		sameList(p, "indicator", c.Indicators, again.Indicators),
		sameList(p, "period", c.Periods, again.Periods),
		sameList(p, "target", c.Targets, again.Targets),
		sameList(p, "service result", c.Results, again.Results),
		sameList(p, "satisfaction result", c.Satisfaction, again.Satisfaction),
		sameList(p, "service standard", standardsOf(c.Services), standardsOf(again.Services)),
	} {
		if same != nil {
			return same
		}
	}
	if err := p.compareScales(ctx, tx, c.Method.Scales); err != nil {
		return err
	}
	if c.Method.ID != r.rule.code || c.Method.Cap != scoring.RatioOf(r.rule.ceiling).Text(2) {
		return p.differs("the rule set is not the one that was published")
	}
	if err := sameList(p, "band", c.Method.Bands, bandRecords(r.rule.bands)); err != nil {
		return err
	}
	return sameList(p, "word", c.Method.Words, bandRecords(r.rule.words))
}

// takeOffices names the offices in the provenance as they were published where an agency was renamed
// since: wherever one name stood, one other name stands now, and nowhere else. Any other difference
// stays.
func takeOffices(again, published []Achievement) {
	names, back := map[string]map[string]bool{}, map[string]map[string]bool{}
	put := func(m map[string]map[string]bool, key, value string) {
		if m[key] == nil {
			m[key] = map[string]bool{}
		}
		m[key][value] = true
	}
	eachOffice(again, published, func(now, then *Step) {
		put(names, then.Office, now.Office)
		put(back, now.Office, then.Office)
	})
	eachOffice(again, published, func(now, then *Step) {
		if len(names[then.Office]) == 1 && len(back[now.Office]) == 1 {
			now.Office = then.Office
		}
	})
}

// eachOffice calls f for each step that both lists have.
func eachOffice(again, published []Achievement, f func(now, then *Step)) {
	for i := range min(len(again), len(published)) {
		now, then := again[i].Provenance, published[i].Provenance
		if now == nil || then == nil {
			continue
		}
		for _, step := range [][2]*Step{{now.Reported, then.Reported}, {now.Approved, then.Approved}, {now.Verified, then.Verified}} {
			if step[0] != nil && step[1] != nil {
				f(step[0], step[1])
			}
		}
	}
}

// standardsOf returns what was promised for each service, without its name and the
// agencies that offer it.
func standardsOf(services []Service) []Service {
	out := make([]Service, len(services))
	for i, s := range services {
		out[i] = Service{Code: s.Code, Standard: s.Standard}
	}
	return out
}

// compareScales checks that every scale is, step by step, a version that is kept.
func (p *storedPublication) compareScales(ctx context.Context, tx postgres.Tx, published []Scale) error {
	kept, err := readScales(ctx, tx, `true`)
	if err != nil {
		return fmt.Errorf("read scales: %w", err)
	}
	texts := map[string]bool{}
	for _, s := range kept {
		text, err := Canonical(s)
		if err != nil {
			return err
		}
		texts[string(text)] = true
	}
	for _, s := range published {
		text, err := Canonical(s)
		if err != nil {
			return err
		}
		if !texts[string(text)] {
			return p.differs("scale %s is no version that is kept\n  published: %s", s.Code, text)
		}
	}
	return nil
}

// sameList compares two lists of records by their canonical JSON.
func sameList[T any](p *storedPublication, what string, published, again []T) error {
	a, err := Canonical(published)
	if err != nil {
		return err
	}
	b, err := Canonical(again)
	if err != nil || bytes.Equal(a, b) {
		return err
	}
	for i := range max(len(published), len(again)) {
		if i >= len(published) || i >= len(again) {
			return p.differs("%d %ss were published, %d are there", len(published), what, len(again))
		}
		a, err := Canonical(published[i])
		if err != nil {
			return err
		}
		b, err := Canonical(again[i])
		if err != nil {
			return err
		}
		if !bytes.Equal(a, b) {
			return p.differs("%s %d differs\n  published:  %s\n  recomputed: %s", what, i+1, a, b)
		}
	}
	return nil
}
