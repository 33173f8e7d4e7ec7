package card

import (
	"bytes"
	"image/png"
	"io"
	"strings"
	"testing"
)

var sample = Card{
	Mark: "DATA PERAGAAN: angka rekaan", Site: "Rapor Layanan Kota Blitar", Period: "Triwulan III 2026",
	Name: "Kelurahan Bendogerit", Figure: "82,4", Unit: "dari 100", Word: "Tinggi", Level: 4,
	Line:  "4 dari 6 layanan menepati janji waktunya",
	Areas: []Area{{Outline: "M332 360l-97-7-4 15-16 47 36 8 6-6 15 1 2-6 17 2 3-2 4 1 5-10 1-11 1 0 17 5z", Here: true}, {Outline: "M10 10H200V300l-100 20z"}},
}

func TestLongTextsStayOnTheCard(t *testing.T) {
	t.Parallel()
	long := sample
	long.Name = strings.Repeat("Dinas Pemberdayaan Perempuan, Perlindungan Anak, Pengendalian Penduduk ", 5)
	long.Line = strings.Repeat("Tidak satu pun dari layanan menepati janji waktunya ", 8)
	long.Word = strings.Repeat("Belum dapat dipastikan ", 4)
	for name, c := range map[string]Card{
		"AllLong": long, "NoFigure": {Name: long.Name, Word: long.Word}, "OneLongWord": {Name: strings.Repeat("x", 300), Figure: "100,0", Word: strings.Repeat("y", 300)}, "Empty": {},
	} {
		var b bytes.Buffer
		if err := WritePNG(&b, c); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		img, err := png.Decode(&b)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for y := range Height {
			for _, x := range []int{0, Width - 1} {
				ground := img.At(x, Height-1)
				if c.Mark != "" && y < 52 {
					ground = sunk
				}
				if img.At(x, y) != ground {
					t.Fatalf("%s: something is drawn at the edge, %d, %d", name, x, y)
				}
			}
		}
	}
}

func TestOutlinesAreReadAsBrowsersReadThem(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		data string
		want [][]point
	}{
		{"M1 2l3 4-5-6z", [][]point{{{1, 2}, {4, 6}, {-1, 0}}}},
		{"m1,2 3,4 1 0z", [][]point{{{1, 2}, {4, 6}, {5, 6}}}},
		{"M0 0H4V5h-1v-2ZM9 9L8 8 7 9", [][]point{{{0, 0}, {4, 0}, {4, 5}, {3, 5}, {3, 3}}, {{9, 9}, {8, 8}, {7, 9}}}},
		{"M0 0L.5.5 1 0z", [][]point{{{0, 0}, {.5, .5}, {1, 0}}}},
		{"M0 0L1 1 2 0C1 2 3 4 5 6z", [][]point{{{0, 0}, {1, 1}, {2, 0}}}},
		{"M0 0L1", nil}, {"z", nil}, {"", nil}, {"nonsense", nil},
	} {
		got := parseOutline(tt.data)
		if len(got) != len(tt.want) {
			t.Errorf("%q gives %v, want %v", tt.data, got, tt.want)
			continue
		}
		for i := range got {
			if len(got[i]) != len(tt.want[i]) {
				t.Errorf("%q gives %v, want %v", tt.data, got, tt.want)
				continue
			}
			for k := range got[i] {
				if got[i][k] != tt.want[i][k] {
					t.Errorf("%q gives %v, want %v", tt.data, got, tt.want)
				}
			}
		}
	}
}

func FuzzOutlinesNeverStopTheProgram(f *testing.F) {
	f.Add("M1 2l3 4-5-6z")
	f.Add("M9999999 0l1e9 0 0-9z")
	f.Fuzz(func(_ *testing.T, data string) {
		c := newCanvas(60, 30)
		c.shape(placed(parseOutline(data), 0, 0, 1), brandOnPaper, 2)
	})
}

func BenchmarkWritePNG(b *testing.B) {
	for b.Loop() {
		if err := WritePNG(io.Discard, sample); err != nil {
			b.Fatal(err)
		}
	}
}
