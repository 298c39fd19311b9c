package asyncresult

import (
	"context"
	"errors"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"asyncresult/internal/native"
)

// Iterator hands out the values of a lazy map, one by one.  Any number of goroutines
// may call Next; each value goes to one of them.
//
// Close it, or read it to its end: pool.Close and pool.Join wait until the input was
// read.  An iterator that becomes garbage is closed.
type Iterator struct {
	dispatch *dispatch
	places   chan struct{} // of the items that were read; nil without a feeder
	end      func()        // ends what reads the input
	failed   *atomic.Bool  // whether the input did; nil without a feeder
	stream   *stream       // of a function of Go, or nil

	mu     sync.Mutex
	handle uintptr // 0 once it is closed
	over   bool    // the end was told
	ready  signal  // closed when next would not wait; nil if nobody asked
	told   int     // how many values and errors were handed out
	last   error   // what was handed out last, if an error

	value any   // of Scan
	err   error // of Scan
}

// Imap calls a function with each item of an input, which is read as far as the values
// are taken from the iterator, in the order of the items.
//
// The input is one of these:
//
//   - a slice, an array or an *Array: all of it is submitted at once, unless the option
//     BufferSize says how far ahead,
//   - a channel that can be received from, until it is closed,
//   - func() (any, bool), until it says false,
//   - func() (any, error), until io.EOF or ErrStop, or func(context.Context) (any, error),
//     whose context ends with the iteration,
//   - func(yield func(any) bool), which is an iter.Seq[any].
//
// Other types in the place of any will do.  Channels and functions are read by one
// goroutine of the iterator's own, at most BufferSize items (by default 2 chunks for each
// worker) ahead of what was taken.  An input that fails or panics gives its error after
// the values of what was read; then comes the end.
//
// The end of the context cancels the iteration, as Cancel does.
func (p *Pool) Imap(ctx context.Context, fn *Function, input any,
	options ...TaskOption) (*Iterator, error) {
	return p.imap(ctx, fn, input, int32(native.ORDER_INPUT), options)
}

// ImapUnordered is Imap with the values in the order of their arrival.
func (p *Pool) ImapUnordered(ctx context.Context, fn *Function, input any,
	options ...TaskOption) (*Iterator, error) {
	return p.imap(ctx, fn, input, int32(native.ORDER_ARRIVAL), options)
}

func (p *Pool) imap(ctx context.Context, fn *Function, input any, order int32,
	options []TaskOption) (*Iterator, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	if p.raw() == 0 {
		return nil, errNoPool
	}
	o := newTaskOptions(options)
	o.order = order
	if o.hasCallbacks() {
		return nil, newError(CodeArgument, "expected no callbacks for a lazy map, found one")
	}
	read, err := newSource(input)
	if err != nil {
		return nil, err
	}
	if read != nil {
		return p.imapFed(ctx, fn, read, o)
	}
	return p.imapItems(ctx, fn, input, o)
}

func (p *Pool) imapItems(ctx context.Context, fn *Function, input any,
	o *taskOptions) (*Iterator, error) {
	items, err := newItems(input)
	if err != nil {
		return nil, err
	}
	defer native.Value_unref(items)
	if err := p.enter(ctx); err != nil {
		return nil, err
	}
	defer p.leave()
	var handle uintptr
	err = p.call(ctx, o, event{}, func(builder uintptr, failure *uintptr) int32 {
		return native.Pool_imap(p.handle, fn.raw(), items, builder, &handle, failure)
	})
	runtime.KeepAlive(fn)
	if err != nil {
		return nil, err
	}
	it := &Iterator{dispatch: p.dispatch, handle: handle}
	it.follow(ctx)
	return it, nil
}

func (p *Pool) imapFed(ctx context.Context, fn *Function, read source,
	o *taskOptions) (*Iterator, error) {
	if o.bufferSize == nil {
		size := p.defaultBufferSize(o)
		o.bufferSize = &size
	}
	var handle uintptr
	err := p.call(ctx, o, event{}, func(builder uintptr, failure *uintptr) int32 {
		return native.Pool_imap_fed(p.handle, fn.raw(), builder, &handle, failure)
	})
	runtime.KeepAlive(fn)
	if err != nil {
		return nil, err
	}
	return p.feed(ctx, handle, read, o, nil), nil
}

// feed has an input read for an iterator.
func (p *Pool) feed(ctx context.Context, handle uintptr, read source, o *taskOptions,
	s *stream) *Iterator {
	places := make(chan struct{}, *o.bufferSize)
	f := &feeder{handle: native.Iterator_ref(handle), places: places, stream: s}
	it := &Iterator{dispatch: p.dispatch, handle: handle, places: places,
		failed: &f.failed, stream: s}
	f.ctx = it.follow(ctx)
	s.begin(f.ctx)
	go f.feed(read)
	return it
}

// defaultBufferSize is what the library's is.
func (p *Pool) defaultBufferSize(o *taskOptions) int {
	chunks := 2 * p.Workers()
	switch {
	case o.chunkSize == nil:
		return chunks
	case *o.chunkSize > math.MaxInt/chunks:
		return math.MaxInt
	case *o.chunkSize < 1:
		return 1
	}
	return *o.chunkSize * chunks
}

// follow has the end of the context cancel the iteration.  The goroutines of the
// iterator refer to its handle, so that it can become garbage.
func (it *Iterator) follow(ctx context.Context) context.Context {
	life, end := context.WithCancel(ctx)
	it.end = end
	runtime.SetFinalizer(it, func(it *Iterator) { it.release() })
	if ctx.Done() == nil {
		return life
	}
	handle := native.Iterator_ref(it.handle)
	go func() {
		<-life.Done()
		native.Iterator_cancel(handle, nil)
		native.Iterator_unref(handle)
	}()
	return life
}

// Next waits for the next value.  An item that failed gives its error at its place, and
// the next call goes on.  What ended the iteration early is an error after the last
// value.  After the end each call fails with ErrStop.
//
// When the context ends first, the error is both ErrTimeout and
// context.DeadlineExceeded, or ErrInterrupted and context.Canceled; no value is lost. A
// value that is there already ignores the context.
func (it *Iterator) Next(ctx context.Context) (any, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	if it == nil || it.dispatch == nil {
		return nil, newError(CodeArgument, "expected an iterator of a pool, found none")
	}
	return it.nextSince(ctx, it.begin())
}

// nextSince is Next in a call that began when so much had been handed out.
func (it *Iterator) nextSince(ctx context.Context, begun int) (any, error) {
	for {
		value, err := it.take(begun)
		if err != errNothingYet {
			return value, err
		}
		if err := ctx.Err(); err != nil {
			return nil, waitError(err)
		}
		ready, err := it.whenReady()
		if err != nil {
			return nil, err
		}
		it.sleep(ctx, ready)
	}
}

// sleep lets the pool have another worker in the place of a task that waits here.
func (it *Iterator) sleep(ctx context.Context, ready <-chan struct{}) {
	t := taskOf(ctx)
	if t == nil && it.stream != nil {
		t = taskHere()
	}
	if t != nil {
		t.block()
		defer t.unblock()
		t.call.lender.notify()
	}
	select {
	case <-ready:
	case <-ctx.Done():
	}
}

var errNothingYet = errors.New("nothing to take yet")

// begin says how much had been handed out when a call began.
func (it *Iterator) begin() int {
	it.mu.Lock()
	defer it.mu.Unlock()
	return it.told
}

// take takes what is there, without waiting.
func (it *Iterator) take(begun int) (any, error) {
	var s [4]uint64
	var value, failure uintptr
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.over || it.handle == 0 {
		return nil, it.ended(begun)
	}
	status := Code(native.Next(it.handle, &s[0], &value, &failure))
	switch status {
	case CodeTimeout:
		return nil, errNothingYet
	case CodeStop:
		it.over = true
		it.releaseLocked()
		return nil, it.ended(begun)
	case 0:
		it.handOut(nil)
		if value != 0 {
			defer native.Value_unref(value)
		}
		return it.stream.value(readValue(value, int32(s[3]), slot{s[0], s[1], s[2]})), nil
	}
	err := takeError(failure)
	it.handOut(err)
	return nil, err
}

// handOut notes what was handed out, and gives its place in the buffer to another item.
func (it *Iterator) handOut(err error) {
	it.told++
	it.last = err
	select {
	case <-it.places:
	default:
	}
}

// ended is the end, for a call that began when so much had been handed out.  Each call
// that waited when the iteration was ended early has the reason.
func (it *Iterator) ended(begun int) error {
	if !it.over {
		return newError(CodeCancelled, "the iterator was closed before its end")
	}
	if begun < it.told && it.last != nil && it.endedEarly() {
		return it.last
	}
	return errStop
}

var errStop error = newError(CodeStop, "the iterator has no more values")

func (it *Iterator) endedEarly() bool {
	return it.failed != nil && it.failed.Load() || errors.Is(it.last, ErrTerminated) || errors.Is(it.last, ErrCancelled) ||
		errors.Is(it.last, ErrBroken)
}

// whenReady is closed when a take may find something.
func (it *Iterator) whenReady() (<-chan struct{}, error) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.ready != nil {
		select {
		case <-it.ready:
		default:
			return it.ready, nil
		}
	}
	it.ready = make(signal)
	if it.handle == 0 {
		close(it.ready)
		return it.ready, nil
	}
	queue := it.dispatch.completions
	tag, err := queue.add(it.ready)
	if err == nil {
		var failure uintptr
		err = try(native.Iterator_notify(it.handle, queue.handle, tag, &failure), &failure)
		if err != nil {
			queue.remove(tag)
		}
	}
	if err != nil {
		it.ready = nil
	}
	it.stream.notify() // a chunk that is not full was submitted
	return it.ready, err
}

// Scan waits for the next value and says whether there is one, which Value then is.
// Otherwise Err is why: the error of an item or of the context, after which a further
// Scan goes on, or nil at the end.  One goroutine at a time may scan.
func (it *Iterator) Scan(ctx context.Context) bool {
	it.value, it.err = it.Next(ctx)
	return it.err == nil
}

// Value is the value that the last Scan found.
func (it *Iterator) Value() any {
	return it.value
}

// Err is why the last Scan found no value; nil at the end.
func (it *Iterator) Err() error {
	if it.err == errStop {
		return nil
	}
	return it.err
}

// Cancel has no more input read, and what has not begun never run: each of its items is
// ErrCancelled at its place, and so is the rest of the input, as one.  The values of
// what runs still come; then comes the end.
func (it *Iterator) Cancel() {
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.handle != 0 {
		native.Iterator_cancel(it.handle, nil)
		it.end()
	}
}

// Close cancels the iteration and lets go of it.  A Next that waits, and each later one,
// fails with ErrCancelled, or with ErrStop if the end was reached before.  Closing twice
// is fine.
func (it *Iterator) Close() error {
	it.release()
	runtime.SetFinalizer(it, nil)
	return nil
}

func (it *Iterator) release() {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.releaseLocked()
}

// releaseLocked lets the end of the goroutines and of the handle wake who waits.
func (it *Iterator) releaseLocked() {
	if it.handle == 0 {
		return
	}
	it.end()
	native.Iterator_cancel(it.handle, nil)
	native.Iterator_unref(it.handle)
	it.handle = 0
}
