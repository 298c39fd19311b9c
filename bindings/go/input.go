package asyncresult

import (
	"context"
	"errors"
	"io"
	"math"
	"reflect"
	"sync/atomic"

	"asyncresult/internal/native"
)

// A feeder reads the input of a lazy map, on a goroutine of its own, and puts the items
// in.  Each item has a place in the buffer before it is read, so that a put waits for
// no more than a submit that is under way.
type feeder struct {
	handle uintptr
	ctx    context.Context // of the iteration
	places chan<- struct{}
	failed atomic.Bool // the input failed
	stream *stream     // of a function of Go, or nil
}

// A source reads an input: it calls `more` before each item and `put` with it, until
// one of them says false or the input ends.
type source func(ctx context.Context, more func() bool, put func(any) bool) error

// feed is the goroutine.
func (f *feeder) feed(read source) {
	var failed, refused error
	guard(func() {
		failed = read(f.ctx, f.more, func(item any) bool {
			refused = f.put(item)
			return refused == nil
		})
	}, func(panicked *Error) {
		switch {
		case panicked != nil:
			f.finish(panicked)
		case failed != nil:
			f.finish(failed)
		default:
			f.finish(refused)
		}
	})
}

// more waits for a place in the buffer.
func (f *feeder) more() bool {
	select {
	case f.places <- struct{}{}:
		return f.ctx.Err() == nil
	case <-f.ctx.Done():
		return false
	}
}

func (f *feeder) put(item any) error {
	var failure uintptr
	if f.stream != nil {
		index, err := f.stream.add(item)
		if err != nil {
			return err
		}
		defer f.stream.notify()
		item = index
	}
	if kind, bits, ok := scalar(item); ok {
		return try(native.Put_scalar(f.handle, kind, bits, &failure), &failure)
	}
	value, err := newValue(item, 0)
	if err != nil {
		return fit(at(err, "item"))
	}
	defer native.Value_unref(value)
	return try(native.Iterator_put(f.handle, value, math.MaxInt64, 0, &failure), &failure)
}

// finish ends the input.  An iteration that ended before has its own reason.
func (f *feeder) finish(failure error) {
	defer native.Iterator_unref(f.handle)
	defer f.stream.notify()
	if f.ctx.Err() != nil {
		native.Iterator_cancel(f.handle, nil)
		return
	}
	if failure == nil {
		native.Iterator_finish(f.handle, 0, nil)
		return
	}
	f.failed.Store(true)
	handle := newNativeError(failure, 0)
	native.Iterator_finish(f.handle, handle, nil)
	native.Error_unref(handle)
}

var (
	boolType    = reflect.TypeOf(false)
	errorType   = reflect.TypeOf((*error)(nil)).Elem()
	contextType = reflect.TypeOf((*context.Context)(nil)).Elem()
)

// newSource is how an input is read that is a channel or a function; nil for others.
func newSource(input any) (source, error) {
	v := reflect.ValueOf(input)
	if k := v.Kind(); k != reflect.Chan && k != reflect.Func {
		return nil, nil
	}
	if v.IsNil() {
		return nil, newError(CodeType, "expected an input, found a nil %T", input)
	}
	switch input := input.(type) {
	case chan any:
		return received(input), nil
	case <-chan any:
		return received(input), nil
	case func() (any, bool):
		return pulled(func(context.Context) (any, error) { return orStop(input()) }), nil
	case func() (any, error):
		return pulled(func(context.Context) (any, error) { return input() }), nil
	case func(context.Context) (any, error):
		return pulled(input), nil
	}
	switch {
	case v.Kind() == reflect.Chan && v.Type().ChanDir()&reflect.RecvDir != 0:
		return receivedFrom(v), nil
	case v.Kind() == reflect.Func && isSequence(v.Type()):
		return pushed(v), nil
	case v.Kind() == reflect.Func && isPulled(v.Type()):
		return pulled(caller(v)), nil
	}
	return nil, newError(CodeType, "expected a slice, a channel to receive from, or a "+
		"function that gives items, found %T", input)
}

// orStop is an item or the end.
func orStop(item any, ok bool) (any, error) {
	if ok {
		return item, nil
	}
	return nil, ErrStop
}

// pulled reads what a function gives.
func pulled(next func(context.Context) (any, error)) source {
	return func(ctx context.Context, more func() bool, put func(any) bool) error {
		for more() {
			item, err := next(ctx)
			if err == io.EOF || errors.Is(err, ErrStop) {
				return nil
			}
			if err != nil {
				return err
			}
			if !put(item) {
				return nil
			}
		}
		return nil
	}
}

func received(items <-chan any) source {
	return pulled(func(ctx context.Context) (any, error) {
		select {
		case item, ok := <-items:
			return orStop(item, ok)
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	})
}

// receivedFrom is received for a channel of any type.
func receivedFrom(items reflect.Value) source {
	return pulled(func(ctx context.Context) (any, error) {
		chosen, item, ok := reflect.Select([]reflect.SelectCase{
			{Dir: reflect.SelectRecv, Chan: items},
			{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(ctx.Done())},
		})
		if chosen == 1 {
			return nil, ctx.Err()
		}
		return orStop(item.Interface(), ok)
	})
}

// isPulled says whether a function may answer an item and whether, or why not.
func isPulled(t reflect.Type) bool {
	takes := t.NumIn() == 0 || t.NumIn() == 1 && t.In(0) == contextType && !t.IsVariadic()
	return takes && t.NumOut() == 2 && (t.Out(1) == boolType || t.Out(1) == errorType)
}

func caller(f reflect.Value) func(context.Context) (any, error) {
	return func(ctx context.Context) (any, error) {
		var in []reflect.Value
		if f.Type().NumIn() == 1 {
			in = []reflect.Value{reflect.ValueOf(ctx)}
		}
		out := f.Call(in)
		if out[1].Kind() == reflect.Bool {
			return orStop(out[0].Interface(), out[1].Bool())
		}
		err, _ := out[1].Interface().(error)
		return out[0].Interface(), err
	}
}

// isSequence says whether a function is an iter.Seq.
func isSequence(t reflect.Type) bool {
	if t.NumIn() != 1 || t.NumOut() != 0 || t.In(0).Kind() != reflect.Func {
		return false
	}
	yield := t.In(0)
	return yield.NumIn() == 1 && !yield.IsVariadic() && yield.NumOut() == 1 &&
		yield.Out(0) == boolType
}

// pushed reads what a sequence yields.
func pushed(sequence reflect.Value) source {
	return func(_ context.Context, more func() bool, put func(any) bool) error {
		yield := func(in []reflect.Value) []reflect.Value {
			goesOn := put(in[0].Interface()) && more()
			return []reflect.Value{reflect.ValueOf(goesOn)}
		}
		if more() {
			sequence.Call([]reflect.Value{reflect.MakeFunc(sequence.Type().In(0), yield)})
		}
		return nil
	}
}
