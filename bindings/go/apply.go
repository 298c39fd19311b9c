package asyncresult

import (
	"context"
	"math"
	"runtime"

	"asyncresult/internal/native"
)

// A request is what a submit with default options needs, kept for the next one.
type request struct {
	slots  *[1 + 2*fewArguments]uint64 // for C, which is given no memory with pointers
	keeper *keeper
}

// fewArguments is how many a request has room for.
const fewArguments = 8

// anyValue is in the place of a type where the bits are the handle of a value.
const anyValue = math.MaxUint64

func (p *Pool) newRequest() *request {
	if q, ok := p.requests.Get().(*request); ok {
		return q
	}
	return &request{slots: new([1 + 2*fewArguments]uint64)}
}

// newPlace is a place for a handle.
func (p *Pool) newPlace(q *request) *uintptr {
	if p.dispatch.callbacks.unread != nil {
		return newPlace() // whose error is to be reported soon
	}
	place := q.keeper.place()
	if place == nil {
		q.keeper = newKeeper()
		place = q.keeper.place()
	}
	return place
}

// apply submits in one call of C.
func (p *Pool) apply(fn *Function, args []any) (*Result, error) {
	if p.raw() == 0 {
		return nil, errNoPool
	}
	q := p.newRequest()
	defer p.requests.Put(q)
	slots, err := appendSlots(q.slots[:0], args)
	if err != nil {
		return nil, fit(err)
	}
	status := native.Apply(p.handle, fn.raw(), &slots[0])
	runtime.KeepAlive(p)
	runtime.KeepAlive(fn)
	if status != 0 {
		return nil, takeError(uintptr(slots[0]))
	}
	r := &Result{dispatch: p.dispatch, handle: p.newPlace(q)}
	*r.handle = uintptr(slots[0])
	return r, nil
}

// appendSlots appends a call's arguments in the form that native.Apply reads.
func appendSlots(slots []uint64, args []any) ([]uint64, error) {
	begin := len(slots)
	slots = append(slots, uint64(len(args)))
	for i, arg := range args {
		if kind, bits, ok := scalar(arg); ok {
			slots = append(slots, uint64(kind), bits)
			continue
		}
		value, err := newValue(arg, 1)
		if err != nil {
			slots[begin] = uint64(i)
			releaseSlots(slots[begin:])
			return slots[:begin], at(err, "argument %d", i+1)
		}
		slots = append(slots, anyValue, uint64(value))
	}
	return slots, nil
}

// releaseSlots releases the values of calls that are not made.
func releaseSlots(slots []uint64) {
	for len(slots) > 0 {
		count := slots[0]
		for slots = slots[1:]; count > 0; count, slots = count-1, slots[2:] {
			if slots[0] == anyValue {
				native.Value_unref(uintptr(slots[1]))
			}
		}
	}
}

// Results are those of SubmitMany, or any others.
type Results []*Result

// SubmitMany has workers call a function once with each list of arguments: all, or none
// if it fails.  It costs much less than a submit for each.  In a queue with a limit they
// need places for all of them together.
func (p *Pool) SubmitMany(fn *Function, calls [][]any) (Results, error) {
	if p.raw() == 0 {
		return nil, errNoPool
	}
	if len(calls) == 0 {
		return Results{}, nil
	}
	slots := make([]uint64, 0, len(calls)*(1+2*len(calls[0])))
	var err error
	for i, args := range calls {
		if slots, err = appendSlots(slots, args); err != nil {
			releaseSlots(slots)
			return nil, fit(at(err, "calls[%d]: ", i))
		}
	}
	if err := p.enter(context.Background()); err != nil {
		releaseSlots(slots)
		return nil, err
	}
	defer p.leave()
	handles := make([]uint64, len(calls))
	var failure uintptr
	err = try(native.Apply_many(p.handle, fn.raw(), &slots[0], int64(len(calls)),
		&handles[0], &failure), &failure)
	runtime.KeepAlive(p)
	runtime.KeepAlive(fn)
	if err != nil {
		return nil, err
	}
	return p.newResults(handles), nil
}

// newResults makes as many results together as a keeper has room for: one that is kept
// keeps those that were made with it.
func (p *Pool) newResults(handles []uint64) Results {
	q := p.newRequest()
	defer p.requests.Put(q)
	results := make(Results, len(handles))
	var made []Result
	for i, handle := range handles {
		if len(made) == 0 {
			made = make([]Result, least(keptTogether, len(handles)-i))
		}
		r := &made[0]
		made = made[1:]
		r.dispatch, r.handle = p.dispatch, p.newPlace(q)
		*r.handle = uintptr(handle)
		results[i] = r
	}
	return results
}

func least(a, b int) int {
	if a < b {
		return a
	}
	return b
}

// Wait waits until all are ready, and says nothing of how the tasks went.
func (results Results) Wait(ctx context.Context) error {
	return results.wait(ctx, native.Look)
}

// Get waits for all and gives their values in their order, or the first error in it.
func (results Results) Get(ctx context.Context) ([]any, error) {
	if err := results.wait(ctx, native.Collect); err != nil {
		return nil, err
	}
	values := make([]any, len(results))
	for i, r := range results {
		value, err := r.outcome()
		if err != nil {
			return nil, err
		}
		values[i] = value
	}
	return values, nil
}

// A look at results is one of the native calls that say what became of them.
type look func(slots *uint64, count int64)

// wait waits for the last of those that are not ready: it is likely to be last.
func (results Results) wait(ctx context.Context, look look) error {
	if err := checkContext(ctx); err != nil {
		return err
	}
	for len(results) > 0 {
		results = results[:results.waiting(look)]
		if len(results) == 0 {
			return nil
		}
		if err := results[len(results)-1].Wait(ctx); err != nil {
			return err
		}
	}
	return nil
}

// What native.Collect says of a result that has no number to hand out.
const (
	notReady = -2
	notPlain = -1 // an error, or a value that is read when somebody asks
)

// waiting looks at many in one call, and answers how many to look at again: the last of
// them may not be ready.
func (results Results) waiting(look look) (count int) {
	for first := 0; first < len(results); first += batchSize {
		last := least(first+batchSize, len(results))
		if waiting := results[first:last].waitingInBatch(look); waiting > 0 {
			count = first + waiting
		}
	}
	return count
}

// waitingInBatch leaves out those that somebody else is looking at.
func (results Results) waitingInBatch(look look) (count int) {
	slots := make([]uint64, 0, 2*len(results))
	var places [batchSize]int
	for i, r := range results {
		if r != nil && r.read.Load() {
			continue
		}
		if r == nil || r.handle == nil || r.call != nil || !r.mu.TryLock() {
			if r != nil && r.call != nil && r.settle() {
				continue
			}
			count = i + 1
			continue
		}
		places[len(slots)/2] = i
		slots = append(slots, uint64(*r.handle), 0)
	}
	if len(slots) == 0 {
		return count
	}
	look(&slots[0], int64(len(slots)/2))
	for j := 0; j < len(slots)/2; j++ {
		i := places[j]
		if !results[i].lookedAtLocked(slots[2*j:]) && count <= i {
			count = i + 1
		}
		results[i].mu.Unlock()
	}
	return count
}

// collect reads a number if it is there, and says whether the result is ready.
func (r *Result) collect() (ready bool) {
	if r.read.Load() {
		return true
	}
	if r.call != nil {
		return r.settle()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.read.Load() {
		return true
	}
	slots := []uint64{uint64(r.native()), 0}
	native.Collect(&slots[0], 1)
	return r.lookedAtLocked(slots)
}

// lookedAtLocked takes what became of it, and says whether it is ready.
func (r *Result) lookedAtLocked(slots []uint64) (ready bool) {
	kind := int64(slots[0])
	if kind > notPlain && !r.read.Load() {
		r.setLocked(int32(kind), slots[1])
	}
	return kind != notReady || r.read.Load()
}
