package server

import (
	"bytes"
	"strings"

	"petajalan/internal/card"
	"petajalan/internal/fault"
	"petajalan/internal/scorecard"
)

// cardRoute serves the pictures of previews. They are drawn when a publication is loaded:
// a messenger that makes a preview does not wait.
var cardRoute = publicRoute{
	pattern: "/kartu/:nama",
	page:    showCard,
	paths: func(e *edition) []string {
		names := sharedNames(e)
		for i, name := range names {
			names[i] = "/kartu/" + name + ".png"
		}
		return names
	},
}

func showCard(e *edition, p params) (view, error) {
	name, ok := strings.CutSuffix(p.path["nama"], ".png")
	if !ok {
		return view{}, fault.New(fault.NotFound, "Alamat kartu berakhir dengan .png, misalnya %s.", cityCardPath)
	}
	u, err := findUnit(e, name)
	if err != nil {
		return view{}, err
	}
	var b bytes.Buffer
	if err := card.WritePNG(&b, newCard(e, u)); err != nil {
		return view{}, err
	}
	return view{file: &file{contentType: "image/png", body: b.Bytes()}, open: openShow}, nil
}

// newCard puts a unit on a card.
func newCard(e *edition, u unit) card.Card {
	return card.Card{
		Mark: markOf(e), Site: siteName, Period: formatPeriod(e.View.Latest()),
		Name: u.Name, Figure: u.Figure(), Unit: "dari 100", Word: u.Score.Rating.Word, Level: u.Score.Rating.Level,
		Line: u.Finding, Areas: cardMap(e, u.Agency),
	}
}

// cardMap is the map on a card: of the city with the bands of its kelurahan, of a kelurahan
// or kecamatan with its place. Other agencies serve the whole city and have none.
func cardMap(e *edition, a *scorecard.Agency) []card.Area {
	if a != nil && a.Kind != scorecard.KindKelurahan && a.Kind != scorecard.KindKecamatan {
		return nil
	}
	var areas []card.Area
	here := false
	for _, k := range e.Reporters(scorecard.GroupKelurahan) {
		area := e.Area(k.Area)
		if area == nil || area.Outline == nil {
			continue
		}
		piece := card.Area{Outline: *area.Outline, Level: ratingOf(e, shownScore(e, k.Code)).Level}
		piece.Here = a != nil && (k.Area == a.Area || area.Parent != nil && *area.Parent == a.Area)
		here = here || piece.Here
		areas = append(areas, piece)
	}
	if a != nil && !here {
		return nil
	}
	return areas
}
