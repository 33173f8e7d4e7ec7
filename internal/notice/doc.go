// Package notice tells people what concerns them.
//
// A note is one sentence for one person. It stands under "Pemberitahuan" at once, and in
// the letter that the person gets on the morning of the next working day: one a day, made
// of all notes not yet read. A letter by itself (Mail) is for what cannot wait, such as a
// link to set a new password. Other channels hear of every note by a webhook.
//
// Whoever changes something tells of it in the transaction of the change: notes and letters
// are rows, and stand or fall with it. What leaves the program is taken from the outbox by
// a job. A row is sent at least once: a worker that dies between sending and marking leaves
// the row to the next one, which sends it again under the same Message-ID, so that the
// second copy can be told from a second letter.
//
// Reminders are a ladder: 7 days and 1 day before the due date and 1 and 7 days after it to
// those who report and their head, 14 days after it to the Sekda, each step once.
package notice
