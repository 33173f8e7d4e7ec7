package web

// Sheets of what is apart from the pages: sheets for the notice board, embedded pages, print.
var (
	PosterStyles = []string{"components/poster.css"}
	PrintStyles  = []string{"styles/print.css"} // of every page, on paper
	EmbedStyles  = []string{"styles/tokens.css", "components/embed.css"}
)
