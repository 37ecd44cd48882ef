package fulfillment

import (
	"fmt"
	"testing"
	"time"

	"baimi/app/community"
)

// block is a compound with stairs in building 1 and a lift in building 2, 100 m from the gate.
func block() way {
	c := community.Compound{Lon: 121_480_000, Lat: 31_230_000}
	for i, lift := range []bool{false, true} {
		c.Buildings = append(c.Buildings, community.Building{No: fmt.Sprint(i + 1), Floors: 6, Units: 1, DoorsPerFloor: 2, Lon: c.Lon + 1000, Lat: c.Lat, Lift: lift})
	}
	return wayOf(&c, "")
}

func stopAt(building, room string, millilitres int64) Stop {
	s := Stop{ID: building + "/" + room, Building: building, Unit: "1", Room: room}
	s.Parcels = []Carried{{Quantity: 1, Millilitres: millilitres, Delivery: s.ID}}
	return s
}

func TestWhatIsTooMuchForARun(t *testing.T) {
	w, hot := block(), stopAt("2", "601", 1000)
	hot.HotBy = dusk.Add(6 * time.Minute)
	for name, row := range map[string]struct {
		run  Run
		stop Stop
		want Over
	}{
		"what fits is not":                          {Run{Holds: 40_000}, stopAt("1", "301", 10_000), Over{}},
		"more than the helper holds":                {Run{Holds: 40_000}, stopAt("1", "301", 35_000), Over{Volume: 5_000}},
		"a run of unknown size holds":               {Run{}, stopAt("1", "301", 35_000), Over{}},
		"stairs for whom there are none":            {Run{NoStairs: true}, stopAt("1", "301", 1000), Over{Floors: 2}},
		"not on the ground floor":                   {Run{NoStairs: true}, stopAt("1", "101", 1000), Over{}},
		"not where a lift runs":                     {Run{NoStairs: true}, stopAt("2", "301", 1000), Over{}},
		"a hot meal that is late after it":          {Run{Stops: []Stop{stopAt("1", "102", 1000), hot}}, stopAt("1", "301", 1000), Over{Late: 23}},
		"not a hot meal that comes before":          {Run{Stops: []Stop{hot}}, stopAt("2", "101", 1000), Over{}},
		"two at once, the run being as long as now": {Run{Holds: 1, NoStairs: true}, stopAt("1", "201", 3), Over{Volume: 10_002, Floors: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			row.run.State = Offered
			if len(row.run.Stops) == 0 {
				row.run.Stops = []Stop{stopAt("1", "102", 10_000)}
			}
			row.run.count()
			w.time(&row.run)
			got := w.tooMuch(&row.run, row.stop, dusk)
			if got.longer <= 0 {
				t.Errorf("one more door takes %d s more", got.longer)
			}
			got.longer = 0
			if got != row.want || (got.refused() == nil) != (row.want == Over{}) {
				t.Errorf("%+v, want %+v", got, row.want)
			}
		})
	}
}

func TestASlowerHelperTakesLongerOnTheWayOnly(t *testing.T) {
	w := block()
	run := func(p Pace) Run {
		r := Run{Pace: p, Stops: []Stop{stopAt("1", "301", 1000), stopAt("1", "501", 1000)}}
		w.time(&r)
		return r
	}
	usual, slower, faster := run(""), run("slower"), run("faster")
	doors := 2 * usual.Stops[0].service(w.site)
	way := usual.Seconds - doors
	if got := slower.Seconds - doors; got < way*150/100 || got > way*150/100+3 {
		t.Errorf("%d s on the way where the usual is %d", got, way)
	}
	if got := faster.Seconds - doors; got < way*75/100 || got > way*75/100+3 || run("usual").Seconds != usual.Seconds {
		t.Errorf("%d s on the way where the usual is %d", got, way)
	}
}

func TestHelpersOfAKindWhoDifferArePlannedApart(t *testing.T) {
	at := block().at
	p := planning{site: at, way: wayOf(at, ""), shift: &Shift{Since: dusk, Teams: []Team{{Kind: "foot", Count: 2}, {Kind: "foot", Count: 1, Pace: "slower"}, {Kind: "foot", Count: 1, NoStairs: true}}}, now: dusk}
	problem, helpers := p.problem()
	if len(problem.Couriers) != 3 || len(helpers) != 4 {
		t.Fatalf("%+v", problem.Couriers)
	}
	for name, want := range map[string]Team{"0-2": p.shift.Teams[0], "1-1": p.shift.Teams[1], "2-1": p.shift.Teams[2]} {
		c := problem.Couriers[name[0]-'0']
		if helpers[name].team.Pace != want.Pace || c.Pace != want.Pace.percent() || c.NoStairs != want.NoStairs {
			t.Errorf("%s is %+v", name, c)
		}
	}
}
