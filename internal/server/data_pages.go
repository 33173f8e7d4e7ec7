package server

// dataRoutes are the open data: the page, the files and their catalogue.
func dataRoutes() []publicRoute { return nil }
