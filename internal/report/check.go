package report

// Finding is what a check found: something that a person should look at. It never blocks and
// never scores.
type Finding struct {
	Code string // of the check: "jump"
	Name string // of the check, as shown: "lonjakan"
	Text string // a sentence with the numbers: "Naik 32 persen dari triwulan lalu."
}
