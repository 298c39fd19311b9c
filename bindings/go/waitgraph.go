package asyncresult

import "sync"

// The graph of waits: which task sleeps for which result.  A result waits for the tasks
// that run for it, for those that its own waits for, and in a strand for the task that
// runs there.  A wait that closes a circle could never end.
var waits struct {
	mu     sync.Mutex // guards also the sleeps of calls and strands
	sleeps []*taskSleep
}

type taskSleep struct {
	task   *taskContext
	result *Result
	timed  bool // it ends by itself, and closes no circle
	place  int  // among all
}

// waitsFor says whether a result cannot become ready before the task goes on.
func waitsFor(r *Result, t *taskContext) bool {
	c := r.call
	if c == nil {
		return false
	}
	return t.call == c || c.strand != nil && c.strand == t.call.strand
}

// A search looks for a task that a result waits for.
type search struct {
	task *taskContext
	seen map[*Result]struct{}
}

func (s *search) finds(r *Result) bool {
	if waitsFor(r, s.task) {
		return true
	}
	c, sources := r.call, r.waitsOn()
	if c == nil || len(sources) == 0 && len(c.sleeps) == 0 && c.strand == nil {
		return false
	}
	if _, seen := s.seen[r]; seen {
		return false
	}
	if s.seen == nil {
		s.seen = map[*Result]struct{}{}
	}
	s.seen[r] = struct{}{}
	for _, source := range sources {
		if !source.Ready() && s.finds(source) {
			return true
		}
	}
	return s.findsAsleep(c.sleeps) || c.strand != nil && s.findsAsleep(c.strand.sleeps)
}

func (s *search) findsAsleep(sleeps []*taskSleep) bool {
	for _, asleep := range sleeps {
		if !asleep.timed && s.finds(asleep.result) {
			return true
		}
	}
	return false
}

func enterWait(t *taskContext, r *Result, timed bool) (*taskSleep, error) {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	if waitsFor(r, t) {
		return nil, newError(CodeDeadlock, "this task would wait for itself")
	}
	if !timed && (&search{task: t}).finds(r) {
		return nil, newError(CodeDeadlock, "this wait would close a circle of tasks "+
			"that wait for each other")
	}
	return enterLocked(t, r, timed), nil
}

func enterLocked(t *taskContext, r *Result, timed bool) *taskSleep {
	s := &taskSleep{task: t, result: r, timed: timed, place: len(waits.sleeps)}
	waits.sleeps = append(waits.sleeps, s)
	t.call.sleeps = append(t.call.sleeps, s)
	if strand := t.call.strand; strand != nil {
		strand.sleeps = append(strand.sleeps, s)
	}
	return s
}

// enterInner has a task wait for one that it runs itself, which closes no circle yet.
func enterInner(t *taskContext, r *Result) *taskSleep {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	return enterLocked(t, r, false)
}

func (s *taskSleep) leave() {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	last := len(waits.sleeps) - 1
	waits.sleeps[s.place] = waits.sleeps[last]
	waits.sleeps[s.place].place = s.place
	waits.sleeps[last] = nil
	waits.sleeps = waits.sleeps[:last]
	c := s.task.call
	c.sleeps = s.without(c.sleeps)
	if c.strand != nil {
		c.strand.sleeps = s.without(c.strand.sleeps)
	}
}

// without are the others, of which there are few.
func (s *taskSleep) without(sleeps []*taskSleep) []*taskSleep {
	last := len(sleeps) - 1
	for i, other := range sleeps {
		if other == s {
			sleeps[i] = sleeps[last]
			sleeps[last] = nil
			break
		}
	}
	return sleeps[:last]
}

// closesCircle says whether all of the results wait for the task.
func (t *taskContext) closesCircle(results []*Result) bool {
	waits.mu.Lock()
	defer waits.mu.Unlock()
	for _, r := range results {
		if !(&search{task: t}).finds(r) {
			return false
		}
	}
	return true
}
