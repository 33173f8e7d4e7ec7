package server

// channel is a way to complain about a service.
type channel struct {
	Name, Href string
	Meaning    string // what it is, as a sentence
}

// complaintChannels are the ways to complain, the one to be offered first first. Every page
// that names one takes it from here.
func complaintChannels() []channel {
	return []channel{{
		Name:    "SP4N-LAPOR!",
		Href:    "https://www.lapor.go.id",
		Meaning: "SP4N-LAPOR! adalah kanal aduan nasional. Aduan Anda tercatat dan diteruskan.",
	}}
}

// Channels are the ways to complain.
func (p Page) Channels() []channel { return complaintChannels() }
