package server

// sharingRoutes are what is made to be printed or shown elsewhere: sheets for the notice
// board, pictures for previews, badges, embedded pages, the feed.
func sharingRoutes() []publicRoute {
	return []publicRoute{
		cardRoute, placeSheetRoute, serviceSheetRoute, counterSheetRoute,
		badgeRoute, embedRoute, embedListRoute, feedRoute(),
	}
}
