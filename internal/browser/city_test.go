package browser_test

import "testing"

// TestCity is one test with many parts, since they share one demo and one browser, which
// take seconds to make.
func TestCity(t *testing.T) {
	t.Parallel()
	c := newCity(t)
	t.Run("HTTP", func(t *testing.T) { overHTTP(t, c) })
	t.Run("Chromium", func(t *testing.T) {
		b := newChromium(t)
		t.Run("ProblemsAreSeen", func(t *testing.T) { seeProblems(t, b) })
		t.Run("Pages", func(t *testing.T) { lookAt(t, c, b) })
		t.Run("ByKeyboard", func(t *testing.T) { byKeyboard(t, c, b) })
		t.Run("OnAnotherSite", func(t *testing.T) { onAnotherSite(t, c, b) })
		t.Run("Journeys", func(t *testing.T) { journeys(t, c, b) })
	})
}
