// Package browser holds tests and nothing else: the invented city as its readers
// and officers meet it, in Chromium and over HTTP.
//
// What needs Chromium (axe, narrow screens, the console, journeys without
// scripts) is skipped with a sentence where Chromium or axe-core is missing.
// With PETAJALAN_BROWSER=required, as .ci/run sets it, that is a failure.
package browser
