package asyncresult

import (
	"context"
	"reflect"
	"runtime"
	"sync"

	"asyncresult/internal/native"
)

// Stream is an Iterator whose values have a type.
type Stream[T any] struct {
	*Iterator
}

// Imap calls a function of Go with each item of an input, which is read as far as the
// values are taken from the stream, in the order of the items.  The input is one of those
// that Pool.Imap knows, with items of the type T.
//
// The end of the context cancels the iteration, and so does Close; the function's context
// ends then, too.
func Imap[T, U any](ctx context.Context, pool *Pool, input any,
	function func(ctx context.Context, item T) (U, error),
	options ...TaskOption) (*Stream[U], error) {
	return imap(ctx, pool, input, function, int32(native.ORDER_INPUT), options)
}

// ImapUnordered is Imap with the values in the order of their arrival.
func ImapUnordered[T, U any](ctx context.Context, pool *Pool, input any,
	function func(ctx context.Context, item T) (U, error),
	options ...TaskOption) (*Stream[U], error) {
	return imap(ctx, pool, input, function, int32(native.ORDER_ARRIVAL), options)
}

func imap[T, U any](ctx context.Context, pool *Pool, input any,
	function func(ctx context.Context, item T) (U, error), order int32,
	options []TaskOption) (*Stream[U], error) {
	if function == nil {
		return nil, errNoFunction
	}
	s := &stream{call: &call{answers: true}, values: map[int64]any{}}
	s.check = func(item any) error {
		if _, ok := item.(T); !ok && !isNilOf[T](item) {
			return newError(CodeType, "expected items of the type %v, found %T",
				reflect.TypeOf((*T)(nil)).Elem(), item)
		}
		return nil
	}
	s.call.do = func(ctx context.Context, index int64) error {
		item, _ := s.take(index).(T)
		value, err := function(ctx, item)
		if err == nil {
			s.set(index, value)
		}
		return err
	}
	it, err := pool.imapCall(ctx, input, s, order, options)
	if err != nil {
		return nil, err
	}
	return &Stream[U]{it}, nil
}

// isNilOf says whether a nil stands for an item of an interface type.
func isNilOf[T any](item any) bool {
	return item == nil && reflect.TypeOf((*T)(nil)).Elem().Kind() == reflect.Interface
}

// Next waits for the next value, as Iterator.Next does.
func (s *Stream[T]) Next(ctx context.Context) (T, error) {
	var it *Iterator
	if s != nil {
		it = s.Iterator
	}
	value, err := it.Next(ctx)
	v, _ := value.(T)
	return v, err
}

// Value is the value that the last Scan found.
func (s *Stream[T]) Value() T {
	v, _ := s.Iterator.Value().(T)
	return v
}

// imapCall is imap for a function of Go.
func (p *Pool) imapCall(ctx context.Context, input any, s *stream, order int32,
	options []TaskOption) (*Iterator, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	l, err := p.lends()
	if err != nil {
		return nil, err
	}
	o := newTaskOptions(options)
	o.order, o.lender = order, l
	if o.hasCallbacks() {
		return nil, newError(CodeArgument, "expected no callbacks for a lazy map, found one")
	}
	read, err := newItemSource(input)
	if err != nil {
		return nil, err
	}
	if o.bufferSize == nil {
		size := p.defaultBufferSize(o)
		o.bufferSize = &size
	}
	s.call.lender, s.call.ctx, s.call.strand = l, ctx, o.strand
	var handle, function, failure uintptr
	err = try(native.New_function(keep(s.call), &function, &failure), &failure)
	if err != nil {
		return nil, err
	}
	defer native.Function_unref(function)
	err = p.call(ctx, o, event{}, func(builder uintptr, failure *uintptr) int32 {
		return native.Pool_imap_fed(l.handle, function, builder, &handle, failure)
	})
	runtime.KeepAlive(p)
	if err != nil {
		return nil, err
	}
	return p.feed(ctx, handle, read, o, s), nil
}

// newItemSource is newSource, for slices as well.
func newItemSource(input any) (source, error) {
	read, err := newSource(input)
	if read != nil || err != nil {
		return read, err
	}
	v := reflect.ValueOf(input)
	if k := v.Kind(); k != reflect.Slice && k != reflect.Array {
		return nil, newError(CodeType, "expected a slice, a channel to receive from, or a "+
			"function that gives items, found %T", input)
	}
	next := 0
	return pulled(func(context.Context) (any, error) {
		if next >= v.Len() {
			return nil, ErrStop
		}
		next++
		return v.Index(next - 1).Interface(), nil
	}), nil
}

// A stream has the items and values of a lazy map of Go, of which C sees the numbers.
type stream struct {
	call  *call
	check func(item any) error

	mu     sync.Mutex
	last   int64
	values map[int64]any
}

func (s *stream) begin(ctx context.Context) {
	if s != nil {
		s.call.ctx = ctx
	}
}

// notify has a worker look for items.
func (s *stream) notify() {
	if s != nil {
		s.call.lender.notify()
	}
}

// value is what a number stands for; other values are their own.
func (s *stream) value(v any) any {
	index, ok := v.(int64)
	if s == nil || !ok {
		return v
	}
	return s.take(index)
}

func (s *stream) add(item any) (index int64, err error) {
	if err := s.check(item); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	s.values[s.last] = item
	return s.last, nil
}

func (s *stream) set(index int64, value any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.values[index] = value
}

func (s *stream) take(index int64) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	value := s.values[index]
	delete(s.values, index)
	return value
}
