package seeds

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/roadmap"
)

// pendingStandard is a standard to add to the service of that code.
type pendingStandard struct {
	service  string
	standard roadmap.Standard
}

// compareOfferings notes services and offerings that the database has and the
// files lack.
func (l *loader) compareOfferings(ctx context.Context) error {
	stored, err := roadmap.Services(ctx, l.db)
	if err != nil {
		return err
	}
	inFile := map[string]located[roadmap.Service]{}
	for _, s := range l.services {
		inFile[s.it.Code] = s
	}
	for _, old := range stored {
		now, ok := inFile[old.Code]
		if !ok {
			l.problems.add(servicesFile, 0, "layanan "+quote(old.Code)+" sudah tersimpan, tetapi tidak ada di berkas", "Kembalikan layanannya")
			continue
		}
		for _, agency := range old.Agencies {
			if !slices.Contains(now.it.Agencies, agency) {
				l.problems.add(servicesFile, now.row.at("offered_by"), fmt.Sprintf("layanan %s tidak lagi ditawarkan %s, padahal hasilnya mungkin sudah tercatat", old.Code, agency),
					"Tambahkan lagi kodenya pada offered_by")
			}
		}
	}
	return nil
}

// compareStandards finds the standards that are new or differ from the newest
// stored. As with targets, what an earlier version said is old news.
func (l *loader) compareStandards(ctx context.Context, w *writes) error {
	stored, err := roadmap.SharedStandards(ctx, l.db)
	if err != nil {
		return err
	}
	for _, entry := range l.services {
		service, known := entry.it, stored[entry.it.Code]
		if service.Standard == nil {
			if len(known) > 0 {
				l.problems.add(servicesFile, entry.row.at("code"), "layanan "+quote(service.Code)+" punya standar yang tersimpan, tetapi tidak di berkas", "Kembalikan standarnya")
			}
			continue
		}
		now := service.Standard
		same := func(old roadmap.Standard) bool {
			changed, _ := differences(factsOfStandard(&old), factsOfStandard(now))
			return len(changed) == 0
		}
		switch at := slices.IndexFunc(known, same); {
		case at >= 0 && slices.ContainsFunc(known[len(known)-1:], same):
		case at >= 0:
			l.summary.NewerElsewhere++
		default:
			next := *now
			next.Version, next.RecordedAt = len(known)+1, l.now
			w.standards = append(w.standards, pendingStandard{service.Code, next})
		}
	}
	return nil
}

func (l *loader) writeServices(ctx context.Context, pending []pendingStandard) error {
	services := make([]roadmap.Service, len(l.services))
	for i, s := range l.services {
		services[i] = s.it
	}
	changed, offered, err := roadmap.PutServices(ctx, l.db, services)
	if err != nil {
		return err
	}
	l.summary.References += changed
	l.summary.NewOfferings, l.summary.NewStandards = offered, len(pending)
	if len(pending) == 0 {
		return nil
	}
	ids := make(map[string]int64, len(services))
	for _, s := range services {
		ids[s.Code] = s.ID
	}
	standards := make([]roadmap.Standard, len(pending))
	for i, p := range pending {
		standards[i] = p.standard
		standards[i].ServiceID = ids[p.service]
	}
	return roadmap.AddStandards(ctx, l.db, standards)
}

// rowOfService is a service with its newest shared standard as a Document has it.
func rowOfService(s *roadmap.Service) Row {
	r := Row{"code": s.Code, "name": s.Name, "offered_by": strings.Join(s.Agencies, "; ")}
	if s.Standard != nil {
		maps.Copy(r, RowOfStandard(s.Standard))
	}
	return r
}

// RowOfStandard is a standard by the keys of the columns of a service.
func RowOfStandard(s *roadmap.Standard) Row {
	r := Row{}
	for _, f := range factsOfStandard(s) {
		r[f.key] = f.value
	}
	for _, key := range []string{"duration", "fee", "status"} {
		delete(r, key)
	}
	var provenance []string
	for _, component := range slices.Sorted(maps.Keys(s.Provenance)) {
		provenance = append(provenance, component+": "+s.Provenance[component])
	}
	r["requirements"], r["provenance"], r["sources"] = strings.Join(s.Requirements, "\n"), strings.Join(provenance, "\n"), strings.Join(s.Sources, "\n")
	r["duration_value"], r["duration_unit"] = number(s.DurationValue), valueOf(s.DurationUnit)
	r["fee_kind"], r["fee_note"], r["standard_status"] = valueOf(s.FeeKind), valueOf(s.FeeNote), string(s.Status)
	if s.FeeRupiah != nil {
		r["fee_rupiah"] = strconv.FormatInt(*s.FeeRupiah, 10)
	}
	return r
}
