package server

import (
	"bytes"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"petajalan/internal/card"
)

// TestCardsAreLightPicturesOfTheRightSize also writes them where PETAJALAN_LOOK says, to
// be looked at.
func TestCardsAreLightPicturesOfTheRightSize(t *testing.T) {
	t.Parallel()
	e := blitar(t)
	paths := cardRoute.paths(e)
	if len(paths) != 1+len(sharedAgencies(e)) || paths[0] != cityCardPath {
		t.Fatalf("cards at %v", paths)
	}
	start := time.Now()
	for _, path := range paths {
		v, err := showCard(e, params{path: map[string]string{"nama": strings.TrimPrefix(path, "/kartu/")}})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if v.open != openShow || v.file.contentType != "image/png" {
			t.Errorf("%s is served as %s, open %d", path, v.file.contentType, v.open)
		}
		if len(v.file.body) > 40_000 {
			t.Errorf("%s has %d bytes", path, len(v.file.body))
		}
		img, err := png.Decode(bytes.NewReader(v.file.body))
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if size := img.Bounds().Size(); size.X != card.Width || size.Y != card.Height {
			t.Errorf("%s is %v", path, size)
		}
		if dir := os.Getenv("PETAJALAN_LOOK"); dir != "" {
			if err := os.WriteFile(filepath.Join(dir, filepath.Base(path)), v.file.body, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("%d cards in %v", len(paths), time.Since(start))
}
