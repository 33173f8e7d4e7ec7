package server

// textRoutes are the pages that explain, and what search engines read.
func textRoutes() []publicRoute { return nil }
