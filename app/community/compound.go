package community

import (
	"fmt"
	"strings"
	"time"

	"baimi/app/db"
	"baimi/app/fault"
	"baimi/app/money"
)

// MaxBuildings bounds a compound; the largest known has 286.
const MaxBuildings = 400

// Compound is a gated estate, bounded by 400 buildings and 20 gates.
type Compound struct {
	db.Doc
	NameZh    string      `json:"name_zh"`
	NameEn    string      `json:"name_en"`
	Currency  string      `json:"currency"` // ISO 4217, CNY
	Timezone  string      `json:"timezone"` // IANA, Asia/Shanghai
	Lon       int64       `json:"lon"`      // micro-degrees
	Lat       int64       `json:"lat"`      // micro-degrees
	Form      AddressForm `json:"form"`
	Site      Site        `json:"site"`
	Gates     []Gate      `json:"gates"`
	Buildings []Building  `json:"buildings"`
	Demo      bool        `json:"demo,omitempty"` // made for trying Baimi out
}

// AddressForm is how addresses are written here. Every field may be empty: then
// 12号楼 2单元 301室 and Bldg 12 Unit 2 Rm 301.
type AddressForm struct {
	Prefixes   []string `json:"prefixes,omitempty"`     // what may stand before the building and names none: 紫龙路500号, 828弄, 001号小区
	LaneZh     string   `json:"lane_zh,omitempty"`      // word after a lane, where buildings are told apart by it: 弄, 期, 区
	LaneEn     string   `json:"lane_en,omitempty"`      // word before it: Lane, Phase
	BuildingZh string   `json:"building_zh,omitempty"`  // word after a building's number: 号楼, 栋, 号, 座
	BuildingEn string   `json:"building_en,omitempty"`  // word before it: Bldg, Block, No.
	UnitZh     string   `json:"unit_zh,omitempty"`      // 单元, 门
	UnitEn     string   `json:"unit_en,omitempty"`      // Unit, Entrance
	RoomZh     string   `json:"room_zh,omitempty"`      // 室, 号
	RoomEn     string   `json:"room_en,omitempty"`      // Rm, Apt
	NeverUnits bool     `json:"never_units,omitempty"`  // doors are told by building and room alone, labels leave the unit out
	PairIsUnit bool     `json:"pair_is_unit,omitempty"` // in a building's own group 2-301 is its unit 2, not building 2
}

// Site is how fast couriers get about here; 0 takes the default in WithDefaults.
type Site struct {
	WalkMillimetres int64 `json:"walk_millimetres,omitempty"` // a second, on the ground
	UpSeconds       int64 `json:"up_seconds,omitempty"`       // a floor, by stairs
	DownSeconds     int64 `json:"down_seconds,omitempty"`     // a floor, by stairs
	LiftWaitSeconds int64 `json:"lift_wait_seconds,omitempty"`
	LiftDoorSeconds int64 `json:"lift_door_seconds,omitempty"`
	LiftFloorTenths int64 `json:"lift_floor_tenths,omitempty"` // tenths of a second a floor
	EntrySeconds    int64 `json:"entry_seconds,omitempty"`     // a building's entrance
	DoorstepSeconds int64 `json:"doorstep_seconds,omitempty"`  // from door to door of a floor
	HandoverSeconds int64 `json:"handover_seconds,omitempty"`  // a stop
	ParcelSeconds   int64 `json:"parcel_seconds,omitempty"`    // a parcel of it
	HotSeconds      int64 `json:"hot_seconds,omitempty"`       // a stop with a hot meal
}

// WithDefaults fills what the compound has not measured. Stairs are from Shah et
// al., CMAJ 2011;183:E1353; the others are design values.
func (s Site) WithDefaults() Site {
	or := func(field *int64, standard int64) {
		if *field == 0 {
			*field = standard
		}
	}
	or(&s.WalkMillimetres, 1250)
	or(&s.UpSeconds, 13)
	or(&s.DownSeconds, 11)
	or(&s.LiftWaitSeconds, 30)
	or(&s.LiftDoorSeconds, 8)
	or(&s.LiftFloorTenths, 25)
	or(&s.EntrySeconds, 15)
	or(&s.DoorstepSeconds, 6)
	or(&s.HandoverSeconds, 20)
	or(&s.ParcelSeconds, 6)
	or(&s.HotSeconds, 45)
	return s
}

// Building is one block of the compound.
type Building struct {
	No            string   `json:"no"`                // unique here: 12, A, 梅; with several lanes, lane and number: 828-7
	Aliases       []string `json:"aliases,omitempty"` // other names it goes by: 梅苑, Plum Court
	Lane          string   `json:"lane,omitempty"`    // in compounds with several lanes, phases or areas: 828, 东
	Lon           int64    `json:"lon"`               // micro-degrees
	Lat           int64    `json:"lat"`               // micro-degrees
	Floors        int      `json:"floors"`
	Units         int      `json:"units"` // entrances, numbered from 1
	DoorsPerFloor int      `json:"doors_per_floor"`
	MoreRooms     []string `json:"more_rooms,omitempty"` // of any unit, that do not follow from floors and doors: 1500, G01
	Lift          bool     `json:"lift"`
	LiftBroken    bool     `json:"lift_broken,omitempty"` // it stands still for now: everybody takes the stairs
	Gate          string   `json:"gate,omitempty"`        // where its goods arrive; empty: at the nearest gate
}

// LiftRuns tells whether the building has a lift that works.
func (b *Building) LiftRuns() bool { return b.Lift && !b.LiftBroken }

// SetLift writes down that a lift stands still, or works again.
func (c *Compound) SetLift(building string, broken bool) error {
	b, ok := c.Building(building)
	if !ok || !b.Lift {
		return fault.New(fault.Invalid, "no_lift", "Building %s has no lift.", building).With("building", building)
	}
	b.LiftBroken = broken
	return nil
}

// Building finds a building by its canonical number.
func (c *Compound) Building(no string) (*Building, bool) {
	for i := range c.Buildings {
		if c.Buildings[i].No == no {
			return &c.Buildings[i], true
		}
	}
	return nil, false
}

// Validate refuses a compound that could not tell its doors apart, naming each wrong field.
func (c *Compound) Validate() error {
	err := fault.New(fault.Invalid, "compound_invalid", "The compound %s has fields that cannot be right.", c.ID).With("compound", c.ID)
	if len(c.Buildings) > MaxBuildings {
		return fault.New(fault.Invalid, "too_many_buildings", "A compound has at most %d buildings; this one has %d.", MaxBuildings, len(c.Buildings)).
			With("limit", MaxBuildings).With("count", len(c.Buildings))
	}
	if strings.ContainsAny(c.ID, "/ ") || len(c.ID) > 64 {
		err = err.At("id", "1 to 64 letters and digits")
	}
	if c.NameZh == "" && c.NameEn == "" {
		err = err.At("name_zh", "The compound needs a name.")
	}
	if !money.Known(c.Currency) {
		err = err.At("currency", "a currency as ISO 4217 writes it, such as CNY")
	}
	if _, unknown := time.LoadLocation(c.Timezone); unknown != nil || c.Timezone == "" {
		err = err.At("timezone", "a time zone such as Asia/Shanghai")
	}
	err = c.checkGates(err)
	taken := map[string]string{}
	for i := range c.Buildings {
		err = c.Buildings[i].check(err, fmt.Sprintf("buildings[%d]", i), taken)
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

func (b *Building) check(err *fault.Error, path string, taken map[string]string) *fault.Error {
	if b.No == "" {
		err = err.At(path+".no", "The building needs a number or a name.")
	}
	if b.Floors < 1 || b.Floors > 99 || b.Units < 1 || b.Units > 20 || b.DoorsPerFloor < 1 || b.DoorsPerFloor > 99 {
		err = err.At(path, "A building has 1 to 99 floors, 1 to 20 units and 1 to 99 doors a floor.")
	}
	own := map[string]bool{}
	for _, name := range append([]string{b.No}, b.Aliases...) {
		key := b.Lane + "/" + fold(name)
		if other, twice := taken[key]; twice && !own[key] {
			err = err.At(path, fmt.Sprintf("%q names building %s as well.", name, other))
		}
		taken[key], own[key] = b.No, true
	}
	return err
}
