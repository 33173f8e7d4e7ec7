package opendata_test

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"petajalan/internal/scorecard"
)

var update = flag.Bool("update", false, "write testdata anew")

// TestThePublicationInTestdataIsThatOfTheSmallCity keeps the file that the tests of the
// command verify as well.
func TestThePublicationInTestdataIsThatOfTheSmallCity(t *testing.T) {
	t.Parallel()
	const name = "testdata/publication.json"
	want, err := scorecard.Canonical(smallPublication(t).Content)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(name, want, 0o644); err != nil { //nolint:gosec // everybody reads testdata
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("testdata/publication.json is not the small city: go test ./internal/opendata -update")
	}
}
