package main

// Why a case does not apply to Go.
const (
	ownQueue = "the package drains the completion queues itself, on goroutines"
	noFork   = "a Go program cannot fork: the child would lack the runtime's threads"
	crosses  = "values of Go cross between goroutines as they are"
	noLend   = "the package lends its goroutines as workers by itself"
)

var skips = map[string]string{
	"B3.3":   "a context's deadline is a time, which is never NaN",
	"B8.3":   "a Go callback returns nothing",
	"B12.2":  ownQueue,
	"B12.3":  ownQueue,
	"B12.4":  ownQueue,
	"B12.5":  ownQueue,
	"B12.6":  ownQueue,
	"B12.7":  ownQueue,
	"B12.8":  ownQueue,
	"B12.9":  ownQueue,
	"B12.10": ownQueue,
	"B27.1":  noFork,
	"B27.2":  noFork,
	"B27.3":  noFork,
	"B28.4":  "a Go program is linked to the library and cannot close it",
	"L1.5":   crosses,
	"L1.6":   crosses,
	"W1.1":   noLend,
	"W1.2":   noLend,
	"W1.3":   noLend,
	"W1.4":   noLend,
	"W1.5":   noLend,
}
