package db

import (
	"context"
	"errors"
	"time"

	"baimi/app/fault"
)

// Leases lets one of several processes do a job at a time. A holder that dies
// loses its lease when the time it asked for is over, so a job must be
// resumable, and must ask again before that time ends.
type Leases struct{ leases *Collection[lease] }

// lease is who may do the job that is its id, and until when.
type lease struct {
	Doc
	Holder string    `json:"holder"`
	Until  time.Time `json:"until"`
}

var (
	errHeld = errors.New("another holds the lease")
	errKept = errors.New("the holder has it for long enough")
)

// OpenLeases declares the collection "leases".
func OpenLeases(c *Conn) *Leases { return &Leases{Open[lease](c, Spec{Name: "leases"})} }

// Claim gives the job to holder for term at least; false says that another has it. What
// is written is twice the term, so that a holder who asks every second seldom writes.
func (l *Leases) Claim(ctx context.Context, job, holder string, now time.Time, term time.Duration) (bool, error) {
	until := now.Add(2 * term)
	_, err := l.leases.Update(ctx, job, func(x *lease) error {
		if x.Holder != holder && now.Before(x.Until) {
			return errHeld
		}
		if x.Holder == holder && !x.Until.Before(now.Add(term)) {
			return errKept
		}
		x.Holder, x.Until = holder, until
		return nil
	})
	if fault.Is(err, "not_found") {
		_, err = l.leases.Insert(ctx, lease{Doc: Doc{ID: job}, Holder: holder, Until: until})
		if fault.Is(err, "duplicate") {
			return false, nil // another was faster
		}
	}
	if errors.Is(err, errHeld) {
		return false, nil
	}
	if errors.Is(err, errKept) {
		return true, nil
	}
	return err == nil, err
}

// Release gives the job back before its time, if holder has it.
func (l *Leases) Release(ctx context.Context, job, holder string) error {
	_, err := l.leases.Update(ctx, job, func(x *lease) error {
		if x.Holder == holder {
			x.Until = time.Time{}
		}
		return nil
	})
	return err
}
