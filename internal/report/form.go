package report

import (
	"context"

	"petajalan/internal/postgres"
	"petajalan/internal/scoring"
)

// Form says which values an indicator can have, for those who read values from elsewhere
// before there is a report.
type Form struct {
	Kind       scoring.Kind
	Percents   []string // steps of a milestone
	MaxOrdinal int      // highest grade of a predicate's scale
}

// Check refuses, as an Invalid fault in words for the one who typed it, a value that the
// indicator cannot have, and one that is not complete.
func (f Form) Check(v Value) error {
	s := sheet{Kind: f.Kind, Percents: f.Percents, MaxOrdinal: f.MaxOrdinal}
	return s.check(v)
}

// ImportTx is Import within a transaction of the caller, which rolls it back on an error.
func ImportTx(ctx context.Context, tx postgres.Tx, histories []History) error {
	im, err := newImporter(ctx, tx)
	if err != nil {
		return err
	}
	for i := range histories {
		im.add(&histories[i])
	}
	if len(im.mistakes) > 0 {
		return im.refuse()
	}
	return im.write(ctx)
}
