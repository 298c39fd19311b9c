package asyncresult

import (
	"context"
	"sync"
)

// AsCompleted gives each of the results once, in the order in which they become ready, and
// closes the channel then, or as soon as the context ends.  The channel has room for all:
// whoever has seen enough just stops reading.
func AsCompleted[F Awaitable](ctx context.Context, futures []F) (<-chan F, error) {
	if err := checkContext(ctx); err != nil {
		return nil, err
	}
	results, err := resultsOf(futures)
	if err != nil {
		return nil, err
	}
	c := &arrivals[F]{channel: make(chan F, len(futures)), left: len(futures)}
	c.life, c.end = context.WithCancel(ctx)
	if len(futures) == 0 || ctx.Err() != nil {
		c.finish()
	} else if ctx.Done() != nil {
		go c.endWithContext()
	}
	for i, r := range results {
		f := futures[i]
		r.whenReady(func() { c.came(f) })
	}
	return c.channel, nil
}

// Arrivals are the channel of AsCompleted.
type arrivals[F any] struct {
	channel chan F
	life    context.Context // ends when the channel is closed
	end     context.CancelFunc

	mu   sync.Mutex
	left int  // that are not ready
	over bool // the channel is closed
}

func (c *arrivals[F]) came(f F) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.over {
		return
	}
	c.channel <- f
	if c.left--; c.left == 0 {
		c.finishLocked()
	}
}

func (c *arrivals[F]) endWithContext() {
	<-c.life.Done()
	c.finish()
}

func (c *arrivals[F]) finish() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.finishLocked()
}

func (c *arrivals[F]) finishLocked() {
	if !c.over {
		c.over = true
		close(c.channel)
		c.end()
	}
}
