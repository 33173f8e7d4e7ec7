package seeds

import (
	"slices"
	"strconv"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
)

// Normalize brings the weights of the targets of each agency and year to shares of exactly 100, as a
// load does, where they are numbers and do not add up yet.
func (d *Document) Normalize() {
	type group struct{ agency, year string }
	groups := map[group][]int{}
	for i, r := range d.Targets {
		g := group{r["agency"], r["year"]}
		groups[g] = append(groups[g], i)
	}
	for _, members := range groups {
		weights := make([]roadmap.RelativeWeight, 0, len(members))
		total := decimal.Zero
		for _, i := range members {
			w, bad := roadmap.ReadDecimal(d.Targets[i]["weight"], 4)
			if bad != nil || !w.IsPos() {
				break // told by the checks
			}
			sum, err := total.Add(w)
			if err != nil {
				break
			}
			total = sum
			weights = append(weights, roadmap.RelativeWeight{Indicator: d.Targets[i]["indicator"], Weight: w})
		}
		if len(weights) != len(members) || total.Equal(decimal.Hundred) {
			continue
		}
		for n, share := range roadmap.NormalizeWeights(weights) {
			d.Targets[members[n]]["weight"] = share.Trim(0).String()
		}
	}
}

// FillTargets adds the targets that an indicator lacks: for each of the agencies it applies to and each
// year of the version, with the same target and weight. It returns how many it added.
func (d *Document) FillTargets(indicator string, agencies []roadmap.Agency, target, weight, clause string) int {
	at := d.Find(IndicatorsTable, indicator)
	if at < 0 {
		return 0
	}
	row := d.Indicators[at]
	i := roadmap.Indicator{AppliesTo: row["applies_to"]}
	known := map[string]bool{}
	for _, r := range d.Targets {
		known[TargetsTable.Key(r)] = true
	}
	added := 0
	first, last := whole(d.Version["first_year"]), whole(d.Version["last_year"])
	for n := range agencies {
		a := &agencies[n]
		if !i.Applies(a) {
			continue
		}
		for year := first; year <= last && year < first+30; year++ {
			r := Row{
				"agency": a.Code, "indicator": indicator, "year": strconv.Itoa(year), "target": target, "steps": "", "weight": weight,
				"clause": clause, "status": row["status"], "reason": "", "legal_basis": "",
			}
			if a.ExistsIn(year) && !known[TargetsTable.Key(r)] {
				d.Targets = append(d.Targets, r)
				added++
			}
		}
	}
	slices.SortStableFunc(d.Targets, func(a, b Row) int {
		for _, key := range []string{"agency", "indicator", "year"} {
			if a[key] != b[key] {
				if a[key] < b[key] {
					return -1
				}
				return 1
			}
		}
		return 0
	})
	return added
}
