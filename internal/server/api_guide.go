package server

// apiGuidePath is the page for people about the APIs.
const apiGuidePath = "/data/api"
