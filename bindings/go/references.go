package asyncresult

import (
	"sync"

	"asyncresult/internal/native"
)

// references are what C knows by a number: functions and errors of Go.  What C has let go
// of since is forgotten whenever something is added.
var references = struct {
	mu   sync.Mutex
	last uint64
	kept map[uint64]any
}{kept: map[uint64]any{}}

func keep(v any) (id uint64) {
	references.mu.Lock()
	defer references.mu.Unlock()
	forgetLocked()
	references.last++
	references.kept[references.last] = v
	return references.last
}

func forgetLocked() {
	for id := native.Take_released(); id != 0; id = native.Take_released() {
		delete(references.kept, id)
	}
}

// forget is for what C will not ask for any more.
func forget(id uint64) {
	references.mu.Lock()
	defer references.mu.Unlock()
	delete(references.kept, id)
}

func kept(id uint64) any {
	references.mu.Lock()
	defer references.mu.Unlock()
	return references.kept[id]
}

// countReferences is how many there are.
func countReferences() int {
	references.mu.Lock()
	defer references.mu.Unlock()
	forgetLocked()
	return len(references.kept)
}

// newTaskError makes a native error that stands for one of Go; the caller owns it.
func newTaskError(err error) uintptr {
	e := describeError(err)
	return native.New_error(int32(e.Code), e.Kind, e.Message, e.Trace, keep(err))
}

// originalError is the error of Go that a native one stands for, or nil.
func originalError(handle uintptr) error {
	err, _ := kept(native.Error_id(handle)).(error)
	return err
}
