package seeds

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/govalues/decimal"

	"petajalan/internal/roadmap"
)

// groupsOffering are the kinds of agencies that may be named at once.
var groupsOffering = []roadmap.AgencyKind{roadmap.AgencyKelurahan, roadmap.AgencyKecamatan, roadmap.AgencyPuskesmas}

func (c *checker) checkServices(doc servicesDoc) {
	seen := map[string]int{}
	for i := range doc.Services {
		row := &doc.Services[i]
		c.unique(seen, servicesFile, row.at("code"), "kode", row.Code)
		service := roadmap.Service{Code: row.Code, Name: row.Name, Agencies: c.offering(row)}
		if row.Standard != nil {
			service.Standard = c.standard(row.Standard, doc.Sources)
		}
		c.services = append(c.services, located[roadmap.Service]{service, row})
	}
}

// offering returns the codes of the agencies that offer a service, in order.
func (c *checker) offering(row *serviceRow) []string {
	var codes []string
	for _, name := range row.OfferedBy {
		before := len(codes)
		for i := range c.agencies {
			a := &c.agencies[i]
			if a.Code == name || string(a.Kind) == name && slices.Contains(groupsOffering, a.Kind) {
				codes = append(codes, a.Code)
			}
		}
		if len(codes) == before && !c.broken[agenciesFile] {
			c.problems.add(servicesFile, row.at("offered_by"), "offered_by "+quote(name)+" tidak ada di "+agenciesFile,
				"Isi kode yang ada, atau kelurahan, kecamatan, puskesmas")
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// provenances are the ways in which a component may be known.
var provenances = []string{"blitar", "daerah_lain", "regulasi", "ilustratif"}

func (c *checker) standard(row *standardRow, sources map[string]string) *roadmap.Standard {
	note := func(key, what, fix string) { c.problems.add(servicesFile, row.at(key), what, fix) }
	s := &roadmap.Standard{
		Requirements: row.Requirements, Procedure: stated(row.Procedure), Product: stated(row.Product), Complaints: stated(row.Complaints),
		LegalBasis: stated(row.LegalBasis), Facilities: stated(row.Facilities), Competence: stated(row.Competence),
		Supervision: stated(row.Supervision), StaffNumber: stated(row.StaffNumber), ServiceGuarantee: stated(row.ServiceGuarantee),
		SafetyGuarantee: stated(row.SafetyGuarantee), Evaluation: stated(row.Evaluation),
		DecreeNumber: row.DecreeNumber, DecidedOn: date(row.DecidedOn), ReviewedOn: date(row.ReviewedOn),
		Provenance: row.Provenance, Sources: []string{}, Note: row.Note, Status: roadmap.Status(row.Status),
	}
	if s.Provenance == nil {
		s.Provenance = map[string]string{}
	}
	if slices.Contains(row.Requirements, "") {
		note("requirements", "ada persyaratan yang kosong", "Hapus barisnya, atau isi")
	}
	if d := row.Duration; d != nil {
		if value, ok := c.number(servicesFile, d.at("value"), "value", d.Value, 2); ok {
			s.DurationValue, s.DurationUnit = &value, &d.Unit
			if !value.IsPos() || decimal.MustNew(100_000, 0).Less(value) {
				c.problems.add(servicesFile, d.at("value"), "jangka waktu "+quote(d.Value)+" di luar 0 sampai 100000", "Isi lamanya, lebih dari 0")
			}
		}
	}
	if f := row.Fee; f != nil {
		s.FeeKind, s.FeeNote = &f.Kind, stated(f.Note)
		if f.Rupiah != "" {
			rupiah := int64(whole(f.Rupiah))
			s.FeeRupiah = &rupiah
		}
		if f.Kind == "gratis" && valueOf(s.FeeRupiah) != 0 {
			c.problems.add(servicesFile, f.at("rupiah"), "layanan gratis dengan biaya "+quote(f.Rupiah), "Isi rupiah 0, atau ubah kind")
		}
	}
	for _, component := range slices.Sorted(maps.Keys(row.Provenance)) {
		how := row.Provenance[component]
		switch {
		case !row.states(component):
			note("provenance", "provenance "+quote(component)+" bukan komponen yang diisi", "Hapus, atau isi komponennya")
		case !slices.Contains(provenances, how):
			note("provenance", fmt.Sprintf("provenance %s: %s tidak dikenal", component, quote(how)), "Pilih salah satu: "+strings.Join(provenances, ", "))
		}
	}
	for _, name := range row.Sources {
		address, ok := sources[name]
		if !ok {
			note("sources", "sumber "+quote(name)+" tidak ada dalam daftar sources", "Tambahkan alamatnya di awal berkas, atau betulkan namanya")
		}
		s.Sources = append(s.Sources, address)
	}
	return s
}

// stated returns nil for a component that the file leaves out.
func stated(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// states reports whether the row fills the component of that key.
func (row *standardRow) states(component string) bool {
	if _, ok := row.lines[component]; !ok {
		return false
	}
	return !slices.Contains([]string{"decree_number", "decided_on", "reviewed_on", "provenance", "sources", "note", "status"}, component)
}
