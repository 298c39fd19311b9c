package asyncresult

import (
	"runtime"

	"asyncresult/internal/native"
)

// Strand is an order for tasks: those of a strand run one at a time, in the order
// of their submits, and hold no thread while they wait.
type Strand struct {
	handle uintptr
}

// NewStrand makes a strand whose tasks any worker may run: for libraries that are
// not thread-safe.
func (p *Pool) NewStrand() (*Strand, error) {
	return p.newStrand(int32(native.STRAND_SERIAL))
}

// NewPinnedStrand makes a strand whose tasks one thread of its own runs: for
// libraries that keep state per thread.
func (p *Pool) NewPinnedStrand() (*Strand, error) {
	return p.newStrand(int32(native.STRAND_PINNED))
}

func (p *Pool) newStrand(kind int32) (*Strand, error) {
	var handle, failure uintptr
	err := try(native.Strand_new(p.raw(), kind, &handle, &failure), &failure)
	runtime.KeepAlive(p)
	if err != nil {
		return nil, err
	}
	s := &Strand{handle: handle}
	runtime.SetFinalizer(s, func(s *Strand) { native.Strand_unref(s.handle) })
	return s, nil
}
