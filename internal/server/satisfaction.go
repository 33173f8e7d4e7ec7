package server

import (
	"slices"
	"strconv"
	"strings"

	"petajalan/internal/chart"
	"petajalan/internal/scorecard"
)

// satisfactionView is what the visitors of an agency say in the survey (SKM).
type satisfactionView struct {
	Heading  string
	Rating   rating // the grade, in its own scale
	Facts    []fact
	TooFew   string // warning when the sample is too small; else empty
	Limits   string // the grades with their limits
	Elements []elementRow
}

// elementRow is one of the nine elements.
type elementRow struct {
	Name, Value, Grade string
	Bar                chart.SVG
}

// satisfactionScale is the code of the scale of survey results in the method.
const satisfactionScale = "ikm"

// The ends of the scale of a survey: all answers 1, all answers 4.
const (
	satisfactionLow  = 25
	satisfactionHigh = 100
)

// newSatisfactionView tells the newest survey of an agency; nil when there is none.
func newSatisfactionView(e *edition, agency *scorecard.Agency) *satisfactionView {
	s := e.SatisfactionOf(agency.Code)
	if s == nil {
		return nil
	}
	steps := scaleSteps(e, satisfactionScale)
	v := &satisfactionView{
		Heading: "Warga memberi nilai " + formatGraded(steps, s.IKM),
		Rating:  rating{Word: "Mutu " + s.Grade},
		Facts: []fact{
			{Name: "Survei Kepuasan Masyarakat (SKM)", Text: "Semester " + romans[s.Half] + " " + strconv.Itoa(s.Year)},
			{Name: "Warga yang menjawab", Text: formatCount(s.Respondents) + " orang"},
		},
		Limits: gradeLimits(steps),
	}
	for i, step := range steps {
		if step.Code == s.Grade {
			v.Rating = rating{Level: 5 - i, Word: "Mutu " + s.Grade + ", " + strings.ToLower(step.Label)}
		}
	}
	if before := surveyBefore(e, s); before != nil {
		v.Facts = append(v.Facts, fact{Name: "Semester sebelumnya", Text: formatGraded(steps, before.IKM)})
	}
	if s.MinSample != nil && s.Respondents < *s.MinSample {
		v.TooFew = "Sampel belum memenuhi: perlu paling sedikit " + formatCount(*s.MinSample) + " jawaban. Bacalah nilai ini dengan hati-hati."
	}
	if s.PublishedIKM != nil && *s.PublishedIKM != s.IKM {
		v.Facts = append(v.Facts, fact{Name: "Nilai menurut pengumuman unit", Text: formatNumber(*s.PublishedIKM, 2)})
	}
	elements := slices.Clone(s.Elements)
	slices.SortStableFunc(elements, func(a, b scorecard.Element) int {
		x, _ := hundredths(a.Value)
		y, _ := hundredths(b.Value)
		return int(y - x)
	})
	var marks []float64
	for _, step := range steps {
		if at := geometry(step.From); at != nil {
			marks = append(marks, *at)
		}
	}
	for _, el := range elements {
		v.Elements = append(v.Elements, elementRow{
			Name: elementName(el.Code), Value: formatGraded(steps, el.Value), Grade: el.Grade,
			Bar: chart.Bar(geometry(&el.Value), satisfactionLow, satisfactionHigh, marks...),
		})
	}
	if n := len(v.Elements); n > 0 {
		v.Facts = append(v.Facts, fact{Name: "Unsur terendah", Text: v.Elements[n-1].Name})
	}
	return v
}

// surveyBefore is the survey of the half-year before; nil when there is none.
func surveyBefore(e *edition, s *scorecard.Satisfaction) *scorecard.Satisfaction {
	for i := range e.Satisfaction {
		b := &e.Satisfaction[i]
		if b.Agency == s.Agency && b.Year*2+b.Half == s.Year*2+s.Half-1 {
			return b
		}
	}
	return nil
}

// scaleSteps are the grades of a scale of the method, the highest first.
func scaleSteps(e *edition, code string) []scorecard.ScaleStep {
	for _, scale := range e.Method.Scales {
		if scale.Code == code {
			steps := slices.Clone(scale.Steps)
			slices.Reverse(steps)
			return steps
		}
	}
	return nil
}

// formatGraded writes a survey result with one decimal, or two where one would seem to
// lie in another grade.
func formatGraded(steps []scorecard.ScaleStep, value string) string {
	bands := make([]scorecard.Band, len(steps))
	for i, s := range steps {
		bands[i] = scorecard.Band{From: s.From}
	}
	return formatFigure(bands, value, 1)
}

// gradeLimits writes "Mutu A 88,31–100 · B 76,61–88,30 · …".
func gradeLimits(steps []scorecard.ScaleStep) string {
	var parts []string
	high := strconv.Itoa(satisfactionHigh)
	for _, s := range steps {
		low := strconv.Itoa(satisfactionLow)
		if s.From != nil {
			low = formatNumber(*s.From, 2)
		}
		parts = append(parts, s.Code+" "+low+"–"+high)
		if s.From != nil {
			if n, ok := hundredths(*s.From); ok {
				high = formatNumber(fromHundredths(n-1), 2)
			}
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return "Mutu " + strings.Join(parts, " · ")
}

// elementName names an element of the survey.
func elementName(code string) string {
	switch code {
	case "persyaratan":
		return "Persyaratan"
	case "prosedur":
		return "Prosedur"
	case "waktu":
		return "Waktu penyelesaian"
	case "biaya":
		return "Biaya"
	case "produk":
		return "Hasil layanan"
	case "kompetensi":
		return "Kemampuan petugas"
	case "perilaku":
		return "Perilaku petugas"
	case "pengaduan":
		return "Penanganan aduan"
	case "sarana":
		return "Sarana dan prasarana"
	}
	return code
}
