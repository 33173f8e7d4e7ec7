package steward

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"petajalan/internal/account"
	"petajalan/internal/fault"
	"petajalan/internal/roadmap"
	"petajalan/seeds"
)

// Review says whether the review of a standard is due.
type Review struct {
	On    *time.Time // day it was set or last reviewed; nil: never stated
	State ReviewState
}

// ReviewState is how old the last review is.
type ReviewState string

// A review is due after 12 months and late after 36.
const (
	Reviewed   ReviewState = "terkini"
	ReviewDue  ReviewState = "perlu ditinjau"
	ReviewLate ReviewState = "terlambat ditinjau"
	NeverSaid  ReviewState = "tanggal tidak dinyatakan"
	NoStandard ReviewState = "belum ada standar"
)

// ReviewOf says how it stands with the review of a standard, which may be nil, on the day of now.
func ReviewOf(s *roadmap.Standard, now time.Time) Review {
	if s == nil {
		return Review{State: NoStandard}
	}
	on := s.DecidedOn
	if on == nil || s.ReviewedOn != nil && s.ReviewedOn.After(*on) {
		on = s.ReviewedOn
	}
	if on == nil {
		return Review{State: NeverSaid}
	}
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, time.UTC)
	switch {
	case !today.Before(on.AddDate(3, 0, 0)):
		return Review{on, ReviewLate}
	case !today.Before(on.AddDate(1, 0, 0)):
		return Review{on, ReviewDue}
	}
	return Review{on, Reviewed}
}

// LoadService reads a service with all versions of its shared standard, oldest first.
func LoadService(ctx context.Context, db bun.IDB, code string) (*roadmap.Service, []roadmap.Standard, error) {
	services, err := roadmap.Services(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(services, func(s roadmap.Service) bool { return s.Code == code })
	if at < 0 {
		return nil, nil, fault.New(fault.NotFound, "Tidak ada layanan dengan kode “%s”.", code)
	}
	standards, err := roadmap.SharedStandards(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	return &services[at], standards[code], nil
}

// ServiceRow is a service with its newest standard as it is typed.
func ServiceRow(s *roadmap.Service) seeds.Row {
	row := seeds.Row{"code": s.Code, "name": s.Name, "offered_by": strings.Join(s.Agencies, "; ")}
	if s.Standard != nil {
		for k, v := range seeds.RowOfStandard(s.Standard) {
			row[k] = v
		}
	}
	return row
}

// PutService adds a service (seen is -1) or a new version of its standard. seen is the version of the
// standard that was seen, 0 when there was none; when another has followed, it is a Conflict. A
// standard that says the same as before is not written again. An agency that offers the service stays,
// because results may have been recorded.
func PutService(ctx context.Context, db *bun.DB, by *account.User, row seeds.Row, seen int, now time.Time) error {
	return change(ctx, db, by, "put service", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		code := row["code"]
		next, remarks, err := seeds.ReadService(ctx, tx, row)
		if err != nil {
			return "", nil, nil, err
		}
		if len(remarks) > 0 {
			return "", nil, nil, problemsOf(remarks)
		}
		old, standards, err := LoadService(ctx, tx, code)
		before := map[string]any{}
		switch {
		case seen < 0 && err == nil:
			return "", nil, nil, Problems{{"code", "Layanan dengan kode " + code + " sudah ada."}}
		case seen < 0 && fault.KindOf(err) == fault.NotFound:
		case err != nil:
			return "", nil, nil, err
		case len(standards) != seen:
			return "", nil, nil, errMoved("Standar layanan ini")
		default:
			before["name"], before["version"] = old.Name, len(standards)
			for _, agency := range old.Agencies {
				if !slices.Contains(next.Agencies, agency) {
					return "", nil, nil, Problems{{"offered_by", fmt.Sprintf("%s sudah menyelenggarakan layanan ini dan hasilnya mungkin sudah tercatat, jadi tidak dapat dihapus dari daftar.", agency)}}
				}
			}
		}
		services := []roadmap.Service{*next}
		changed, offered, err := roadmap.PutServices(ctx, tx, services)
		if err != nil {
			return "", nil, nil, err
		}
		wrote := next.Standard != nil && (len(standards) == 0 || !seeds.SameStandard(&standards[len(standards)-1], next.Standard))
		if next.Standard == nil && len(standards) > 0 {
			return "", nil, nil, Problems{{"requirements", "Standar yang sudah ada tidak dapat dikosongkan. Isi komponennya."}}
		}
		if !wrote && changed+offered == 0 {
			return "", nil, nil, Problems{{"", "Tidak ada yang berubah."}}
		}
		after := map[string]any{"name": next.Name, "agencies": len(next.Agencies)}
		if wrote {
			s := *next.Standard
			s.ServiceID, s.Version, s.RecordedAt = services[0].ID, len(standards)+1, now.UTC().Truncate(time.Microsecond)
			after["version"], after["decree"] = s.Version, s.DecreeNumber
			if err := roadmap.AddStandards(ctx, tx, []roadmap.Standard{s}); err != nil {
				return "", nil, nil, err
			}
		}
		return "service " + code, before, after, nil
	})
}

// problemsOf are remarks at a single row as problems at its fields.
func problemsOf(remarks seeds.Remarks) Problems {
	var ps Problems
	for _, r := range remarks {
		ps = append(ps, Problem{r.Key, r.String()})
	}
	return ps
}

// Holiday edits. The day is its key.

// PutHoliday adds a holiday or corrects it. Periods that have not opened follow at once; those that
// have keep the moments that were announced. moved are the periods whose moments changed.
func PutHoliday(ctx context.Context, db *bun.DB, by *account.User, day, name, source string, needsCheck bool, zone *time.Location, now time.Time) (moved int, err error) {
	var ps Problems
	on, bad := time.Parse(time.DateOnly, day)
	if bad != nil || on.Year() < 2000 || on.Year() > 2100 {
		ps.add("tanggal", "Isi tanggal hari libur, misalnya 2027-03-10.")
	}
	ps.required("nama", "nama hari libur", name, 120)
	ps.required("sumber", "sumber, misalnya nomor SKB", source, 300)
	if err := ps.orNil(); err != nil {
		return 0, err
	}
	err = change(ctx, db, by, "put holiday", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		var before []roadmap.Holiday
		if err := tx.NewRaw(`SELECT * FROM holidays WHERE day = ?`, day).Scan(ctx, &before); err != nil {
			return "", nil, nil, fmt.Errorf("read the holiday: %w", err)
		}
		_, err := tx.NewRaw(`
			INSERT INTO holidays (day, name, needs_check, source) VALUES (?, ?, ?, ?)
			ON CONFLICT (day) DO UPDATE SET name = EXCLUDED.name, needs_check = EXCLUDED.needs_check, source = EXCLUDED.source`,
			day, strings.TrimSpace(name), needsCheck, strings.TrimSpace(source)).Exec(ctx)
		if err != nil {
			return "", nil, nil, fmt.Errorf("write the holiday: %w", err)
		}
		moved, err = movePeriods(ctx, tx, zone)
		return "holiday " + day, before, map[string]any{"name": name, "needs_check": needsCheck, "source": source, "moved": moved}, err
	})
	return moved, err
}

// DropHoliday takes a day off the list. Periods follow as with PutHoliday.
func DropHoliday(ctx context.Context, db *bun.DB, by *account.User, day string, zone *time.Location, now time.Time) (moved int, err error) {
	err = change(ctx, db, by, "drop holiday", now, func(ctx context.Context, tx bun.Tx) (string, any, any, error) {
		var name string
		if err := tx.NewRaw(`DELETE FROM holidays WHERE day::text = ? RETURNING name`, day).Scan(ctx, &name); err != nil {
			return "", nil, nil, fault.Wrap(err, fault.NotFound, "Hari libur itu tidak ada dalam daftar.")
		}
		moved, err = movePeriods(ctx, tx, zone)
		return "holiday " + day, name, map[string]int{"moved": moved}, err
	})
	return moved, err
}

func movePeriods(ctx context.Context, tx bun.Tx, zone *time.Location) (int, error) {
	var years struct{ First, Last *int }
	if err := tx.NewRaw(`SELECT min(first_year) AS first, max(last_year) AS last FROM roadmap_versions`).Scan(ctx, &years); err != nil || years.First == nil {
		return 0, err
	}
	calendar, err := roadmap.LoadCalendar(ctx, tx, zone)
	if err != nil {
		return 0, err
	}
	moved, err := roadmap.EnsurePeriods(ctx, tx, roadmap.Period{Year: *years.First, Quarter: 1}, roadmap.Period{Year: *years.Last, Quarter: 4}, calendar)
	return len(moved), err
}

// Holidays lists the holidays of a year, and how many of all years still want checking.
func Holidays(ctx context.Context, db bun.IDB, year int) (days []roadmap.Holiday, unchecked int, err error) {
	from, to := strconv.Itoa(year)+"-01-01", strconv.Itoa(year)+"-12-31"
	if err := db.NewRaw(`SELECT * FROM holidays WHERE day BETWEEN ? AND ? ORDER BY day`, from, to).Scan(ctx, &days); err != nil {
		return nil, 0, fmt.Errorf("read holidays: %w", err)
	}
	if err := db.NewRaw(`SELECT count(*) FROM holidays WHERE needs_check`).Scan(ctx, &unchecked); err != nil {
		return nil, 0, fmt.Errorf("count holidays: %w", err)
	}
	return days, unchecked, nil
}
