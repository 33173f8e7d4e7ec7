package server

import (
	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// unit is what is shown of the city, an agency or a kelurahan in little room: on a card, a
// badge, an embedded page.
type unit struct {
	Agency  *scorecard.Agency // nil: the city
	Name    string            // "Kelurahan Bendogerit"
	Short   string            // "DLH"; of a kelurahan and the city its name
	Path    string            // address of its page, without the edition
	Score   scoreText
	Share   string // of the data that have come in; empty where nothing is due
	Finding string // what was found, in a sentence
}

// Figure is the score as text, empty where none is claimed.
func (u unit) Figure() string {
	if u.Score.Text == noFigure {
		return ""
	}
	return u.Score.Text
}

// sharedNames are the names of all units in addresses, the city first.
func sharedNames(e *edition) []string {
	names := []string{cityName}
	for _, a := range sharedAgencies(e) {
		names = append(names, shareName(e, a))
	}
	return names
}

// sharedAgencies are the agencies that have a card and a badge: those that report,
// kelurahan first.
func sharedAgencies(e *edition) []*scorecard.Agency {
	var all []*scorecard.Agency
	for _, group := range []string{scorecard.GroupKelurahan, scorecard.GroupKecamatan, scorecard.GroupAgencies} {
		all = append(all, e.Reporters(group)...)
	}
	return all
}

// findUnit looks a unit up by its name in an address; fault.NotFound where no unit that
// reports has it.
func findUnit(e *edition, name string) (unit, error) {
	if name == cityName {
		return cityUnit(e), nil
	}
	a := e.AgencyBySlug(name)
	if a == nil {
		a = e.Agency(name)
	}
	if a == nil || !a.Reports || shareName(e, a) != name {
		return unit{}, fault.New(fault.NotFound, "Tidak ada unit bernama “%s” yang dinilai. Daftar semua unit ada di halaman Sematan.", shorten(name, 40))
	}
	return agencyUnit(e, a), nil
}

func cityUnit(e *edition) unit {
	period := e.View.Latest()
	s := e.Score(scoring.LevelCity, scoring.CityCode, period)
	u := unit{Name: "Kota Blitar", Short: "Kota Blitar", Path: "/", Score: scoreTextOf(e, s)}
	if s != nil {
		u.Share = formatShare(s.Coverage)
	}
	u.Finding, _ = targetsFinding(e, e.AchievementsUnder(scoring.LevelCity, scoring.CityCode, period))
	return u
}

func agencyUnit(e *edition, a *scorecard.Agency) unit {
	s := shownScore(e, a.Code)
	u := unit{Agency: a, Name: placeName(e, a), Short: placeShort(e, a), Path: "/instansi/" + a.Code, Score: scoreTextOf(e, s)}
	if slug := e.Slug(a.Code); slug != "" {
		u.Name, u.Path = "Kelurahan "+u.Name, "/kelurahan/"+slug
		u.Short = u.Name
	}
	if s != nil {
		u.Share = formatShare(s.Coverage)
	}
	if isLate(e, a.Code) {
		u.Finding = "Belum mengirim data, padahal batas waktunya sudah lewat"
		return u
	}
	if services := newServiceTable(e, a); services.Measured {
		u.Finding = services.Heading
		return u
	}
	u.Finding = tallyFinding(e, e.AchievementsOf(a.Code, e.View.Latest()), "indikator")
	return u
}

// tallyFinding says how many targets of those that are due were reached.
func tallyFinding(e *edition, targets []*scorecard.Achievement, what string) string {
	t := tallyOf(e, targets)
	due := t.Scored() + t.Missing
	if due == 0 {
		return "Belum ada " + what + " yang jatuh tempo"
	}
	return sentenceStart(countOf(t.Reached, due)) + " " + what + " mencapai target"
}

// markOf is the notice that figures are invented or targets are examples; empty for real ones.
func markOf(e *edition) string {
	switch {
	case e.Demo:
		return "DATA PERAGAAN: angka rekaan"
	case e.Status == statusExample:
		return "CONTOH: target belum resmi"
	}
	return ""
}
