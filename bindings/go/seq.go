//go:build go1.23

package asyncresult

import (
	"context"
	"errors"
	"iter"
)

// All is what is left of the iteration, for a range loop: each value or the error in its
// place.  It ends with the error of the context, when that ends first.  A loop that is
// left early leaves the rest for another one.
func (it *Iterator) All(ctx context.Context) iter.Seq2[any, error] {
	return func(yield func(any, error) bool) {
		for {
			value, err := it.Next(ctx)
			if err == errStop || !yield(value, err) || isOf(ctx, err) {
				return
			}
		}
	}
}

// All is what is left of the iteration, as Iterator.All gives it.
func (s *Stream[T]) All(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for value, err := range s.Iterator.All(ctx) {
			v, _ := value.(T)
			if !yield(v, err) {
				return
			}
		}
	}
}

// isOf says whether an error is that of a context that ended.
func isOf(ctx context.Context, err error) bool {
	return ctx.Err() != nil && errors.Is(err, ctx.Err())
}
