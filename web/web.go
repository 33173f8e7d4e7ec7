// Package web holds what the pages are made of: templates, styles, the font.
//
// layout.html is the frame of the public pages, each file in pages defines "main" and is
// parsed with its own clone of the frame and of all components. A page that wants another
// frame defines "layout" anew. Each file in components defines one template of its own
// name, begins with a comment that says what it takes, and may have a style sheet of the
// same name. There is no style attribute: the security policy forbids it. The one
// script, static/work.js, makes the workspace more comfortable; no task needs it.
package web

import "embed"

// Files are the templates, styles and static files.
//
//go:embed *.html components pages styles static
var Files embed.FS

// Styles are the parts of the style sheet of all pages, in the order in which they are joined.
var Styles = []string{
	"styles/tokens.css",
	"styles/base.css",
	"styles/layout.css",
	"components/banner.css",
	"components/headline.css",
	"components/mark.css",
	"components/chart.css",
	"components/trend.css",
	"components/dots.css",
	"components/segments.css",
	"components/map.css",
	"components/tiles.css",
	"components/table.css",
	"components/indicator.css",
	"components/notes.css",
	"components/form.css",
	"components/steps.css",
	"styles/forced-colors.css",
}

// WorkStyles are the parts of the second sheet, which only the pages of the workspace ask for.
var WorkStyles = []string{
	"components/field.css",
	"styles/work.css",
	"components/heatmap.css",
	"components/desk.css",
	"components/worksheet.css",
	"components/guide.css",
	"components/sheet.css",
	"components/account.css",
	"components/steward.css",
	"components/inbox.css",
	"components/evidence.css",
	"components/exchange.css",
}

// DarkTokens is the sheet that turns the tokens of tokens.css dark.
const DarkTokens = "styles/dark.css"

// FontFace is the sheet that asks for the font; it is apart so that a reader who saves
// data does without. FONT in it stands for the address of the font.
const FontFace = "styles/font.css"
