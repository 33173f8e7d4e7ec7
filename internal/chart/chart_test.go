package chart_test

import (
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"petajalan/internal/chart"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

func v(f float64) *float64 { return &f }

var limits = []chart.Limit{{At: 91, Text: "91", Name: "Sangat tinggi"}, {At: 76, Text: "76", Name: "Tinggi"}, {At: 66, Text: "66", Name: "Sedang"}, {At: 51, Text: "51", Name: "Rendah"}}

// quarters has a gap, a value that stands alone after it, a break, and a span that is cut
// by the axis.
func quarters() []chart.Point {
	return []chart.Point{
		{Name: "I", Year: "2025", Value: v(71.2), Low: v(12), High: v(88), Reference: v(70)},
		{Name: "II", Value: v(73.4), Low: v(70), High: v(80), Reference: v(71)},
		{Name: "III", Low: v(0), High: v(100)},
		{Name: "IV", Value: v(75), Low: v(74), High: v(76), Reference: v(72)},
		{Name: "I", Year: "2026"},
		{Name: "II", Value: v(79.3), Low: v(78), High: v(84), Reference: v(75.5)},
		{Name: "III", Value: v(82.4), Low: v(79.8), High: v(83), Reference: v(80), Break: true},
	}
}

func trend(points []chart.Point) chart.SVG {
	floor, ceiling := chart.Axis(points)
	return chart.Trend{Points: points, Limits: limits, Floor: floor, Ceiling: ceiling, Label: "82,4", ReferenceLabel: "Rerata 80,0"}.SVG()
}

func drawings() map[string]chart.SVG {
	areas := []chart.Area{
		{Outline: "M10 10h50v50h-50z", X: 35, Y: 35, Class: "band--4", Href: "/kelurahan/satu?terbitan=1&urut=nilai", Title: `Satu: 82,4 <"&'>`, Label: "82"},
		{Outline: `M70 10h50v50h-50z"/><script>`, X: 95, Y: 35, Class: "band--0", Href: "/kelurahan/dua", Title: "Dua: belum dapat dipastikan", Label: "–"},
	}
	all := map[string]chart.SVG{
		"trend":            trend(quarters()),
		"trend-one":        trend(quarters()[:1]),
		"trend-empty":      trend([]chart.Point{{Name: "I", Year: "2025"}, {Name: "II"}}),
		"trend-none":       trend(nil),
		"spark":            chart.Spark([]*float64{v(70), v(72), nil, v(71), v(78)}, 14),
		"spark-break":      chart.Spark([]*float64{v(70), v(72), v(71), v(60), v(61)}, 14, 3),
		"spark-wide":       chart.Spark([]*float64{v(10), v(90)}, 14),
		"spark-last-gone":  chart.Spark([]*float64{v(10), v(12), nil}, 14),
		"spark-empty":      chart.Spark([]*float64{nil, nil}, 14),
		"spark-none":       chart.Spark(nil, 14),
		"bullet":           chart.Bullet{High: 100, Value: v(78), Previous: v(71), Target: v(90), Fair: v(81), Good: v(90)}.SVG(),
		"bullet-smaller":   chart.Bullet{High: 30, Value: v(14), Previous: v(18), Target: v(15), Fair: v(16.5), Good: v(15), SmallerIsBetter: true}.SVG(),
		"bullet-range":     chart.Bullet{High: 100, Value: v(120), Target: v(60), TargetHigh: v(85)}.SVG(),
		"bullet-missing":   chart.Bullet{High: 100, Target: v(90), Fair: v(81), Good: v(90)}.SVG(),
		"score-ranges":     chart.ScoreRanges(51, 76),
		"score-bar":        chart.ScoreBar(v(82.4), 79.8, 83),
		"score-bar-whole":  chart.ScoreBar(v(82.4), 82.4, 82.4),
		"score-bar-absent": chart.ScoreBar(nil, 0, 100),
		"bar":              chart.Bar(v(84.6), 25, 100, 65, 76.61, 88.31),
		"bar-missing":      chart.Bar(nil, 0, 100),
		"segments":         chart.Segments([]chart.Segment{{"segment--ok", 112}, {"segment--near", 0}, {"segment--miss", 19}, {"segment--none", 8}}),
		"segments-none":    chart.Segments(nil),
		"map":              chart.Map(areas),
		"locator":          chart.Locator(areas, 1),
	}
	maps.Copy(all, promiseDrawings())
	return all
}

func TestDrawingsAreWhatTheyWere(t *testing.T) {
	t.Parallel()
	for name, svg := range drawings() {
		file := filepath.Join("testdata", name+".svg")
		if *update {
			if err := os.WriteFile(file, []byte(string(svg)+"\n"), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSuffix(string(want), "\n") != string(svg) {
			t.Errorf("%s changed; look at it, then run with -update:\n%s", name, svg)
		}
	}
}

func TestDrawingsAreOneHiddenElementWithoutStyle(t *testing.T) {
	t.Parallel()
	for name, svg := range drawings() {
		dec := xml.NewDecoder(strings.NewReader(string(svg)))
		depth, roots := 0, 0
		for {
			token, err := dec.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s is no valid XML: %v\n%s", name, err, svg)
			}
			switch e := token.(type) {
			case xml.StartElement:
				if depth == 0 {
					roots++
					if e.Name.Local != "svg" || attr(e, "aria-hidden") != "true" {
						t.Errorf("%s: root is %s, aria-hidden %q", name, e.Name.Local, attr(e, "aria-hidden"))
					}
				}
				if e.Name.Local == "script" || attr(e, "style") != "" {
					t.Errorf("%s: %s has what the policy forbids", name, e.Name.Local)
				}
				depth++
			case xml.EndElement:
				depth--
			}
		}
		if roots != 1 {
			t.Errorf("%s has %d roots", name, roots)
		}
	}
}

var (
	percentages = regexp.MustCompile(` (?:x|x1|x2|cx|width)="([-0-9.]+)%"`)
	heights     = regexp.MustCompile(` (?:y|y1|y2|cy)="([-0-9.]+)"`)
	boxHeight   = regexp.MustCompile(`(?:height="|viewBox="0 0 [0-9]+ )([0-9.]+)"`)
	pathPoints  = regexp.MustCompile(`[ML]([-0-9.]+) ([-0-9.]+)`)
	boxes       = regexp.MustCompile(`viewBox="0 0 ([0-9.]+) ([0-9.]+)"`)
)

func TestEverythingLiesInsideTheViewBox(t *testing.T) {
	t.Parallel()
	inside := func(name, what, text string, most float64) {
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || n < 0 || n > most {
			t.Errorf("%s: %s %s is not between 0 and %v", name, what, text, most)
		}
	}
	for name, svg := range drawings() {
		for _, m := range percentages.FindAllStringSubmatch(string(svg), -1) {
			inside(name, "percentage", m[1], 100)
		}
		box := boxHeight.FindStringSubmatch(string(svg))
		if box == nil {
			continue // only definitions
		}
		height, err := strconv.ParseFloat(box[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range heights.FindAllStringSubmatch(string(svg), -1) {
			inside(name, "height", m[1], height)
		}
		if b := boxes.FindStringSubmatch(string(svg)); b != nil {
			width, err := strconv.ParseFloat(b[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range pathPoints.FindAllStringSubmatch(string(svg), -1) {
				inside(name, "x", m[1], width)
				inside(name, "y", m[2], height)
			}
		}
	}
}

func TestAGapIsNeverBridgedNorDrawnAsNought(t *testing.T) {
	t.Parallel()
	spark := string(chart.Spark([]*float64{v(70), v(70), nil, v(70), v(70)}, 14))
	if !strings.Contains(spark, `d="M4 16L26 16M70 16L92 16M`) {
		t.Errorf("spark with a gap: %s", spark)
	}
	alone := string(trend([]chart.Point{{Name: "I"}, {Name: "II", Value: v(80)}, {Name: "III"}}))
	if strings.Count(alone, "trend__dot") != 1 {
		t.Errorf("a value between two gaps has no dot: %s", alone)
	}
	if missing := string(chart.ScoreBar(nil, 0, 100)); strings.Contains(missing, "bullet__value") {
		t.Errorf("a missing score is drawn as a bar: %s", missing)
	}
}

func TestTheAxisShowsAllValuesAndIsNotFlattenedByAWideSpan(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		points         []chart.Point
		floor, ceiling float64
	}{
		{"Nothing", nil, 0, 100},
		{"NarrowSpan", []chart.Point{{Value: v(80), Low: v(78), High: v(84)}}, 65, 90},
		{"WideSpan", []chart.Point{{Value: v(80), Low: v(5), High: v(99)}}, 60, 100},
		{"NearTheTop", []chart.Point{{Value: v(99), Low: v(99), High: v(100)}}, 75, 100},
		{"NearTheBottom", []chart.Point{{Value: v(2), Low: v(0), High: v(4)}}, 0, 10},
	} {
		floor, ceiling := chart.Axis(tt.points)
		if floor != tt.floor || ceiling != tt.ceiling {
			t.Errorf("%s: Axis = %v, %v, want %v, %v", tt.name, floor, ceiling, tt.floor, tt.ceiling)
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}
