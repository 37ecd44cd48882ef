package fulfillment

import (
	"context"
	"fmt"
	"sync"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/fulfillment/matching"
)

// Schedule says how often markets run, and for which area.
type Schedule struct {
	db.Doc
	Area    []string      `json:"area" doc:"Compounds; empty: all."`
	Minutes int64         `json:"minutes" minimum:"5" maximum:"10080" doc:"From one market to the next."`
	Rule    matching.Rule `json:"rule" enum:"equal,proportional,lottery,first"`
	Seconds int64         `json:"seconds" minimum:"1" maximum:"120" doc:"How long to search."`
	Next    time.Time     `json:"next"`
	By      string        `json:"by"`
}

// Market is the market that is due, on the day after it runs.
func (s *Schedule) Market() Market {
	return Market{
		Doc: db.Doc{ID: fmt.Sprintf("%s-%d", s.ID, s.Next.Unix())}, Area: s.Area, Rule: s.Rule, Seconds: s.Seconds, By: s.By,
		Seed: s.Next.Unix(), Day: s.Next.In(shanghai).AddDate(0, 0, 1).Format(time.DateOnly),
	}
}

// Ran plans the next one, without making up for those that were missed.
func (s *Schedule) Ran(now time.Time) {
	for !s.Next.After(now) {
		s.Next = s.Next.Add(time.Duration(s.Minutes) * time.Minute)
	}
}

// shanghai is the time zone of delivery days.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

func (f *Fulfillment) runSchedules(ctx context.Context, now time.Time) error {
	for s, err := range f.Schedules.Find(ctx, db.Query{}.UpTo("next", now)) {
		if err != nil {
			return err
		}
		if _, err := f.Begin(ctx, s.Market()); err != nil {
			return err
		}
		_, err := f.Schedules.Update(ctx, s.ID, func(s *Schedule) error { s.Ran(now); return nil })
		if err != nil && fault.KindOf(err) != fault.NotFound {
			return err
		}
	}
	return nil
}

// progressFeeds hands the solver's progress to those who watch a market.
type progressFeeds struct {
	mu sync.Mutex
	of map[string]map[chan matching.Progress]bool
}

func newProgressFeeds() *progressFeeds {
	return &progressFeeds{of: map[string]map[chan matching.Progress]bool{}}
}

func (p *progressFeeds) tell(market string, progress matching.Progress) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.of[market] {
		select {
		case c <- progress:
		default:
		}
	}
}

func (p *progressFeeds) watch(market string) (progress <-chan matching.Progress, stop func()) {
	c := make(chan matching.Progress, 4)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.of[market] == nil {
		p.of[market] = map[chan matching.Progress]bool{}
	}
	p.of[market][c] = true
	return c, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.of[market], c)
		if len(p.of[market]) == 0 {
			delete(p.of, market)
		}
	}
}
