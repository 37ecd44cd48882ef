package main

import (
	"context"
	"time"

	"baimi/app/people"
)

// domains is everything that the program is made of, opened on one store.
type domains struct {
	now func() time.Time
}

func (d *domains) ready(context.Context) error { return nil }

func (d *domains) actor(context.Context, string) (people.Actor, error) { return people.Actor{}, nil }

func (d *domains) routes(*people.Router) {}
