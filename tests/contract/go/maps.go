package main

import (
	"fmt"

	"asyncresult"
)

func init() {
	add(map[string]func(*T){
		// B16: map
		"B16.1": func(t *T) {
			p := t.pool(4)
			items, squares := make([]any, 100), make([]any, 100)
			for i := range items {
				items[i], squares[i] = i, int64(i*i)
			}
			t.expect(t.get(t.mapping(p, "square", items)), squares)
			t.expect(t.get(t.mapping(p, "square", []int64{3, 4})), []int64{9, 16})
		},
		"B16.2": func(t *T) {
			p, log := t.pool(1), t.log()
			var items [][]any
			for _, number := range []int{1, 300, 2, 3, 4, 5, 6} {
				items = append(items, []any{log, number})
			}
			r := t.starmapping(p, "log_byte", items, asyncresult.ChunkSize(3))
			t.getError(r, asyncresult.ErrType)
			t.expect(logged(log), []int64{1, 3, 4, 5, 6})
		},
		"B16.3": func(t *T) {
			r := t.mapping(t.pool(1), "byte", []any{1, 300, "text"}, asyncresult.ChunkSize(1))
			t.expectText(t.getError(r, asyncresult.ErrType).Message, "300")
		},
		"B16.4": func(t *T) {
			var failures record
			r := t.mapping(t.pool(2), "byte", []any{300, 301, 302, 303}, failures.onError(),
				asyncresult.ChunkSize(1))
			t.getError(r, asyncresult.ErrType)
			t.expect(len(failures.all()), 1)
		},
		"B16.5": func(t *T) {
			p, open, latch, counter := t.pool(2), t.latch(), t.latch(), t.counter()
			call("latch_open", open)
			r := t.starmapping(p, "latch_byte", [][]any{{open, 300}, {latch, 1}},
				asyncresult.ChunkSize(1))
			call("wait_for_waiters", latch, 1)
			t.get(t.submit(p, "count", counter)) // after the failed chunk, on its worker
			t.expect(r.Ready(), false)
			call("latch_open", latch)
			t.getError(r, asyncresult.ErrType)
		},
		"B16.6": func(t *T) {
			r := t.mapping(t.pool(1), "byte", []any{1, 300, "text"}, asyncresult.ChunkSize(1),
				asyncresult.Errors(asyncresult.ErrorsLowest))
			t.expectText(t.getError(r, asyncresult.ErrType).Message, "300")
		},
		"B16.7": func(t *T) {
			r := t.mapping(t.pool(2), "byte", []any{1, 300, 2},
				asyncresult.Errors(asyncresult.ErrorsCollect))
			items, ok := t.get(r).([]any)
			if !ok || len(items) != 3 {
				t.fail("expected three items, found %v", items)
			}
			t.expect([]any{items[0], items[2]}, []any{int64(1), int64(2)})
			err, _ := items[1].(error)
			t.expectError(err, asyncresult.ErrType)
		},
		"B16.8": func(t *T) {
			p, log := t.pool(1), t.log()
			var items [][]any
			for _, number := range []int{1, 300, 2, 3} {
				items = append(items, []any{log, number})
			}
			r := t.starmapping(p, "log_byte", items, asyncresult.ChunkSize(1),
				asyncresult.Errors(asyncresult.ErrorsFailFast))
			t.getError(r, asyncresult.ErrType)
			t.expect(logged(log), []int64{1})
		},
		"B16.9": func(t *T) {
			p := t.pool(1)
			for _, size := range []int{0, -1} {
				_, err := p.MapAsync(function("square"), []any{1}, asyncresult.ChunkSize(size))
				t.expectError(err, asyncresult.ErrArgument)
			}
		},
		"B16.10": func(t *T) {
			r := t.starmapping(t.pool(2), "add", [][]any{{1, 2}, {3, 4}})
			t.expect(t.get(r), []any{int64(3), int64(7)})
		},

		// B17: empty map
		"B17.1": func(t *T) {
			r := t.mapping(t.pool(1), "square", []any{})
			t.expect(r.Ready(), true)
			successful, err := r.Successful()
			t.expect(fmt.Sprint(successful, err), "true <nil>")
			t.expect(t.get(r), []any{})
		},
		"B17.2": func(t *T) {
			var values, failures record
			r := t.mapping(t.pool(1), "square", []any{}, values.onValue(), failures.onError())
			t.get(r)
			t.expect(values.all(), []any{[]any{}})
			t.expect(failures.all(), []any{})
		},
	})
}
