package asyncresult

import (
	"runtime"

	"asyncresult/internal/native"
)

// keeper releases results that have become garbage, all of them: handles that are read
// are not left to it, and a finalizer for each of the others would cost too much.
type keeper struct {
	handles [keptTogether]uintptr
	used    int
}

const keptTogether = 32

// place is one for a handle; nil when there is no room.
func (k *keeper) place() *uintptr {
	if k == nil || k.used == len(k.handles) {
		return nil
	}
	k.used++
	return &k.handles[k.used-1]
}

func newKeeper() *keeper {
	k := &keeper{}
	runtime.SetFinalizer(k, func(k *keeper) {
		for _, handle := range k.handles[:k.used] {
			if handle != 0 {
				native.Result_unref(handle)
			}
		}
	})
	return k
}

// newPlace is the place for a handle that is to be released as soon as it can be.
func newPlace() *uintptr {
	handle := new([2]uintptr) // one word would share its memory with others
	runtime.SetFinalizer(handle, func(handle *[2]uintptr) { native.Result_unref(handle[0]) })
	return &handle[0]
}
