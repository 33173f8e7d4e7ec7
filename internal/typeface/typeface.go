// Package typeface holds the letters for what is drawn outside of a browser: print and
// pictures. The pages have the same family as jakarta.woff2.
//
// The two files are Plus Jakarta Sans, weights 400 and 800, cut down to the letters of
// Latin-1 and Latin Extended-A, the usual marks and a few signs of mathematics, with their
// kerning. They are under the SIL Open Font Licence 1.1, see OFL.txt.
package typeface

import _ "embed"

// Regular is the weight of running text, as a TrueType file.
//
//go:embed regular.ttf
var Regular []byte

// Bold is the weight of names and figures, as a TrueType file.
//
//go:embed bold.ttf
var Bold []byte
