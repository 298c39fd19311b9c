//go:build cgo

package native

// #cgo CFLAGS: -Wno-unused-parameter
// #include "glue.h"
import "C"

import "unsafe"

// Run is set to what runs a task that the library calls on a thread of its own choosing:
// that of a submit, say, which found the queue full.
var Run func(function uint64, task uintptr)

//export asyrGoRun
func asyrGoRun(function C.uint64_t, task *C.asyr_task) {
	Run(uint64(function), uintptr(unsafe.Pointer(task)))
}
