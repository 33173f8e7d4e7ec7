// Package roadmap knows the plan (peta jalan): its versions, goals (tujuan),
// objectives (sasaran), indicators and targets, the agencies (perangkat daerah,
// kelurahan) that have them, the areas of the city, the services and their
// standards, and the scales and rules by which achievements are judged.
//
// Plan rows are keyed by code and never overwritten. A version of the roadmap
// holds from its first year on, and earlier years keep theirs; what a version
// says of an indicator is its sheet, the type [Indicator]. A changed target is a
// new revision with its reason and legal basis. Reference data (areas, agencies,
// holidays, published baselines) is corrected in place.
//
// Decimals are exact and come without trailing zeros. Dates are midnight UTC of
// their day. Lists are ordered by code, byte by byte, whatever the database sorts by.
package roadmap
