// Package chart draws the pictures of the pages as SVG.
package chart

// SVG is a drawing, ready to stand in a page. Only this package makes one.
type SVG string
