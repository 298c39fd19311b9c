//go:build cgo

package native

// #cgo pkg-config: asyncresult
// #cgo CFLAGS: -std=gnu11 -fno-strict-aliasing
// #cgo LDFLAGS: -lpthread
import "C"
