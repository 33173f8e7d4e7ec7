package server

// PrintFoot says at the foot of a printed page which publication it shows, and where it is
// found. It is empty on pages that show none.
func (p Page) PrintFoot() string {
	e := p.Edition
	if e == nil || p.Work {
		return ""
	}
	return "Terbitan " + formatPlain(e.Number) + ", " + formatPeriod(e.View.Latest()) + " · terbit " + formatDate(e.PublishedAt, cityZone) +
		" · sidik jari " + shortHash(e.SHA256) + " · " + e.Absolute(p.Path)
}
