package scorecard_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/uptrace/bun"

	"petajalan/internal/scorecard"
	"petajalan/internal/scoring"
)

// readBytes are the bytes of a publication as they are stored.
func readBytes(t *testing.T, db *bun.DB, number int) []byte {
	t.Helper()
	var content []byte
	if err := db.NewRaw(`SELECT content FROM publications WHERE number = ?`, number).Scan(t.Context(), &content); err != nil {
		t.Fatal(err)
	}
	return content
}

// readContent parses bytes; every call gives records of its own.
func readContent(t *testing.T, content []byte) *scorecard.Content {
	t.Helper()
	c := &scorecard.Content{}
	if err := json.Unmarshal(content, c); err != nil {
		t.Fatal(err)
	}
	return c
}

func canonical(t *testing.T, c *scorecard.Content) []byte {
	t.Helper()
	b, err := scorecard.Canonical(c)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// halfYear is what a publication says of the first half of 2025: enough of everything, and
// quickly checked.
func halfYear(t *testing.T, content []byte) []byte {
	t.Helper()
	c := readContent(t, content)
	late := func(p scoring.Period) bool { return p.Year > 2025 || p.Quarter > 2 }
	c.Achievements = slices.DeleteFunc(c.Achievements, func(a scorecard.Achievement) bool { return late(a.Period) })
	c.Scores = slices.DeleteFunc(c.Scores, func(s scorecard.Score) bool { return late(s.Period) })
	c.Targets = slices.DeleteFunc(c.Targets, func(x scorecard.Target) bool { return x.Year != 2025 })
	c.Services, c.Results, c.Satisfaction, c.Areas = nil, nil, nil, nil
	return canonical(t, c)
}

// checkFindsEveryChange changes a publication in every way that matters and looks whether
// the check names it.
func checkFindsEveryChange(t *testing.T, content []byte) {
	small := halfYear(t, content)
	if _, err := scorecard.Check(small); err != nil {
		t.Fatalf("what was not changed: %v", err)
	}
	// A digit that is one more, or one less where it is 9.
	digit := func(s string) string {
		b := []byte(s)
		i := len(b) - 1
		if b[i] == '9' {
			b[i]--
		} else {
			b[i]++
		}
		return string(b)
	}
	find := func(c *scorecard.Content, is func(*scorecard.Achievement) bool) *scorecard.Achievement {
		for i := range c.Achievements {
			if a := &c.Achievements[i]; a.State == scoring.Scored && is(a) {
				return a
			}
		}
		t.Fatal("no such achievement")
		return nil
	}
	scored := func(c *scorecard.Content) *scorecard.Achievement {
		return find(c, func(*scorecard.Achievement) bool { return true })
	}
	fraction := func(c *scorecard.Content) *scorecard.Achievement {
		return find(c, func(a *scorecard.Achievement) bool { return a.Kind == scoring.KindFraction })
	}
	score := func(c *scorecard.Content, level scoring.Level) *scorecard.Score {
		for i := range c.Scores {
			if s := &c.Scores[i]; s.Level == level && s.Score != nil && s.Rating != nil {
				return s
			}
		}
		t.Fatal("no such score")
		return nil
	}
	for _, change := range []struct {
		name, want string // what the message names
		change     func(*scorecard.Content)
	}{
		{"raw", "raw: published", func(c *scorecard.Content) { *scored(c).Raw = digit(*scored(c).Raw) }},
		{"scored", "scored: published", func(c *scorecard.Content) { *scored(c).Scored = digit(*scored(c).Scored) }},
		{"rating of a target", "rating: published", func(c *scorecard.Content) { *scored(c).Rating = "sedang_saja" }},
		{"first raw", "first_raw: published", func(c *scorecard.Content) { *scored(c).FirstRaw = digit(*scored(c).FirstRaw) }},
		{"first scored left out", "first_scored: published nothing", func(c *scorecard.Content) { scored(c).FirstScored = nil }},
		{"actual", "actual: published", func(c *scorecard.Content) { *scored(c).Actual = digit(*scored(c).Actual) }},
		{"numerator to date", "actual_numerator: published", func(c *scorecard.Content) { *fraction(c).ActualNumerator = digit(*fraction(c).ActualNumerator) }},
		{"report", "recomputed", func(c *scorecard.Content) { *fraction(c).Denominator = digit(*fraction(c).Denominator) }},
		{"report left out", "the report of 2025-TW1 is missing", func(c *scorecard.Content) { fraction(c).Numerator = nil }},
		{"target to date", "target: published", func(c *scorecard.Content) { *scored(c).Target = digit(*scored(c).Target) }},
		{"target of the year", "recomputed", func(c *scorecard.Content) {
			a := scored(c)
			for i := range c.Targets {
				if x := &c.Targets[i]; x.Agency == a.Agency && x.Indicator == a.Indicator {
					*x.Value = digit(*x.Value)
				}
			}
		}},
		{"weight", "weight: published", func(c *scorecard.Content) { scored(c).Weight = digit(scored(c).Weight) }},
		{"weights", "sum to", func(c *scorecard.Content) {
			a := scored(c)
			for i := range c.Targets {
				if x := &c.Targets[i]; x.Agency == a.Agency && x.Indicator == a.Indicator {
					x.Weight = digit(x.Weight)
				}
			}
			for i := range c.Achievements {
				if x := &c.Achievements[i]; x.Agency == a.Agency && x.Indicator == a.Indicator {
					x.Weight = digit(x.Weight)
				}
			}
		}},
		{"state", "though its state is terlambat", func(c *scorecard.Content) { scored(c).State = scoring.Late }},
		{"text for a number", "is no decimal number", func(c *scorecard.Content) { *scored(c).Actual = "1e9" }},
		{"goal weight", "the weights of the goals sum to", func(c *scorecard.Content) { c.Goals[0].Weight = digit(c.Goals[0].Weight) }},
		{"cap", "recomputed", func(c *scorecard.Content) { c.Method.Cap = "120.00" }},
		{"no cap", "method m1: cap", func(c *scorecard.Content) { c.Method.Cap = "" }},
		{"band", "rating: published", func(c *scorecard.Content) { *c.Method.Bands[0].From = "99" }},
		{"score of the city", "score of city kota in 2025-TW1: score: published", func(c *scorecard.Content) {
			*score(c, scoring.LevelCity).Score = digit(*score(c, scoring.LevelCity).Score)
		}},
		{"low of a goal", "low: published", func(c *scorecard.Content) { score(c, scoring.LevelGoal).Low = digit(score(c, scoring.LevelGoal).Low) }},
		{"high of an objective", "high: published", func(c *scorecard.Content) {
			score(c, scoring.LevelObjective).High = digit(score(c, scoring.LevelObjective).High)
		}},
		{"coverage of an agency", "coverage: published", func(c *scorecard.Content) {
			score(c, scoring.LevelAgency).Coverage = digit(score(c, scoring.LevelAgency).Coverage)
		}},
		{"rating of a score", "rating: published nothing", func(c *scorecard.Content) { score(c, scoring.LevelAgency).Rating = nil }},
		{"first score", "first_score: published", func(c *scorecard.Content) {
			*score(c, scoring.LevelAgency).FirstScore = digit(*score(c, scoring.LevelAgency).FirstScore)
		}},
		{"count", "counts: published", func(c *scorecard.Content) { score(c, scoring.LevelCity).Counts.States[scoring.Scored]++ }},
		{"a score left out", "nothing is published, recomputed", func(c *scorecard.Content) { c.Scores = c.Scores[1:] }},
		{"a score too many", "it is published, and nothing is due under it", func(c *scorecard.Content) {
			more := *score(c, scoring.LevelAgency)
			more.Code = "siluman"
			c.Scores = append(c.Scores, more)
		}},
		{"a score twice", "it stands twice", func(c *scorecard.Content) { c.Scores = append(c.Scores, c.Scores[0]) }},
		{"an achievement left out", "", func(c *scorecard.Content) {
			i := slices.IndexFunc(c.Achievements, func(a scorecard.Achievement) bool { return a.State == scoring.Scored })
			c.Achievements = slices.Delete(c.Achievements, i, i+1)
		}},
		{"an achievement twice", "it stands twice", func(c *scorecard.Content) { c.Achievements = append(c.Achievements, c.Achievements[0]) }},
	} {
		c := readContent(t, small)
		change.change(c)
		_, err := scorecard.Check(canonical(t, c))
		if _, ok := errors.AsType[*scorecard.Mismatch](err); !ok || !strings.Contains(err.Error(), change.want) {
			t.Errorf("%s changed: %v, want a message with %q", change.name, err, change.want)
		}
	}
	pretty := bytes.Replace(small, []byte(`,"`), []byte(`, "`), 1)
	if _, err := scorecard.Check(pretty); err == nil || !strings.Contains(err.Error(), "not the canonical JSON") {
		t.Errorf("a space more: %v", err)
	}
}

func TestFilesThatAreNoPublicationAreRefusedInWords(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":                                     "the file is empty",
		" \n":                                  "the file is empty",
		"kota,nilai":                           "the file is no JSON or is cut off, at byte 1",
		`{"format":"petajalan-publication-1"`:  "the file is no JSON or is cut off",
		`[]`:                                   "the file is no publication",
		`{"data":[]}`:                          "does not name its format",
		`{"format":"petajalan-publication-9"}`: `this program knows "petajalan-publication-1"`,
		`{"format":"petajalan-publication-1","siluman":1}`:                    "unknown field",
		`{"format":"petajalan-publication-1","number":1}`:                     "not the canonical JSON",
		`{"format":"petajalan-publication-1","period":"2026-TW9","number":1}`: "not written like 2026-TW3",
	} {
		if _, err := scorecard.Check([]byte(content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.60q: %v, want a message with %q", content, err, want)
		}
	}
}
