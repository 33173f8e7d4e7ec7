package opendata

import (
	"fmt"
	"time"

	"petajalan/internal/scorecard"
)

// Publication is what the files are made of.
type Publication struct {
	*scorecard.Content
	SHA256 string // of the bytes of the publication, in hex
	Size   int    // of these bytes

	// Absolute gives the address by which the world reaches a path of the site within this
	// publication: "https://rapor.example.go.id/data/nilai.csv?terbitan=7".
	Absolute func(path string) string
}

// Status is the standing of the figures in one word, as it stands in every row: peragaan
// (invented for a demonstration), contoh, rancangan or resmi.
func (p *Publication) Status() string {
	if p.Demo {
		return StatusDemo
	}
	return p.Content.Status
}

// StatusDemo marks invented figures.
const StatusDemo = "peragaan"

// mark says in Indonesian what invented or exemplary figures are, empty for a real plan.
func (p *Publication) mark() string {
	switch {
	case p.Demo:
		return "DATA PERAGAAN: semua angka hasil rekaan, bukan kinerja sebenarnya."
	case p.Content.Status == "contoh":
		return "CONTOH: targetnya contoh, sampai lampiran resmi peraturan wali kota dimuat."
	case p.Content.Status == "rancangan":
		return "RANCANGAN: peta jalannya belum ditetapkan."
	}
	return ""
}

// markEN is mark in English.
func (p *Publication) markEN() string {
	switch {
	case p.Demo:
		return "DEMONSTRATION DATA: all results are invented, not real performance."
	case p.Content.Status == "contoh":
		return "EXAMPLE: the targets are examples until the official annex is loaded."
	case p.Content.Status == "rancangan":
		return "DRAFT: the roadmap is not adopted yet."
	}
	return ""
}

// FileName is the name under which a file of the publication is kept:
// "nilai-terbitan-8-2026-TW3-peragaan.csv". Nothing but official data goes without its mark.
func (p *Publication) FileName(name, extension string) string {
	suffix := ""
	if status := p.Status(); status != "resmi" {
		suffix = "-" + status
	}
	return fmt.Sprintf("%s-terbitan-%d-%s%s.%s", name, p.Number, p.Period, suffix, extension)
}

// The licence of everything here, and who gives it.
const (
	Licence     = "CC BY 4.0"
	LicenceURL  = "https://creativecommons.org/licenses/by/4.0/"
	Publisher   = "Bagian Organisasi, Sekretariat Daerah Kota Blitar"
	publisherEN = "Organisation Division, Regional Secretariat of the City of Blitar"
)

// Citation is how to name the publication as a source, in Indonesian.
func (p *Publication) Citation() string {
	text := fmt.Sprintf("%s (%d). Rapor Layanan Kota Blitar, terbitan %d (%s).", Publisher, p.PublishedAt.In(time.UTC).Year(), p.Number, p.Period)
	if mark := p.Status(); mark != "resmi" {
		text += " Data " + mark + "."
	}
	return text + " " + p.Absolute("/data") + ". Lisensi " + Licence + "."
}

// moment writes a moment as it stands in a publication.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }
