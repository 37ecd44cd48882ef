package catalog

import (
	"math"
	"slices"

	"baimi/app/fault"
)

// Validate refuses a supplier that no plan could use, naming each wrong field.
func (s *Supplier) Validate() error {
	err := fault.New(fault.Invalid, "supplier_invalid", "The supplier cannot be kept like this.")
	if s.NameZh == "" && s.NameEn == "" {
		err = err.At("body.name_zh", "a name in one language at least")
	}
	if !onEarth(s.Lon, s.Lat) {
		err = err.At("body.lon", "micro-degrees on Earth")
	}
	if min(s.RadiusMetres, s.TripCost, s.TripGrams, s.TripMillilitres, s.MaxTrips, s.ActivationCost) < 0 {
		err = err.At("body", "no number below 0")
	}
	if unknown := unknownWindow(s.Windows); unknown != "" {
		err = err.At("body.windows", "am, pm or evening, not "+unknown)
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

func onEarth(lon, lat int64) bool {
	return lon >= -180e6 && lon <= 180e6 && lat >= -90e6 && lat <= 90e6
}

// Reaches tells whether the supplier drives to a place, in micro-degrees.
func (s *Supplier) Reaches(lon, lat int64) bool {
	return s.RadiusMetres == 0 || s.Distance(lon, lat) <= s.RadiusMetres
}

// Distance is how far a place in micro-degrees is, in metres as the crow flies.
func (s *Supplier) Distance(lon, lat int64) int64 { return metresBetween(s.Lon, s.Lat, lon, lat) }

// metresBetween is the distance on a sphere, good to a per cent within a city.
func metresBetween(lon1, lat1, lon2, lat2 int64) int64 {
	const metresPerMicroDegree = 0.111195
	squeeze := math.Cos(float64(lat1+lat2) / 2e6 * math.Pi / 180)
	x, y := float64(lon1-lon2)*squeeze, float64(lat1-lat2)
	return int64(math.Hypot(x, y) * metresPerMicroDegree)
}

// Serves tells whether the lot may go to a compound that its supplier reaches.
func (l *Lot) Serves(compound string) bool {
	return len(l.Area) == 0 || slices.Contains(l.Area, compound)
}

// Validate refuses a product that could not be ordered or carried, naming each wrong field.
func (p *Product) Validate() error {
	err := fault.New(fault.Invalid, "product_invalid", "The product cannot be kept like this.")
	if p.NameZh == "" && p.NameEn == "" {
		err = err.At("body.name_zh", "a name in one language at least")
	}
	if p.Unit == "" {
		err = err.At("body.unit", "the word for one, such as pack")
	}
	if p.Grams < 0 || p.Millilitres < 0 || p.Grams > maxSize || p.Millilitres > maxSize {
		err = err.At("body.grams", "0 to 1,000,000")
	}
	if p.CaseSize < 1 || p.CaseSize > 10_000 {
		err = err.At("body.case_size", "1 to 10,000")
	}
	if !slices.Contains([]Handling{Ordinary, Fragile, Chilled, Frozen, Hot, Medicine}, p.Handling) {
		err = err.At("body.handling", "fragile, chilled, frozen, hot, medicine or nothing")
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

// Cold tells whether the product must be kept cold.
func (p *Product) Cold() bool { return p.Handling == Chilled || p.Handling == Frozen }

// maxSize is a ton or a cubic metre, in grams or millilitres.
const maxSize = 1_000_000
