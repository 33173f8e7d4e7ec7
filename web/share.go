package web

// Sheets of what is apart from the pages: printed sheets and embedded pages have their own,
// small ones.
var (
	PosterStyles = []string{"components/poster.css"}
	EmbedStyles  = []string{"styles/tokens.css", "components/embed.css"}
)
