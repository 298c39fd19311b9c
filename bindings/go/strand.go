package asyncresult

import (
	"runtime"
	"sync"

	"asyncresult/internal/native"
)

// Strand is an order for tasks: those of a strand run one at a time, in the order
// of their submits, and hold no thread while they wait.
//
// The tasks of a strand are C functions, or functions of Go: the first one decides.
type Strand struct {
	handle uintptr
	kind   int32
	owner  uintptr // the pool

	mu   sync.Mutex
	used bool    // it has had a task
	goes *lender // of functions of Go; then the handle is of that part of the pool

	sleeps []*taskSleep // of its tasks, in the graph of waits
}

// of is the native strand for a C function, or for one of Go, which has a lender.
func (s *Strand) of(l *lender) (uintptr, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.used && s.goes != l {
		return 0, newError(CodeState, "expected tasks of one kind in a strand, "+
			"found C functions and functions of Go")
	}
	if l == nil || s.used {
		s.used = true
		return s.handle, nil
	}
	err := s.moveLocked(l)
	return s.handle, err
}

// moveLocked makes it a strand of functions of Go.
func (s *Strand) moveLocked(l *lender) error {
	if s.owner != l.owner {
		return newError(CodeArgument, "expected a strand of the same pool, "+
			"found one of another")
	}
	if s.kind == int32(native.STRAND_PINNED) {
		return newError(CodeUnsupported, "expected a C function in a pinned strand, "+
			"found a function of Go, which has no thread of its own")
	}
	var handle, failure uintptr
	err := try(native.Strand_new(l.handle, s.kind, &handle, &failure), &failure)
	if err != nil {
		return err
	}
	native.Strand_unref(s.handle)
	s.handle, s.goes, s.used = handle, l, true
	return nil
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
	s := &Strand{handle: handle, kind: kind, owner: p.handle}
	runtime.SetFinalizer(s, func(s *Strand) { native.Strand_unref(s.handle) })
	return s, nil
}
