package community

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"baimi/app/fault"
)

// Door is one door of a compound. Its string is 3/1-604: building, unit, room.
type Door struct {
	Building string `json:"building"`
	Unit     string `json:"unit"`
	Room     string `json:"room"`
}

func (d Door) String() string { return d.Building + "/" + d.Unit + "-" + d.Room }

// Floor is told by the room's digits before the last two: 604 is on 6, 1203 on
// 12. Rooms that are not numbers, or have fewer than three digits, are on the ground: 1.
func (d Door) Floor() int {
	n, err := strconv.Atoi(d.Room)
	if err != nil || n < 100 {
		return 1
	}
	return n / 100
}

// Compare orders doors as a courier walks past them: by building, unit and room, each in natural order.
func (d Door) Compare(other Door) int {
	return cmp.Or(Natural(d.Building, other.Building), Natural(d.Unit, other.Unit), Natural(d.Room, other.Room))
}

// HouseholdID is the household's address in the whole deployment: A001/3/1-604.
func HouseholdID(compound string, d Door) string { return compound + "/" + d.String() }

// ParseHouseholdID takes a household's id apart; fault "household_id" where it is none.
func ParseHouseholdID(id string) (compound string, d Door, err error) {
	parts := strings.Split(id, "/")
	if len(parts) == 3 {
		unit, room, ok := strings.Cut(parts[2], "-")
		if ok && parts[0] != "" && parts[1] != "" && unit != "" && room != "" {
			return parts[0], Door{Building: parts[1], Unit: unit, Room: room}, nil
		}
	}
	return "", Door{}, fault.New(fault.Invalid, "household_id", "%q is not a household: compound/building/unit-room.", id).With("household", id)
}

// lane is the building's lane: the one that it says, or the 828 of 828-7.
func (b *Building) lane() string {
	first, second, _ := strings.Cut(b.No, "-")
	if b.Lane == "" && plainNumber(first) != "" && plainNumber(second) != "" {
		return first
	}
	return b.Lane
}

// local is the building's number within its lane: 7 of 828-7.
func (b *Building) local() string { return strings.TrimPrefix(b.No, b.lane()+"-") }

// Has tells whether the building has this door.
func (b *Building) Has(unit, room string) bool {
	if u, err := strconv.Atoi(unit); err != nil || u < 1 || u > b.Units || strconv.Itoa(u) != unit {
		return false
	}
	if slices.Contains(b.MoreRooms, room) {
		return true
	}
	n, err := strconv.Atoi(room)
	if err != nil || strconv.Itoa(n) != room {
		return false
	}
	floor, door := n/100, n%100
	return floor >= 1 && floor <= b.Floors && door >= 1 && door <= b.DoorsPerFloor
}

// Rooms gives the rooms of each of the building's units, from the ground up.
func (b *Building) Rooms() iter.Seq[string] {
	return func(yield func(string) bool) {
		for floor := 1; floor <= b.Floors; floor++ {
			for door := 1; door <= b.DoorsPerFloor; door++ {
				if !yield(fmt.Sprintf("%d%02d", floor, door)) {
					return
				}
			}
		}
		for _, room := range b.MoreRooms {
			if !yield(room) {
				return
			}
		}
	}
}

// Doors gives every door of the building, unit by unit.
func (b *Building) Doors() iter.Seq[Door] {
	return func(yield func(Door) bool) {
		for unit := 1; unit <= b.Units; unit++ {
			for room := range b.Rooms() {
				if !yield(Door{Building: b.No, Unit: strconv.Itoa(unit), Room: room}) {
					return
				}
			}
		}
	}
}

// Has tells whether the compound has this door.
func (c *Compound) Has(d Door) bool {
	b, ok := c.Building(d.Building)
	return ok && b.Has(d.Unit, d.Room)
}
